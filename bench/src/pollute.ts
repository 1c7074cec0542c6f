/**
 * A warm-up that leaves the engine's inline caches as a real program does: gradients of functions on numbers, integers, strings,
 * sparse and typed arrays, objects of many shapes, classes, Map and closures. Without it the ratios are those of a process
 * that does one thing only.
 */
import { derivative, grad } from 'fluxion';
import { multiply } from './matmul.ts';

class Point {
  constructor(
    // Declared, so that the file can be run with its types stripped.
    x: number,
    y: number,
  ) {
    this.x = x;
    this.y = y;
  }
  x: number;
  y: number;
  get norm(): number {
    return Math.hypot(this.x, this.y);
  }
}

type Vector = { [index: number]: number; readonly length: number };

const sum = (v: Vector): number => {
  let s = 0;
  for (let i = 0; i < v.length; i++) s += v[i] * (i + 1);
  return s;
};

const shapes: ((x: number) => Record<string, number>)[] = [
  (x) => ({ x }),
  (x) => ({ a: 1, x }),
  (x) => ({ b: 2, x, c: 3 }),
  (x) => ({ x, d: 1, e: 2 }),
  (x) => ({ f: 0, g: 1, h: 2, x }),
  (x) => Object.assign(Object.create(null) as Record<string, number>, { x }),
];

export function pollute(): void {
  for (let round = 0; round < 30; round++) {
    for (const make of shapes) grad((p: Record<string, number>) => p.x * p.x + Object.keys(p).length)(make(round));
    grad((p: Point) => p.norm + p.x)(new Point(3, 4));
    grad((v: number[]) => sum(v))([1, 2, 3]);
    // biome-ignore lint/suspicious/noSparseArray: a hole is what it is here for
    grad((v: number[]) => sum(v.map((x) => x ?? 1)))([1.5, , 3] as number[]);
    grad((v: Float64Array) => sum(v))(new Float64Array([1, 2]));
    grad((v: Float32Array) => sum(v))(new Float32Array([1, 2]));
    grad((x: number) => sum([x, x]) + sum(new Int32Array([1, 2])) + sum({ length: 1, 0: 2 }))(round);
    grad((m: Map<string, number>) => (m.get('a') ?? 0) * 2)(new Map([['a', round]]));
    grad((x: number) => `${x}`.length * x + ['a', 'bb'].map((s) => s.length + x).reduce((a, b) => a + b))(round);
    derivative((x: number) => derivative((y: number) => x * y * y)(x))(round);
    for (const a of matrices) for (const b of matrices) multiply(a, b, 2);
    grad((x: number) => x * matrices.reduce((s, a) => s + multiply(a, matrices[0], 2)[0][0], 0))(round);
  }
}

type Matrix = Parameters<typeof multiply>[0];
const matrices = [
  [
    [1, 2],
    [3, 4],
  ],
  [
    [0.5, 1.5],
    [2.5, 3.5],
  ],
  [new Float64Array([1, 2]), new Float64Array([3, 4])],
  [new Float64Array([1, 2]), [3, 4]],
  [
    [1, 2.5],
    [3, 4],
  ],
] as unknown as Matrix[];
