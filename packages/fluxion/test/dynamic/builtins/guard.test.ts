/** Native functions that nobody has described: plain values go in, tracked ones are refused by name. */
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { grad } from '../../../src/index.ts';

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test('plain values go into native code', () => {
  const f = (x: number) => {
    const start = performance.now();
    const hash = createHash('sha1').update('text').digest('hex');
    const bytes = new TextEncoder().encode('äb');
    const url = new URL('https://example.org/a?q=2');
    return (
      x * bytes.length * Number(url.searchParams.get('q')) +
      (hash.length - 40) * 0 +
      (performance.now() < start ? 1 : 0)
    );
  };
  expect(grad(f)(3)).toBe(6);
});

test('tracked numbers are refused by name, at any depth', () => {
  expect(codeOf(() => grad((x: number) => new TextEncoder().encode(x as never).length + x)(2))).toBe('NoRule');
  expect(codeOf(() => grad((x: number) => Number(new URLSearchParams({ q: x } as never).get('q')))(2))).toBe('NoRule');
  expect(codeOf(() => grad((x: number) => Buffer.from([1, x]).length + x)(2))).toBe('NoRule');
});

test('random bytes are plain numbers again', () => {
  const f = (x: number) => {
    const a = new Uint32Array(2);
    crypto.getRandomValues(a);
    return a[0] >= 0 ? x * 2 : 0;
  };
  expect(grad(f)(1)).toBe(2);
});

test('what is lost in text is refused when it comes back', () => {
  expect(codeOf(() => grad((x: number) => JSON.parse(JSON.stringify({ x })).x)(2))).toBe('LostDerivative');
  expect(codeOf(() => grad((x: number) => Number([x].join()))(2.5))).toBe('LostDerivative');
  expect(codeOf(() => grad((x: number) => new Date(x).getTime())(2))).toBe('LostDerivative');
  expect(codeOf(() => grad((x: number) => Number(''.concat(x as never)))(2.5))).toBe('LostDerivative');
});

test('Map, Set and searches go by primals, and give back what was put in', () => {
  const key = { name: 'key' };
  const counts = new Map<object, number>();
  const seen = new Set<number>();
  const f = (x: number, list: number[]) => {
    const m = new Map<unknown, number>([[x, 1]]);
    m.set(2, 5);
    m.set(x * 1, 7); // the same key
    counts.set(key, (counts.get(key) ?? 0) + 1);
    seen.add(3);
    const position = list.indexOf(x);
    let sum = 0;
    for (const [k, v] of m) sum += (k as number) * v;
    return sum + position + (list.includes(x) ? x : 0) + m.size + ([...new Set([x, 2, x])][0] as number);
  };
  // x = 2: one entry 2 → 7; position 1; included; the member is x.
  expect(f(2, [1, 2])).toBe(14 + 1 + 2 + 1 + 2);
  expect(grad(f)(2, [1, 2])).toBe(7 + 1 + 1);
  expect(counts.get(key)).toBe(2);
});

test('state that receives tracked numbers is put back, and other effects stay', () => {
  const cache = new Map<string, number>();
  const log: string[] = [];
  const f = (x: number) => {
    log.push('called');
    if (!cache.has('a')) cache.set('a', x * x);
    return cache.get('a') as number;
  };
  expect(grad(f)(3)).toBe(6);
  expect(log).toEqual(['called']);
  expect(cache.size).toBe(0);
});

test('methods of subclasses, proxies and accessors run as twins', () => {
  class Weighted extends Array<number> {
    weight = 2;
    total(): number {
      return this.map((v) => v * this.weight).reduce((a, b) => a + b, 0);
    }
  }
  const scale = { factor: 3 };
  const proxied = new Proxy(scale, {
    get: (target, k) => (k === 'factor' ? target.factor * 2 : Reflect.get(target, k)),
  });
  const f = (x: number) => {
    const list = Weighted.of(x, x * x) as Weighted;
    const o = {
      get twice() {
        return x * 2;
      },
      toJSON: () => 'json',
    };
    const copy = Object.assign({}, o);
    return list.total() + copy.twice * proxied.factor + JSON.stringify(o).length;
  };
  const h = 1e-6;
  expect(grad(f)(1.5)).toBeCloseTo((f(1.5 + h) - f(1.5 - h)) / (2 * h), 4);
});

test('sorting, grouping, copying', () => {
  const f = (a: number[]) => {
    const sorted = a.toSorted ? a.toSorted((p, q) => p - q) : [...a].sort((p, q) => p - q);
    const groups = new Map<boolean, number[]>();
    for (const v of a) groups.set(v > 1, [...(groups.get(v > 1) ?? []), v]);
    const copy = structuredClone({ list: a, again: a });
    copy.list[0] *= 10;
    return sorted[0] * 100 + (groups.get(true) as number[]).length * a[0] + copy.again[0] + a.with(1, 7)[1];
  };
  expect(grad(f)([3, 0.5, 2])).toEqual([2 + 10, 100, 0]);
});

test('revivers and a regular expression of the user', () => {
  const f = (x: number) => {
    const seen: string[] = [];
    const parsed = JSON.parse('{"a":[1,2],"b":3}', function (this: Record<string, number>, k: string, v: unknown) {
      seen.push(k);
      if (k === '0') this[1] = x; // visited afterwards
      return typeof v === 'number' ? v * x : v;
    }) as { a: number[]; b: number };
    class Every extends RegExp {
      override exec(text: string): RegExpExecArray | null {
        const found = super.exec(text);
        if (found !== null) found.index = x as number;
        return found;
      }
    }
    const match = 'abc'.match(new Every('b')) as RegExpMatchArray;
    const all = [...'abcb'.matchAll(new Every('b', 'g'))];
    return (
      parsed.a[0] +
      parsed.a[1] +
      parsed.b +
      (match.index as number) +
      all.length +
      (all[1].index as number) +
      seen.length
    );
  };
  // x + x² + 3x + x + 2 + x + 5
  expect(f(2)).toBe(4 + 12 + 7);
  expect(grad(f)(2)).toBe(4 + 6);
});
