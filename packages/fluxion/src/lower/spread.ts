/**
 * Functions of `Math` over all elements of a list: `Math.max(...list)`.
 * Invariant: the elements are taken in order, and the value is the engine's own.
 */
import type { Value } from '../ir/ops.ts';
import { type CallExpression, type Node, unparen } from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { elementAt, lengthOf, placeKey } from './arrays.ts';
import { builtins } from './builtins/table.ts';
import { fold } from './counted.ts';
import { listIteration } from './iterables.ts';
import { isList } from './lists.ts';
import { numberValue } from './operators.ts';
import { elementsOfTuple, isTuple } from './tuples.ts';
import { type Abstract, neverValue, type ObjectValue } from './values.ts';

/** The call, where its only argument is a list that is spread; undefined for every other call. */
export function spreadReduction(act: Activation, fn: unknown, node: CallExpression): Abstract | undefined {
  const [only] = node.arguments;
  if (node.arguments.length !== 1 || only.type !== 'SpreadElement') return undefined;
  if (unparen(only.argument).type === 'ArrayExpression') return undefined;
  const list = listIteration(act, only.argument);
  if (act.dead || list.kind === 'never') return neverValue;
  const entry = builtins.get(fn as Function)!;
  if (isTuple(list)) return entry(act, elementsOfTuple(act, list, node), node);
  if (!isList(list)) return act.decline('only arrays are spread', only);
  if (fn === Math.hypot) return hypotOf(act, list, node);
  const first = act.b.number(fn === Math.max ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
  return each(act, list, node, 'extreme', first, (so, x) => numberValue(act, entry(act, [so, x], node), node));
}

/** Carries a number over the elements. */
function each(
  act: Activation,
  list: ObjectValue,
  node: Node,
  what: string,
  first: Value,
  step: (so: Abstract, element: Abstract) => Value,
): Abstract {
  const { b } = act;
  const init: Abstract = { kind: 'number', value: first };
  return fold(act, node, placeKey(node, what), init, b.int(0), lengthOf(act, list), (so, i) => ({
    kind: 'number',
    value: step(so, elementAt(act, list, i, node)),
  }));
}

/** As V8 has it: the squares of what is left after dividing by the largest, summed with compensation (Kahan, 1965). */
function hypotOf(act: Activation, list: ObjectValue, node: Node): Abstract {
  const { b } = act;
  const numberOf = (value: Abstract): Value => numberValue(act, value, node);
  const zero = b.number(0);
  const largest = numberOf(
    each(act, list, node, 'largest', zero, (so, x) => b.math('max', numberOf(so), b.math('abs', numberOf(x)))),
  );
  const finite = b.compare('lt', largest, b.number(Number.POSITIVE_INFINITY));
  act.guard(finite, 'range', 'Math.hypot of something that is not finite', node);
  return act.branch(
    b.compare('eq', largest, zero),
    () => ({ kind: 'number', value: b.number(0) }),
    () => {
      const length = lengthOf(act, list);
      const [, sum] = act.loop(
        node,
        [],
        [b.int(0), b.number(0), b.number(0)],
        ([i]) => b.compare('lt', i, length),
        ([i, so, compensation]) => {
          const n = b.math('div', b.math('abs', numberOf(elementAt(act, list, i, node))), largest);
          const summand = b.math('sub', b.math('mul', n, n), compensation);
          const next = b.math('add', so, summand);
          return [b.integer('add', i, b.int(1)), next, b.math('sub', b.math('sub', next, so), summand)];
        },
        length,
      );
      return { kind: 'number', value: b.math('mul', b.math('sqrt', sum), largest) };
    },
  );
}
