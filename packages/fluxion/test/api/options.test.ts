/** Every operator takes the same options, does what they say, and refuses what is no option. */
import { describe, expect, test } from 'vitest';
import {
  checkGrad,
  checkRule,
  defineRule,
  derivative,
  explain,
  FluxionError,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  type Options,
  prepare,
  stopGradient,
  valueAndGrad,
  vjp,
} from '../../src/index.ts';

const f = (x: number[], k: number): number => x[0] ** 2 * x[1] * k;
const x = [2, 3];

/** Each operator, asked for the derivative of `f` at the same point. */
const operators: Record<string, (g: typeof f, options: Options) => unknown> = {
  grad: (g, options) => grad(g, options)(x, 5),
  valueAndGrad: (g, options) => valueAndGrad(g, options)(x, 5).grad,
  vjp: (g, options) => vjp.with(options)(g, x, 5).pullback(1)[0],
  jvp: (g, options) => jvp(g, [x, 5], [[1, 0]], options).tangent,
  derivative: (g, options) => derivative((k: number) => g(x, k), options)(5),
  jacobian: (g, options) => jacobian(g, options)(x, 5),
  'jacobian forward': (g, options) => jacobian(g, { mode: 'forward', ...options })(x, 5),
  hvp: (g, options) => hvp(g, options)(x, [1, 0], 5),
  hessian: (g, options) => hessian(g, options)(x, 5),
  prepare: (g, options) => prepare.with(options)(g, x, 5).grad(x, 5),
  checkGrad: (g, options) =>
    checkGrad
      .with(options)(g, x, 5)
      .parts.map((part) => part.derivative),
  checkRule: (g, options) => checkRule.with(options)(g, x, 5).parts.length,
  explain: (g, options) =>
    explain
      .with(options)(g, x, 5)
      .reasons.filter(({ code }) => code === 'Inactive').length,
};

const answers: Record<string, unknown> = {
  grad: [60, 20],
  valueAndGrad: [60, 20],
  vjp: [60, 20],
  jvp: 60,
  derivative: 12,
  jacobian: [60, 20],
  'jacobian forward': [60, 20],
  hvp: [30, 20],
  hessian: [
    [30, 20],
    [20, 0],
  ],
  prepare: [60, 20],
  checkGrad: [60, 20, 12],
  checkRule: 3,
  explain: 0,
};

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof FluxionError) return error.code;
    throw error;
  }
  return 'no error';
}

describe.each(Object.keys(operators))('%s', (name) => {
  const operator = operators[name];

  test('takes a tier, and refuses what is not compiled if that is asked for', () => {
    expect(operator(f, { tier: 'dynamic' })).toEqual(answers[name]);
    expect(operator(f, { tier: 'compiled' })).toEqual(answers[name]);
    const text = (v: number[], k: number): number => f(v, k) + JSON.stringify(k).length;
    expect(codeOf(() => operator(text, { tier: 'compiled' }))).toBe('NotCompiled');
    expect(codeOf(() => operator(f, { tier: 'fast' } as never))).toBe('BadArgument');
  });

  test('with verify gives the same answer where it is right', () => {
    expect(operator(f, { verify: true })).toEqual(answers[name]);
  });

  test('with verify throws where it is wrong', () => {
    const wrong = (v: number[], k: number): number => f(v, k) + stopGradient(v[0] * v[0] * k);
    const code = name === 'checkRule' ? 'RuleMismatch' : 'Disagreement';
    expect(codeOf(() => operator(wrong, { verify: true }))).toBe(code);
  });

  test('refuses a name that is no option', () => {
    expect(codeOf(() => operator(f, { verfy: true } as never))).toBe('BadArgument');
  });
});

test('an argument of the function is not taken for options', () => {
  expect(codeOf(() => grad(f, x as never))).toBe('BadArgument');
  expect(codeOf(() => grad(f, 1 as never))).toBe('BadArgument');
  const g = (p: { tier: number; wrt: number }): number => p.tier * p.wrt;
  expect(vjp(g, { tier: 2, wrt: 3 }).pullback(1)).toEqual([{ tier: 3, wrt: 2 }]);
  expect(checkGrad(g, { tier: 2, wrt: 3 }).parts.map((part) => part.path)).toEqual(['[0].tier', '[0].wrt']);
});

