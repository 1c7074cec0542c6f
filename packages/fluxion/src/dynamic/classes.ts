/**
 * Twins of classes that exist before the gradient: one twin body per class, for constructing; and the private fields of
 * instances, whichever of the two bodies made them.
 * Invariant: the original class stays the value everywhere; its statics are shared and its static blocks do not run again.
 */
import { type PrivateAccess, type PrivateMember, privateState } from '../capture/capture.ts';
import { fluxionError } from '../errors/error.ts';
import { hooks } from './hooks.ts';
import { identityOf, isStandIn } from './identity.ts';
import { noteHidden, touchCell } from './journal.ts';
import { OwnMap } from './own.ts';
import { captureOf, instantiate } from './twin.ts';

/** What the rewritten class body shows of each of its private names. */
export interface PrivateName {
  has(o: object): boolean;
  get(o: object): unknown;
  set(o: object, value: unknown): void;
}

type PrivateNames = Record<string, PrivateName>;

const bodies = new WeakMap<Function, Function>();

/** The twin body of class `C`: to be constructed with the original (or a class derived from it) as new.target. */
export function classTwin(C: Function): Function {
  let body = bodies.get(C);
  if (body === undefined) {
    const captured = captureOf(C);
    body = instantiate(captured, {
      parent: Object.getPrototypeOf(C),
      home: C.prototype,
      privates: privateAccess(C.prototype, C),
    }) as Function;
    bodies.set(C, body);
  }
  return body;
}

/** Values of private fields that were written on stand-ins of instances made by the original class. */
const overlays = new WeakMap<object, Map<string, unknown>>();

/** One object per private field of an instance, so that the journal knows a field that it has met. */
const cells = new WeakMap<object, Map<string, object>>();

function cellOf(o: object, name: string): object {
  let named = cells.get(o);
  if (named === undefined) cells.set(o, (named = new OwnMap()));
  let cell = named.get(name);
  if (cell === undefined) named.set(name, (cell = {}));
  return cell;
}

/**
 * The runtime functions for `o.#name` in a method whose home object is `home`: reads a field of the twin body's instances,
 * or, of an instance made by the original class, through the capture.
 */
export function privateAccess(home: object | undefined, f: Function): object {
  const cls = typeof home === 'function' ? home : ((home?.constructor as Function | undefined) ?? f);
  const named = (name: string): PrivateName | undefined =>
    (bodies.get(cls) as { $$privates?: PrivateNames } | undefined)?.$$privates?.[name];

  const outside = (
    o: unknown,
    name: string,
    verb: 'read' | 'write',
  ): { access: PrivateAccess; member: PrivateMember } => {
    const access = isObject(o) ? privateState(identityOf(o), cls) : undefined;
    const member = access?.member(name);
    if (access !== undefined && member !== undefined) return { access, member };
    const [action, to] = verb === 'read' ? ['read', 'from'] : ['write', 'to'];
    throw new TypeError(`Cannot ${action} private member ${name} ${to} an object whose class did not declare it`);
  };

  return {
    privateIn(name: string, o: unknown): boolean {
      if (!isObject(o)) throw new TypeError(`Cannot use 'in' operator to search for '${name}' in ${String(o)}`);
      return named(name)?.has(o) || privateState(identityOf(o), cls)?.member(name) !== undefined;
    },

    privateGet(o: unknown, name: string): unknown {
      const own = named(name);
      if (own !== undefined && isObject(o) && own.has(o)) return own.get(o);
      const overlay = isObject(o) ? overlays.get(o) : undefined;
      if (overlay?.has(name)) return overlay.get(name);
      const { member } = outside(o, name, 'read');
      if (member.kind === 'field') return noteHidden(member.value);
      if (member.kind === 'method') return member.method;
      if (member.getter === undefined) throw new TypeError(`'${name}' was defined without a getter`);
      return hooks.callTwin(member.getter, o, []);
    },

    privateSet(o: unknown, name: string, value: unknown): unknown {
      const own = named(name);
      if (own !== undefined && isObject(o) && own.has(o)) {
        own.set(o, value);
        return value;
      }
      const { access, member } = outside(o, name, 'write');
      if (member.kind === 'method') throw new TypeError(`Private method '${name}' is not writable`);
      if (member.kind === 'accessor') {
        if (member.setter === undefined) throw new TypeError(`'${name}' was defined without a setter`);
        hooks.callTwin(member.setter, o, [value]);
        return value;
      }
      const target = o as object;
      if (isStandIn(target)) {
        let overlay = overlays.get(target);
        if (overlay === undefined) overlays.set(target, (overlay = new OwnMap()));
        overlay.set(name, value);
        return value;
      }
      const { set } = access;
      if (set === undefined) {
        throw fluxionError('PrivateField', {
          name,
          operation: 'write',
          reason: 'the object was made before the gradient',
        });
      }
      if (typeof value !== 'number') {
        touchCell({ get: () => access.get(name), set: (v) => set.call(access, name, v) }, cellOf(target, name));
      }
      set.call(access, name, value);
      return value;
    },
  };
}

function isObject(v: unknown): v is object {
  return (typeof v === 'object' && v !== null) || typeof v === 'function';
}
