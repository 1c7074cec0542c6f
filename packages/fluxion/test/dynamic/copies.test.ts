/** The memory of a differentiated typed array under two names: independent while nobody writes, refused when somebody does. */
import { describe, expect, test } from 'vitest';
import { grad, jvp, valueAndGrad } from '../../src/index.ts';

const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
};

/** A fresh buffer, a view of it to be differentiated, and other views that were made before. */
function memory(Buffer: typeof ArrayBuffer | typeof SharedArrayBuffer = ArrayBuffer) {
  const buffer = new Buffer(32) as ArrayBuffer;
  const x = new Float64Array(buffer);
  x.set([2, 3, 5, 7]);
  return { buffer, x, other: new Float64Array(buffer), data: new DataView(buffer), bytes: new Uint8Array(buffer) };
}

const untouched = [2, 3, 5, 7];

describe.each([
  ['ArrayBuffer', ArrayBuffer],
  ['SharedArrayBuffer', SharedArrayBuffer],
])('a view made before, of the %s of an argument', (_, Buffer) => {
  test('only read: a constant, as the argument itself by another name', () => {
    const { x, other, data } = memory(Buffer);
    expect(grad((v: Float64Array) => v[0] * other[0] + v[1] * data.getFloat64(16, true))(x)).toEqual(
      Float64Array.of(2, 5, 0, 0),
    );
  });

  const written: [string, (v: Float64Array, m: ReturnType<typeof memory>) => number][] = [
    ['an element', (v, m) => ((v[0] = v[1] * 2), m.other[0] * v[1])],
    ['an element with a constant', (v, m) => ((v[0] = 9), m.other[0] * v[1])],
    ['an element with the number it holds', (v, m) => ((v[0] = v[1] - 1), m.other[0] * v[1])],
    ['an element, another one read', (v, m) => ((v[0] = v[1] * 2), m.other[1] * v[1])],
    ['compound', (v, m) => ((v[0] *= 2), m.other[0] * v[1])],
    ['fill', (v, m) => (v.fill(1), m.other[0] * v[1])],
    ['fill with a tracked number', (v, m) => (v.fill(v[1]), m.other[0] * v[1])],
    ['set', (v, m) => (v.set([1, 2]), m.other[0] * v[3])],
    ['sort', (v, m) => (v.sort((a, b) => b - a), m.other[0] * v[1])],
    ['reverse', (v, m) => (v.reverse(), m.other[0] * v[1])],
    ['copyWithin', (v, m) => (v.copyWithin(0, 1), m.other[0] * v[1])],
    ['by a view made of it', (v, m) => ((v.subarray(1)[0] = 4), m.other[1] * v[0])],
    ['by its buffer', (v, m) => ((new Float64Array(v.buffer)[0] = 4), m.other[0] * v[1])],
    ['by a DataView of its buffer', (v, m) => (new DataView(v.buffer).setFloat64(0, 1, true), m.other[0] * v[1])],
    ['read by a DataView', (v, m) => ((v[0] = v[1]), m.data.getFloat64(0, true) * v[1])],
    ['read as bytes', (v, m) => ((v[0] = v[1]), m.bytes[7] * v[1])],
    ['read by a new view of the old buffer', (v, m) => ((v[0] = v[1]), new Float64Array(m.buffer)[0] * v[1])],
    ['read by a copy', (v, m) => ((v[0] = v[1]), Float64Array.from(m.other)[0] * v[1])],
    ['read by the constructor', (v, m) => ((v[0] = v[1]), new Float64Array(m.other)[0] * v[1])],
    ['read by slice', (v, m) => ((v[0] = v[1]), m.other.slice(0, 1)[0] * v[1])],
    ['read by slice of the buffer', (v, m) => ((v[0] = v[1]), new Float64Array(m.buffer.slice(0, 8))[0] * v[1])],
    ['read by spread', (v, m) => ((v[0] = v[1]), [...m.other][0] * v[1])],
    ['read by includes', (v, m) => ((v[0] = v[1]), (m.other.includes(2) ? 1 : 0) * v[1])],
    ['read by reduce', (v, m) => ((v[0] = v[1]), m.other.reduce((s, a) => s + a, 0) * v[1])],
    [
      'read by for of',
      (v, m) => {
        v[0] = v[1];
        let s = 0;
        for (const a of m.other) s += a;
        return s * v[1];
      },
    ],
    [
      'read by set',
      (v, m) => {
        v[0] = v[1];
        const w = new Float64Array(4);
        w.set(m.other);
        return w[0] * v[1];
      },
    ],
    ['read by structuredClone', (v, m) => ((v[0] = v[1]), structuredClone(m.other)[0] * v[1])],
    ['written by both', (v, m) => ((v[0] = v[1]), (m.other[0] = 3), v[0] * v[1])],
    ['written by both with tracked numbers', (v, m) => ((v[0] = v[1]), (m.other[0] = v[1]), v[0] * v[1])],
  ];
  test.each(written)('the argument is written: %s', (_, f) => {
    const m = memory(Buffer);
    expect(codeOf(() => grad((v: Float64Array) => f(v, m))(m.x))).toBe('AmbiguousAlias');
    expect([...m.x]).toEqual(untouched);
    // Nothing is left behind: the next gradient, and plain code, see the memory as it is.
    expect(grad((v: Float64Array) => v[0] * m.other[1])(m.x)).toEqual(Float64Array.of(3, 0, 0, 0));
    expect(f(m.x.slice(), memory(Buffer))).toBeTypeOf('number');
    expect([...m.other]).toEqual(untouched);
  });

  const throughOther: [string, (v: Float64Array, m: ReturnType<typeof memory>) => number][] = [
    ['an element with a constant', (v, m) => ((m.other[0] = 9), v[0] * v[1])],
    ['an element with a tracked number', (v, m) => ((m.other[0] = v[1]), v[0] * v[1])],
    ['an element with a tracked number equal to it', (v, m) => ((m.other[0] = v[1] - 1), v[0] * v[1])],
    [
      'and put back only when it has been read',
      (v, m) => {
        m.other[0] = 9;
        const r = v[0] * v[1];
        m.other[0] = 2;
        return r;
      },
    ],
    ['fill', (v, m) => (m.other.fill(1), v[0] * v[1])],
    ['set', (v, m) => (m.other.set([4]), v[0] * v[1])],
    ['by a DataView', (v, m) => (m.data.setFloat64(0, 1, true), v[0] * v[1])],
    ['by a DataView with a tracked number', (v, m) => (m.data.setFloat64(0, v[1], true), v[0] * v[1])],
    ['as bytes', (v, m) => ((m.bytes[7] = 1), v[0] * v[1])],
    ['by native code', (v, m) => (crypto.getRandomValues(new Uint8Array(1)), m.bytes.fill(3), v[0] * v[1])],
    ['the argument read by slice', (v, m) => ((m.other[0] = 9), v.slice()[0] * v[1])],
    ['the argument read by its buffer', (v, m) => ((m.other[0] = 9), new Float64Array(v.buffer)[0] * v[1])],
    ['the argument read by its bytes', (v, m) => ((m.other[0] = 9), new DataView(v.buffer).getFloat64(0, true) * v[1])],
    ['the argument read by reduce', (v, m) => ((m.other[0] = 9), v.reduce((s, a) => s + a, 0))],
    ['the argument read by spread', (v, m) => ((m.other[0] = 9), [...v][0] * v[1])],
    ['the argument read by includes', (v, m) => ((m.other[0] = 9), (v.includes(2) ? 1 : 0) * v[1])],
    ['the argument written elsewhere before it is read', (v, m) => ((m.other[0] = 9), (v[1] = 4), v[0] * v[2])],
  ];
  test.each(throughOther)('the other view is written: %s', (_, f) => {
    const m = memory(Buffer);
    expect(codeOf(() => grad((v: Float64Array) => f(v, m))(m.x))).toBe('AmbiguousAlias');
    m.x.set(untouched);
    expect(grad((v: Float64Array) => v[0] * m.other[1])(m.x)).toEqual(Float64Array.of(3, 0, 0, 0));
  });

  test('forward mode, also where nothing moves', () => {
    const m = memory(Buffer);
    const f = (v: Float64Array) => {
      m.other[1] = 9;
      return v[1];
    };
    expect(codeOf(() => jvp(f, [m.x], [Float64Array.of(1, 0, 0, 0)]))).toBe('AmbiguousAlias');
    m.x.set(untouched);
    expect(codeOf(() => jvp(f, [m.x], [new Float64Array(4)]))).toBe('AmbiguousAlias');
    m.x.set(untouched);
    const g = (v: Float64Array) => {
      v[1] = 9;
      return m.other[1];
    };
    expect(codeOf(() => jvp(g, [m.x], [new Float64Array(4)]))).toBe('AmbiguousAlias');
  });
});

