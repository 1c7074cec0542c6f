/**
 * What a module writes of memory. Invariant: errs on the side of written.
 */
import { type Active, activityOf, eachOp } from '../differentiate/activity.ts';
import type { Module } from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import { collectionKind, listTypeIn } from '../lower/lists/entries.ts';
import { arrayLength, typedSpaces } from '../lower/types/cells.ts';
import type { ObjectType } from '../lower/types/types.ts';

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
