/**
 * What `for (k in o)` of twin code goes over: the object itself, or, where a Proxy that existed before is on its prototype chain, one
 * that stands for it and asks the traps as twins.
 * Invariant: native syntax does the enumeration, so order, shadowing and deletion on the way are the language's.
 */
import { trapOf } from './access.ts';
import { ownDescriptor, ownKeysOf } from './asking.ts';
import { hooks } from './hooks.ts';
import { isBox } from './numbers/box.ts';
import { isProxy, madeProxy } from './proxies.ts';
import { isObject } from './strip.ts';
import { keysGiven, keysWereWritten } from './texts.ts';

const { getPrototypeOf } = Reflect;

export function forIn(o: unknown): unknown {
  if (isBox(o)) return undefined;
  if (!isObject(o)) return o;
  const target = asksOldTraps(o) ? enumerable(o) : o;
  if (keysWereWritten() && !Array.isArray(o) && !isProxy(o)) for (const key in o) keysGiven([key]);
  return target;
}

function asksOldTraps(o: object): boolean {
  for (let at: object | null = o; at !== null; at = getPrototypeOf(at)) {
    if (isProxy(at)) return madeProxy(at) === undefined;
  }
  return false;
}

function enumerable(o: object): object {
  return new Proxy<object>(
    {},
    {
      ownKeys: () => keysGiven(ownKeysOf(o).filter((key) => typeof key === 'string')),
      getOwnPropertyDescriptor(_, key) {
        const found = ownDescriptor(o, key);
        return found && { value: undefined, enumerable: hooks.get(found, 'enumerable') === true, configurable: true };
      },
      getPrototypeOf() {
        const proto = prototypeOf(o);
        return proto !== null && asksOldTraps(proto) ? enumerable(proto) : proto;
      },
    },
  );
}

function prototypeOf(o: object): object | null {
  const found = isProxy(o) ? trapOf(o, 'getPrototypeOf') : undefined;
  if (found === undefined) return getPrototypeOf(o);
  if (found.trap === undefined) return prototypeOf(found.target);
  return hooks.callTwin(found.trap, found.handler, [found.target]) as object | null;
}
