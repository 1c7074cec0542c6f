/**
 * Functions of `Math` over all elements of a list: `Math.max(...list)`.
 * Invariant: the elements are taken in order, and the value is the engine's own.
 */
import type { Value } from '../../ir/ops.ts';
import { type CallExpression, type Node, unparen } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { builtins } from '../builtins/table.ts';
import { evaluate } from '../expressions.ts';
import { fold } from '../flow/counted.ts';
import { elementAt, lengthOf, placeKey } from '../lists/arrays.ts';
import { listed, listIteration } from '../lists/iterables.ts';
import { isList } from '../lists/lists.ts';
import { elementsOfTuple, isTuple } from '../lists/tuples.ts';
import { numberValue } from '../operators.ts';
import { type Abstract, constantValue, neverValue, type ObjectValue } from '../values.ts';

const reductions = new Set<unknown>([Math.max, Math.min, Math.hypot]);

export function isReduction(fn: unknown): fn is Function {
  return reductions.has(fn);
}

type Part = Abstract | { readonly all: Abstract };

/** The call, where lists are spread into it; undefined for every other call. */
export function spreadReduction(act: Activation, fn: Function, node: CallExpression): Abstract | undefined {
  const spread = node.arguments.filter((a) => a.type === 'SpreadElement');
  if (spread.length === 0 || spread.every((a) => unparen(a.argument).type === 'ArrayExpression')) return undefined;
  const parts = node.arguments.map((a): Part => {
    return a.type === 'SpreadElement' ? { all: listIteration(act, a.argument) } : evaluate(act, a);
  });
  return act.dead ? neverValue : reduced(act, fn, parts, node);
}

/** What the function gives for all of these. */
export function reduced(act: Activation, fn: Function, parts: readonly Part[], node: Node): Abstract {
  const entry = builtins.get(fn)!;
  const lists = parts.map((p) => ('all' in p ? listed(act, p.all, node) : p));
  if (lists.some((v) => v.kind === 'never')) return neverValue;
  const known = lists.flatMap((v, i) => ('all' in parts[i] ? (isTuple(v) ? elementsOfTuple(act, v, node) : []) : [v]));
  const open = lists.filter((v, i) => 'all' in parts[i] && !isTuple(v));
  if (open.length === 0) return entry(act, known, node);
  for (const list of open) if (!isList(list)) act.decline('only arrays, Maps and Sets are spread', node);
  if (fn === Math.hypot) {
    if (open.length > 1 || known.length > 0) return act.decline('Math.hypot of a list and more is not compiled', node);
    return hypotOf(act, open[0] as ObjectValue, node);
  }
  // In their order, since -0 and 0 tie.
  let so: Abstract = constantValue(fn === Math.max ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
  for (const [i, part] of lists.entries()) {
    if (!('all' in parts[i])) so = entry(act, [so, part], node);
    else if (isTuple(part)) so = entry(act, [so, ...elementsOfTuple(act, part, node)], node);
    else if (isList(part)) {
      const step = (before: Abstract, x: Abstract): Value => numberValue(act, entry(act, [before, x], node), node);
      so = each(act, part, node, `extreme ${i}`, numberValue(act, so, node), step);
    }
  }
  return so;
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
