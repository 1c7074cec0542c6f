import { describe, expect, test } from 'vitest';
import { values } from '../../src/dynamic/numbers/apply.ts';
import { numberOf, Tracked, type Value } from '../../src/dynamic/numbers/box.ts';
import { reverseLevel } from '../../src/dynamic/numbers/level.ts';
import { operators as o } from '../../src/dynamic/operators.ts';
import { Tape } from '../../src/dynamic/tape.ts';
import { newRun, reverse } from './numbers/derive.ts';

const run = newRun();
const add = o.add as (a: Value, b: Value) => Tracked;
const mul = o.mul as (a: Value, b: Value) => Tracked;

function start(...xs: number[]): { level: ReturnType<typeof reverseLevel>; tape: Tape; inputs: Tracked[] } {
  const tape = new Tape();
  const level = reverseLevel(run, undefined, tape);
  return { level, tape, inputs: xs.map((x) => new Tracked(level, x, tape.leaf())) };
}

describe('the tape', () => {
  test('grows, and gives the same adjoints at each sweep', () => {
    const { tape, inputs } = start(1.5);
    let y = inputs[0]!;
    for (let i = 0; i < 10_000; i++) y = add(mul(y, 0.5), inputs[0]!);
    expect(tape.length).toBe(20_001);
    const first = tape.sweep([[y.index, 1]]).at(inputs[0]!.index);
    expect(first).toBeCloseTo(2, 12);
    expect(tape.sweep([[y.index, 1]]).at(0)).toBe(first);
    expect(tape.sweep([[y.index, -3]]).at(0)).toBeCloseTo(-6, 12);
    tape.trim();
    expect(tape.sweep([[y.index, 1]]).at(0)).toBe(first);
  });

  test('released memory serves the next tape, however large or limited', () => {
    for (const n of [10, 5000, 10, 100_000, 10]) {
      const { tape, inputs } = start(1.5);
      let y = inputs[0]!;
      for (let i = 0; i < n; i++) y = add(y, inputs[0]!);
      expect(tape.sweep([[y.index, 1]]).at(0)).toBe(n + 1);
      tape.release();
      expect(tape.length).toBe(0);
    }
    const small = new Tape({ limit: 3 });
    for (let i = 0; i < 3; i++) small.leaf();
    expect(() => small.leaf()).toThrow(expect.objectContaining({ code: 'TapeLimit' }));
  });

  test('is cut back over many chunks, and goes on from there', () => {
    const { tape, inputs } = start(1.5);
    const x = inputs[0]!;
    let y = x;
    for (let i = 0; i < 50_000; i++) y = add(y, x);
    const kept = y;
    const mark = tape.mark();
    for (const n of [200_000, 10, 70_000]) {
      let z = kept;
      for (let i = 0; i < n; i++) z = add(z, x);
      expect(tape.isFinite(z.index)).toBe(true);
      expect(tape.sweep([[z.index, 1]]).at(0)).toBe(50_001 + n);
      tape.cut(tape.mark() - n);
      expect(tape.length).toBe(50_001);
    }
    expect(tape.isAfter(kept.index, mark)).toBe(false);
    for (let i = 0; i < 100_000; i++) y = add(y, x);
    tape.trim();
    for (let i = 0; i < 100_000; i++) y = add(y, x);
    expect(tape.sweep([[y.index, 1]]).at(0)).toBe(250_001);
    tape.release();
  });

  test('several outputs, and nodes with many inputs, at the ends of chunks', () => {
    for (const before of [65_533, 65_534, 65_535, 65_536]) {
      const { tape } = start(2, 3);
      while (tape.length < before) tape.leaf();
      const many = tape.many([0, 1, 0], [2, 3, 4]);
      const first = tape.joint([many], 3, ([a, b, c]) => [(a as number) + 2 * (b as number) + 3 * (c as number)]);
      const sum = tape.binary(first, 1, first + 2, 10);
      const adjoints = tape.sweep([[sum, 1]]);
      expect([adjoints.at(0), adjoints.at(1)]).toEqual([6 * 31, 3 * 31]);
      const leaves = new Tape();
      expect(leaves.leaves(before)).toBe(0);
      expect(leaves.leaves(200_000)).toBe(before);
      expect(leaves.length).toBe(before + 200_000);
    }
  });

  test('has a limit beyond the first chunk', () => {
    const limit = 2 * 65_536 + 5;
    const tape = new Tape({ limit });
    tape.leaf();
    for (let i = 1; i < limit; i++) tape.unary(i - 1, 1);
    expect(() => tape.unary(0, 1)).toThrow(expect.objectContaining({ code: 'TapeLimit' }));
    expect(() => tape.leaves(1)).toThrow(expect.objectContaining({ code: 'TapeLimit' }));
    expect(tape.sweep([[limit - 1, 7]]).at(0)).toBe(7);
  });

  test('has a limit with an error of its own', () => {
    const tape = new Tape({ limit: 100, setting: 'maxTape' });
    for (let i = 0; i < 100; i++) tape.leaf();
    expect(() => tape.leaf()).toThrow(expect.objectContaining({ code: 'TapeLimit' }));
    expect(() => tape.unary(0, 1)).toThrow(/100 operations.*maxTape/);
    const more = new Tape({ limit: 1000 });
    expect(() => {
      for (;;) more.binary(0, 1, 0, 1);
    }).toThrow(expect.objectContaining({ code: 'TapeLimit' }));
    expect(more.length).toBe(1000);
  });

  test('several outputs with seeds', () => {
    const { tape, inputs } = start(2, 3);
    const [x, y] = inputs as [Tracked, Tracked];
    const a = mul(x, y);
    const b = add(x, y);
    const adjoints = tape.sweep([
      [a.index, 10],
      [b.index, 1],
      [x.index, 100],
    ]);
    expect([adjoints.at(x.index), adjoints.at(y.index)]).toEqual([131, 21]);
  });

  test('nodes of many inputs', () => {
    const { tape, inputs, level } = start(2, 3, 4);
    const index = tape.many(
      inputs.map((x) => x.index),
      [12, 8, 6],
    );
    const y = mul(new Tracked(level, 24, index), 2);
    const adjoints = tape.sweep([[y.index, 1]]);
    expect(inputs.map((x) => adjoints.at(x.index))).toEqual([24, 16, 12]);
  });

  test('pullback functions, called only if their adjoint is not zero', () => {
    const { tape, inputs, level } = start(2, 3);
    let calls = 0;
    const index = tape.pullback(
      inputs.map((x) => x.index),
      (adjoint) => {
        calls++;
        return [(adjoint as number) * 5, undefined];
      },
    );
    const y = mul(new Tracked(level, 1, index), 2);
    const other = mul(inputs[1]!, 7);
    expect(tape.sweep([[y.index, 1]]).at(0)).toBe(10);
    expect(tape.sweep([[other.index, 1]]).at(1)).toBe(7);
    expect(calls).toBe(1);
  });

  test('joint nodes wait for all their outputs', () => {
    const { tape, inputs, level } = start(2, 3);
    const first = tape.joint(
      inputs.map((x) => x.index),
      2,
      ([p, q]) => [(p as number) + 2 * (q as number), 100 * (q as number)],
    );
    const p = new Tracked(level, 1, first);
    const q = new Tracked(level, 1, first + 1);
    const y = add(mul(p, 3), mul(q, 5));
    const adjoints = tape.sweep([[y.index, 1]]);
    expect([adjoints.at(0), adjoints.at(1)]).toEqual([13, 500]);
  });

  test('what does not matter spoils nothing', () => {
    expect(reverse((x) => values.add(x!, values.mul(0, values.div(1, x!))), [0])).toEqual([1]);
    expect(reverse((x) => values.add(x!, values.mul(0, values.pow(x!, 0.5))), [0])).toEqual([1]);
    expect(reverse((x) => values.min(1, values.div(1, x!)), [0])).toEqual([0]);
    expect(reverse((x) => values.pow(values.sqrt(x!), 0), [0])).toEqual([0]);
  });

  test('a zero that meets an infinity is no number, not nothing', () => {
    // Each of these has the derivative 1, or none; 0 would be wrong without a word.
    expect(reverse((x) => values.pow(values.sqrt(x!), 2), [0])).toEqual([Number.NaN]);
    expect(reverse((x) => values.mul(values.cbrt(x!), values.mul(values.cbrt(x!), values.cbrt(x!))), [0])).toEqual([
      Number.NaN,
    ]);
    expect(reverse((x) => values.sqrt(values.mul(x!, x!)), [0])).toEqual([Number.NaN]);
  });
});