describe('memory beside the argument, in the same buffer', () => {
  test('is the program’s own: a heap with the argument in it', () => {
    const heap = new Float64Array(16);
    const x = heap.subarray(2, 4);
    x.set([2, 3]);
    const f = (v: Float64Array) => {
      heap[8] = v[0] * v[1];
      heap[9] = heap[8] * v[0];
      heap[10] = 5;
      v[0] = heap[9] * heap[10];
      heap[11] = v[0] * 2;
      return heap[11] * v[1];
    };
    // 10 a² b²
    expect(valueAndGrad(f)(x)).toEqual({ value: 360, grad: Float64Array.of(360, 240) });
    expect([...x]).toEqual([2, 3]);
    expect(codeOf(() => grad((v: Float64Array) => ((v[0] = v[1]), heap[2] * v[1]))(x))).toBe('AmbiguousAlias');
    expect(codeOf(() => grad((v: Float64Array) => ((heap[3] = v[0]), v[1]))(x))).toBe('AmbiguousAlias');
  });

  test('seen by the argument’s own buffer: as long as both hold the same', () => {
    const heap = Float64Array.of(2, 3, 5, 7);
    const x = heap.subarray(0, 2);
    const all = (v: Float64Array) => new Float64Array(v.buffer);
    expect(grad((v: Float64Array) => all(v)[0] * all(v)[3])(x)).toEqual(Float64Array.of(7, 0));
    expect(codeOf(() => grad((v: Float64Array) => ((heap[3] = 4), all(v)[0] * all(v)[3]))(x))).toBe('AmbiguousAlias');
    expect(codeOf(() => grad((v: Float64Array) => ((heap[3] = v[0] * 3.5), all(v)[3]))(x))).toBe('AmbiguousAlias');
    heap[3] = 7;
    expect(codeOf(() => grad((v: Float64Array) => ((all(v)[3] = v[0]), heap[3]))(x))).toBe('AmbiguousAlias');
    expect(grad((v: Float64Array) => ((all(v)[3] = v[0]), all(v)[3] * 3))(x)).toEqual(Float64Array.of(3, 0));
    expect([...heap]).toEqual([2, 3, 5, 7]);
  });
});

