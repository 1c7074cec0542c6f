/**
 * JavaScript values while they are lowered: a static type and the IR values that carry what the type leaves open.
 * Invariant: `flatten` and `rebuild` are inverse to each other for each type, so any value can pass through regions, parameters and results.
 */
import type { Builder } from '../ir/build.ts';
import type { Value } from '../ir/ops.ts';
import { nullRef, undefinedRef } from '../ir/types.ts';
import type { Binding } from '../syntax/scope.ts';
import { Decline } from './decline.ts';
import type { FunctionCode } from './program/code.ts';
import { irTypes } from './types/cells.ts';
import type { CellVariable } from './types/growth.ts';
import { closures, join, sameType } from './types/join.ts';
import { type ClosureType, describeType, type JsType, type ObjectTypeUse, type UnionType } from './types/types.ts';
import { Variables } from './variables.ts';

export interface NumberValue {
  readonly kind: 'number';
  readonly value: Value;
  /** The same number as a signed i32, where it is known to be one. */
  readonly int?: Value | undefined;
  /** What is known of `int`. */
  readonly range?: Range | undefined;
}

/** Between which integers an integer lies, and how far below the lengths of lists. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly limits: readonly Limit[];
}

/** An integer is at most the length of `list` (a reference) less `less`: for ever, or until `what` has been changed. */
export interface Limit {
  readonly list: Value;
  readonly less: number;
  readonly until?: { readonly what: unknown; readonly stamp: number } | undefined;
}

export interface ConstantValue {
  readonly kind: 'constant';
  readonly value: unknown;
}

export interface ObjectValue {
  readonly kind: 'object';
  readonly type: ObjectTypeUse;
  readonly ref: Value;
}

export interface ClosureValue {
  readonly kind: 'closure';
  readonly closure: Closure;
}

/** One of several values: `tag` is the place of the one that counts, the others are anything. */
export interface UnionValue {
  readonly kind: 'union';
  readonly tag: Value;
  readonly members: readonly Abstract[];
}

export interface CellValue {
  readonly kind: 'cell';
  readonly cell: CellVariable;
  readonly ref: Value;
}

export type Abstract =
  | { readonly kind: 'never' }
  | NumberValue
  | { readonly kind: 'boolean'; readonly value: Value }
  | { readonly kind: 'string'; readonly tag: Value }
  | ConstantValue
  | { readonly kind: 'maybe'; readonly value: Value; readonly defined: Value }
  | ObjectValue
  | ClosureValue
  | CellValue
  | UnionValue
  | { readonly kind: 'conflict'; readonly a: JsType; readonly b: JsType };

/** The variables of one activation of a function, and those around it. */
export interface Env {
  vars: Variables;
  /** `this`, where the function has one. */
  self?: Abstract | undefined;
  /** The class whose method this is, for `super`. */
  home?: Abstract | undefined;
}

/** A function made by lowered code. Its environment is looked into when it is called, as in the language. */
export interface Closure {
  readonly code: FunctionCode;
  readonly env: Env;
  /** For methods: where `super` looks. */
  readonly home?: unknown;
  /** Calls of it are checkpoints. */
  readonly checkpoint?: boolean | undefined;
}

export const neverValue: Abstract = { kind: 'never' };
export const undefinedValue: Abstract = { kind: 'constant', value: undefined };

export function constantValue(value: unknown): Abstract {
  return { kind: 'constant', value };
}

const ids = new Map<unknown, number>();
/** A number for each constant, for keys. */
function idOf(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) return String(value);
  let id = ids.get(value);
  if (id === undefined) ids.set(value, (id = ids.size));
  return `#${id}`;
}

/** What a closure closes over, functions that it reaches included, each once. */
export function capturesOf(closure: Closure): [Binding | 'this', Abstract][] {
  const found: [Binding | 'this', Abstract][] = [];
  for (const binding of closure.code.free) {
    const value = closure.env.vars.get(binding);
    if (value !== undefined) found.push([binding, value]);
  }
  if (closure.code.usesOuterThis && closure.env.self !== undefined) found.push(['this', closure.env.self]);
  return found;
}

