/** Checkpoints on the compiled tier: the same derivatives in less memory, and declined where a second call would not be the first again. */
import { describe, expect, test } from 'vitest';
import { checkpoint, grad, hvp, jvp, valueAndGrad, vjp } from '../../src/index.ts';

const compiled = { tier: 'compiled' } as const;
const dynamic = { tier: 'dynamic' } as const;

type Loss = (x: Float64Array) => number;

/** A loop of its own, with something to be kept in each round; two arrays are made in it. */
function relax(x: Float64Array, rounds: number): number {
  let y = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) y[i] = Math.sin(x[i]);
  for (let round = 0; round < rounds; round++) {
    const next = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) next[i] = Math.tanh(y[i] + 0.1 * y[(i + 1) % x.length]);
    y = next;
  }
  let sum = 0;
  for (let i = 0; i < y.length; i++) sum += y[i] * x[i];
  return sum;
}
const relaxed = checkpoint(relax);

/** One step of a simulation, to a new array. */
function step(state: Float64Array): Float64Array {
  const next = new Float64Array(state.length);
  for (let i = 0; i < state.length; i++) {
    let v = state[i];
    for (let j = 0; j < 20; j++) v = Math.sin(v) + 0.3 * state[(i + j) % state.length];
    next[i] = v;
  }
  return next;
}
const stepped = checkpoint(step);

const turned = checkpoint((a: number, b: number, angle: number): number[] => {
  let [x, y] = [a, b];
  for (let i = 0; i < 3; i++) [x, y] = [x * Math.cos(angle) - y, y + x * Math.sin(angle)];
  const out: number[] = [];
  out.push(x);
  out.push(y);
  return out;
});

function total(state: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < state.length; i++) sum += state[i] * state[i];
  return sum;
}

const inner = checkpoint((x: number, y: number): number => {
  let v = x;
  for (let i = 0; i < 5; i++) v = Math.sin(v) * y;
  return v;
});
const outer = checkpoint((x: number): number => {
  let v = x;
  for (let i = 0; i < 4; i++) v += inner(v, x);
  return v;
});

const programs: Record<string, Loss> = {
  'a number comes out': (x) => {
    let sum = 0;
    for (let k = 0; k < 4; k++) sum += relaxed(x, k + 2) * (k + 1);
    return sum;
  },
  'an array comes out, and goes in again': (x) => {
    let state = x;
    for (let k = 0; k < 5; k++) state = stepped(state);
    return total(state);
  },
  'an array of numbers comes out, and is changed afterwards': (x) => {
    let [a, b] = [x[0], x[1]];
    for (let k = 0; k < 4; k++) {
      const next = turned(a, b, x[2]);
      next[0] += x[3] * next[1];
      next.push(next[0] * x[4]);
      [a, b] = [next[2] + next[0], next[1]];
    }
    return a * b;
  },
  'one in another': (x) => outer(x[0]) * outer(x[1] * x[2]) + inner(x[3], x[4]),
  'in a branch, and of its own result': (x) => {
    let v = x[0];
    for (let i = 0; i < x.length; i++) if (x[i] > 0.4) v = inner(v, x[i]);
    return v * inner(v, v);
  },
  'a closure that is made inside': (x) => {
    const scale = x[1];
    const scaled = checkpoint((y: number) => {
      let v = y;
      for (let i = 0; i < 3; i++) v = Math.exp(-v * scale);
      return v;
    });
    return scaled(x[0]) * scaled(x[2]);
  },
  'what a number of arguments are written before, not after': (x) => {
    const y = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) y[i] = x[i] * x[i];
    return relaxed(y, 3) * relaxed(x, 2);
  },
  'in a function that calls itself': (x) => {
    const fold = (from: number, to: number): number => {
      if (to - from === 1) return inner(x[from], 0.5);
      const middle = (from + to) >> 1;
      return inner(fold(from, middle), fold(middle, to));
    };
    return fold(0, x.length);
  },
};

const point = Float64Array.from({ length: 6 }, (_, i) => 0.3 + 0.11 * i);
const near = (a: Float64Array, b: Float64Array): void => {
  expect(a.length).toBe(b.length);
  a.forEach((v, i) => {
    expect(v).toBeCloseTo(b[i], 11);
  });
};

