/**
 * Which spaces of memory belong to a type, and which of them a module writes.
 * Invariant: a space that is not named here holds nothing of the type.
 */
import { eachOp } from '../differentiate/activity.ts';
import type { Module } from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import { type JsType, type ObjectType, typedSpaces } from '../lower/types.ts';

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
      spaces.add(object.space);
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

/** Whether a function, or one that it calls, takes memory. */
export function allocatesIn(module: Module, entry: string, seen = new Set<string>()): boolean {
  if (seen.has(entry)) return false;
  seen.add(entry);
  let found = false;
  eachOp(module.functions.get(entry)!.body, (op) => {
    if (op.op === 'alloc' || op.op === 'elements') found = true;
    else if (op.op === 'call' && !found) found = allocatesIn(module, op.callee, seen);
  });
  return found;
}

/** The spaces that anything in the module writes, apart from those that only new objects have. */
export function writtenSpaces(module: Module): Set<Space> {
  const written = new Set<Space>();
  for (const func of module.functions.values()) {
    eachOp(func.body, (op) => {
      if (op.op === 'store' || op.op === 'copy') written.add(op.space);
    });
  }
  return written;
}
