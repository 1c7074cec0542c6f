/**
 * What `Map` and `Set` have in common: methods that only have to be called on the object whose contents count, and how they are filled.
 * Invariant: a collection that is read is the one that has been written; one that is changed may be changed by one owner alone.
 */
import { iter } from '../iteration.ts';
import { callback, callTwin, get, primalOf, reading, writing } from './adapt.ts';
import { entry, getter, type Native, passing } from './entries.ts';
import { define } from './registry.ts';

const { apply, construct } = Reflect;

interface Collection {
  new (): { entries(): object };
  readonly name: string;
  readonly prototype: object;
}

/** Defines those of `C` that neither look at a key nor at a value. */
export function wholeMethods(C: Collection, iterators: readonly string[]): void {
  const { prototype } = C;
  for (const name of iterators) entry(prototype, name, 'passes', onWhat(reading));
  entry(prototype, 'clear', 'passes', onWhat(writing));
  getter(prototype, 'size', 'passes', onWhat(reading));
  entry(
    prototype,
    'forEach',
    'passes',
    (native) =>
      function (this: unknown, fn: unknown, thisArg?: unknown): unknown {
        return apply(native, reading(this), [callback(fn), thisArg]);
      },
  );
  passing(Object.getPrototypeOf(new C().entries()), ['next']);
  getter(C, Symbol.species, 'passes', (native) => native);
}

function onWhat(follow: <T>(o: T) => T): (native: Native) => Function {
  return (native) =>
    function (this: unknown): unknown {
      return apply(native, follow(this), []);
    };
}

/**
 * Defines the constructor: it looks up `adder` on what it makes, and calls it for each item. Where that is `nativeAdder`, `add` puts the
 * item in; `split` makes the arguments of any other.
 */
export function filling(
  C: Collection,
  adder: string,
  nativeAdder: Native,
  add: Native,
  split: (item: unknown) => unknown[],
): void {
  define(
    C,
    function (this: unknown, iterable?: unknown): unknown {
      if (new.target === undefined) return apply(C as unknown as Native, this, [iterable]);
      const made = construct(C, [], new.target) as object;
      if (iterable === undefined || iterable === null) return made;
      const found = get(made, adder);
      if (typeof found !== 'function') {
        const what = `property '${adder}' of object '#<${C.name}>'`;
        throw new TypeError(`'${String(found)}' returned for ${what} is not a function`);
      }
      for (const item of iter(primalOf(iterable)) as Iterable<unknown>) {
        const args = split(item);
        if (found === nativeAdder) apply(add, made, args);
        else callTwin(found, made, args);
      }
      return made;
    },
    'passes',
  );
}