describe('one buffer under two arguments, by two views', () => {
  const views = () => {
    const { x, other } = memory();
    return [x, other] as const;
  };
  test('read', () => {
    const [a, b] = views();
    const f = (v: Float64Array, w: Float64Array) => v[0] * w[1];
    expect(grad(f, { wrt: [0, 1] })(a, b)).toEqual([Float64Array.of(3, 0, 0, 0), Float64Array.of(0, 2, 0, 0)]);
  });
  test('written', () => {
    const [a, b] = views();
    const f = (v: Float64Array, w: Float64Array) => ((v[0] = v[1]), w[0] * v[1]);
    expect(codeOf(() => grad(f, { wrt: [0, 1] })(a, b))).toBe('AmbiguousAlias');
    expect(codeOf(() => grad(f)(a, b))).toBe('AmbiguousAlias');
    expect(codeOf(() => grad(f, { wrt: 1 })(a, b))).toBe('AmbiguousAlias');
    expect([...a]).toEqual(untouched);
  });
  test('parts that do not overlap', () => {
    const { x } = memory();
    const f = (v: Float64Array, w: Float64Array) => ((v[0] = v[1] * 2), (w[1] = w[0] * v[0]), w[1]);
    const expected = [Float64Array.of(0, 10), Float64Array.of(6, 0)];
    expect(grad(f, { wrt: [0, 1] })(x.subarray(0, 2), x.subarray(2))).toEqual(expected);
  });
  test('within one argument: one variable', () => {
    const { x, other } = memory();
    const f = (p: { a: Float64Array; b: Float64Array }) => ((p.a[0] = p.a[1] * 2), p.b[0] * p.b[2]);
    expect(grad(f)({ a: x, b: other }).a).toEqual(Float64Array.of(0, 10, 6, 0));
  });
  test('bytes of tracked numbers, within one argument', () => {
    const { x, bytes } = memory();
    const f = (p: { x: Float64Array; bytes: Uint8Array }) => p.x[0] * p.bytes[7];
    expect(codeOf(() => grad(f)({ x, bytes }))).toBe('BitReinterpretation');
    expect(codeOf(() => grad((p: { bytes: Uint8Array; x: Float64Array }) => p.x[0] * p.bytes[7])({ bytes, x }))).toBe(
      'BitReinterpretation',
    );
  });
});

