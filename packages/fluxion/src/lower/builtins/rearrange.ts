/**
 * Methods of arrays and typed arrays that copy, fill and put in another order.
 * Invariant: sorting is stable and asks the comparator as merging does: whether the later element comes first.
 */
import type { Value } from '../../ir/ops.ts';
import type { Space } from '../../ir/types.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { callValue } from '../calls/calls.ts';
import { countedLoop } from '../flow/counted.ts';
import {
  arrayTypeAt,
  arrayTypeOf,
  carriedFor,
  dataOf,
  elementFrom,
  elementTypeOf,
  elementWhere,
  hasCell,
  lengthOf,
  spaceOf,
  storeAt,
  storeCarried,
} from '../lists/arrays.ts';
import { copyElements, listOf, position, slice, takeElements } from '../lists/lists.ts';
import { numberValue } from '../operators.ts';
import { arrayStates, elementStates } from '../types/cells.ts';
import { elementEffect } from '../types/effects.ts';
import { type Abstract, type ObjectValue, undefinedValue } from '../values.ts';
import type { Method } from './table.ts';

/** From and how many: of the arguments (start, end). */
export function section(
  act: Activation,
  args: readonly (Abstract | undefined)[],
  length: Value,
  node: Node,
): { from: Value; count: Value } {
  const { b } = act;
  const from = position(act, args[0], length, b.int(0), node);
  const to = position(act, args[1], length, length, node);
  return { from, count: b.integer('max', b.integer('sub', to, from), b.int(0)) };
}

const sliced: Method = (act, self, args, node) => {
  const list = listOf(act, self, node);
  const { from, count } = section(act, args, lengthOf(act, list), node);
  return slice(act, node, list, from, count);
};

const fill: Method = (act, self, args, node) => {
  const { b } = act;
  const list = listOf(act, self, node);
  const carried = carriedFor(act, list, args[0] ?? undefinedValue, node);
  const { from, count } = section(act, args.slice(1), lengthOf(act, list), node);
  countedLoop(act, node, b.int(0), count, (i) => storeCarried(act, list, b.integer('add', from, i), carried));
  return list;
};

const copyWithin: Method = (act, self, args, node) => {
  const { b } = act;
  const list = listOf(act, self, node);
  const length = lengthOf(act, list);
  const to = position(act, args[0], length, b.int(0), node);
  const { from, count } = section(act, args.slice(1), length, node);
  copyElements(act, node, list, to, list, from, b.integer('min', count, b.integer('sub', length, to)));
  return list;
};

const at: Method = (act, self, args, node) => {
  const list = listOf(act, self, node);
  const n = args[0] ?? undefinedValue;
  const index =
    n.kind === 'constant' && typeof n.value === 'number'
      ? wholeIndex(act, n.value, lengthOf(act, list))
      : relative(act, numberValue(act, n, node), lengthOf(act, list));
  return elementWhere(act, list, index, node);
};

function wholeIndex(act: Activation, n: number, length: Value): Value {
  const k = Math.trunc(n) || 0;
  if (Math.abs(k) >= 2 ** 31) return act.b.int(-1);
  return k < 0 ? act.b.integer('add', length, act.b.int(k)) : act.b.int(k);
}

function relative(act: Activation, n: Value, length: Value): Value {
  const { b } = act;
  const whole = b.math('trunc', b.select(b.compare('eq', n, n), n, b.number(0)));
  const counted = b.math('add', b.convert('toNumber', length), whole);
  return b.convert('toIndex', b.select(b.compare('lt', whole, b.number(0)), counted, whole));
}

function reverseIn(act: Activation, node: Node, list: ObjectValue): void {
  const { b } = act;
  const type = arrayTypeOf(list);
  if (type) act.changes(elementEffect(type));
  const length = lengthOf(act, list);
  const last = b.integer('sub', length, b.int(1));
  const swap = (space: Space, data: Value, i: Value): void => {
    const j = b.integer('sub', last, i);
    const low = b.load(space, data, i);
    b.store(space, data, i, b.load(space, data, j));
    b.store(space, data, j, low);
  };
  const data = dataOf(act, list);
  const states = type?.holey ? b.load(arrayStates, list.ref) : undefined;
  countedLoop(act, node, b.int(0), b.integer('shr', length, b.int(1)), (i) => {
    if (hasCell(elementTypeOf(list))) swap(spaceOf(list), data, i);
    if (states) swap(elementStates, states, i);
  });
}

const reverse: Method = (act, self, _args, node) => {
  const list = listOf(act, self, node);
  reverseIn(act, node, list);
  return list;
};

/** A copy without holes, as the `to…` methods make it. */
function copyOf(act: Activation, node: Node, list: ObjectValue): ObjectValue {
  if (arrayTypeOf(list)?.holey) act.decline('a copy of an array that may have holes is not compiled', node);
  return slice(act, node, list, act.b.int(0), lengthOf(act, list));
}

const toReversed: Method = (act, self, _args, node) => {
  const list = copyOf(act, node, listOf(act, self, node));
  reverseIn(act, node, list);
  return list;
};

const withElement: Method = (act, self, args, node) => {
  const list = listOf(act, self, node);
  const index = relative(act, numberValue(act, args[0] ?? undefinedValue, node), lengthOf(act, list));
  const inside = act.b.compare('lt', index, lengthOf(act, list), true);
  act.guard(inside, 'throw', 'an element beyond the end is replaced', node);
  const type = arrayTypeOf(list);
  if (type) takeElements(arrayTypeAt(act, node), list);
  const made = copyOf(act, node, list);
  storeAt(act, made, index, args[1] ?? undefinedValue, node);
  return made;
};

