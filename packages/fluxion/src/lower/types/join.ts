/**
 * How two types become one.
 * Invariant: what is joined holds both; types of memory that are joined are one from then on.
 */
import { tupleLength } from './record.ts';
import {
  type CellType,
  type ClosureType,
  type ConstantType,
  type JsType,
  maybe,
  type ObjectType,
  type ObjectTypeUse,
  objectOf,
  type UnionType,
  widen,
} from './types.ts';

export function sameObjectType(a: ObjectType, b: ObjectType): boolean {
  if (a.kind === 'typed' || b.kind === 'typed') return a === b;
  return a.root === b.root;
}

export function sameType(a: JsType, b: JsType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'constant':
      return Object.is(a.value, (b as ConstantType).value);
    case 'object': {
      const o = b as ObjectTypeUse;
      return a.orNull === o.orNull && a.orUndefined === o.orUndefined && sameObjectType(a.type, o.type);
    }
    case 'closure':
      return a.key === (b as ClosureType).key;
    case 'union': {
      const { members } = b as UnionType;
      return a.members.length === members.length && a.members.every((m, i) => sameType(m, members[i]));
    }
    case 'cell':
      return a.cell === (b as CellType).cell;
    default:
      return true;
  }
}

const isNull = (t: JsType): boolean => t.kind === 'constant' && t.value === null;
const isUndefined = (t: JsType): boolean => t.kind === 'constant' && t.value === undefined;

/** What closures close over is known to values.ts alone. */
export const closures: { join(a: ClosureType, b: ClosureType): ClosureType | undefined } = { join: () => undefined };

/** The least type that holds both. Objects of two types become one type where they can. */
export function join(a: JsType, b: JsType): JsType {
  if (a.kind === 'never') return b;
  if (b.kind === 'never' || sameType(a, b)) return a;
  if (a.kind === 'conflict') return a;
  if (b.kind === 'conflict') return b;
  if (a.kind === 'closure' && b.kind === 'closure') return closures.join(a, b) ?? { kind: 'conflict', a, b };
  if (a.kind === 'object' && b.kind === 'object') {
    const type = unifyObjects(a.type, b.type);
    if (type === undefined) return { kind: 'conflict', a, b };
    return objectOf(type, a.orNull || b.orNull, a.orUndefined || b.orUndefined);
  }
  if (a.kind === 'object' && isNull(b)) return objectOf(a.type, true, a.orUndefined);
  if (b.kind === 'object' && isNull(a)) return objectOf(b.type, true, b.orUndefined);
  if (a.kind === 'object' && isUndefined(b)) return objectOf(a.type, a.orNull, true);
  if (b.kind === 'object' && isUndefined(a)) return objectOf(b.type, b.orNull, true);
  const wa = widen(a);
  const wb = widen(b);
  if (sameType(wa, wb) && wa.kind !== 'constant') return wa;
  const numeric = (t: JsType): boolean => t.kind === 'number' || t.kind === 'maybe';
  if ((numeric(wa) || isUndefined(wa)) && (numeric(wb) || isUndefined(wb))) return maybe;
  return { kind: 'conflict', a, b };
}

const mostMembers = 6;

/** As `join`, but types that have nothing in common become a union. */
export function unite(a: JsType, b: JsType): JsType {
  const joined = join(a, b);
  if (joined.kind !== 'conflict' || a.kind === 'conflict' || b.kind === 'conflict') return joined;
  if (a.kind === 'cell' || b.kind === 'cell') return joined;
  const members = a.kind === 'union' ? [...a.members] : [widen(a)];
  for (const one of b.kind === 'union' ? b.members : [widen(b)]) {
    let found = false;
    for (let i = 0; i < members.length && !found; i++) {
      const both = join(members[i], one);
      if (both.kind === 'conflict') continue;
      members[i] = both;
      found = true;
    }
    if (!found) members.push(one);
  }
  if (members.length === 1) return members[0];
  return members.length > mostMembers ? joined : { kind: 'union', members };
}

function unifyObjects(a: ObjectType, b: ObjectType): ObjectType | undefined {
  if (a.kind === 'typed' || b.kind === 'typed') return a === b ? a : undefined;
  if (a.kind === 'array' && b.kind === 'array') {
    a.unify(b);
    return a.root;
  }
  if (a.kind === 'record' && b.kind === 'record' && tupleLength(a) === tupleLength(b)) {
    a.unify(b);
    return a.root;
  }
  return undefined;
}
