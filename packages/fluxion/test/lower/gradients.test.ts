/** Gradients of programs with objects, classes and several kinds of values: compiled against dynamic. */
import { expect, it } from 'vitest';
import { grad, valueAndGrad } from '../../src/index.ts';

function bothTiers(f: Function, ...args: unknown[]): void {
  const at = (tier: 'compiled' | 'dynamic') =>
    (valueAndGrad(f as (x: number) => number, { tier }) as Function)(...args);
  expect(at('compiled')).toEqual(at('dynamic'));
}

class Body {
  x: number;
  v: number;
  #mass: number;
  constructor(x: number, v: number, mass: number) {
    this.x = x;
    this.v = v;
    this.#mass = mass;
  }
  get energy(): number {
    return 0.5 * this.#mass * this.v ** 2 + this.#mass * 9.81 * this.x;
  }
  step(h: number): Body {
    return new Body(this.x + h * this.v, this.v - h * this.x, this.#mass);
  }
}

it('instances handed in and made inside', () => {
  bothTiers((x: number) => new Body(x, 2 * x, 3).step(0.1).step(x).energy, 1.5);
  bothTiers((p: { x: number; v: number }) => new Body(p.x, p.v, 2).step(0.1).energy, { x: 1, v: 2 });
});

it('trees of several shapes', () => {
  type Expr = { kind: 'num'; v: number } | { kind: 'mul'; l: Expr; r: Expr } | { kind: 'sin'; of: Expr };
  const evaluate = (e: Expr): number =>
    e.kind === 'num' ? e.v : e.kind === 'mul' ? evaluate(e.l) * evaluate(e.r) : Math.sin(evaluate(e.of));
  const tree: Expr = {
    kind: 'mul',
    l: { kind: 'num', v: 3 },
    r: { kind: 'sin', of: { kind: 'mul', l: { kind: 'num', v: 2 }, r: { kind: 'num', v: 0.7 } } },
  };
  bothTiers(evaluate, tree);
});

it('optional properties and numbers that may be undefined', () => {
  type P = { u: number; scale?: number };
  bothTiers((p: P, q: P) => p.u * (p.scale ?? 2) + q.u * (q.scale ?? 3) * p.u, { u: 1.5 }, { u: 2, scale: 5 });
  bothTiers(
    (p: P[]) => p.map((o) => o.u ** 2 * (o.scale ?? 2)).reduce((a, b) => a + b, 0),
    [{ u: 1 }, { u: 2, scale: 5 }],
  );
});

it('a method that changes on its prototype is followed', () => {
  class Scaled {
    k = 2;
    of(x: number): number {
      return this.k * x;
    }
  }
  const gradient = grad((x: number) => new Scaled().of(x));
  expect(gradient(3)).toBe(2);
  Scaled.prototype.of = (x: number) => x * x;
  expect(gradient(3)).toBe(6);
  Scaled.prototype.of = function (this: Scaled, x: number) {
    return this.k * x * x;
  };
  expect(gradient(3)).toBe(12);
});

it('static members are read at each call', () => {
  class Options {
    static factor = 2;
  }
  const gradient = grad((x: number) => x * Options.factor);
  expect(gradient(3)).toBe(2);
  Options.factor = 5;
  expect(gradient(3)).toBe(5);
});

it('a random generator outside runs once for each draw, and its state goes on', () => {
  let draws = 0;
  const random = () => {
    draws++;
    return draws / 10;
  };
  const gradient = grad((x: number) => x * random() + random() * x * x);
  expect(gradient(2)).toBeCloseTo(0.1 + 2 * 0.2 * 2, 14);
  expect(draws).toBe(2);
  expect(gradient(2)).toBeCloseTo(0.3 + 2 * 0.4 * 2, 14);
  expect(draws).toBe(4);
});