function closureKey(closure: Closure, seen: Closure[] = []): string {
  const at = seen.indexOf(closure);
  if (at >= 0) return `^${at}`;
  seen.push(closure);
  const parts = capturesOf(closure).map(([, v]) =>
    v.kind === 'closure' ? closureKey(v.closure, seen) : typeKey(typeOf(v)),
  );
  return `${closure.checkpoint === true ? 'c' : 'f'}${closure.code.id}(${parts.join()})`;
}

function closureValues(closure: Closure, seen: Closure[] = []): Value[] {
  if (seen.includes(closure)) return [];
  seen.push(closure);
  return capturesOf(closure).flatMap(([, v]) => (v.kind === 'closure' ? closureValues(v.closure, seen) : flatten(v)));
}

/** For each of the values that carry a closure the variable that it leads to, if it does. */
export function cellsOf(closure: Closure, seen: Closure[] = []): (CellVariable | undefined)[] {
  if (seen.includes(closure)) return [];
  seen.push(closure);
  return capturesOf(closure).flatMap(([, v]) => {
    if (v.kind === 'closure') return cellsOf(v.closure, seen);
    return v.kind === 'cell' ? [v.cell] : flatten(v).map(() => undefined);
  });
}

function rebuildClosure(template: Closure, next: () => Value, made = new Map<Closure, Closure>()): Closure {
  const known = made.get(template);
  if (known !== undefined) return known;
  const env: Env = { vars: new Variables(), home: template.env.home };
  const copy: Closure = { ...template, env };
  made.set(template, copy);
  for (const [binding, value] of capturesOf(template)) {
    const rebuilt: Abstract =
      value.kind === 'closure'
        ? { kind: 'closure', closure: rebuildClosure(value.closure, next, made) }
        : rebuildFrom(typeOf(value), next);
    if (binding === 'this') env.self = rebuilt;
    else env.vars.set(binding, rebuilt);
  }
  return copy;
}

/** The value with what its functions close over as it is here: a path that ends takes its variables with it. */
export function frozen(value: Abstract): Abstract {
  return value.kind === 'closure' ? { kind: 'closure', closure: freeze(value.closure) } : value;
}

function freeze(closure: Closure, made = new Map<Closure, Closure>()): Closure {
  const known = made.get(closure);
  if (known !== undefined) return known;
  const env: Env = { vars: new Variables(), home: closure.env.home };
  const copy: Closure = { ...closure, env };
  made.set(closure, copy);
  for (const [binding, value] of capturesOf(closure)) {
    const kept: Abstract = value.kind === 'closure' ? { kind: 'closure', closure: freeze(value.closure, made) } : value;
    if (binding === 'this') env.self = kept;
    else env.vars.set(binding, kept);
  }
  return copy;
}

/** A text that is the same for the same types, as far as specialisation is concerned. */
export function typeKey(type: JsType): string {
  switch (type.kind) {
    case 'constant':
      return `=${idOf(type.value)}`;
    case 'object': {
      const { type: t } = type;
      const name = t.kind === 'typed' ? t.name : `${t.kind}${t.root.id}`;
      return `${name}${type.orNull ? '0' : ''}${type.orUndefined ? '?' : ''}`;
    }
    case 'closure':
      return type.key;
    case 'cell':
      return `cell${idOf(type.cell)}`;
    case 'union':
      return `(${type.members.map(typeKey).join('|')})`;
    default:
      return type.kind;
  }
}

function closureType(closure: Closure): ClosureType {
  const carried = closureValues(closure).map((v) => v.type);
  return { kind: 'closure', key: closureKey(closure), closure: freeze(closure), carried };
}

/** Stands for a value of this type where only types matter. */
function standIn(type: JsType): Abstract {
  return rebuild(
    type,
    irTypes(type).map((t) => ({ id: -1, type: t })),
  );
}