describe('memory without a number of the derivative', () => {
  const memory = () => {
    const mask = Int32Array.of(1, 2, 3);
    return { x: Float64Array.of(2, 3), mask, other: new Int32Array(mask.buffer), view: new DataView(mask.buffer) };
  };
  type Argument = { x: Float64Array; mask: Int32Array };
  test('is the same under every name, and put back', () => {
    const { x, mask, other, view } = memory();
    const f = (p: Argument) => {
      p.mask[0] = 5;
      const first = other[0] * view.getInt32(0, true);
      other[1] = 7;
      return p.x[0] * first * p.mask[1];
    };
    expect(grad(f)({ x, mask }).x).toEqual(Float64Array.of(175, 0));
    expect([...mask]).toEqual([1, 2, 3]);
    expect(() =>
      grad((p: Argument) => ((p.mask[0] = 9), (null as never as Float64Array)[0] * p.x[0]))({ x, mask }),
    ).toThrow(TypeError);
    expect([...mask]).toEqual([1, 2, 3]);
  });
  test('comes out of the function as a copy', () => {
    const { x, mask } = memory();
    const f = (p: Argument) => [(p.mask[0] = 8) * p.x[0], p.mask] as const;
    const { grad: g, aux } = valueAndGrad(f, { hasAux: true })({ x, mask });
    expect(g.x).toEqual(Float64Array.of(8, 0));
    expect(aux).toEqual(Int32Array.of(8, 2, 3));
    expect(aux).not.toBe(mask);
    expect([...mask]).toEqual([1, 2, 3]);
  });
  test('puts back the view, and not what else is in its buffer', () => {
    const pool = new Uint8Array(8);
    const part = pool.subarray(0, 4);
    const f = (x: number, b: Uint8Array) => ((pool[6] = 1), (b[0] = 2), x * b[0]);
    expect(grad(f)(3, part)).toBe(2);
    expect([...pool]).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
    const g = (p: { x: number; part: Uint8Array }) => ((pool[7] = 1), (p.part[0] = 2), p.x * p.part[0]);
    expect(grad(g)({ x: 3, part }).x).toBe(2);
    expect([...pool]).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
  });
});

describe('a gradient inside another one', () => {
  test('what the inner one writes can not be read by the outer name', () => {
    const f = (x: Float64Array) => grad((y: Float64Array) => ((y[0] = 5), x[0] * y[1]))(x)[1];
    expect(codeOf(() => grad(f)(Float64Array.of(2, 3)))).toBe('AmbiguousAlias');
    const g = (x: Float64Array) => grad((y: Float64Array) => ((x[0] = 5), y[0] * y[1]))(x)[1];
    expect(codeOf(() => grad(g)(Float64Array.of(2, 3)))).toBe('AmbiguousAlias');
  });
  test('its own writes are its own, and are over when it has ended', () => {
    const inner = (y: Float64Array) => ((y[0] = y[0] ** 2 * y[1]), y[0] * y[1]);
    // a² b²: (2 a b², 2 a² b), and the outer name after that
    const f = (x: Float64Array) => {
      const d = grad(inner)(x);
      x[1] = x[1] * 1;
      return d[0] + x[0] * x[1];
    };
    expect(grad(f)(Float64Array.of(2, 3))).toEqual(Float64Array.of(18 + 3, 24 + 2));
    expect(f(Float64Array.of(2, 3))).toBe(36 + 6);
  });
});

test('an original that can not be marked', () => {
  const x = Object.preventExtensions(Float64Array.of(2, 3));
  expect(codeOf(() => grad((v: Float64Array) => ((v[0] = v[1]), x[0] * v[1]))(x))).toBe('AmbiguousAlias');
  expect(codeOf(() => grad((v: Float64Array) => ((x[0] = 9), v[0] * v[1]))(x))).toBe('AmbiguousAlias');
});

test('an original whose element is written with an equal number follows, derivative and all', () => {
  const x = Float64Array.of(2, 2);
  expect(grad((v: Float64Array) => ((v[0] = v[1]), x[0] * 3))(x)).toEqual(Float64Array.of(0, 3));
});

test('NaN of any bits is the same number', () => {
  const x = new Float64Array(2);
  new Uint8Array(x.buffer).set([1, 2, 3, 4, 5, 6, 0xf7, 0xff]);
  const f = (v: Float64Array) => {
    const n = Number.isNaN(v[0]) ? 1 : 0;
    v[1] = v[1] * 2;
    return v[1] + n;
  };
  expect(grad(f)(x)).toEqual(Float64Array.of(0, 2));
});

test('a view that was read as plain is tracked once another view of its memory has been given a tracked number', () => {
  const x = Float64Array.of(2, 3);
  const first = Float64Array.of(1, 1);
  const second = new Float64Array(first.buffer);
  const f = (v: Float64Array) => {
    v[0] = v[0] * 2;
    let s = first[0] + second[0] + first[0];
    second[0] = v[0] * v[1];
    s += first[0];
    return s + second[0];
  };
  expect(grad(f)(x)).toEqual(Float64Array.of(12, 8));
  expect([...first]).toEqual([1, 1]);
  for (const view of [x, first, second]) expect(Object.getOwnPropertySymbols(view)).toEqual([]);
});
