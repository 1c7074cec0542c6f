/** The types that a user sees. The assertions hold at type-check time (`npm run typecheck`); running them is free. */
import { describe, expectTypeOf, it } from 'vitest';
import type { CheckReport, Explanation, Gradient, Hessian, Jacobian, Tangent } from '../../src/index.ts';
import {
  checkGrad,
  checkRule,
  derivative,
  explain,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  prepare,
  stopGradient,
  valueAndGrad,
  vjp,
} from '../../src/index.ts';

class Vec3 {
  x: number;
  y: number;
  z: number;
  readonly label: string;
  constructor(x: number, y: number, z: number, label = '') {
    this.x = x;
    this.y = y;
    this.z = z;
    this.label = label;
  }
  dot(other: Vec3): number {
    return this.x * other.x + this.y * other.y + this.z * other.z;
  }
}

interface ListNode {
  value: number;
  next: ListNode | null;
}

describe('Gradient', () => {
  it('gives numbers for numbers', () => {
    expectTypeOf<Gradient<number>>().toEqualTypeOf<number>();
    expectTypeOf<Gradient<3>>().toEqualTypeOf<number>();
    expectTypeOf<Gradient<number & { readonly unit: 'metre' }>>().toEqualTypeOf<number>();
  });

  it('gives undefined for what is no number', () => {
    expectTypeOf<Gradient<string>>().toEqualTypeOf<undefined>();
    expectTypeOf<Gradient<boolean>>().toEqualTypeOf<undefined>();
    expectTypeOf<Gradient<bigint>>().toEqualTypeOf<undefined>();
    expectTypeOf<Gradient<symbol>>().toEqualTypeOf<undefined>();
    expectTypeOf<Gradient<null>>().toEqualTypeOf<undefined>();
    expectTypeOf<Gradient<() => number>>().toEqualTypeOf<undefined>();
    expectTypeOf<Gradient<typeof Vec3>>().toEqualTypeOf<undefined>();
    expectTypeOf<Gradient<Date>>().toEqualTypeOf<undefined>();
    expectTypeOf<Gradient<Int32Array>>().toEqualTypeOf<undefined>();
    expectTypeOf<Gradient<Uint8Array>>().toEqualTypeOf<undefined>();
  });

  it('keeps arrays, tuples and typed arrays, and never readonly', () => {
    expectTypeOf<Gradient<number[]>>().toEqualTypeOf<number[]>();
    expectTypeOf<Gradient<readonly number[]>>().toEqualTypeOf<number[]>();
    expectTypeOf<Gradient<number[][]>>().toEqualTypeOf<number[][]>();
    expectTypeOf<Gradient<[number, string, number[]]>>().toEqualTypeOf<[number, undefined, number[]]>();
    expectTypeOf<Gradient<readonly [number, number]>>().toEqualTypeOf<[number, number]>();
    expectTypeOf<Gradient<Float64Array>>().toEqualTypeOf<Float64Array>();
    expectTypeOf<Gradient<Float32Array>>().toEqualTypeOf<Float32Array>();
    expectTypeOf<Gradient<Float64Array[]>>().toEqualTypeOf<Float64Array[]>();
  });

  it('keeps objects, with optional and readonly fields', () => {
    expectTypeOf<Gradient<{ a: number; name: string }>>().toEqualTypeOf<{ a: number; name: undefined }>();
    expectTypeOf<Gradient<{ readonly a: number }>>().toEqualTypeOf<{ a: number }>();
    expectTypeOf<Gradient<{ a?: number }>>().toEqualTypeOf<{ a?: number | undefined }>();
    expectTypeOf<Gradient<{ w: { v: number[] }; b: number }>>().toEqualTypeOf<{ w: { v: number[] }; b: number }>();
    expectTypeOf<Gradient<Record<string, number>>>().toEqualTypeOf<Record<string, number>>();
    expectTypeOf<Gradient<Vec3>>().toEqualTypeOf<{
      x: number;
      y: number;
      z: number;
      label: undefined;
      dot: undefined;
    }>();
  });

  it('keeps maps, and keys the gradient of a set by member', () => {
    expectTypeOf<Gradient<Map<string, number>>>().toEqualTypeOf<Map<string, number>>();
    expectTypeOf<Gradient<ReadonlyMap<string, number[]>>>().toEqualTypeOf<Map<string, number[]>>();
    expectTypeOf<Gradient<Set<number>>>().toEqualTypeOf<Map<number, number>>();
  });

  it('takes unions apart', () => {
    expectTypeOf<Gradient<number | string>>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Gradient<number | number[] | null>>().toEqualTypeOf<number | number[] | undefined>();
  });

  it('goes down recursive types', () => {
    expectTypeOf<Gradient<ListNode>['value']>().toEqualTypeOf<number>();
    expectTypeOf<NonNullable<Gradient<ListNode>['next']>['value']>().toEqualTypeOf<number>();
  });

  it('does not pretend to know any and unknown', () => {
    expectTypeOf<Gradient<unknown>>().toEqualTypeOf<unknown>();
    expectTypeOf<Gradient<any>>().toBeAny();
  });
});

