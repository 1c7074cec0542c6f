/** What `explain` tells: the tier, the reasons with their lines, and texts that mean what the compiled code does. */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { evaluate, preludeFor } from '../../src/emit/javascript/prelude.ts';
import { defineRule, explain, grad, valueAndGrad } from '../../src/index.ts';
import { parse } from '../../src/ir/parse.ts';

function A(x: Float64Array): number {
  let s = 0;
  for (let i = 0; i < x.length; i++) s += Math.sin(x[i]) + Math.cos(x[i] ** 2);
  return s;
}

function B(x: Float64Array): number {
  let s = 0;
  for (let i = 0; i < x.length; i++) s += x[i] > 0 ? Math.sin(x[i]) : Math.cos(x[i]);
  return s;
}

const x = Float64Array.of(0.3, -1.2, 0.8, 2.1);

/** A function from text, under a name of its own; the engine puts two lines before it. */
function written<F>(name: string, lines: readonly string[]): F {
  return new Function(`${lines.join('\n')}\n//# sourceURL=${name}.js`)() as F;
}
const before = 2;

describe('what is compiled', () => {
  test.each([A, B])('the derivative of $name, run as it stands, gives value and gradient', (f) => {
    const { tier, reasons, derivative } = explain(f, x);
    expect(tier).toBe('compiled');
    expect(reasons).toEqual([]);
    const prelude = preludeFor({ functions: new Map(), levels: [], reasons: [], hosts: [] }, [], () => {
      throw new Error('left');
    });
    const own = x.slice();
    const value = evaluate(derivative, `${f.name}_gradient`, prelude)(own, 1);
    const expected = valueAndGrad(f, { tier: 'compiled' })(x);
    expect(value).toBeCloseTo(expected.value, 14);
    const gradient = prelude.shadow(own) as Float64Array;
    gradient.forEach((d, i) => {
      expect(d).toBeCloseTo(expected.grad[i], 14);
    });
  });

  test('the representation after each stage is valid, the gradient in it after differentiation', () => {
    const { ir } = explain(A, x);
    expect(Object.keys(ir!)).toEqual(['lowered', 'optimised', 'differentiated', 'emitted']);
    for (const text of Object.values(ir!)) expect(parse(text).functions.size).toBeGreaterThan(0);
    expect(ir!.optimised.length).toBeLessThan(ir!.lowered.length);
    expect(ir!.optimised).not.toContain('gradient');
    expect(ir!.differentiated).toContain('.gradient');
    expect(ir!.emitted.length).toBeLessThan(ir!.differentiated.length);
  });

  test('the WebAssembly', () => {
    expect(explain(A, x).wat).toMatch(/^\(module\n[^]*call \$sin/);
  });

  test('prints the tier, the reasons and the derivative; console.log likewise', () => {
    const explanation = explain(A, x);
    const text = String(explanation);
    expect(text).toMatch(
      /^tier: compiled\n\nderivative:\n {2}\/\/ shadow\(a\) .*\n {2}function A_gradient\(x, dresult\) \{/,
    );
    for (const line of explanation.derivative.trimEnd().split('\n')) expect(text).toContain(line);
    expect(text).toMatch(/\.ir .*\.wat/);
    expect(inspect(explanation)).toBe(text);
  });

  test("the derivative has the user's lines above what comes of them, and names adjoints after what they are of", () => {
    const f = (w: Float64Array, n: number): number => {
      let sum = 0;
      for (let i = 0; i < w.length; i++) {
        if (w[i] > 0) sum += Math.sin(w[i]) * n;
        else sum += Math.cos(w[i]) ** 2;
      }
      return sum;
    };
    const { derivative } = explain(f, x, 2);
    expect(derivative).toContain('// if (w[i] > 0) sum += Math.sin(w[i]) * n;');
    expect(derivative).toContain('// else sum += Math.cos(w[i]) ** 2;');
    expect(derivative).toMatch(/^ *let dw_i;$/m);
    expect(derivative).toMatch(/^ *dw\[i\] \+= dw_i;$/m);
  });

  test('a long derivative is cut when printed, and whole to be read', () => {
    const long = new Function(
      'x',
      `let s = 0;\n${Array.from({ length: 100 }, (_, i) => `if (x > ${i}) s += Math.sin(x * ${i});`).join('\n')}\nreturn s;`,
    ) as (x: number) => number;
    const explanation = explain(long, 2);
    expect(explanation.tier).toBe('compiled');
    expect(String(explanation)).toMatch(/… \d+ more lines/);
    expect(String(explanation).split('\n').length).toBeLessThan(80);
    expect(explanation.derivative.split('\n').length).toBeGreaterThan(100);
  });

  test('what nothing flows back through is told with the line, compiled or not', () => {
    const f = written<(v: number) => number>('explained-floor', ['return (v) =>', '  Math.floor(v) * v;']);
    for (const tier of ['auto', 'compiled', 'dynamic'] as const) {
      const { reasons } = explain.with({ tier })(f, 2.5);
      const inactive = reasons.filter(({ code }) => code === 'Inactive');
      expect(inactive.map(({ message, where }) => [message.slice(0, 10), where?.line])).toEqual([
        ['Math.floor', before + 2],
      ]);
    }
  });
});

describe('what is not', () => {
  test('the line at which f declines', () => {
    const f = written<(v: number) => number>('explained-date', ['return (v) =>', '  v * new Date(5).getTime();']);
    const { tier, reasons, derivative, ir, wat } = explain(f, 2);
    expect({ tier, derivative, ir, wat }).toEqual({ tier: 'dynamic', derivative: '', ir: undefined, wat: undefined });
    expect(reasons).toEqual([
      {
        code: 'NotCompiled',
        message: expect.stringMatching(/^Not compiled: (?!in f)/),
        where: { file: expect.stringContaining('explained-date.js'), line: before + 2, column: 7 },
      },
    ]);
  });

  test('the function that declines, where it is another one', () => {
    const f = written<(v: number) => number>('explained-helper', [
      'const helper = function helper(v) {',
      '  return v * new Date(5).getTime();',
      '};',
      'return (v) => helper(v) + 1;',
    ]);
    const [reason] = explain(f, 2).reasons;
    expect(reason.message).toMatch(/^Not compiled: in helper, /);
    expect(reason.where?.line).toBe(before + 2);
    expect(() => explain.with({ tier: 'compiled' })(f, 2)).toThrow(/NotCompiled/);
  });

  test('the line at which compiled code would be left', () => {
    const f = written<(v: number[], k: number) => number>('explained-beyond', ['return (v, k) =>', '  v[0] + v[k];']);
    expect(explain(f, [1, 2], 1).tier).toBe('compiled');
    const { tier, reasons } = explain(f, [1, 2], 5);
    expect(tier).toBe('dynamic');
    expect(reasons[0]).toMatchObject({ code: 'NotCompiled', where: { line: before + 2 } });
  });

  test('the line of f itself where nothing in it is to blame', () => {
    const f = written<(v: number) => Promise<number>>('explained-async', [
      'return (',
      '  async function f(v) { return v; });',
    ]);
    return expect(explain(f, 2)).resolves.toMatchObject({
      tier: 'dynamic',
      reasons: [{ message: 'Not compiled: f is async.', where: { line: before + 2, column: 3 } }],
    });
  });

  test('what changes its surroundings is compiled only if asked for, and has happened once after explaining', () => {
    const seen: { count: number } = { count: 0 };
    const f = (v: number) => {
      seen.count += 1;
      return v * v;
    };
    const { tier, reasons, derivative } = explain(f, 3);
    expect(seen.count).toBe(1);
    expect(tier).toBe('dynamic');
    expect(reasons[0].message).toContain("only `tier: 'compiled'`");
    expect(derivative).toContain('f_gradient');
    expect(explain.with({ tier: 'compiled' })(f, 3).tier).toBe('compiled');
    expect(seen.count).toBe(2);
  });

  test('asked for by name, the dynamic tier', () => {
    const { tier, reasons, derivative } = explain.with({ tier: 'dynamic' })(A, x);
    expect({ tier, derivative }).toEqual({ tier: 'dynamic', derivative: '' });
    expect(reasons[0].message).toContain('asked for');
  });

  test('within another derivative', () => {
    const tiers: string[] = [];
    grad((v: number) => {
      tiers.push(explain((w: number) => w * v, v).tier);
      return v;
    })(2);
    expect(tiers).toEqual(['dynamic']);
  });

  test('a result that does not depend on the input', () => {
    const { reasons } = explain.with({ tier: 'compiled' })((_v: number) => 3, 1);
    expect(reasons.map(({ code }) => code)).toEqual(['NotDependent']);
  });

  test('a function with a rule', () => {
    const f = defineRule((v: number) => v * v, { partials: [(v) => 2 * v] });
    expect(explain((v: number) => f(v), 2).tier).toBe('dynamic');
  });
});
