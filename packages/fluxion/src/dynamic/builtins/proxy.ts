/**
 * `Proxy`. A Proxy that twin code makes is a native one whose traps run the user's traps as twins; where native code decides
 * by what a trap returns, it gets the decision and not the value.
 * Invariant: the slow symbol never reaches a user's trap.
 */

import { OwnSet } from '../own.ts';
import { slowMark } from '../properties.ts';
import { noteProxy } from '../proxies.ts';
import { callTwin, get, isBox, isObject, primalOf, S, truthy } from './adapt.ts';
import { readDescriptor } from './descriptors.ts';
import { entry, type Native } from './entries.ts';
import { define, defineTransient } from './registry.ts';

type Trap = keyof ProxyHandler<object>;

const decisions: ReadonlySet<Trap> = new OwnSet<Trap>([
  'set',
  'has',
  'deleteProperty',
  'defineProperty',
  'isExtensible',
  'preventExtensions',
  'setPrototypeOf',
]);
const traps: readonly Trap[] = [
  'get',
  'getOwnPropertyDescriptor',
  'ownKeys',
  'getPrototypeOf',
  'apply',
  'construct',
  ...decisions,
];

/** The handler that native code gets for the user's. */
function dispatcher(handler: object): ProxyHandler<object> {
  const made: Record<string, unknown> = {};
  for (const name of traps) {
    made[name] = (...args: unknown[]): unknown => {
      const target = args[0] as object;
      if (args[1] === S) return name === 'get' ? slowMark : (Reflect[name] as Native)(...args);
      const trap = get(handler, name);
      if (trap === undefined || trap === null) return plain(name, args);
      if (typeof trap !== 'function')
        throw new TypeError(
          `${String(primalOf(trap))} returned for property '${name}' of object '#<Object>' is not a function`,
        );
      const result = callTwin(trap, handler, args);
      if (decisions.has(name)) return truthy(result);
      if (name === 'getOwnPropertyDescriptor')
        return result === undefined || !isObject(result) ? result : readDescriptor(result);
      if (name === 'ownKeys' && isObject(result)) return withMark(target, result);
      return result;
    };
  }
  // A call of the Proxy in twin code finds these two: they are no code of the user's.
  for (const trap of [made.apply, made.construct] as Function[]) defineTransient(trap, trap);
  return made as ProxyHandler<object>;
}

/** What the language does without a trap, on a target that may be shadowed or have getters. */
function plain(name: Trap, args: unknown[]): unknown {
  const [target, k, third] = args as [object, PropertyKey, unknown];
  switch (name) {
    case 'apply':
      return callTwin(args[0] as Function, args[1], args[2] as unknown[]);
    case 'construct':
      return callTwin(Reflect.construct, Reflect, args);
    case 'get':
      return callTwin(Reflect.get, Reflect, args);
    case 'set':
      return callTwin(Reflect.set, Reflect, args);
    case 'defineProperty':
      return callTwin(Reflect.defineProperty, Reflect, [target, k, third]);
    default:
      return (Reflect[name] as Native)(...args);
  }
}

/** A mark that can't be configured must be among the keys, says the language; ours can, and is left out. */
function withMark(_target: object, keys: object): unknown {
  const length = +(primalOf(get(keys, 'length')) as number);
  const list: unknown[] = [];
  for (let i = 0; i < length; i++) list.push(get(keys, i));
  return list;
}

function make(target: unknown, handler: unknown): { proxy: object; revoke(): void } {
  if (!isObject(target) || isBox(target) || !isObject(handler) || isBox(handler)) {
    throw new TypeError('Cannot create proxy with a non-object as target or handler');
  }
  const { proxy, revoke } = Proxy.revocable(target, dispatcher(handler));
  noteProxy(proxy, { target, handler });
  return { proxy, revoke };
}

define(
  Proxy,
  function (this: unknown, target: unknown, handler: unknown): unknown {
    if (new.target === undefined) return (Proxy as unknown as Native)(target, handler);
    return make(target, handler).proxy;
  },
  'passes',
);
entry(
  Proxy,
  'revocable',
  'passes',
  () =>
    function (target: unknown, handler: unknown): unknown {
      const made = make(target, handler);
      defineTransient(made.revoke, made.revoke);
      return { proxy: made.proxy, revoke: made.revoke };
    },
);
