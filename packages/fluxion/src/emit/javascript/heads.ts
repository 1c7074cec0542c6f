/**
 * Whether the heads of arrays can be left out of the text: an array then is its elements, `x[i]` and `x.length`.
 * Invariant: decided for a module as a whole; a head is left out only if it is written once, when it is made, and says no more than its
 * elements do.
 */
import { type Func, type Module, type Op, type Region, regionsOf, type Value } from '../../ir/ops.ts';
import type { Space } from '../../ir/types.ts';
import {
  arrayCapacity,
  arrayData,
  arrayLength,
  arrayShape,
  typedBuffer,
  typedData,
  typedLength,
  typedShape,
  typedStart,
} from '../../lower/types/cells.ts';

export interface Heads {
  /** The loads that are the array itself. */
  isData(space: Space): boolean;
  /** A field of a head that is left out. */
  isField(space: Space): boolean;
  /** The elements that stand for a head made here, and the operations that are left out with it. */
  readonly made: ReadonlyMap<Op, { readonly data: Value; readonly skipped: readonly Op[] }>;
  /** Growing arrays are their elements too. */
  readonly flatArrays: boolean;
}

const arrayFields: ReadonlySet<Space> = new Set(arrayShape.fields);
const typedFields: ReadonlySet<Space> = new Set([typedLength, typedData, typedStart, typedBuffer]);

export function headsOf(module: Module): Heads {
  const made = new Map<Op, { data: Value; skipped: Op[] }>();
  const skipped = new Set<Op>();
  let flatArrays = true;
  let flatTyped = true;
  const ops: Op[] = [];
  /** Elements under one head can stand for it; under two they could not be told apart. */
  const headed = new Set<Value>();
  for (const func of module.functions.values()) {
    const walk = (region: Region): void => {
      region.ops.forEach((op, i) => {
        ops.push(op);
        if (op.op === 'alloc' && (op.shape === arrayShape || op.shape === typedShape)) {
          const head = headAt(region, i, op.results[0], new Set(op.shape.fields));
          const data = head.get(op.shape === arrayShape ? arrayData : typedData);
          const length = head.get(op.shape === arrayShape ? arrayLength : typedLength);
          const count = data && countOf(region, i, data.value);
          const room = head.get(arrayCapacity);
          const whole = op.shape === typedShape || (room !== undefined && same(func, room.value, length?.value));
          if (
            data === undefined ||
            length === undefined ||
            count === undefined ||
            headed.has(data.value) ||
            !whole ||
            !same(func, count, length.value)
          ) {
            if (op.shape === arrayShape) flatArrays = false;
            else flatTyped = false;
          } else {
            const parts = [...head.values()].map(({ op }) => op);
            for (const part of parts) skipped.add(part);
            headed.add(data.value);
            made.set(op, { data: data.value, skipped: parts });
          }
        }
        for (const inner of regionsOf(op)) walk(inner);
      });
    };
    walk(func.body);
  }
  for (const op of ops) {
    if (op.op === 'store' && !skipped.has(op)) {
      if (arrayFields.has(op.space)) flatArrays = false;
      if (typedFields.has(op.space)) flatTyped = false;
    }
    if (op.op === 'load' && arrayFields.has(op.space) && op.space !== arrayData && op.space !== arrayLength)
      flatArrays = false;
  }
  const isField = (space: Space): boolean =>
    (flatArrays && arrayFields.has(space)) || (flatTyped && typedFields.has(space));
  for (const op of [...made.keys()]) if (op.op === 'alloc' && !isField(op.shape.fields[0])) made.delete(op);
  return {
    isField,
    isData: (space) => (flatArrays && space === arrayData) || (flatTyped && space === typedData),
    made,
    flatArrays,
  };
}

/** The stores that fill a head, right behind its allocation. */
function headAt(
  region: Region,
  at: number,
  ref: Value,
  fields: ReadonlySet<Space>,
): Map<Space, { op: Op; value: Value }> {
  const found = new Map<Space, { op: Op; value: Value }>();
  for (let i = at + 1; i < region.ops.length; i++) {
    const op = region.ops[i];
    if (op.op === 'store' && op.args[0] === ref && fields.has(op.space) && !found.has(op.space)) {
      found.set(op.space, { op, value: op.args[1] });
    } else if (!['const', 'elements', 'int', 'math', 'convert'].includes(op.op)) break;
  }
  return found;
}

/** How many elements there are, if they are made in the same region near by and are nothing but this head's. */
function countOf(region: Region, at: number, data: Value): Value | undefined {
  for (let i = Math.max(0, at - 8); i < Math.min(region.ops.length, at + 8); i++) {
    const op = region.ops[i];
    if (op.op === 'elements' && op.results[0] === data) return op.args[0];
  }
  return undefined;
}

const constants = new WeakMap<Func, Map<number, number>>();

/** Whether two values are one, or one constant. */
function same(func: Func, a: Value, b: Value | undefined): boolean {
  if (b === undefined) return false;
  if (a === b) return true;
  let known = constants.get(func);
  if (known === undefined) {
    known = new Map();
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        if (op.op === 'const') known!.set(op.results[0].id, op.value);
        for (const inner of regionsOf(op)) walk(inner);
      }
    };
    walk(func.body);
    constants.set(func, known);
  }
  const x = known.get(a.id);
  return x !== undefined && x === known.get(b.id);
}