/** The type of functions of the same code that close over what either closes over. */
function joinClosures(a: ClosureType, b: ClosureType): ClosureType | undefined {
  const made = new Map<Closure, Closure>();
  const both = (x: Closure, y: Closure): Closure | undefined => {
    const known = made.get(x);
    if (known !== undefined) return known;
    if (x.code !== y.code || x.checkpoint !== y.checkpoint) return undefined;
    const xs = capturesOf(x);
    const ys = capturesOf(y);
    if (xs.length !== ys.length) return undefined;
    const env: Env = { vars: new Variables(), home: x.env.home };
    const copy: Closure = { ...x, env };
    made.set(x, copy);
    for (const [i, [binding, value]] of xs.entries()) {
      const other = ys[i][1];
      if (ys[i][0] !== binding) return undefined;
      let joined: Abstract;
      if (value.kind === 'closure' && other.kind === 'closure') {
        const inner = both(value.closure, other.closure);
        if (inner === undefined) return undefined;
        joined = { kind: 'closure', closure: inner };
      } else {
        const type = join(typeOf(value), typeOf(other));
        if (type.kind === 'conflict') return undefined;
        joined = standIn(type);
      }
      if (binding === 'this') env.self = joined;
      else env.vars.set(binding, joined);
    }
    return copy;
  };
  const closure = both(a.closure as Closure, b.closure as Closure);
  return closure && closureType(closure);
}

closures.join = joinClosures;

/** The closure with what it closes over as values of the types that those of `template` have. */
function coerceClosure(b: Builder, closure: Closure, template: Closure, strings: StringTable): Closure | undefined {
  const made = new Map<Closure, Closure>();
  const convert = (from: Closure, to: Closure): Closure | undefined => {
    const known = made.get(from);
    if (known !== undefined) return known;
    if (from.code !== to.code || from.checkpoint !== to.checkpoint) return undefined;
    const env: Env = { vars: new Variables(), home: to.env.home };
    const copy: Closure = { ...to, env };
    made.set(from, copy);
    const have = new Map(capturesOf(from));
    for (const [binding, wanted] of capturesOf(to)) {
      const value = have.get(binding);
      if (value === undefined) return undefined;
      let converted: Abstract;
      if (wanted.kind === 'closure') {
        const inner = value.kind === 'closure' ? convert(value.closure, wanted.closure) : undefined;
        if (inner === undefined) return undefined;
        converted = { kind: 'closure', closure: inner };
      } else converted = coerce(b, value, typeOf(wanted), strings);
      if (binding === 'this') env.self = converted;
      else env.vars.set(binding, converted);
    }
    return copy;
  };
  return convert(closure, template);
}

export function typeOf(value: Abstract): JsType {
  switch (value.kind) {
    case 'object':
      return value.type;
    case 'closure':
      return closureType(value.closure);
    case 'union':
      return { kind: 'union', members: value.members.map(typeOf) };
    case 'cell':
      return { kind: 'cell', cell: value.cell };
    case 'conflict':
    case 'constant':
      return value;
    default:
      return { kind: value.kind };
  }
}

export function flatten(value: Abstract): Value[] {
  switch (value.kind) {
    case 'number':
    case 'boolean':
      return [value.value];
    case 'string':
      return [value.tag];
    case 'maybe':
      return [value.value, value.defined];
    case 'object':
    case 'cell':
      return [value.ref];
    case 'closure':
      return closureValues(value.closure);
    case 'union':
      return [value.tag, ...value.members.flatMap(flatten)];
    default:
      return [];
  }
}

function rebuildFrom(type: JsType, next: () => Value): Abstract {
  switch (type.kind) {
    case 'number':
      return { kind: 'number', value: next() };
    case 'boolean':
      return { kind: 'boolean', value: next() };
    case 'string':
      return { kind: 'string', tag: next() };
    case 'maybe':
      return { kind: 'maybe', value: next(), defined: next() };
    case 'object':
      return { kind: 'object', type, ref: next() };
    case 'cell':
      return { kind: 'cell', cell: type.cell, ref: next() };
    case 'closure':
      return { kind: 'closure', closure: rebuildClosure((type as ClosureType).closure as Closure, next) };
    case 'union':
      return { kind: 'union', tag: next(), members: type.members.map((m) => rebuildFrom(m, next)) };
    case 'constant':
    case 'conflict':
    case 'never':
      return type;
  }
}

/** A value of this type, carried by these IR values. */
export function rebuild(type: JsType, values: readonly Value[]): Abstract {
  let at = 0;
  return rebuildFrom(type, () => values[at++]);
}

