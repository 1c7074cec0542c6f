/**
 * Which objects hold their properties as plain data, so that twin code may read and write them natively. An object found to be so is
 * marked with its kind; a place in twin code remembers the kind that it met last, and a read there is one comparison.
 * Invariants: the kind that a place remembers was valid for its key when it was noted, and all places forget as soon as anything may have
 * turned a marked object, or a prototype above one, into something else (an accessor defined, a prototype exchanged, a mark hung on it,
 * or code run that twin code does not see). What is not marked is asked each time.
 *
 * The mark is a private field, added to objects that exist already: no program can see it, a frozen object takes it as well, a
 * Proxy does not show its target's, and the engine tests for it as fast as for a property.
 */
import { noteRead, onBump } from '../capture/epoch.ts';
import { ownFields } from '../capture/inspector.ts';
import { S } from './numbers/box.ts';
import { OwnMap } from './own.ts';
import { isProxy } from './proxies.ts';

/** The marked objects of one prototype, in one epoch: which keys find no accessor above the object. */
interface PlainKind {
  readonly prototype: object | undefined;
  readonly safe: Map<PropertyKey, boolean>;
}

/** What a place in twin code remembers. */
export interface Site {
  k: PlainKind | null;
}

class Returned {
  constructor(o: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the field of the derived class goes to this object
    return o;
  }
}

class Mark extends Returned {
  #fluxionPlainKind: PlainKind;

  constructor(o: object, kind: PlainKind) {
    super(o);
    this.#fluxionPlainKind = kind;
  }

  /**
   * The kind of a marked object, in copies: what the engine learns of a function's arguments is kept by its place in the text, and a
   * copy that one twin uses sees that twin's objects only.
   */
  static readonly of = [
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
    (o: unknown) => (typeof o === 'object' && o !== null && #fluxionPlainKind in o ? o.#fluxionPlainKind : undefined),
  ] as const;

  static put(o: object, kind: PlainKind): void {
    if (#fluxionPlainKind in o) o.#fluxionPlainKind = kind;
    else new Mark(o, kind);
  }
}

const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;

/** The kind of a marked object; one that is no more valid is remembered by no place. */
export const kindOf = Mark.of[0];

let handedOut = 0;

/** Another copy of `kindOf`, for the text of one twin; there are so many, and then they are shared. */
export function ownKindOf(): typeof kindOf {
  return Mark.of[1 + (handedOut++ % (Mark.of.length - 1))] as typeof kindOf;
}

export function newSite(): Site {
  return { k: null };
}

let kinds = new WeakMap<object, PlainKind>();
/** Prototypes above marked objects. */
let above = new WeakSet<object>();
let anyKind = false;
const sites: Site[] = [];

/** Of what is never read natively without being asked. */
const unfit = newKind(undefined);

function newKind(prototype: object | undefined): PlainKind {
  const kind: PlainKind = { prototype, safe: new OwnMap() };
  ownFields.add(kind);
  return kind;
}

/** Nothing that was found out counts any more. */
export function forgetPlain(): void {
  if (sites.length > 0) {
    for (const site of sites) site.k = null;
    sites.length = 0;
  }
  if (anyKind) {
    anyKind = false;
    kinds = new WeakMap();
    above = new WeakSet();
  }
}

onBump(forgetPlain);

/** Properties of `o` may have been made accessors, or its prototype or mark may be another. */
export function reshaped(o: unknown): void {
  if (typeof o !== 'object' || o === null) {
    if (typeof o === 'function' && above.has(o)) forgetPlain();
  } else if (kindOf(o) !== undefined || above.has(o) || isProxy(o)) {
    forgetPlain();
  }
}

/** Lets `site` remember the kind of `o` if it is marked and `key` is safe there; `finds` looks for an accessor above the object. */
export function admit(
  site: Site,
  o: object,
  key: PropertyKey,
  finds: (above: object, key: PropertyKey) => boolean,
): boolean {
  const kind = kindOf(o);
  if (kind === undefined || kind.prototype === undefined || kinds.get(kind.prototype) !== kind) return false;
  let safe = kind.safe.get(key);
  if (safe === undefined) kind.safe.set(key, (safe = !finds(kind.prototype, key)));
  if (!safe) return false;
  if (site.k === null) {
    noteRead();
    sites.push(site);
  }
  site.k = kind;
  return true;
}

/** Marking takes as long as some reads do: it is for objects that are read often. */
const readsPerMark = 8;
let reads = 0;
const mostKeys = 64;
let frozenToo = true;

/** `o`, which is no Proxy and has no S, has been asked for a property: now and then such an object is marked. */
export function mayMark(o: object): void {
  if (++reads % readsPerMark !== 0 || kindOf(o) === unfit) return;
  if (Array.isArray(o) || ArrayBuffer.isView(o) || o === globalThis) return;
  const prototype = getPrototypeOf(o);
  if (prototype === null) return;
  let kind: PlainKind | undefined = kinds.get(prototype);
  if (kind === undefined) {
    kind = isOrdinary(prototype) ? newKind(prototype) : unfit;
    anyKind = true;
    kinds.set(prototype, kind);
  }
  if (kind === unfit) return;
  const keys = ownKeys(o);
  const plain = keys.length <= mostKeys && keys.every((key) => 'value' in getOwnPropertyDescriptor(o, key)!);
  if (!frozenToo && !Object.isExtensible(o)) return;
  try {
    Mark.put(o, plain ? kind : unfit);
  } catch {
    // An engine to come, where what can't be extended takes no private field.
    frozenToo = false;
  }
}

/** No Proxy, typed array or marked object of ours on the chain; from now on changes of it are noticed. */
function isOrdinary(prototype: object): boolean {
  for (let at: object | null = prototype; at !== null; at = getPrototypeOf(at)) {
    if (isProxy(at) || ArrayBuffer.isView(at) || (at as { [S]?: unknown })[S] !== undefined) return false;
    above.add(at);
  }
  return true;
}