describe('Tangent', () => {
  it('accepts the type itself, its gradient, and less', () => {
    type P = { w: number[]; b: number; name: string };
    expectTypeOf<P>().toExtend<Tangent<P>>();
    expectTypeOf<Gradient<P>>().toExtend<Tangent<P>>();
    expectTypeOf<{ b: number }>().toExtend<Tangent<P>>();
    expectTypeOf<{ b: string }>().not.toExtend<Tangent<P>>();
  });
});

describe('Jacobian and Hessian', () => {
  it('put a gradient in the place of each number of the result', () => {
    expectTypeOf<Jacobian<number[], number[]>>().toEqualTypeOf<number[][]>();
    expectTypeOf<Jacobian<Float64Array, Float64Array>>().toEqualTypeOf<Float64Array[]>();
    expectTypeOf<Jacobian<{ u: number; s: string }, [number, number]>>().toEqualTypeOf<{
      u: [number, number];
      s: undefined;
    }>();
    expectTypeOf<Hessian<number>>().toEqualTypeOf<number>();
    expectTypeOf<Hessian<number[]>>().toEqualTypeOf<number[][]>();
    expectTypeOf<Hessian<Float64Array>>().toEqualTypeOf<Float64Array[]>();
    expectTypeOf<Hessian<{ a: number; b: number }>>().toEqualTypeOf<{
      a: { a: number; b: number };
      b: { a: number; b: number };
    }>();
  });
});

