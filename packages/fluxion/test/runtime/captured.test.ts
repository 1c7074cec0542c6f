/** What f has captured, and shares with its arguments: read as it is at each call, left as after calling f. */
import { describe, expect, it } from 'vitest';
import { grad, jvp, valueAndGrad, vjp } from '../../src/index.ts';
import { compiledFirst, sameOnBoth } from './both.ts';

describe('captured contents that change between two calls', () => {
  it('arrays, objects, variables', () => {
    sameOnBoth(() => {
      const weights = [1, 2];
      const scale = { by: 3, deep: { er: 1 } };
      const typed = new Float64Array([1, 2, 3]);
      let k = 1;
      const f = (x: number) => x * x * weights[0] * scale.by * scale.deep.er * k + weights.length * x + typed[1] * x;
      const seen = [valueAndGrad(f)(2)];
      weights[0] = 5;
      weights.push(7);
      seen.push(valueAndGrad(f)(2));
      scale.by = 4;
      scale.deep = { er: 9 };
      typed[1] = -1;
      seen.push(valueAndGrad(f)(2));
      k = 11;
      seen.push(valueAndGrad(f)(2));
      return seen;
    });
  });

  it('a variable, on the dynamic tier too', () => {
    let k = 1;
    const f = (x: number) => x * k;
    expect(grad(f, { tier: 'dynamic' })(2)).toBe(1);
    k = 11;
    expect(grad(f, { tier: 'dynamic' })(2)).toBe(11);
  });

  it('a function that is put in the place of another', () => {
    sameOnBoth(() => {
      const tool = { of: (x: number) => x * x };
      const f = (x: number) => tool.of(x) * x;
      const seen = [valueAndGrad(f)(2)];
      tool.of = (x) => x;
      seen.push(valueAndGrad(f)(2));
      return seen;
    });
  });
});

describe('captured state ends as after calling f', () => {
  it('counters and caches', () => {
    sameOnBoth(() => {
      const state = { calls: 0, list: [1, 2], typed: new Int32Array(2), last: { of: 1 } };
      const f = (x: number) => {
        state.calls++;
        state.list.push(state.calls);
        state.typed[1] += 2;
        state.last = { of: state.calls };
        return x * x * state.calls;
      };
      const seen: unknown[] = [valueAndGrad(f)(2), structuredClone(state), jvp(f, [2], [1]), structuredClone(state)];
      seen.push(vjp(f, 2).pullback(1), structuredClone(state));
      return seen;
    });
  });

  it('an array that is cut', () => {
    sameOnBoth(() => {
      const stack = [1, 2, 3];
      const f = (x: number) => {
        const top = stack.pop() ?? 0;
        return x * x * top;
      };
      return [valueAndGrad(f)(2), [...stack], valueAndGrad(f)(2), [...stack], stack.length];
    });
  });

  it('put back whole where it received what depends on the input', () => {
    sameOnBoth(() => {
      const scratch = new Float64Array(3);
      const memo = { value: 1, count: 0 };
      const f = (x: number) => {
        for (let i = 0; i < 3; i++) scratch[i] = x * i;
        return scratch[1] * scratch[2];
      };
      const g = (x: number) => {
        memo.count++;
        memo.value = x;
        return memo.value * memo.value;
      };
      return [valueAndGrad(f)(2), [...scratch], valueAndGrad(g)(3), { ...memo }, jvp(g, [3], [1]), { ...memo }];
    });
  });

  it('some of which depends and some of which does not', () => {
    sameOnBoth(() => {
      const a = [0, 0];
      const b = [0, 0];
      const f = (x: number) => {
        a[0] = x;
        b[0]++;
        return a[0] * x * b[0];
      };
      return [valueAndGrad(f)(2), [...a], [...b]];
    });
  });

  it('once, where the gradient is found to be infinite after f has run', () => {
    sameOnBoth(() => {
      const state = { calls: 0 };
      const f = (x: number) => {
        state.calls++;
        return Math.sqrt(x) * state.calls;
      };
      return [valueAndGrad(f)(0), state.calls, vjp(f, 0).pullback(1), state.calls, jvp(f, [0], [1]), state.calls];
    });
  });

  it('frozen objects refuse', () => {
    const outcomes = () => {
      const held = Object.freeze({ n: 1 });
      const f = (x: number) => {
        (held as { n: number }).n = 2;
        return x * held.n;
      };
      const g = (a: { x: number; n: number }) => {
        a.n = 2;
        return a.x * a.n;
      };
      const h = (a: number[]) => {
        a.push(2);
        return a[0] * a.length;
      };
      const seen: unknown[] = [];
      for (const call of [
        () => valueAndGrad(f)(3),
        () => valueAndGrad(g)(Object.freeze({ x: 3, n: 1 })),
        () => valueAndGrad(h)(Object.freeze([1]) as number[]),
      ]) {
        try {
          seen.push(call());
        } catch (e) {
          seen.push((e as Error).name);
        }
      }
      return seen;
    };
    sameOnBoth(outcomes);
  });
});

