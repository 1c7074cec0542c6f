/**
 * Which objects are Proxies, Maps or Sets, where that can be known.
 * Invariant: asking runs no trap. An engine without `util.types` knows only the Proxies that twin code has made.
 */

export interface ProxyParts {
  readonly target: object;
  readonly handler: object;
}

interface NodeTypes {
  isProxy(o: unknown): boolean;
  isMap(o: unknown): boolean;
  isSet(o: unknown): boolean;
}

const host = (globalThis as { process?: { getBuiltinModule?(name: string): { types?: NodeTypes } | undefined } })
  .process;
const types: NodeTypes | undefined = host?.getBuiltinModule?.('node:util')?.types;

const made = new WeakMap<object, ProxyParts>();

/** Notes a Proxy that twin code has made, with the user's target and handler. */
export function noteProxy(proxy: object, parts: ProxyParts): void {
  made.set(proxy, parts);
}

/** Target and handler of a Proxy that twin code has made. */
export function madeProxy(proxy: object): ProxyParts | undefined {
  return made.get(proxy);
}

export const isProxy: (o: unknown) => boolean =
  types?.isProxy ?? ((o) => typeof o === 'object' && o !== null && made.has(o));

function hasSlots(getter: ((this: unknown) => number) | undefined): (o: unknown) => boolean {
  return (o) => {
    try {
      getter?.call(o);
      return true;
    } catch {
      return false;
    }
  };
}

const sizeOf = (holder: object) => Object.getOwnPropertyDescriptor(holder, 'size')?.get as (this: unknown) => number;

export const isMap: (o: unknown) => o is Map<unknown, unknown> = (types?.isMap ?? hasSlots(sizeOf(Map.prototype))) as (
  o: unknown,
) => o is Map<unknown, unknown>;

export const isSet: (o: unknown) => o is Set<unknown> = (types?.isSet ?? hasSlots(sizeOf(Set.prototype))) as (
  o: unknown,
) => o is Set<unknown>;
