/**
 * Loops that lowering makes itself, over a number of rounds that is known when they begin.
 * Invariant: the counter is an i32 and `trips` is given.
 */
import type { Value } from '../../ir/ops.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { sameType, unite } from '../types/join.ts';
import { never, widen } from '../types/types.ts';
import { type Abstract, flatten, rebuild, typeOf } from '../values.ts';

/** `body` for each integer from `from` up to but not including `to`. */
export function countedLoop(act: Activation, node: Node, from: Value, to: Value, body: (i: Value) => void): void {
  const { b } = act;
  const trips = tripsOf(act, from, to);
  act.loop(
    node,
    [],
    [from],
    ([i]) => b.compare('lt', i, to),
    ([i]) => {
      body(i);
      return [b.integer('add', i, b.int(1))];
    },
    trips,
  );
}

/** The same from the last integer to the first. */
export function countedDown(act: Activation, node: Node, from: Value, to: Value, body: (i: Value) => void): void {
  const { b } = act;
  countedLoop(act, node, from, to, (i) => {
    body(b.integer('sub', b.integer('add', from, b.integer('sub', to, b.int(1))), i));
  });
}

function tripsOf(act: Activation, from: Value, to: Value): Value {
  const { b } = act;
  return b.integer('max', b.int(0), b.integer('sub', to, from));
}

/** Carries a value through the rounds. `key` is the place whose value it is, as far as its type is concerned. */
export function fold(
  act: Activation,
  node: Node,
  key: object,
  init: Abstract,
  from: Value,
  to: Value,
  step: (carried: Abstract, i: Value) => Abstract,
): Abstract {
  const { b, instance, lowering } = act;
  const type = unite(instance.carried.get(key) ?? never, widen(typeOf(init)));
  instance.carried.set(key, type);
  const results = act.loop(
    node,
    [],
    [from, ...flatten(act.coerce(init, type))],
    ([i]) => b.compare('lt', i, to),
    ([i, ...carried]) => {
      const next = step(rebuild(type, carried), i);
      const joined = unite(type, widen(typeOf(next)));
      if (!sameType(joined, type)) {
        instance.carried.set(key, joined);
        lowering.growth.changed = true;
      }
      return [b.integer('add', i, b.int(1)), ...flatten(act.coerce(next, type))];
    },
    tripsOf(act, from, to),
  );
  return rebuild(type, results.slice(1));
}