describe('one object by two ways', () => {
  const dot = (a: Float64Array, b: Float64Array) => {
    let s = 0;
    for (let i = 0; i < a.length; i++) s += a[i] * a[i] * b[i];
    return s;
  };

  it('two arguments', () => {
    sameOnBoth(() => {
      const a = new Float64Array([1, 2, 3]);
      const list = [1, 2];
      const sum = (p: number[], q: number[]) => p[0] * q[1] + p[1] * p[1];
      return [valueAndGrad(dot, { wrt: [0, 1] })(a, a), valueAndGrad(dot)(a, a), valueAndGrad(sum)(list, list)];
    });
    sameOnBoth(() => {
      const a = new Float64Array([1, 2, 3]);
      const f = (p: Float64Array, q: Float64Array) => {
        p[0] *= 2;
        return dot(p, q);
      };
      const seen: unknown[] = [];
      for (const wrt of [0, 1, [0, 1]]) {
        try {
          seen.push(valueAndGrad(f, { wrt: wrt as 0 })(a, a));
        } catch (e) {
          seen.push((e as { code?: string }).code);
        }
      }
      return [...seen, [...a]];
    });
  });

  it('an argument and a captured one', () => {
    sameOnBoth(() => {
      const a = [1, 2, 3];
      const f = (p: number[]) => p[0] * a[1] + a[0] * p[2] * p[2];
      const w = (p: number[]) => {
        p[1] = p[0] * 2;
        return p[1] * a[1];
      };
      const seen: unknown[] = [valueAndGrad(f)(a)];
      try {
        seen.push(valueAndGrad(w)(a));
      } catch (e) {
        seen.push((e as { code?: string }).code);
      }
      return [...seen, [...a]];
    });
  });

  it('views of one buffer', () => {
    sameOnBoth(() => {
      const whole = new Float64Array([1, 2, 3, 4]);
      const f = (p: { a: Float64Array; b: Float64Array }) => {
        p.a[1] = p.a[0] * 3;
        return p.b[0] * p.b[1];
      };
      return [
        valueAndGrad(f)({ a: whole.subarray(0, 2), b: whole.subarray(1, 3) }),
        [...whole],
        valueAndGrad(dot, { wrt: [0, 1] })(whole.subarray(0, 2), whole.subarray(1, 3)),
      ];
    });
  });

  it('views of different element types are declined', () => {
    const left = sameOnBoth(() => {
      const whole = new Float64Array([1, 2, 3, 4]);
      const f = (p: { a: Float64Array; b: Int32Array }) => {
        p.b[0] = 0;
        return p.a[0] * p.a[1];
      };
      try {
        return valueAndGrad(f)({ a: whole, b: new Int32Array(whole.buffer) });
      } catch (e) {
        return (e as { code?: string }).code;
      }
    });
    expect(left).toHaveLength(1);
  });

  it('twice in one argument, and in a circle', () => {
    sameOnBoth(() => {
      const shared = [1, 2];
      interface Ring {
        v: number;
        next: Ring | null;
      }
      const ring: Ring = { v: 3, next: null };
      ring.next = { v: 4, next: ring };
      const f = (p: { a: number[]; b: number[] }) => {
        p.a[0] *= 2;
        return p.b[0] * p.b[1];
      };
      const round = (r: Ring) => r.v * r.next!.v * r.next!.next!.v;
      const g = grad(f)({ a: shared, b: shared });
      const r = grad(round)(ring) as unknown as Ring;
      return [g, g.a === g.b, r, r.next!.next === r, shared];
    });
  });
});

it('compiles these', () => {
  const state = { calls: 0 };
  const f = (x: number) => {
    state.calls++;
    return x * x;
  };
  const { left } = compiledFirst(() => grad(f)(3));
  expect(left).toEqual([]);
  expect(state.calls).toBe(1);
});
