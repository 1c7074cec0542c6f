// Random modules: what is emitted does what the interpreter does, bit for bit, in results and in memory.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from '../../src/ir/parse.ts';
import { print } from '../../src/ir/print.ts';
import { faultsOf } from '../../src/ir/verify.ts';
import { agree, type Given } from './both.ts';
import { b, k, randomModule, size, w, watched, x } from './random.ts';

const choices = fc.array(fc.nat(1 << 20), { minLength: 20, maxLength: 1500, size: 'max' });
const double = fc.double();
const contents = fc.array(double, { minLength: size, maxLength: size });
const integer = fc.integer();
const bytes = fc.array(fc.integer({ min: -128, max: 127 }), { minLength: size, maxLength: size });
const words = fc.array(fc.integer({ min: 0, max: 65535 }), { minLength: size, maxLength: size });

test('random modules: WebAssembly and the interpreter agree', () => {
  fc.assert(
    fc.property(choices, double, integer, contents, bytes, words, fc.boolean(), (made, a, n, xs, bs, ws, c) => {
      const module = randomModule(made);
      const given: Given[] = [
        a,
        n,
        { space: x, contents: xs },
        1.5,
        { space: k, contents: bs },
        { space: b, contents: bs },
        { space: w, contents: ws },
        c ? 1 : 0,
      ];
      agree(module, 'main', given, watched);
    }),
    { numRuns: Number(process.env.FLUXION_RUNS ?? 150) },
  );
});

test('random modules: valid, and their texts are read as they were', () => {
  fc.assert(
    fc.property(choices, (made) => {
      const module = randomModule(made);
      expect(faultsOf(module)).toEqual([]);
      const text = print(module);
      expect(print(parse(text))).toBe(text);
    }),
    { numRuns: 100 },
  );
});
