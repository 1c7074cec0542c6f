/**
 * Which spaces of memory belong to a type, and what a module writes of them.
 * Invariant: a space that is not named here holds nothing of the type.
 */
import { type Active, activityOf, eachOp } from '../differentiate/activity.ts';
import type { Module } from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import { boxOf } from '../lower/boxes.ts';
import { collectionKind, listTypeIn } from '../lower/entries.ts';
import { arrayLength, elementStates, type JsType, type ObjectType, typedSpaces } from '../lower/types.ts';

/** The spaces of everything that can be reached from values of these types. */
export function spacesOf(types: readonly JsType[]): Set<Space> {
  const spaces = new Set<Space>();
  const seen = new Set<ObjectType>();
  const visit = (type: JsType): void => {
    if (type.kind === 'union') type.members.forEach(visit);
    if (type.kind !== 'object') return;
    const object = type.type.kind === 'typed' ? type.type : type.type.root;
    if (seen.has(object)) return;
    seen.add(object);
    if (object.kind === 'typed') spaces.add(typedSpaces[object.name]);
    else if (object.kind === 'array') {
      for (const space of [object.space, arrayLength, elementStates]) spaces.add(space);
      for (const space of boxOf(object)?.spaces ?? []) spaces.add(space);
      visit(object.element.type);
    } else {
      for (const { name, type: held } of object.fields) {
        for (const space of object.spaces(name)) spaces.add(space);
        visit(held.type);
      }
    }
  };
  types.forEach(visit);
  return spaces;
}

/** Whether something that writes these spaces may write an object of this type. */
export function mayWrite(type: ObjectType, written: ReadonlySet<Space>): boolean {
  if (type.kind === 'typed') return written.has(typedSpaces[type.name]);
  const { root } = type;
  if (root.kind === 'array') return written.has(root.space) || written.has(arrayLength);
  if (collectionKind(root) !== undefined)
    return root.fields.some(({ name }) => mayWrite(listTypeIn(root, name), written));
  return root.fields.some(({ name }) => root.spaces(name).some((space) => written.has(space)));
}

/** The spaces into which the module may put numbers that depend on what is active. */
export function receiving(module: Module, entry: string, active: Active): ReadonlySet<Space> {
  const activity = activityOf(module, entry, active);
  const found = new Set<Space>();
  for (const func of activity.functions.values()) {
    eachOp(func.body, (op) => {
      if (op.op === 'copy' && activity.space(op.space)) found.add(op.space);
      if (op.op === 'store' && activity.value(func, op.args[op.args.length - 1])) found.add(op.space);
    });
  }
  return found;
}
