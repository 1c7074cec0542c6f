/**
 * Elements that take more than one cell: of several kinds, and functions that close over values. Such an element is a reference to a box.
 * Invariant: a box is written when it is made and never again, so that two arrays may share one.
 */
import type { Value } from '../../ir/ops.ts';
import type { Space } from '../../ir/types.ts';
import type { Activation } from '../activation.ts';
import type { ArrayType } from '../types/array.ts';
import { isBoxed } from '../types/cells.ts';
import type { RecordType } from '../types/record.ts';
import type { JsType } from '../types/types.ts';
import { type Abstract, coerce, flatten, rebuild } from '../values.ts';

const boxes = new WeakMap<ArrayType, RecordType>();

/** What a box consists of. */
export interface Box {
  readonly record: RecordType;
  /** Of what is in it: the kinds of the elements, in an order of its own. */
  readonly held: JsType;
  readonly spaces: readonly Space[];
}

/** The boxes of an array's elements, as its type is now; undefined where an element is a cell or less. */
export function boxOf(type: ArrayType): Box | undefined {
  const { root } = type;
  const { element } = root;
  if (!isBoxed(element.type)) return undefined;
  let record = boxes.get(root);
  if (record === undefined) boxes.set(root, (record = root.boxed()));
  const field = record.addField('v', element.type);
  return { record, held: field.type.type, spaces: record.spaces('v') };
}

/** A new box. */
export function boxed(act: Activation, { record, held, spaces }: Box, value: Abstract): Value {
  const { b } = act;
  const ref = b.alloc(record.shape);
  flatten(coerce(b, value, held, act.lowering)).forEach((v, i) => void b.store(spaces[i], ref, v));
  return ref;
}

export function unboxed(act: Activation, { held, spaces }: Box, ref: Value): Abstract {
  return rebuild(
    held,
    spaces.map((space) => act.b.load(space, ref)),
  );
}