describe.each(Object.keys(programs))('%s', (name) => {
  const f = programs[name];

  test('gradients of both tiers agree', () => {
    const { value, grad: slope } = valueAndGrad(f, compiled)(point);
    const meant = valueAndGrad(f, dynamic)(point);
    expect(value).toBe(meant.value);
    near(slope, meant.grad);
  });

  test('a pullback can be called again', () => {
    const meant = grad(f, dynamic)(point);
    const { pullback } = vjp.with(compiled)(f, point);
    for (const seed of [1, 1, -2])
      near(
        (pullback as (d: number) => [Float64Array])(seed)[0],
        meant.map((v) => v * seed),
      );
  });

  test('tangents, and how the gradient moves', () => {
    const along = point.map((_, i) => Math.cos(i));
    expect(jvp(f, [point], [along], compiled).tangent).toBeCloseTo(jvp(f, [point], [along], dynamic).tangent, 11);
    near(hvp(f, compiled)(point, along), hvp(f, dynamic)(point, along));
  });
});

describe('memory', () => {
  const many = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i));
  const chain =
    (relax: (x: Float64Array, rounds: number) => number): Loss =>
    (x) => {
      let sum = 0;
      for (let k = 0; k < 50; k++) sum += relax(x, 40 + (k % 3));
      return sum;
    };
  const steps =
    (step: (x: Float64Array) => Float64Array): Loss =>
    (x) => {
      let state = x;
      for (let k = 0; k < 60; k++) state = step(state);
      return total(state);
    };

  test.each([
    ['of what is allocated and kept, where a number comes out', chain(relax), chain(relaxed), 2 ** 21],
    ['of what is kept, where an array comes out', steps(step), steps(stepped), 2 ** 20],
  ] as const)('suffices with a checkpoint that does not without: %s', (_, plain, saving, maxMemory) => {
    const meant = grad(plain, { tier: 'compiled' })(many);
    near(grad(saving, { tier: 'compiled', maxMemory })(many), meant);
    expect(() => grad(plain, { tier: 'compiled', maxMemory })(many)).toThrow(/maxMemory[^]*checkpoint\(f\)/);
  });
});

describe('is declined', () => {
  const state = new Float64Array(3);
  const declined: [string, Loss, RegExp][] = [
    [
      'what returns an argument',
      (x) => total(checkpoint((y: Float64Array): Float64Array => (y[0] > 0 ? y : y.slice()))(x)),
      /returns what was made outside/,
    ],
    [
      'what returns an object',
      (x) => {
        const { a, b } = checkpoint((y: number) => ({ a: y * y, b: Math.sin(y) }))(x[0]);
        return a * b;
      },
      /returns something else/,
    ],
    [
      'what changes what was made outside',
      (x) => {
        const out = new Float64Array(2);
        const fill = checkpoint((y: number): number => {
          out[0] = y * y;
          return y;
        });
        return fill(x[0]) + out[0];
      },
      /changes what was made outside/,
    ],
    [
      'what reads what is changed afterwards',
      (x) => {
        const y = x.slice();
        const first = relaxed(y, 3);
        y[0] = first;
        return relax(y, 1);
      },
      /may be changed after/,
    ],
    [
      'what reads what is changed in the next round',
      (x) => {
        const y = x.slice();
        let sum = 0;
        for (let k = 0; k < 3; k++) {
          y[k] = x[k] * 2;
          sum += relaxed(y, 3);
        }
        return sum;
      },
      /may be changed after/,
    ],
    ['what calls the host', (x) => checkpoint((y: number) => y * Math.random())(x[0]), /Math\.random|random|as it is/],
    [
      'what writes to what was captured',
      (x) =>
        checkpoint((y: number) => {
          state[0] = y;
          return state[0] * y;
        })(x[0]),
      /changes what was made outside/,
    ],
  ];

  test.each(declined)('%s', (_, f, reason) => {
    expect(() => grad(f, compiled)(point)).toThrow(reason);
  });

  test('and tangents need no second call', () => {
    const y = declined[1][1];
    expect(jvp(y, [point], [point], compiled).tangent).toBeCloseTo(jvp(y, [point], [point], dynamic).tangent, 11);
  });
});
