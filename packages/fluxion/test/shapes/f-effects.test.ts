/** Shapes 81–88 of the program-shape catalogue: exceptions, globals, effects. */
import { describe, expect, test, vi } from 'vitest';
import { derivative, grad, valueAndGrad } from '../../src/index.ts';
import { trackedIn } from '../tracked.ts';
import { onBoth, shape, thrownBy } from './harness.ts';

const at =
  <A extends readonly unknown[]>(...args: A) =>
  (): A =>
    structuredClone(args) as unknown as A;

class OutOfRange extends RangeError {
  at: number;
  constructor(message: string, value: number) {
    super(message);
    this.at = value;
  }
}
describe('shape 81', () => {
  test("the user's exception reaches the caller as it is, its frames showing the user's file", () => {
    const thrown: unknown[] = [];
    const f = (x: number) => {
      const error = new OutOfRange(`x is ${x}`, x * 2);
      thrown.push(error);
      if (x > 1) throw error;
      return x;
    };
    let caught: unknown;
    try {
      grad(f)(3);
    } catch (e) {
      caught = e;
    }
    expect(caught).toBeInstanceOf(OutOfRange);
    expect(caught).toBe(thrown[0]);
    expect((caught as OutOfRange).message).toBe('x is 3');
    expect((caught as OutOfRange).at).toBe(6);
    expect(trackedIn(caught)).toEqual([]);
    expect((caught as OutOfRange).stack).toMatch(/f-effects\.test\.ts:\d+/);
  });
  onBoth(81, 'a thrown tracked number is a plain number to the caller', (tier) => {
    const f = (x: number) => {
      if (x > 0) throw x * 2;
      return x;
    };
    expect(thrownBy(() => grad(f, { tier })(2))).toBe(4);
  });
  onBoth(81, 'a TypeError of the language', (tier) => {
    const ofUndefined = (x: number) => (undefined as unknown as { y: number }).y * x;
    expect(thrownBy(() => grad(ofUndefined, { tier })(1))).toBeInstanceOf(TypeError);
    const noFunction = (x: number) => (x as unknown as () => number)();
    expect(thrownBy(() => grad(noFunction, { tier })(1))).toHaveProperty(
      'message',
      expect.stringMatching(/is not a function/),
    );
  });
});

shape(82, 'try and catch, taken and not taken, finally, nested, rethrown', {
  f: (x: number) => {
    let s = 0;
    try {
      s += x * x;
    } catch {
      s = 0;
    }
    try {
      s *= 2;
      if (x > 1) throw new OutOfRange('big', x);
      s += x;
    } catch (e) {
      s += (e as OutOfRange).at ** 3;
    } finally {
      s += Math.sin(x);
    }
    const early = (): number => {
      try {
        if (x > 2) return x * 5;
        return x;
      } finally {
        s *= 1.5;
      }
    };
    const y = early();
    try {
      try {
        if (x < 0) throw [x];
      } catch (e) {
        s += (e as number[])[0];
        throw e;
      }
    } catch (e) {
      s += (e as number[])[0] ** 2;
    }
    return s * y;
  },
  inputs: [at(0.5), at(1.5), at(2.5), at(-0.5)],
});

describe('shape 83', () => {
  onBoth(83, 'a throw after partial mutation leaves arguments and captured state as they were', (tier) => {
    const log = { last: 0, list: [] as number[] };
    const f = (x: number[]) => {
      x[0] = x[1] * 2;
      log.last = x[0];
      log.list.push(x[0]);
      if (x[1] > 1) throw new Error('after the write');
      return x[0];
    };
    const x = [1, 2];
    expect(thrownBy(() => grad(f, { tier })(x))).toHaveProperty('message', 'after the write');
    expect(x).toEqual([1, 2]);
    expect(trackedIn([x, log])).toEqual([]);
    expect(log).toEqual({ last: 0, list: [] });
    expect(grad(f, { tier })([1, 0.5])).toEqual([0, 2]);
  });
});

const settings = { gain: 2, history: [1] };
const fixed = Object.freeze([1, 2, 3]);
let level = 1;
declare global {
  var fluxionTestGlobal: { value: number } | undefined;
}
describe('shape 84', () => {
  onBoth(84, 'globals and module state, read', (tier) => {
    level = 4;
    expect(grad((x: number) => x * settings.gain * fixed[1] * level, { tier })(1)).toBe(16);
    level = 1;
    expect(grad((x: number) => x * level, { tier })(1)).toBe(1);
  });
  onBoth(84, 'a module-level array mutated', (tier) => {
    const f = (x: number) => {
      settings.history.push(x);
      settings.history[0] = x * x;
      return settings.history[0] * (settings.history.at(-1) as number);
    };
    expect(grad(f, { tier })(2)).toBe(12);
    expect(trackedIn(settings)).toEqual([]);
    expect(settings.history).toEqual([1]);
  });
  onBoth(84, 'a global written', (tier) => {
    globalThis.fluxionTestGlobal = { value: 1 };
    const f = (x: number) => {
      (globalThis.fluxionTestGlobal as { value: number }).value = x * 3;
      return (globalThis.fluxionTestGlobal as { value: number }).value * x;
    };
    expect(grad(f, { tier })(2)).toBe(12);
    expect(trackedIn(globalThis.fluxionTestGlobal)).toEqual([]);
    globalThis.fluxionTestGlobal = undefined;
  });
});