describe('wrt', () => {
  const g = (a: number, b: number[]): number => a ** 2 * b[0] * b[1];

  test('names the argument that a derivative is taken by', () => {
    expect(derivative(f, { wrt: 1 })(x, 5)).toBe(12);
    expect(jacobian(g, { wrt: 1 })(2, [3, 5])).toEqual([20, 12]);
    expect(hessian(g, { wrt: 1 })(2, [3, 5])).toEqual([
      [0, 4],
      [4, 0],
    ]);
    expect(hvp(g, { wrt: 1 })(2, [1, 0], [3, 5])).toEqual([0, 4]);
    expect(
      prepare
        .with({ wrt: [1, 0] })(g, 2, [3, 5])
        .grad(2, [3, 5]),
    ).toEqual([[20, 12], 60]);
    expect(checkGrad.with({ wrt: 0 })(g, 2, [3, 5]).parts.length).toBe(1);
    expect(checkRule.with({ wrt: 0 })(g, 2, [3, 5]).parts.length).toBe(1);
  });

  test('gives the cotangent of an argument, or a list of them', () => {
    expect(vjp.with({ wrt: 1 })(g, 2, [3, 5]).pullback(1)).toEqual([20, 12]);
    expect(
      vjp
        .with({ wrt: [1] })(g, 2, [3, 5])
        .pullback(1),
    ).toEqual([[20, 12]]);
  });

  test('has to be there, and one where the operator takes one', () => {
    expect(codeOf(() => jacobian(g, { wrt: 2 })(2, [3, 5]))).toBe('BadArgument');
    expect(codeOf(() => hessian(g, { wrt: [0] as never })(2, [3, 5]))).toBe('BadArgument');
  });

  test('says what explain looks at', () => {
    const codes = (wrt: number): string[] =>
      explain
        .with({ wrt })((a: number, _b: number) => a * 2, 1, 2)
        .reasons.map((r) => r.code);
    expect(codes(0)).not.toContain('NotDependent');
    expect(codes(1)).toContain('NotDependent');
  });
});

describe('verify', () => {
  test('waits for an async function', async () => {
    const later = async (a: number): Promise<number> => (await Promise.resolve(a)) ** 3;
    expect(await grad(later, { verify: true })(2)).toBe(12);
    expect((await checkGrad(later, 2)).largestError).toBeLessThan(1e-6);
    const { pullback } = await vjp.with({ verify: true })(later, 2);
    expect(pullback(1)).toEqual([12]);
    const wrong = async (a: number): Promise<number> => (await later(a)) + stopGradient(a);
    await expect(grad(wrong, { verify: true })(2)).rejects.toThrow(/central differences/);
  });

  test('compares the number alone of a function with aux', () => {
    const aux = valueAndGrad((a: number): [number, string] => [a ** 3, 'note'], { hasAux: true, verify: true });
    expect(aux(2)).toEqual({ value: 8, grad: 12, aux: 'note' });
  });

  test('names the operation that is not finite, in every mode', () => {
    const root = (a: number): number => Math.sqrt(a);
    for (const call of [
      () => grad(root, { verify: true })(0),
      () => derivative(root, { verify: true })(0),
      () => jacobian(root, { verify: true })(0),
      () => vjp.with({ verify: true })(root, 0),
      () => jvp(root, [0], [1], { verify: true }),
    ]) {
      expect(codeOf(call)).toBe('NonFiniteGradient');
      expect(call).toThrow(/derivative of sqrt/);
    }
  });

  test('says which number of which column of a Jacobian is wrong', () => {
    const two = (v: number[]): number[] => [v[0] * v[1], v[0] + stopGradient(v[1])];
    expect(() => jacobian(two, { verify: true })([2, 3])).toThrow(/at \[0\]\[1\], number 1 of the result/);
  });

  test('measures single precision by the steps that it really takes', () => {
    const mixed = (p: { w: Float32Array; b: number }): number => p.w[0] ** 2 * p.b + p.w[1];
    const at = { w: new Float32Array([1.1, 2.3]), b: 3 };
    const { w } = grad(mixed, { verify: true })(at);
    expect(w[1]).toBe(1);
    expect(checkGrad(mixed, at).largestError).toBeLessThan(1e-5);
  });

  test('inside another derivative the outermost is verified', () => {
    const inner = (a: number): number => derivative((b: number) => b ** 3, { verify: true })(a);
    expect(derivative(inner, { verify: true })(2)).toBe(12);
  });

  test('a wrong rule is found through every operator', () => {
    const wrong = defineRule((a: number) => a * a, { partials: [(a) => a] });
    expect(codeOf(() => jvp(wrong, [3], [1], { verify: true }))).toBe('Disagreement');
    expect(codeOf(() => vjp.with({ verify: true })((a: number) => [wrong(a), a], 3))).toBe('Disagreement');
  });
});