const comparisons = new WeakMap<Node, object>();
/** What the effects of the comparator of a sort are found by. */
function comparing(node: Node): object {
  let key = comparisons.get(node);
  if (key === undefined) comparisons.set(node, (key = {}));
  return key;
}

/** Whether the later of two elements comes before the earlier one. */
type Before = (later: Abstract, earlier: Abstract) => Value;

function comparatorOf(act: Activation, list: ObjectValue, fn: Abstract | undefined, node: Node): Before {
  const { b } = act;
  if (fn !== undefined && !(fn.kind === 'constant' && fn.value === undefined)) {
    return (later, earlier) => {
      const order = act.round(comparing(node), (effects) => {
        const given = callValue(act, fn, undefinedValue, [later, earlier], node);
        // How often it is called, and with what, is the engine's business.
        if (!effects.isEmpty) act.decline('sorting by a function that changes something is not compiled', node);
        return numberValue(act, given, node);
      });
      // Where it is not consistent, the order is the engine's, too.
      act.guard(b.compare('eq', order, order), 'range', 'elements are sorted by NaN', node);
      return b.compare('lt', order, b.number(0));
    };
  }
  if (list.type.type.kind !== 'typed') return act.decline('sorting by text is not compiled: give a comparator', node);
  // NaN comes last, -0 before 0.
  return (later, earlier) => {
    const x = numberValue(act, later, node);
    const y = numberValue(act, earlier, node);
    const one = b.number(1);
    const zeros = b.integer(
      'and',
      b.compare('eq', x, y),
      b.compare('lt', b.math('div', one, x), b.math('div', one, y)),
    );
    const notANumber = b.integer('and', b.compare('ne', y, y), b.compare('eq', x, x));
    return b.integer('or', b.compare('lt', x, y), b.integer('or', zeros, notANumber));
  };
}

/** Merges runs of 1, 2, 4, … elements, to and fro between the list and a second one. */
function sortIn(act: Activation, node: Node, list: ObjectValue, fn: Abstract | undefined): void {
  const { b } = act;
  const type = arrayTypeOf(list);
  const before = comparatorOf(act, list, fn, node);
  if (type?.holey) act.decline('sorting an array that may have holes is not compiled', node);
  if (!hasCell(elementTypeOf(list))) return;
  if (type) act.changes(elementEffect(type));
  const space = spaceOf(list);
  const length = lengthOf(act, list);
  const zero = b.int(0);
  const one = b.int(1);
  const sorted = b.elements(space, length);
  const other = b.elements(space, length);
  b.copy(space, sorted, zero, dataOf(act, list), zero, length);
  const read = (data: Value, i: Value): Abstract =>
    type ? elementFrom(act, type, b.load(space, data, i)) : typedElement(act, list, space, data, i);
  // Each level of merging; the width doubles until it reaches the length.
  const [, done] = act.loop(
    node,
    [],
    [one, sorted, other],
    ([width]) => b.compare('lt', width, length),
    ([width, from, to]) => {
      const double = b.integer('shl', width, one);
      act.loop(
        node,
        [],
        [zero],
        ([low]) => b.compare('lt', low, length),
        ([low]) => {
          const middle = b.integer('min', b.integer('add', low, width), length);
          const high = b.integer('min', b.integer('add', low, double), length);
          mergeRuns(act, node, space, from, to, low, middle, high, read, before);
          return [b.integer('add', low, double)];
        },
      );
      return [double, to, from];
    },
  );
  b.copy(space, dataOf(act, list), zero, done, zero, b.integer('min', length, lengthOf(act, list)));
}

function typedElement(act: Activation, list: ObjectValue, space: Space, data: Value, i: Value): Abstract {
  const raw = act.b.load(space, data, i);
  if (raw.type === 'f64') return { kind: 'number', value: raw };
  const { type } = list.type;
  const unsigned = type.kind === 'typed' && type.name === 'Uint32Array';
  return { kind: 'number', value: act.b.convert(unsigned ? 'toNumberUnsigned' : 'toNumber', raw) };
}

function mergeRuns(
  act: Activation,
  node: Node,
  space: Space,
  from: Value,
  to: Value,
  low: Value,
  middle: Value,
  high: Value,
  read: (data: Value, i: Value) => Abstract,
  before: Before,
): void {
  const { b } = act;
  const one = b.int(1);
  // i in the first run, j in the second; one of them moves each round.
  act.loop(
    node,
    [],
    [low, middle, low],
    ([, , k]) => b.compare('lt', k, high),
    ([i, j, k]) => {
      const second = act.branch(
        b.compare('ge', i, middle),
        () => ({ kind: 'boolean', value: b.bool(true) }),
        () =>
          act.branch(
            b.compare('lt', j, high),
            () => ({ kind: 'boolean', value: before(read(from, j), read(from, i)) }),
            () => ({ kind: 'boolean', value: b.bool(false) }),
          ),
      );
      const taken = second.kind === 'boolean' ? second.value : b.bool(false);
      b.store(space, to, k, b.load(space, from, b.select(taken, j, i)));
      const step = b.convert('booleanToInt', taken);
      const rest = b.integer('sub', one, step);
      return [b.integer('add', i, rest), b.integer('add', j, step), b.integer('add', k, one)];
    },
    b.integer('sub', high, low),
  );
}

const sort: Method = (act, self, args, node) => {
  const list = listOf(act, self, node);
  sortIn(act, node, list, args[0]);
  return list;
};

const toSorted: Method = (act, self, args, node) => {
  const list = copyOf(act, node, listOf(act, self, node));
  sortIn(act, node, list, args[0]);
  return list;
};

export const rearrangeMethods: Readonly<Record<string, Method>> = {
  slice: sliced,
  fill,
  copyWithin,
  at,
  reverse,
  toReversed,
  with: withElement,
  sort,
  toSorted,
};
