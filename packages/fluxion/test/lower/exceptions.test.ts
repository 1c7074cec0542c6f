/** try, catch, finally and throw. */
import { expect, it } from 'vitest';
import { grad } from '../../src/index.ts';
import { judged } from './judged.ts';

judged([
  [
    'no throw',
    (x: number) => {
      let s = 0;
      try {
        s += x * x;
      } catch {
        s = 0;
      }
      return s;
    },
    1.5,
  ],
  [
    'taken',
    (x: number) => {
      let s = 1;
      try {
        s *= 2;
        if (x > 1) throw x * 2;
        s += x;
      } catch (e) {
        s += (e as number) ** 3;
      }
      return s;
    },
    1.5,
  ],
  [
    'not taken',
    (x: number) => {
      let s = 1;
      try {
        s *= 2;
        if (x > 2) throw x * 2;
        s += x;
      } catch (e) {
        s += (e as number) ** 3;
      }
      return s;
    },
    1.5,
  ],
  [
    'finally',
    (x: number) => {
      let s = 1;
      try {
        if (x > 1) throw { at: x };
      } catch (e) {
        s += (e as any).at ** 2;
      } finally {
        s *= x;
      }
      return s;
    },
    1.5,
  ],
  [
    'return in try',
    (x: number) => {
      let s = 1;
      const early = (): number => {
        try {
          if (x > 1) return x * 5;
          return x;
        } finally {
          s *= 1.5;
        }
      };
      const y = early();
      return s * y;
    },
    1.5,
  ],
  [
    'return overridden',
    (x: number) => {
      const f = (): number => {
        try {
          return x;
        } finally {
          return x * x;
        }
      };
      return f();
    },
    1.5,
  ],
  [
    'break in try',
    (x: number[]) => {
      let s = 0;
      for (const v of x) {
        try {
          if (v < 0) break;
          if (v > 2) continue;
          s += v * v;
        } finally {
          s += 0.5 * v;
        }
      }
      return s;
    },
    [1, 3, 2, -1, 5],
  ],
  [
    'nested rethrow',
    (x: number) => {
      let s = 1;
      try {
        try {
          if (x > 0) throw [x];
        } catch (e) {
          s += (e as number[])[0];
          throw e;
        }
      } catch (e) {
        s += (e as number[])[0] ** 2;
      }
      return s;
    },
    1.5,
  ],
  [
    'throw in loop',
    (x: number[]) => {
      let s = 0;
      try {
        for (let i = 0; i < x.length; i++) {
          if (x[i] < 0) throw i;
          s += x[i];
        }
      } catch (e) {
        s *= (e as number) + 1;
      }
      return s;
    },
    [1, 2, -1, 3],
  ],
  [
    'catch in loop',
    (x: number[]) => {
      let s = 0;
      for (const v of x) {
        try {
          if (v < 0) throw v;
          s += v * v;
        } catch (e) {
          s -= (e as number) * 2;
        } finally {
          s *= 1.1;
        }
      }
      return s;
    },
    [1, -2, 3],
  ],
  [
    'finally throw order',
    (x: number) => {
      let s = x;
      const f = () => {
        try {
          try {
            if (x > 1) throw 1;
            return s;
          } finally {
            s += x;
          }
        } catch {
          s *= 2;
          return s;
        } finally {
          s += 1;
        }
      };
      return f() * s;
    },
    1.5,
  ],
  [
    'labelled out of two',
    (x: number[]) => {
      let s = 0;
      outer: for (const v of x) {
        for (const w of x) {
          try {
            if (v * w > 3) continue outer;
            if (v < 0) break outer;
            s += v * w;
          } finally {
            s += w;
          }
        }
      }
      return s;
    },
    [1, 2, -1],
  ],
  [
    'callee throws',
    (x: number) => {
      const f = (v: number) => {
        if (v > 1) throw v;
        return v;
      };
      let s = 0;
      try {
        s = f(x);
      } catch (e) {
        s = (e as number) * 2;
      }
      return s;
    },
    1.5,
  ],
  [
    'error object',
    (x: number) => {
      let s = 0;
      try {
        if (x > 1) throw new RangeError('big');
        s = x;
      } catch (e) {
        s = (e as Error).message.length * x;
      }
      return s;
    },
    1.5,
  ],
  [
    'var in try',
    (x: number) => {
      try {
        var y = x * x;
      } finally {
        y! += 1;
      }
      return y;
    },
    1.5,
  ],
]);

it('a function of the host that is called for its effect may give back anything', () => {
  let calls = 0;
  const note = (v: number) => {
    calls += v;
  };
  const f = (x: number) => {
    note(2);
    return x * x;
  };
  expect(grad(f, { tier: 'compiled' })(3)).toBe(6);
  expect(calls).toBe(2);
});
