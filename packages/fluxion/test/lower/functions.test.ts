/** Functions: closures, parameters, recursion, calls of what is known and what is not; and statements around them. */
import { describe, expect, it } from 'vitest';
import { lower } from '../../src/lower/lowering.ts';
import { agrees, declined } from './harness.ts';

const factors = { a: 2, b: 3 };
const square = (x: number): number => x * x;
const bound = function (this: { a: number }, y: number, z: number) {
  return this.a * y + z;
}.bind(factors, 5);

function randomFrom(start: number): () => number {
  let seed = start;
  return () => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };
}

describe('functions', () => {
  it('closures over constant and changed variables', () => {
    agrees(
      (x: number) => {
        let count = 0;
        const make = (k: number) => () => {
          count += k;
          return count * x;
        };
        const one = make(1);
        const two = make(2);
        return one() + two() + one();
      },
      [3],
    );
  });
  it('closures in fields, arrays and results', () => {
    agrees(
      (x: number) => {
        const ops = { twice: (y: number) => y * 2, scaled: (y: number) => y * x };
        const list = [(y: number) => y + 1, (y: number) => y * x];
        const compose = (f: (y: number) => number, g: (y: number) => number) => (y: number) => f(g(y));
        return ops.scaled(3) + ops.twice(1) + list[0](2) + list[1](2) + compose(ops.twice, list[1])(4);
      },
      [3],
    );
  });
  it('one of two functions', () => {
    agrees(
      (x: number) => {
        const k = x * 2;
        const f = x > 0 ? (y: number) => y * k : (y: number) => y - 1;
        return f(3) + f(4);
      },
      [3],
      [-3],
    );
    agrees((x: number, name: 'sin' | 'cos') => ({ sin: Math.sin, cos: Math.cos })[name](x), [1, 'sin'], [1, 'cos']);
  });
  it('an object that closes over itself', () => {
    agrees(
      (x: number) => {
        const api = { a: (y: number): number => (y > 3 ? y : api.b(y + 1)), b: (y: number): number => api.a(y * x) };
        return api.a(1);
      },
      [2],
    );
  });
  it('default, rest and spread parameters', () => {
    agrees(
      (x: number) => {
        const f = (a: number, b = a * 2, ...rest: number[]) => a + b + rest.length + (rest[0] ?? 0);
        const g = (p: { u: number; v?: number }) => p.u * (p.v ?? 10);
        const h = (a: number, b: number) => a * b;
        const args: [number, number] = [x, 2];
        return f(x) + f(x, 1) + h(...args) + f(1, 2, 3, x) + g({ u: x }) + g({ u: x, v: 2 });
      },
      [3],
    );
  });
  it('recursion, mutual and of named function expressions', () => {
    agrees(
      (n: number, x: number) => {
        const even = (k: number): number => (k === 0 ? x : odd(k - 1));
        const odd = (k: number): number => (k === 0 ? -x : even(k - 1));
        const fact = function self(k: number): number {
          return k <= 1 ? x : k * self(k - 1);
        };
        return even(n) + fact(n);
      },
      [4, 2],
    );
  });
  it('functions of other modules, bound ones, call and apply', () => {
    agrees((x: number) => square(x) + bound(x) + square.call(undefined, x), [3]);
  });
  it('optional calls', () => {
    agrees(
      (x: number) => {
        const o: { f?: (y: number) => number; g: { h?: number } | null } = {
          f: x > 0 ? (y) => y * x : undefined,
          g: null,
        };
        return (o.f?.(3) ?? 7) + (o.g?.h ?? 1);
      },
      [2],
      [-2],
    );
  });
  it('what writes variables of its own goes to the host', () => {
    const random = randomFrom(7);
    const expected = randomFrom(7);
    const f = (x: number) => x * random() + random();
    const g = (x: number) => x * expected() + expected();
    const { module } = lower(f, [2]);
    expect(module.hosts.length).toBe(1);
    expect(module.hosts[0].callee()).toBe(randomFrom(7)());
    expect(g(2)).toBeGreaterThan(0);
  });
  it('what the host could not see or change unseen is declined', () => {
    let seed = 1;
    const state = { draws: 0 };
    const counted = () => {
      state.draws++;
      seed = (seed * 7) % 11;
      return seed;
    };
    expect(declined((x: number) => x * counted(), 1)).toMatch(/reaches the object state/);
    const next = () => {
      seed = (seed * 7) % 11;
      return seed;
    };
    expect(declined((x: number) => x * next() + seed, 1)).toMatch(/seed/);
    expect(declined((x: number) => x * seed + next(), 1)).toMatch(/seed/);
  });
  it('console.log is given primitives', () => {
    expect(declined((x: number) => console.log({ x }), 1)).toMatch(/host/);
    const { module } = lower((x: number) => console.log('x', x, true), [1]);
    expect(module.hosts.map((h) => [h.name, h.params, h.results])).toEqual([['log', ['f64'], []]]);
  });
  it('the largest of a list', () => {
    agrees((x: number[]) => Math.max(...x) - Math.min(...x), [[3, 1, 7]], [[]]);
    agrees((x: number[]) => Math.hypot(...x), [[3, 1, 7.7]], [[]], [[0, 0]], [[-1e200, 3e200, 0.1]]);
  });
  it('try with and without finally', () => {
    agrees(
      (x: number) => {
        let y = x;
        try {
          y *= 2;
          if (y > 100) throw new Error('large');
        } catch {
          y = 0;
        } finally {
          y += 1;
        }
        return y;
      },
      [3],
    );
  });
  it('labels, switch and early return', () => {
    agrees(
      (n: number, x: number) => {
        let s = 0;
        outer: for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            if (j > i) continue outer;
            if (i * j > 6) break outer;
            switch ((i + j) % 3) {
              case 0:
                s += x;
                break;
              // @ts-expect-error
              case 1:
                s *= 2;
              default:
                s -= 1;
            }
            if (s > 50) return -s;
          }
        }
        return s;
      },
      [5, 1],
      [5, 30],
    );
  });
});