describe('the operators', () => {
  // Never called: only their types are looked at.
  const types = (_: () => void) => undefined;

  type Params = { alpha: number; beta: number; name: string };
  const loss = (p: Params, xs: number[], scale = 1) => (p.alpha + p.beta * (xs[0] ?? 0)) * scale;

  it('grad infers from the function', () => {
    types(() => {
      expectTypeOf(grad(loss)).toEqualTypeOf<
        (p: Params, xs: number[], scale?: number) => { alpha: number; beta: number; name: undefined }
      >();
      expectTypeOf(grad(loss, { wrt: 1 })).returns.toEqualTypeOf<number[]>();
      expectTypeOf(grad(loss, { wrt: [1, 0] })).returns.toEqualTypeOf<
        [number[], { alpha: number; beta: number; name: undefined }]
      >();
      expectTypeOf(grad(loss, { tier: 'dynamic', verify: true })).returns.toEqualTypeOf<Gradient<Params>>();
      expectTypeOf(grad((x: number) => x * x)(3)).toEqualTypeOf<number>();
      expectTypeOf(grad(Math.sin)(3)).toEqualTypeOf<number>();
      expectTypeOf(grad(async (x: number[]) => x.length)([1])).toEqualTypeOf<Promise<number[]>>();
      expectTypeOf(grad((x: number | string) => Number(x))(3)).toEqualTypeOf<number | undefined>();
      // @ts-expect-error the result must be a number
      grad((x: number) => [x]);
      // @ts-expect-error there is no such tier
      grad((x: number) => x, { tier: 'fast' });
      // @ts-expect-error the argument's type is the function's
      grad((x: number) => x)('3');
    });
  });

  it('valueAndGrad gives aux where there is one', () => {
    types(() => {
      expectTypeOf(valueAndGrad(loss)).returns.toEqualTypeOf<{ value: number; grad: Gradient<Params> }>();
      const withAux = valueAndGrad((x: number) => [x * x, { steps: 3 }], { hasAux: true });
      expectTypeOf(withAux).returns.toEqualTypeOf<{ value: number; grad: number; aux: { steps: number } }>();
      const both = valueAndGrad((x: number, y: number[]) => [x * y.length, 'note'], { hasAux: true, wrt: [0, 1] });
      expectTypeOf(both).returns.toEqualTypeOf<{ value: number; grad: [number, number[]]; aux: string }>();
      const later = valueAndGrad(async (x: number) => x * x);
      expectTypeOf(later).returns.toEqualTypeOf<Promise<{ value: number; grad: number }>>();
      // @ts-expect-error a pair needs hasAux
      valueAndGrad((x: number) => [x, 1]);
    });
  });

  it('vjp and jvp have cotangents and tangents of the right shapes', () => {
    types(() => {
      const f = (x: number[], name: string) => ({ sum: x.length, name });
      const v = vjp(f, [1, 2], 'n');
      expectTypeOf(v.value).toEqualTypeOf<{ sum: number; name: string }>();
      expectTypeOf(v.pullback({ sum: 1 })).toEqualTypeOf<[number[], undefined]>();
      const j = jvp(f, [[1, 2], 'n'], [[1, 0]]);
      expectTypeOf(j.tangent).toEqualTypeOf<{ sum: number; name: undefined }>();
    });
  });

  it('derivative takes any output and nests', () => {
    types(() => {
      expectTypeOf(derivative(derivative((x: number) => x ** 3))(2)).toEqualTypeOf<number>();
      expectTypeOf(derivative((t: number) => [Math.cos(t), Math.sin(t)])(2)).toEqualTypeOf<number[]>();
      expectTypeOf(derivative((t: number, k: number) => ({ x: t * k }))(2, 3)).toEqualTypeOf<{ x: number }>();
    });
  });

  it('jacobian, hessian, hvp and prepare', () => {
    types(() => {
      expectTypeOf(jacobian((x: Float64Array) => x.map((v) => v * v))(new Float64Array(2))).toEqualTypeOf<
        Float64Array[]
      >();
      expectTypeOf(jacobian((x: number[]) => x, { mode: 'forward' })([1])).toEqualTypeOf<number[][]>();
      expectTypeOf(hessian((x: number[], k: number) => k * x.length)([1], 2)).toEqualTypeOf<number[][]>();
      expectTypeOf(hvp((x: number[], k: number) => k * x.length)([1], [1], 2)).toEqualTypeOf<number[]>();
      const prepared = prepare(loss, { alpha: 1, beta: 2, name: '' }, [1]);
      expectTypeOf(prepared.valueAndGrad({ alpha: 1, beta: 2, name: '' }, [1])).toEqualTypeOf<{
        value: number;
        grad: Gradient<Params>;
      }>();
      expectTypeOf(stopGradient([1, 2])).toEqualTypeOf<number[]>();
    });
  });

  it('options come by `with` where the call has f’s arguments', () => {
    types(() => {
      const f = (x: number[], name: string) => ({ sum: x.length, name });
      const v = vjp.with({ tier: 'dynamic', verify: true })(f, [1, 2], 'n');
      expectTypeOf(v.pullback({ sum: 1 })).toEqualTypeOf<[number[], undefined]>();
      expectTypeOf(vjp.with({ wrt: 0 })(f, [1, 2], 'n').pullback({ sum: 1 })).toEqualTypeOf<number[]>();
      expectTypeOf(
        vjp
          .with({ wrt: [1, 0] })(f, [1, 2], 'n')
          .pullback({}),
      ).toEqualTypeOf<[undefined, number[]]>();
      expectTypeOf(prepare.with({ wrt: 1 })(loss, { alpha: 1, beta: 2, name: '' }, [1]).grad).returns.toEqualTypeOf<
        number[]
      >();
      expectTypeOf(checkGrad.with({ wrt: 0 })(loss, { alpha: 1, beta: 2, name: '' }, [1])).toEqualTypeOf<CheckReport>();
      expectTypeOf(checkRule.with({ tier: 'auto' })(async (x: number) => x, 1)).toEqualTypeOf<Promise<CheckReport>>();
      expectTypeOf(
        explain.with({ tier: 'dynamic' })(loss, { alpha: 1, beta: 2, name: '' }, [1]),
      ).toEqualTypeOf<Explanation>();
      // @ts-expect-error the arguments' types are the function's
      vjp.with({ tier: 'dynamic' })(f, ['1'], 'n');
      // @ts-expect-error there is no such option
      vjp.with({ hasAux: true });
      // @ts-expect-error options are not arguments
      vjp(f, [1, 2], 'n', { tier: 'dynamic' });
    });
  });

  it('wrt names one argument of derivative, jacobian, hessian and hvp', () => {
    types(() => {
      const g = (s: string, x: number[], k: number) => k * x.length + s.length;
      expectTypeOf(derivative(g, { wrt: 2 })('', [1], 2)).toEqualTypeOf<number>();
      expectTypeOf(jacobian(g, { wrt: 1, mode: 'reverse' })('', [1], 2)).toEqualTypeOf<number[]>();
      expectTypeOf(hessian(g, { wrt: 1, verify: true })('', [1], 2)).toEqualTypeOf<number[][]>();
      expectTypeOf(hvp(g, { wrt: 1 })('', [1], [1], 2)).toEqualTypeOf<number[]>();
      // @ts-expect-error one argument
      jacobian(g, { wrt: [0, 1] });
    });
  });

  it('reports can be read', () => {
    expectTypeOf<CheckReport['largestError']>().toEqualTypeOf<number>();
    expectTypeOf<Explanation['tier']>().toEqualTypeOf<'compiled' | 'dynamic'>();
  });
});
