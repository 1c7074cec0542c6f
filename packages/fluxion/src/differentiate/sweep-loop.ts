/**
 * The reverse of loops: the last test is undone, then the rounds from the last one to the first, body before test.
 * Invariant: what the loop carries backward is the adjoints of its carried values, of the outer values that its rounds use, the number
 * of the round or its frame; what none of the rounds changes is not carried.
 */
import { Builder } from '../ir/build.ts';
import type { Loop, Op, Value } from '../ir/ops.ts';
import { operandsOf } from '../ir/ops.ts';
import type { Type } from '../ir/types.ts';
import { Adjoints } from './adjoints.ts';
import { normally, type Within } from './structure.ts';
import type { Exit, Sweep } from './sweep.ts';
import { given } from './terms.ts';

/** One value carried through the rounds of the reverse loop. */
interface Carried {
  readonly type: Type;
  readonly first: Value;
  readonly inBody: Value;
  readonly next: Value;
  readonly done?: (result: Value) => void;
  /** Its adjoint goes to an argument of the loop. */
  readonly argument?: boolean;
}

export function sweepLoop(sweep: Sweep, op: Loop, exit: Exit): void {
  const { structure, available } = sweep;
  const { tape, liveness } = sweep.parts;
  const [test, body] = structure.inner(op).regions;
  const seeds = op.results.map((v) => sweep.take(v));
  const total = () => available.value(tape.isCounted(op) ? op.trips! : tape.countOf(op));
  const newest = (part: Within) => available.value(tape.newestOf(part.activation));
  const leftInBody = () => {
    const b = sweep.builder;
    return b.integer('and', b.compare('ge', exit!, b.int(body.first)), b.compare('le', exit!, b.int(body.last)));
  };

  // The test that failed, or was left: it belongs to no round.
  const lastTest = () =>
    available.in(
      { within: test, builder: sweep.builder, guarded: false, round: total, frame: () => newest(test) },
      () => sweep.region(test, test.escapes ? exit : undefined, [undefined, ...seeds]),
    );
  const plain = !test.escapes && !test.region.ops.some((inner) => liveness.op(inner));
  if (exit === undefined || plain) lastTest();
  else sweep.fork(leftInBody, () => {}, lastTest);

  const outer = sweep.builder;
  const b = new Builder(structure.ids);
  b.at = outer.at;
  const adjoints = new Adjoints(sweep.adjoints);
  const params = test.region.params.filter((v) => sweep.isActive(v));
  const adjointOf = (v: Value) => b.value('f64', v.name === undefined ? undefined : `d${v.name}`);
  const flows = new Map(params.map((v) => [v, adjointOf(v)]));
  const sums = outerValues(sweep, op).map((value) => ({ value, sum: adjointOf(value) }));
  const firsts = params.map((v) => sweep.take(v));
  for (const { value, sum } of sums) adjoints.set(value.id, sum);

  const round = b.value('i32');
  const frames = { test: b.value('ref'), body: b.value('ref') };
  const left = b.value('i32');
  const used = { round: false, test: false, body: false };
  const frame = (part: 'test' | 'body') => () => {
    used[part] = true;
    return frames[part];
  };
  let next: Value[] = [];
  let before = round;
  const undone = b.region([], () => {
    before = b.integer('sub', round, b.int(1));
    const roundOf = () => {
      used.round = true;
      return before;
    };
    sweep.builder = b;
    const kept = sweep.adjoints;
    sweep.adjoints = adjoints;
    available.in({ within: test, builder: b, guarded: false, round: roundOf, frame: frame('test') }, () => {
      available.in({ within: body, builder: b, guarded: false, round: roundOf, frame: frame('body') }, () => {
        const carried = test.region.params.map((v) => flows.get(v));
        sweep.region(body, exit === undefined || !body.escapes ? undefined : left, carried);
      });
      const flow = body.region.params.map((v) => sweep.take(v));
      sweep.region(test, undefined, [undefined, ...flow]);
    });
    next = params.map((v) => sweep.take(v) ?? sweep.zero());
    sweep.adjoints = kept;
    sweep.builder = outer;
    return { kind: 'yield', values: [] };
  });

  const ops = [...undone.ops];
  const list: Carried[] = [];
  const byFrame = used.body && !used.round;
  if (byFrame) ops.splice(0, 2);
  else list.push({ type: 'i32', first: total(), inBody: round, next: before });
  const chain = (part: Within, value: Value, first: Value) => {
    const after = b.value('ref');
    const space = tape.layout(part.activation).previous!;
    ops.push({ op: 'load', space, args: [value], results: [after] });
    list.push({ type: 'ref', first, inBody: value, next: after });
  };
  if (used.body) chain(body, frames.body, newest(body));
  if (used.test) {
    const ended = newest(test);
    const previous = outer.load(tape.layout(test.activation).previous!, ended);
    chain(test, frames.test, exit === undefined ? previous : outer.select(leftInBody(), ended, previous));
  }
  if (exit !== undefined && body.escapes) {
    const normal = outer.int(normally);
    list.push({ type: 'i32', first: exit, inBody: left, next: normal });
  }
  params.forEach((value, k) => {
    list.push({
      type: 'f64',
      first: firsts[k] ?? sweep.zero(),
      inBody: flows.get(value)!,
      next: next[k],
      argument: true,
      done: (result) => sweep.add(op.args[test.region.params.indexOf(value)], given(result)),
    });
  });
  for (const { value, sum } of sums) {
    const after = adjoints.get(value.id) ?? sweep.zero();
    if (after === sum) continue;
    const first = sweep.adjoints.get(value.id) ?? sweep.zero();
    const done = (result: Value) => sweep.adjoints.set(value.id, result);
    list.push({ type: 'f64', first, inBody: sum, next: after, done });
  }
  write(sweep, list, ops, byFrame);
}

function write(sweep: Sweep, list: readonly Carried[], ops: readonly Op[], byFrame: boolean): void {
  const b = sweep.builder;
  const tested = list.map(({ type }) => b.value(type));
  const test = b.region(tested, () => {
    const goes = byFrame ? b.not(b.convert('isNull', tested[0])) : b.compare('gt', tested[0], b.int(0));
    return { kind: 'yield', values: [goes, ...tested] };
  });
  const body = {
    params: list.map((c) => c.inBody),
    ops,
    end: { kind: 'yield' as const, values: list.map((c) => c.next) },
  };
  const results = b.loop(
    list.map((c) => c.first),
    list.map((c) => c.type),
    test,
    body,
    byFrame ? undefined : list[0].first,
  );
  // Sums first: an argument of the loop may be one of the values that its rounds use.
  for (const argument of [false, true])
    list.forEach((c, i) => {
      if ((c.argument === true) === argument) c.done?.(results[i]);
    });
}

/** The active values from outside that the rounds of a loop use. */
function outerValues(sweep: Sweep, loop: Loop): Value[] {
  const { structure } = sweep;
  const inside = new Set<number>();
  const found = new Map<number, Value>();
  const see = (values: readonly Value[]) => {
    for (const value of values) if (!inside.has(value.id) && sweep.isActive(value)) found.set(value.id, value);
  };
  const walk = ({ region }: Within): void => {
    for (const value of region.params) inside.add(value.id);
    for (const op of region.ops) {
      see(operandsOf(op));
      if (op.op === 'if' || op.op === 'loop' || op.op === 'block') structure.inner(op).regions.forEach(walk);
      for (const value of op.results) inside.add(value.id);
    }
    if (region.end.kind !== 'never') see(region.end.values);
  };
  structure.inner(loop).regions.forEach(walk);
  return [...found.values()];
}
