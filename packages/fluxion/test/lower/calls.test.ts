/** Functions that are bound, extracted, wrapped, and given lists of arguments. */
import { judged } from './judged.ts';

class Line {
  slope = 2;
  at(x: number): number {
    return this.slope * x * x;
  }
}
class Vec3 {
  x: number;
  y: number;
  z: number;
  constructor(x = 0, y = 0, z = 0) {
    this.x = x;
    this.y = y;
    this.z = z;
  }
}
function total() {
  let s = 0;
  for (let i = 0; i < arguments.length; i++) s += arguments[i] * (i + 1);
  return s;
}
function fwd() {
  return total.apply(null, arguments as any);
}

judged([
  [
    'bind method',
    (x: number) => {
      const line = new Line();
      const bound = line.at.bind({ slope: x } as Line);
      return bound(2);
    },
    1.7,
  ],
  [
    'bind pow',
    (x: number) => {
      const p = Math.pow.bind(null, x);
      return p(2) * p(3);
    },
    1.7,
  ],
  [
    'extracted',
    (x: number) => {
      const line = new Line();
      const { at: extracted } = line;
      return (
        extracted.call({ slope: 3 } as Line, x) +
        line.at.apply(line, [x]) +
        Math.max.apply(null, [x, 1]) +
        Reflect.apply(line.at, line, [x])
      );
    },
    1.7,
  ],
  [
    'bind args',
    (x: number) => {
      const add = (a: number, b: number, c: number) => a + b * c;
      const f = add.bind(null, x, 2);
      return f(3) * [1, 2].map(add.bind(null, x)).reduce((a, b) => a + b);
    },
    1.7,
  ],
  ['arguments', (x: number) => (total as any)(x, 2 * x, 3) + (fwd as any)(x, x * x), 1.7],
  [
    'new spread',
    (p: number[]) => {
      const v = new Vec3(...p);
      return v.x * v.y + v.z;
    },
    [1, 2, 3],
  ],
  [
    'new spread short',
    (p: number[]) => {
      const v = new Vec3(...p);
      return v.x * v.y + v.z;
    },
    [1, 2],
  ],
  [
    'spread long',
    (p: number[]) => {
      const f = (a: number, b = 4) => a * b;
      return f(...(p as [number, number]));
    },
    [1, 2, 3],
  ],
  [
    'wrap',
    (x: number) => {
      const trace =
        <A extends unknown[]>(f: (...a: A) => number) =>
        (...a: A) =>
          f(...a) * 2;
      const g = trace((a: number, s: string) => a * s.length);
      const h = trace((a: number) => a * a);
      return g(x, 'abc') + h(x);
    },
    1.7,
  ],
  ['max mix', (p: number[]) => Math.max(1.5, ...p, 2.5) * Math.min(...p, 0.5) * Math.max(...p, ...p), [1, 2, 3]],
  [
    'memo wrapper',
    (x: number) => {
      const memo = (f: (n: number) => number) => {
        const m = new Map<number, number>();
        return (n: number) => {
          let v = m.get(n);
          if (v === undefined) {
            v = f(n);
            m.set(n, v);
          }
          return v;
        };
      };
      const g = memo((n) => n * x);
      return g(2) + g(2) + g(3);
    },
    1.7,
  ],
  [
    'rest spread',
    (x: number[], y: number) => {
      const sum = (first: number, second = first * 2, ...rest: number[]) =>
        rest.reduce((s, v) => s + v, first * second);
      return sum(x[0]) + sum(...(x as [number, number])) * y;
    },
    [1.5, 2, 0.3],
    0.7,
  ],
  [
    'pipe',
    (x: number) => {
      const pipe =
        (...fs: ((v: number) => number)[]) =>
        (v: number) =>
          fs.reduce((a, f) => f(a), v);
      return pipe(Math.sin, (v) => v * x, Math.exp)(x);
    },
    0.7,
  ],
]);