describe('shape 85', () => {
  onBoth(85, 'console, clock and random numbers keep their order and have no derivative', (tier) => {
    const seen: unknown[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((...args) => void seen.push(args));
    const f = (x: number) => {
      console.log('first', x * 2);
      const t = Date.now();
      const r = Math.random();
      console.log('second', { deep: [x] });
      return x * x + (t > 0 ? 1 : 0) + (r < 2 ? 0 : x);
    };
    try {
      expect(grad(f, { tier })(3)).toBe(6);
    } finally {
      log.mockRestore();
    }
    expect(seen).toEqual([
      ['first', 6],
      ['second', { deep: [3] }],
    ]);
  });
});

describe('shape 86', () => {
  onBoth(86, 'a getter with side effects runs once a read, as its twin', (tier) => {
    const source = {
      reads: 0,
      base: 2,
      get value(): number {
        this.reads++;
        return this.base * this.reads;
      },
    };
    const f = (x: number) => x * source.value + source.value;
    expect(valueAndGrad(f, { tier })(3)).toEqual({ value: 3 * 2 + 4, grad: 2 });
    expect(source.reads).toBe(2);
  });
  onBoth(86, 'a callback captured by an emitter', (tier) => {
    const f = (x: number) => {
      const listeners: ((v: number) => void)[] = [];
      let s = 0;
      listeners.push((v) => {
        s += v * x;
      });
      for (const l of listeners) l(x * 2);
      return s;
    };
    expect(grad(f, { tier })(3)).toBe(12);
  });
  onBoth(86, 'await between steps', async (tier) => {
    const f = async (x: number) => {
      let y = x;
      for (let k = 0; k < 3; k++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        y = Math.sin(y) * x;
      }
      return y;
    };
    const g = await grad(f, { tier })(1.2);
    const d = await derivative(f, { tier })(1.2);
    expect(g).toBeCloseTo(d, 12);
    const h = 1e-5;
    expect(g).toBeCloseTo(((await f(1.2 + h)) - (await f(1.2 - h))) / (2 * h), 7);
  });
});

describe('shape 87', () => {
  onBoth(87, 'clean-up objects and locks', (tier) => {
    const lock = { held: false };
    const f = (x: number) => {
      if (lock.held) throw new Error('held');
      lock.held = true;
      try {
        const resource = { value: x * x, close: () => undefined };
        const registry = new FinalizationRegistry(() => undefined);
        registry.register(resource, 'note');
        const ref = new WeakRef(resource);
        return (ref.deref() as typeof resource).value * x;
      } finally {
        lock.held = false;
      }
    };
    expect(grad(f, { tier })(2)).toBe(12);
    expect(lock).toEqual({ held: false });
  });
});

describe('shape 88', () => {
  onBoth(88, 'two promises accumulate and join', async (tier) => {
    const f = async (x: number) => {
      const total = { sum: 0 };
      const add = async (k: number) => {
        await null;
        total.sum += x ** k;
        await null;
        total.sum *= 1.5;
      };
      await Promise.all([add(2), add(3)]);
      return total.sum;
    };
    const h = 1e-5;
    const slope = ((await f(1.3 + h)) - (await f(1.3 - h))) / (2 * h);
    expect(await grad(f, { tier })(1.3)).toBeCloseTo(slope, 7);
  });
  onBoth(88, 'two gradients at the same time', async (tier) => {
    const f = async (x: number) => {
      await null;
      const y = x * x;
      await null;
      return y * x;
    };
    expect(await Promise.all([grad(f, { tier })(2), grad(f, { tier })(3), derivative(f, { tier })(4)])).toEqual([
      12, 27, 48,
    ]);
  });
  const board = { value: 1 };
  onBoth(88, 'two gradients that meet in one object are refused', async (tier) => {
    const f = async (x: number) => {
      board.value = x * 2;
      await null;
      await null;
      return board.value * x;
    };
    const results = await Promise.allSettled([grad(f, { tier })(2), grad(f, { tier })(3)]);
    expect(results.some((r) => r.status === 'rejected' && r.reason.code === 'ConcurrentMutation')).toBe(true);
    for (const [i, r] of results.entries()) if (r.status === 'fulfilled') expect(r.value).toBe([8, 12][i]);
    expect(trackedIn(board)).toEqual([]);
  });
});
