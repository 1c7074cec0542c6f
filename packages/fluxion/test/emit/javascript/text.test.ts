/** The text itself: it is there to be read. */
import { describe, expect, test } from 'vitest';
import { reverse } from '../../../src/differentiate/reverse.ts';
import { derivativeSource, lineIn } from '../../../src/emit/javascript/source.ts';
import type { Level } from '../../../src/ir/types.ts';
import { verify } from '../../../src/ir/verify.ts';
import { runBoth } from './both.ts';
import { A, B, type Example, list, root, ways } from './programs.ts';

const level: Level = { index: 0, mode: 'reverse', lanes: 1 };

function primal({ source, module }: Example): string {
  verify(module);
  return `\n${derivativeSource(module, [...module.functions.keys()][0], (at) => lineIn(source, at.offset))}`;
}

function gradientOf({ module }: Example) {
  const [entry] = module.functions.values();
  const spaces = new Set([...module.spaces.values()].filter((s) => s.cell === 'f64'));
  const active = { params: entry.params.map((p) => p.type === 'f64'), spaces };
  return reverse(module, entry.name, active, level, { pullback: false });
}

function gradient(example: Example): string {
  const reversed = gradientOf(example);
  verify(reversed.module);
  return `\n${derivativeSource(reversed.module, reversed.gradient, (at) => lineIn(example.source, at.offset))}`;
}

describe('the text of a function', () => {
  test('a loop over an array', () => {
    expect(primal(A)).toMatchInlineSnapshot(`
      "
      function A(x, n) {
        let s = 0;
        // for (let i = 0; i < x.length; i++) {
        for (let i = 0; i < n; i++) {
          // s += Math.sin(x[i]) + Math.cos(x[i] ** 2);
          const x_i = x[i];
          s += Math.sin(x_i) + Math.cos(x_i ** 2);
        }
        return s;
      }
      "
    `);
  });

  test('a branch in a loop', () => {
    expect(primal(B)).toMatchInlineSnapshot(`
      "
      function B(x, n) {
        let s = 0;
        // for (let i = 0; i < x.length; i++) {
        for (let i = 0; i < n; i++) {
          // if (x[i] > 0) s += Math.sin(x[i]);
          const x_i = x[i];
          if (x_i > 0) {
            s += Math.sin(x_i);
          } else {
            s += Math.cos(x_i);
          }
        }
        return s;
      }
      "
    `);
  });

  test('a loop to a tolerance', () => {
    expect(primal(root)).toMatchInlineSnapshot(`
      "
      function root(a) {
        let x = a;
        while (Math.abs(x * x - a) > 1e-12) {
          x = 0.5 * (x + a / x);
        }
        return x;
      }
      "
    `);
  });

  test('objects and recursion', () => {
    expect(primal(list)).toMatchInlineSnapshot(`
      "
      function total(node, n) {
        if (node === null) return 0;
        node.w *= 2;
        // return node.w * n + total(node.next, n);
        const w = node.w;
        if (w !== w) leave(0); // a node is not what it was
        const result = total(node.next, n);
        return w * n + result;
      }
      "
    `);
  });

  test('ways out of loops', () => {
    expect(primal(ways)).toMatchInlineSnapshot(`
      "
      function ways(x, n) {
        let a;
        let b;
        out: {
          a = 0;
          b = 1;
          // outer: for (let i = 0; i < n; i++) {
          for (let i = 0; i < n; i++) {
            for (let j = 0; j < i; j++) {
              // if (a > 9) break outer;
              if (a > 9) break out;
              // if (x[j] < 0) continue outer;
              const x_j = x[j];
              if (x_j < 0) break;
              const a_before = a;
              a = b;
              b = a_before + x_j;
            }
          }
        }
        const p = { a, b };
        p.a -= p.b;
        return p.a;
      }
      "
    `);
  });
});

describe('the text of a gradient', () => {
  test('a loop over an array', () => {
    expect(gradient(A)).toMatchInlineSnapshot(`
      "
      function A_gradient(x, n, dresult) {
        const dx = shadow(x);
        const tape = new Float64Array(n);
        let s = 0;
        // for (let i = 0; i < x.length; i++) {
        for (let i = 0; i < n; i++) {
          // s += Math.sin(x[i]) + Math.cos(x[i] ** 2);
          const x_i = x[i];
          const t1 = x_i ** 2;
          tape[i] = t1;
          s += Math.sin(x_i) + Math.cos(t1);
        }
        // for (let i = 0; i < x.length; i++) {
        for (let i = n - 1; i >= 0; i--) {
          // s += Math.sin(x[i]) + Math.cos(x[i] ** 2);
          const x_i = x[i];
          dx[i] += 2 * x_i * (-(Math.sin(tape[i]) * dresult)) + Math.cos(x_i) * dresult;
        }
        return s;
      }
      "
    `);
  });

  test('a branch in a loop', () => {
    expect(gradient(B)).toMatchInlineSnapshot(`
      "
      function B_gradient(x, n, dresult) {
        const dx = shadow(x);
        let s = 0;
        // for (let i = 0; i < x.length; i++) {
        for (let i = 0; i < n; i++) {
          // if (x[i] > 0) s += Math.sin(x[i]);
          const x_i = x[i];
          if (x_i > 0) {
            s += Math.sin(x_i);
          } else {
            s += Math.cos(x_i);
          }
        }
        for (let i = n - 1; i >= 0; i--) {
          const x_i = x[i];
          dx[i] += x_i > 0 ? Math.cos(x_i) * dresult : -(Math.sin(x_i) * dresult);
        }
        return s;
      }
      "
    `);
  });

  test('a loop to a tolerance', () => {
    expect(gradient(root)).toMatchInlineSnapshot(`
      "
      function root_gradient(a, dresult) {
        const frame = { newest: null };
        let x = a;
        while (Math.abs(x * x - a) > 1e-12) {
          const round = { previous: frame.newest, x: 0 };
          frame.newest = round;
          round.x = x;
          x = 0.5 * (x + a / x);
        }
        let round = frame.newest;
        let dx = dresult;
        let da = 0;
        while (round !== null) {
          // x = 0.5 * (x + a / x);
          const t1 = 0.5 * dx;
          const x2 = round.x;
          round = round.previous;
          dx = t1 - a / x2 / x2 * t1;
          da += t1 / x2;
        }
        return [x, da + dx];
      }
      "
    `);
  });
});

describe('the text gives the numbers of the IR', () => {
  const contents = [0.3, -1.1, 2.5, 0.7, 1.9];
  const shadow = [0, 0, 0, 0, 0];
  const arrays = ({ module }: Example) => ({ space: module.spaces.get('Float64Array')!, contents, shadow });

  test.each([
    ['A', A, [arrays(A), 5], [1.25]],
    ['B', B, [arrays(B), 5], [1.25]],
    ['root', root, [7], [1]],
    ['ways', ways, [arrays(ways), 5], [-0.5]],
    ['total', list, [0, 2], [1]],
  ] as const)('%s', (_, example, args, seeds) => {
    const [entry] = example.module.functions.keys();
    const whole = runBoth(example.module, entry, args);
    expect(whole.ran).toEqual(whole.interpreted);
    const reversed = gradientOf(example);
    const derived = runBoth(reversed.module, reversed.gradient, [...args, ...seeds], level);
    expect(derived.ran).toEqual(derived.interpreted);
  });
});
