/** Random programs as they are written: the text of their gradients gives the value and the gradient that the library gives. */
import { describe, expect, test } from 'vitest';
import { reverse } from '../../../src/differentiate/reverse.ts';
import { evaluate, preludeFor } from '../../../src/emit/javascript/prelude.ts';
import { javaScript } from '../../../src/emit/javascript/source.ts';
import { valueAndGrad } from '../../../src/index.ts';
import { type Region, regionsOf } from '../../../src/ir/ops.ts';
import type { Level, Space } from '../../../src/ir/types.ts';
import { Decline } from '../../../src/lower/decline.ts';
import { type Lowered, lower } from '../../../src/lower/lowering.ts';
import { apart, compile } from '../../random/compare.ts';
import { numbersIn } from '../../random/observe.ts';
import { programOf, text } from '../../random/program.ts';
import { Marshal } from './marshal.ts';

const runs = Number(process.env.FLUXION_RUNS ?? 40);
const level: Level = { index: 0, mode: 'reverse', lanes: 1 };

/** Undefined where the function is not compiled. */
function lowering(f: Function, args: readonly unknown[]): Lowered | undefined {
  try {
    return lower(f, args);
  } catch (e) {
    if (e instanceof Decline) return undefined;
    throw e;
  }
}

describe('the text of written programs', () => {
  test('random ones', () => {
    let compared = 0;
    for (let seed = 1; compared < runs; seed++) {
      const program = programOf(seed);
      // Arguments of other types are not marshalled here.
      if (!program.main.head.includes('(x, a, o, t)')) continue;
      const f = compile([program])[0]().main;
      const args = program.args(0);
      const lowered = lowering(f, args);
      if (lowered === undefined || lowered.globals.length > 0) continue;
      const spaces = new Set<Space>();
      const walk = (region: Region): void => {
        for (const op of region.ops) {
          if ('space' in op && op.space.cell === 'f64') spaces.add(op.space);
          regionsOf(op).forEach(walk);
        }
      };
      for (const func of lowered.module.functions.values()) walk(func.body);
      const { params } = lowered.module.functions.get(lowered.entry)!;
      const active = { params: params.map((p) => p.type === 'f64'), spaces };
      const { module, gradient } = reverse(lowered.module, lowered.entry, active, level, { pullback: false });
      const source = javaScript(module, gradient);
      const marshal = new Marshal(source);
      const left = new Error('left');
      const prelude = preludeFor(module, source.hosts, () => {
        throw left;
      });
      const given: unknown[] = [{}, ...lowered.args.flatMap((type, i) => marshal.values(type, args[i])), 1];
      let result: unknown;
      try {
        result = evaluate(source.text, source.entry, prelude)(...source.parameters.map((i) => given[i]));
      } catch (e) {
        if (e !== left) throw new Error(`seed ${seed}\n${text(program)}\n${source.text}`, { cause: e });
        continue;
      }
      const [value, ...adjoints] = result as number[];
      const found = lowered.args.flatMap((type, i) =>
        type.kind === 'number' ? adjoints.splice(0, 1) : marshal.shadows(type, args[i], prelude.shadow),
      );
      const say = `seed ${seed}\n${text(program)}\n${source.text}`;
      expect(value, say).toBe(f(...program.args(0)));
      const options = { tier: 'dynamic', wrt: [0, 1, 2, 3] } as const;
      const expected = numbersIn(
        (valueAndGrad(f as never, options as never)(...(args as never[])) as { grad: unknown }).grad,
      );
      // Where infinities meet, the dynamic tier's conventions hold.
      if (!found.every(Number.isFinite)) continue;
      expect(apart(expected, found), say).toBeUndefined();
      compared++;
    }
  }, 120_000);
});
