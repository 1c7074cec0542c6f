/** Results and gradients as the caller gets them: shapes, identities, what shares what. */
import { describe, expect, it } from 'vitest';
import { grad, hvp, jacobian, jvp, valueAndGrad, vjp } from '../../src/index.ts';
import { sameOnBoth } from './both.ts';

class Body {
  #mass: number;
  pos: number[];
  constructor(mass: number, pos: number[]) {
    this.#mass = mass;
    this.pos = pos;
  }
  energy(v: number): number {
    return (this.#mass * v * v) / 2 + this.pos[0];
  }
}

describe('results', () => {
  it('typed arrays, nested objects, tuples', () => {
    const left = sameOnBoth(() => {
      const typed = (x: number) => new Float64Array([x, x * x, 3]);
      const nested = (x: number) => ({ a: { b: [x, [x * 2]] as [number, number[]] }, t: new Float32Array([x]) });
      const tuple = (x: number): [number, { y: number }] => [x * x, { y: x }];
      return [
        vjp(typed, 2).value,
        jvp(typed, [2], [1]),
        jacobian(typed)(2),
        vjp(nested, 3).value,
        jvp(nested, [3], [1]),
        vjp(tuple, 3).value,
        vjp(tuple, 3).pullback([1, { y: 2 }]),
      ];
    });
    expect(left).toEqual([]);
  });

  it('typed arrays are not watched any more when a result has been read', () => {
    const prototype = Object.getPrototypeOf(Float64Array.prototype) as object;
    const marks = () => Object.getOwnPropertySymbols(prototype).filter((s) => s.description?.startsWith('fluxion'));
    const typed = (x: Float64Array) => x.map((v) => v * v);
    const sum = (x: Float64Array) => x[0] * x[0] * x[1];
    const x = new Float64Array([1, 2]);
    expect(marks()).toEqual([]);
    const left = sameOnBoth(() => {
      const { pullback } = vjp(typed, x);
      const found = [vjp(typed, x).value, jvp(typed, [x], [x]), hvp(sum)(x, x), pullback(x)];
      return [...found, marks()];
    });
    expect(left).toEqual([]);
  });

  it('Maps and Sets', () => {
    const left = sameOnBoth(() => [
      vjp((x: number) => new Map([['a', x * x]]), 2).pullback(new Map([['a', 3]]) as never),
      vjp((x: number) => new Map([['a', x * x]]), 2).value,
      jvp((x: number) => new Set([x, x * x]), [3], [1]),
      grad((m: Map<string, number>) => m.get('a')! ** 2)(new Map([['a', 3]])),
      grad((m: Set<number>) => [...m].reduce((s, v) => s * v))(new Set([2, 5])),
    ]);
    expect(left).toEqual([]);
  });

  it('what is returned of arguments and captured objects', () => {
    sameOnBoth(() => {
      const held = { k: [1, 2] };
      const arg = { x: 2, other: { y: 3 } };
      const plain = { z: 1 };
      const same = vjp((p: { x: number }) => ({ p, held, n: p.x * 2 }), arg);
      const own = vjp.with({ wrt: 0 })((x: number, q: object) => ({ x: x * 2, q }), 3, plain);
      const captured = vjp((_x: number) => held, 3);
      const itself = vjp((p: { x: number }) => p, arg);
      return [
        same.value,
        (same.value as { p: object }).p === arg,
        (same.value as { held: object }).held === held,
        own.value,
        (own.value as { q: object }).q === plain,
        captured.value === held,
        captured.pullback({ k: [1, 1] }),
        itself.value,
        itself.value === arg,
        itself.pullback({ x: 5 }),
      ];
    });
  });

  it('one of several kinds', () => {
    sameOnBoth(() => {
      const f = (x: number) => (x > 0 ? { kind: 'pos', v: x * x } : null);
      const g = (x: number) => (x > 0 ? x * x : undefined);
      const h = (x: number) => (x > 0 ? [x] : { x });
      return [f, g, h].map((fn) => [
        vjp(fn as (x: number) => unknown, 2).value,
        jvp(fn as (x: number) => unknown, [-1], [1]),
      ]);
    });
  });

  it('hasAux, lists of arguments, truth values and texts', () => {
    sameOnBoth(() => {
      const aux = (x: number, y: number) => [x * y, { seen: x, flag: x > 1, name: 'run' }] as [number, object];
      const f = (a: number, s: string, b: number[], yes: boolean) => (s === 'sq' && yes ? a * a : a) * b[0];
      return [
        valueAndGrad(aux, { hasAux: true })(2, 3),
        grad(f, { wrt: [0, 2] })(3, 'sq', [2, 1], true),
        grad(f, { wrt: 2 })(3, 'no', [2, 1], true),
        grad(f, { wrt: [2, 1, 3, 0] })(3, 'sq', [2, 1], false),
      ];
    });
  });
});

describe('gradients', () => {
  it('class instances with private fields, frozen objects, parts that are no numbers', () => {
    sameOnBoth(() => {
      const body = new Body(2, [1, 2]);
      const g = grad((b: Body, v: number) => b.energy(v) * b.pos[1])(body, 3);
      const frozen = Object.freeze({ a: 2, s: 'x', n: null, f: true, list: Object.freeze([1, 2]) });
      const h = grad((p: { a: number; list: readonly number[] }) => p.a * p.list[1])(frozen);
      return [g, g instanceof Body, h, Object.isFrozen(h)];
    });
  });

  it('-0, NaN and numbers on which nothing depends', () => {
    sameOnBoth(() => {
      const f = (a: Float64Array, b: number[]) => a[0] * b[0] + 1 / (1 + b[1] * b[1]);
      return [
        grad(f, { wrt: [0, 1] })(new Float64Array([-0, 5]), [-0, -0]),
        valueAndGrad((x: number) => -x)(0),
        valueAndGrad((x: number) => x * x)(-0),
        vjp((x: number) => [x, -x, -0], -0).value,
        grad((a: number[]) => a[0])([1, Number.NaN]),
        valueAndGrad((x: number) => (Number.isNaN(x) ? 1 : x))(Number.NaN),
        grad((_x: number[]) => 3)([1, 2]),
      ];
    });
  });

  it('of Float32Array round as the language does', () => {
    sameOnBoth(() => {
      const f = (a: Float32Array) => {
        a[1] = a[0] * 1.1;
        return a[0] * a[1];
      };
      return valueAndGrad(f)(new Float32Array([0.1, 2]));
    });
  });

  it('of parts that are one of several kinds', () => {
    interface Node {
      v?: number;
      at: number[] | { x: number } | null;
    }
    sameOnBoth(() => {
      const f = (list: Node[]) => {
        let s = 0;
        for (const n of list) {
          s += (n.v ?? 2) ** 2;
          if (n.at === null) s += 1;
          else if (Array.isArray(n.at)) s += n.at[0] * n.at[1];
          else s += Math.sin(n.at.x);
        }
        return s;
      };
      const g = (p: { one: Float64Array | { y: number }; two: Float64Array | { y: number } }) => {
        let s = 0;
        for (const one of [p.one, p.two]) s += 'y' in one ? one.y ** 2 : one[0] * one[1];
        return s;
      };
      return [
        grad(f)([
          { v: 1, at: [1, 2] },
          { at: { x: 3 }, v: 2 },
          { v: 5, at: null },
        ]),
        grad(g)({ one: new Float64Array([2, 3]), two: { y: 4 } }),
      ];
    });
  });

  it('share nothing', () => {
    sameOnBoth(() => {
      const a = new Float64Array([1, 2]);
      const sq = grad((x: Float64Array) => x[0] * x[0] + x[1]);
      const one = sq(a);
      const two = sq(a);
      one[0] = 99;
      return [two, one === two, one.buffer.byteLength, a];
    });
  });
});