/** Strings that the module knows, by number. */
export interface StringTable {
  tag(text: string): number;
}

function dummy(b: Builder, type: JsType): Abstract {
  return rebuild(
    type,
    irTypes(type).map((t) => b.const(t, 0)),
  );
}

/**
 * The same value as one of type `type`, which its own type is part of. What cannot be (only where types have grown since, or in
 * code that is never reached) becomes anything at all.
 */
export function coerce(b: Builder, value: Abstract, type: JsType, strings: StringTable): Abstract {
  if (value.kind === 'never') return dummy(b, type);
  if (sameType(typeOf(value), type)) return value;
  switch (type.kind) {
    case 'number':
      if (value.kind === 'constant' && typeof value.value === 'number') {
        return { kind: 'number', value: b.number(value.value) };
      }
      break;
    case 'boolean':
      if (value.kind === 'constant' && typeof value.value === 'boolean') {
        return { kind: 'boolean', value: b.bool(value.value) };
      }
      break;
    case 'string':
      if (value.kind === 'constant' && typeof value.value === 'string') {
        return { kind: 'string', tag: b.int(strings.tag(value.value)) };
      }
      break;
    case 'maybe':
      if (value.kind === 'number') return { kind: 'maybe', value: value.value, defined: b.bool(true) };
      if (value.kind === 'constant' && typeof value.value === 'number') {
        return { kind: 'maybe', value: b.number(value.value), defined: b.bool(true) };
      }
      if (value.kind === 'constant' && value.value === undefined) {
        return { kind: 'maybe', value: b.number(Number.NaN), defined: b.bool(false) };
      }
      break;
    case 'object':
      if (value.kind === 'object') return { kind: 'object', type, ref: value.ref };
      if (value.kind === 'constant' && value.value === null)
        return { kind: 'object', type, ref: b.const('ref', nullRef) };
      if (value.kind === 'constant' && value.value === undefined) {
        return { kind: 'object', type, ref: b.const('ref', undefinedRef) };
      }
      break;
    case 'closure':
      if (value.kind === 'closure') {
        const closure = coerceClosure(b, value.closure, type.closure as Closure, strings);
        if (closure !== undefined) return { kind: 'closure', closure };
      }
      break;
    case 'union':
      return coerceToUnion(b, value, type, strings);
    case 'conflict':
      return type;
    default:
      break;
  }
  return dummy(b, type);
}

/** The place of the member that values of this type belong to; -1 if there is none. */
function memberFor(type: JsType, members: readonly JsType[]): number {
  const exact = members.findIndex((m) => sameType(m, type));
  if (exact >= 0) return exact;
  return members.findIndex((m) => {
    const both = join(m, type);
    return both.kind !== 'conflict' && sameType(both, m);
  });
}

function coerceToUnion(b: Builder, value: Abstract, type: UnionType, strings: StringTable): Abstract {
  const { members } = type;
  if (value.kind !== 'union') {
    const at = memberFor(typeOf(value), members);
    const held = members.map((m, i) => (i === at ? coerce(b, value, m, strings) : dummy(b, m)));
    return { kind: 'union', tag: b.int(Math.max(at, 0)), members: held };
  }
  const held = members.map((m) => dummy(b, m));
  const places = value.members.map((m) => memberFor(typeOf(m), members));
  let tag = b.int(Math.max(places[0], 0));
  value.members.forEach((m, i) => {
    const at = places[i];
    if (at < 0) return;
    const chosen = b.compare('eq', value.tag, b.int(i));
    if (i > 0) tag = b.select(chosen, b.int(at), tag);
    const own = flatten(coerce(b, m, members[at], strings));
    // Two members of the old union may have become one of the new.
    const several = places.indexOf(at) !== places.lastIndexOf(at);
    const before = flatten(held[at]);
    held[at] = rebuild(members[at], several ? own.map((v, n) => b.select(chosen, v, before[n])) : own);
  });
  return { kind: 'union', tag, members: held };
}

/** Throws unless the value is one that can be used. */
export function usable(value: Abstract): Abstract {
  if (value.kind === 'conflict') {
    throw new Decline(`it may be ${describeType(value.a)} or ${describeType(value.b)}`);
  }
  return value;
}
