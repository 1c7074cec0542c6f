/** Forward mode: several lanes at once, and what is inactive left as it was. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eachOp } from '../../src/differentiate/activity.ts';
import { forward } from '../../src/differentiate/forward.ts';
import { interpret, Memory } from '../../src/ir/interpret.ts';
import { parse } from '../../src/ir/parse.ts';
import { shadowOf } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { activeOf, apart, byForward, inputsOf, levelFor, type Program, place, weightsFor } from './derivatives.ts';
import { programs } from './programs.ts';

/** The gradient of the weighed number results, all of it in one run. */
function inOneRun(program: Program): { found: number[]; expected: number[] } {
  const inputs = inputsOf(program);
  const level = levelFor(program.module, 'forward', inputs.length);
  const pushed = forward(program.module, program.entry, activeOf(program), level);
  verify(pushed.module);
  const memory = new Memory();
  const unit = (n: number) => inputs.map((_, lane) => (lane === n ? 1 : 0));
  const args = place(program, memory, unit);
  let next = 0;
  let at = 0;
  for (const a of program.args) {
    const ref = args[at++];
    if (typeof a === 'number') at += unit(next++).length;
    else if ('space' in a)
      a.contents.forEach((_, j) => {
        unit(next++).forEach((t, lane) => {
          memory.write(shadowOf(a.space, level, lane), ref, t, j);
        });
      });
  }
  const weights = weightsFor(program);
  const { results } = interpret(pushed.module, pushed.entry, args, { memory });
  const found = inputs.map((_, lane) =>
    weights.values.reduce((sum, w, i) => sum + w * results[i * (inputs.length + 1) + 1 + lane], 0),
  );
  const alone = { values: weights.values, memory: weights.memory.map((m) => m.map(() => 0)) };
  return { found, expected: byForward(program, alone) };
}

describe('forward mode', () => {
  test('many lanes give what one lane gives', () => {
    fc.assert(
      fc.property(fc.noShrink(programs), (program) => {
        const { found, expected } = inOneRun(program);
        fc.pre(expected.every((v) => Math.abs(v) < 1e6));
        expect(apart(expected, found)).toBeLessThan(1e-12);
      }),
      { numRuns: 40, seed: 20261121 },
    );
  });

  test('a function in which nothing is active is called as it is', () => {
    const module = parse(`func g(%n: f64) -> f64 {
  %m: f64 = math.sin %n
  yield %m
}

func f(%x: f64, %y: f64) -> f64 {
  %g: f64 = call g(%y)
  %p: f64 = math.mul %x, %g
  yield %p
}
`);
    const level = levelFor(module, 'forward');
    const pushed = forward(module, 'f', { params: [true, false], spaces: new Set() }, level);
    verify(pushed.module);
    expect([...pushed.module.functions.keys()]).toEqual(['g', 'f', pushed.entry]);
    const ops: string[] = [];
    eachOp(pushed.module.functions.get(pushed.entry)!.body, (op) => ops.push(op.op === 'math' ? op.fn : op.op));
    expect(ops).toEqual(['call', 'mul', 'mul']);
    expect(interpret(pushed.module, pushed.entry, [2, 1, 0.5, 0]).results).toEqual([2 * Math.sin(0.5), Math.sin(0.5)]);
  });
});
