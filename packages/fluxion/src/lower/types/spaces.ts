/**
 * Which spaces of memory belong to a type. Invariant: a space that is not named here holds nothing of the type.
 */
import type { Space } from '../../ir/types.ts';
import { boxOf } from '../lists/boxes.ts';
import { arrayLength, elementStates, typedSpaces } from './cells.ts';
import type { JsType, ObjectType } from './types.ts';

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
