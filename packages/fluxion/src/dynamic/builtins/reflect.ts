/**
 * `Reflect`. Functions are called and constructed as twins, properties read and written through the table.
 * Invariant: what answers with a boolean natively does so here, and throws only where the native would.
 */
import { hooks } from '../hooks.ts';
import { touch } from '../journal.ts';
import { deleteProperty } from '../properties.ts';
import { isProxy } from '../proxies.ts';
import {
  callTwin,
  constructTwin,
  get,
  hasProperty,
  isBox,
  isConstructor,
  isObject,
  primalOf,
  scalar,
  set,
  toKey,
} from './adapt.ts';
import { elementsOf } from './array.ts';
import { defineOwn, keysOf, ownDescriptor, readDescriptor } from './descriptors.ts';
import { entry, type Key, type Native } from './entries.ts';

/** Defines a method of Reflect; what is no object gets the native's own complaint. */
function reflect(
  name: string,
  kind: 'passes' | 'primal',
  run: (native: Native, o: object, ...args: unknown[]) => unknown,
): void {
  entry(
    Reflect,
    name,
    kind,
    (native) =>
      function (o: unknown, ...args: unknown[]): unknown {
        if (!isObject(o) || isBox(o)) return native(primalOf(o), ...args);
        return run(native, o, ...args);
      },
  );
}

entry(
  Reflect,
  'apply',
  'passes',
  (native) =>
    function (fn: unknown, thisArg: unknown, args: unknown): unknown {
      if (typeof fn !== 'function') return native(fn, thisArg, args);
      return callTwin(fn, thisArg, elementsOf(primalOf(args)));
    },
);
entry(
  Reflect,
  'construct',
  'passes',
  (native) =>
    function (C: unknown, args: unknown, ...rest: unknown[]): unknown {
      const newTarget = rest.length > 0 ? rest[0] : C;
      if (!isConstructor(C) || !isConstructor(newTarget)) return native(C, args, ...rest);
      return constructTwin(C, elementsOf(primalOf(args)), newTarget);
    },
);

const { isPrototypeOf } = Object.prototype;

/** Whether a typed array takes `k` for an index, in range or not. */
function isIndex(k: Key): boolean {
  return typeof k === 'string' && (String(Number(k)) === k || k === '-0');
}

/** The first object of the prototype chain that has `k` of its own, or a Proxy met on the way. */
function holderOf(o: object, k: Key): object | undefined {
  for (let at: object | null = o; at !== null; at = hooks.heritageOf(Reflect.getPrototypeOf(at))) {
    if (isProxy(at) || Object.hasOwn(at, k)) return at;
  }
  return undefined;
}

reflect('get', 'passes', (native, o, k, ...rest) => {
  const name = toKey(k);
  const receiver = rest.length > 0 ? rest[0] : o;
  if (receiver === o) return get(o, name);
  const holder = holderOf(o, name);
  if (holder === undefined) return undefined;
  if (isProxy(holder)) return native(holder, name, receiver);
  const descriptor = Reflect.getOwnPropertyDescriptor(holder, name);
  if (descriptor !== undefined && !('value' in descriptor)) {
    return descriptor.get === undefined ? undefined : callTwin(descriptor.get, receiver, []);
  }
  return get(holder, name);
});

reflect('set', 'passes', (native, o, k, value, ...rest) => {
  const name = toKey(k);
  const receiver = rest.length > 0 ? rest[0] : o;
  const holder = holderOf(o, name);
  if (holder !== undefined && isProxy(holder)) return native(holder, name, value, receiver);
  const descriptor = holder === undefined ? undefined : Reflect.getOwnPropertyDescriptor(holder, name);
  if (descriptor !== undefined && !('value' in descriptor)) {
    if (descriptor.set === undefined) return false;
    callTwin(descriptor.set, receiver, [value]);
    return true;
  }
  if (!isObject(receiver) || isBox(receiver)) return false;
  if (descriptor !== undefined && !descriptor.writable) return false;
  if (isProxy(receiver)) return native(o, name, value, receiver);
  const own = Reflect.getOwnPropertyDescriptor(receiver, name);
  if (own !== undefined && (!('value' in own) || !own.writable)) return false;
  if (own === undefined && !Reflect.isExtensible(receiver) && !ArrayBuffer.isView(receiver)) return false;
  if (receiver === o && Array.isArray(o) && name === 'length') return native(o, name, scalar(value));
  // Elements beyond the end of a typed array that `o` inherits from are converted and passed over.
  if (own === undefined && ArrayBuffer.isView(receiver) && isPrototypeOf.call(receiver, o) && isIndex(name)) {
    return native(o, name, scalar(value), receiver);
  }
  if (receiver === o) {
    set(o, name, value);
    return true;
  }
  return defineOwn(
    receiver,
    name,
    own === undefined ? { value, writable: true, enumerable: true, configurable: true } : { value },
    false,
  );
});

reflect('has', 'passes', (_, o, k) => hasProperty(o, toKey(k)));
reflect('deleteProperty', 'passes', (_, o, k) => deleteProperty(o, toKey(k)));
reflect('ownKeys', 'passes', (_, o) => keysOf(o));
reflect('defineProperty', 'passes', (_, o, k, attributes) => defineOwn(o, toKey(k), readDescriptor(attributes), false));
reflect('getOwnPropertyDescriptor', 'passes', (_, o, k) => ownDescriptor(o, toKey(k)));
reflect('getPrototypeOf', 'passes', (native, o) => hooks.heritageOf(native(o)));
reflect('setPrototypeOf', 'passes', (native, o, prototype) => {
  touch(o, prototype);
  return native(o, primalOf(prototype));
});
reflect('isExtensible', 'passes', (native, o) => native(o));
reflect('preventExtensions', 'passes', (native, o) => native(o));
