/**
 * `instanceof` and `in`: what an object is and has, folded where its type says it, else asked of its tag.
 * Invariant: prototypes that decide are guarded.
 */
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { isNullish } from '../operators.ts';
import type { Variant } from '../types/record.ts';
import { describeType, objectOf } from '../types/types.ts';
import { isAmong, split } from '../unions.ts';
import { type Abstract, type Closure, constantValue, neverValue, typeOf } from '../values.ts';
import { becomeDictionaries, hasEntry, isDictionary } from './dictionaries.ts';
import { lookUp } from './inherit.ts';

/** Whether the object is of one of these variants. */
function amongVariants(act: Activation, value: Abstract, test: (variant: Variant) => boolean): Abstract {
  if (value.kind !== 'object' || value.type.type.kind !== 'record') return constantValue(false);
  const { root } = value.type.type;
  const tags = root.variants.filter((v) => test(v.root)).map((v) => root.tagOf(v));
  if (tags.length === 0) return constantValue(false);
  if (tags.length === root.variants.length) return constantValue(true);
  return { kind: 'boolean', value: isAmong(act, act.b.load(root.tag!, value.ref), tags) };
}

/** For objects that are there; false for null and undefined. */
function ifPresent(act: Activation, value: Abstract, node: Node, use: (there: Abstract) => Abstract): Abstract {
  if (value.kind !== 'object') return use(value);
  const missing = isNullish(act, value, node);
  const there: Abstract = { ...value, type: objectOf(value.type.type) };
  if (missing === true) return constantValue(false);
  if (missing === false) return use(there);
  return act.branch(
    missing,
    () => constantValue(false),
    () => use(there),
  );
}

export function instanceOf(act: Activation, value: Abstract, cls: Abstract, node: Node): Abstract {
  if (value.kind === 'never' || cls.kind === 'never') return neverValue;
  if (value.kind === 'union') return split(act, value, node, (one) => instanceOf(act, one, cls, node));
  if (value.kind !== 'object') {
    if (value.kind === 'closure' || (value.kind === 'constant' && typeof value.value === 'function')) {
      return act.decline('instanceof of a function is not compiled', node);
    }
    return constantValue(false);
  }
  return ifPresent(act, value, node, (there) => {
    if (cls.kind === 'closure') return amongVariants(act, there, (v) => descends(act, v.owner, cls.closure.code));
    if (cls.kind !== 'constant' || typeof cls.value !== 'function') {
      return act.decline('what instanceof asks for is not known', node);
    }
    const fn = cls.value;
    const { guards } = act.lowering;
    if (Symbol.hasInstance in fn && fn[Symbol.hasInstance] !== Function.prototype[Symbol.hasInstance]) {
      return act.decline('a class with Symbol.hasInstance is not compiled', node);
    }
    const { type } = value.type;
    if (type.kind !== 'record') {
      const own: unknown = type.kind === 'array' ? Array : globalThis[type.name];
      if (fn === own || fn === Object) return constantValue(true);
      return constantValue(fn.prototype === Object.getPrototypeOf((own as Function).prototype));
    }
    const wanted: unknown = guards.own(fn, 'prototype')?.value;
    return amongVariants(act, there, (v) => {
      let at = v.prototype;
      if (v.owner !== undefined) {
        const base = nativeBase(act, v.owner as Closure['code']);
        at = base === undefined ? Object.prototype : (guards.own(base, 'prototype')?.value as object | null);
      }
      for (; at !== null; at = guards.prototypeOf(at)) if (at === wanted) return true;
      return false;
    });
  });
}

/** Whether a class of lowered code is or extends another. */
function descends(act: Activation, owner: unknown, wanted: Closure['code']): boolean {
  for (let code = owner as Closure['code'] | undefined; code !== undefined; ) {
    if (code === wanted) return true;
    const parent = act.lowering.parents.get(code);
    code = parent?.kind === 'closure' ? parent.closure.code : undefined;
  }
  return false;
}

/** The class that exists at the end of a chain of classes of lowered code. */
function nativeBase(act: Activation, owner: Closure['code']): Function | undefined {
  let at: Abstract | undefined = act.lowering.parents.get(owner);
  while (at?.kind === 'closure') at = act.lowering.parents.get(at.closure.code);
  return at?.kind === 'constant' && typeof at.value === 'function' ? at.value : undefined;
}

/** `key in object`. */
export function hasMember(act: Activation, key: Abstract, object: Abstract, node: Node): Abstract {
  if (key.kind === 'never' || object.kind === 'never') return neverValue;
  if (object.kind === 'union') return split(act, object, node, (one) => hasMember(act, key, one, node));
  if (object.kind !== 'object' || object.type.type.kind !== 'record' || object.type.orNull || object.type.orUndefined) {
    return act.decline(`in of a ${describeType(typeOf(object))} is not compiled`, node);
  }
  const { root } = object.type.type;
  if (isDictionary(root)) return hasEntry(act, object, key, node);
  if (key.kind !== 'constant') becomeDictionaries(act, root);
  const one = (name: string): Abstract => {
    if (root.variants.some((v) => v.late.has(name))) becomeDictionaries(act, root);
    if (root.variants.some((v) => v.late.has(name))) act.decline(`whether the object has ${name} is not known`, node);
    return amongVariants(act, object, (v) => v.keys.includes(name) || lookUp(act, v, name) !== undefined);
  };
  if (key.kind === 'constant') return one(String(key.value));
  return act.decline('in with a key that is not known is not compiled', node);
}