/** A checkpointed call, written with the tape's own means. */
function checkpoint(level: ReturnType<typeof reverseLevel>, f: () => Tracked): Tracked {
  const tape = level.tape!;
  const mark = tape.mark();
  const value = f();
  tape.cut(mark);
  return new Tracked(
    level,
    value.primal,
    tape.replayed(1, () => [f().index]),
  );
}

describe('segments', () => {
  test('cut off and replayed give the same adjoints with a shorter tape', () => {
    const long = (x: Tracked): Tracked => {
      let y = x;
      for (let i = 0; i < 1000; i++) y = add(mul(y, 0.999), mul(x, 0.001));
      return mul(y, y);
    };
    const plain = start(1.25);
    const y = long(plain.inputs[0]!);
    const due = plain.tape.sweep([[y.index, 1]]).at(0);

    const cut = start(1.25);
    const x = cut.inputs[0]!;
    const z = mul(
      checkpoint(cut.level, () => long(x)),
      1,
    );
    expect(cut.tape.length).toBeLessThan(10);
    expect(cut.tape.sweep([[z.index, 1]]).at(0)).toBe(due);
    expect(cut.tape.length).toBeLessThan(10);
    expect(cut.tape.sweep([[z.index, 2]]).at(0)).toBe(2 * (due as number));
  });

  test('nested in each other, in a row, and with fat nodes inside', () => {
    const program = (level: ReturnType<typeof reverseLevel>, x: Tracked, on: boolean): Tracked => {
      const section = (f: () => Tracked): Tracked => (on ? checkpoint(level, f) : f());
      const fat = (v: Tracked): Tracked =>
        new Tracked(level, numberOf(v) ** 3, level.tape!.many([v.index], [3 * numberOf(v) ** 2]));
      let y = x;
      for (let i = 0; i < 3; i++) {
        const from = y;
        y = section(() => {
          const inner = section(() => fat(mul(from, x)));
          return section(() =>
            add(
              mul(inner, from),
              section(() => mul(inner, x)),
            ),
          );
        });
      }
      return y;
    };
    const [a, b] = [true, false].map((on) => {
      const { level, tape, inputs } = start(0.9);
      const y = program(level, inputs[0]!, on);
      return [y.primal, tape.sweep([[y.index, 1]]).at(0), tape.sweep([[y.index, 1]]).at(0)];
    });
    expect(a).toEqual(b);
  });

  test('with tracked adjoints', () => {
    const outer = start(0.7);
    const inner = reverseLevel(run, outer.level, new Tape());
    const x = new Tracked(inner, outer.inputs[0]!, inner.tape!.leaf());
    const y = checkpoint(inner, () => mul(mul(x, x), x));
    const d = inner.tape!.sweep([[mul(y, y).index, 1]]).at(0) as Tracked;
    // (x^6)' = 6x^5, (x^6)'' = 30x^4
    expect(numberOf(d)).toBeCloseTo(6 * 0.7 ** 5, 12);
    expect(outer.tape.sweep([[d.index, 1]]).at(0)).toBeCloseTo(30 * 0.7 ** 4, 12);
  });
});
