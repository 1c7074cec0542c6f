import { describe, expect, test } from 'vitest';
import { registerRoots, strip, touch, touchCell } from '../../src/dynamic/journal.ts';
import { Dual, S } from '../../src/dynamic/numbers/box.ts';
import { forwardLevel } from '../../src/dynamic/numbers/level.ts';
import { get, set, setYoung } from '../../src/dynamic/properties.ts';
import { mentionsTracked, restore, snapshotDeep } from '../../src/dynamic/reach.ts';
import { beginRun, endRun, enterRun, leaveRun } from '../../src/dynamic/run.ts';
import { call, inside, make, pair } from './inside.ts';

/** What the functions of these tests would have captured. */
const captured: unknown[] = [];
registerRoots((visit) => captured.forEach(visit));
function old<T>(value: T): T {
  captured.push(value);
  return value;
}

const code = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    return (e as { code?: string }).code ?? String(e);
  }
  return 'no error';
};

describe('the end of a gradient', () => {
  test('an old object that received a tracked number is as it was', () => {
    const holes = [1, 2];
    holes.length = 4;
    const list = old([1, 2, 3]);
    const sparse = old(holes);
    const record = old<Record<string, unknown>>({ a: 1, b: { c: 2 }, [Symbol.for('s')]: 3 });
    const map = old(
      new Map<unknown, unknown>([
        [1, 2],
        ['k', record],
      ]),
    );
    const extra = old(Object.assign([1], { name: 'x' }));
    inside(({ box }) => {
      for (const o of [list, sparse, record, extra] as any[]) {
        set(o, 0, box(5, 1));
        set(o, 'a', 7);
        set(o, 1, 8);
      }
      set(list, 'length', 1);
      delete (record as any).b;
      touch(map, box(1, 1));
      map.set(1, box(1, 1));
      map.delete('k');
      map.set('k', 3);
    });
    expect(list).toEqual([1, 2, 3]);
    expect(Object.keys(list)).toEqual(['0', '1', '2']);
    expect(0 in sparse && !(2 in sparse) && sparse.length === 4).toBe(true);
    expect(Reflect.ownKeys(record)).toEqual(['a', 'b', Symbol.for('s')]);
    expect(record).toEqual({ a: 1, b: { c: 2 }, [Symbol.for('s')]: 3 });
    expect([...map]).toEqual([
      [1, 2],
      ['k', record],
    ]);
    expect(extra[0]).toBe(1);
    expect((extra as any).name).toBe('x');
  });

  test('a new object keeps its values, as primals', () => {
    const kept: any[] = [];
    inside(({ box }) => {
      const out = [0, 0];
      set(out, 0, box(5, 1));
      kept.push(out);
    });
    expect(kept).toEqual([[5, 0]]);
  });

  test('an old object that received new ones keeps them, without tracked numbers', () => {
    const list = old<any[]>([]);
    const self: any = {};
    inside(({ box }) => {
      const point: any = { x: box(1, 1), self, deep: new Map([['m', new Set([[box(2, 1)]])]]) };
      point.again = point;
      call(list, 'push', point);
      set(list, 1, Object.freeze([box(3, 1), Object.freeze({ y: box(4, 1) })]));
    });
    expect(list.length).toBe(2);
    expect(list[0].x).toBe(1);
    expect(list[0].again).toBe(list[0]);
    expect([...list[0].deep.get('m')][0]).toEqual([2]);
    expect(list[1]).toEqual([3, { y: 4 }]);
    expect(Object.isFrozen(list[1]) && Object.isFrozen(list[1][1])).toBe(true);
  });

  test('captured variables hold primals; what they held stays old', () => {
    let v: any = { before: 1 };
    const first = v;
    const cell = {
      get: () => v,
      set: (x: unknown) => {
        v = x;
      },
    };
    let counter: any = 0;
    const counterCell = {
      get: () => counter,
      set: (x: unknown) => {
        counter = x;
      },
    };
    inside(({ box }) => {
      touchCell(cell);
      set(first, 'before', box(9, 1));
      v = [0];
      set(v, 0, box(2, 1));
      touchCell(counterCell);
      counter = box(4, 1);
    });
    expect(v).toEqual([2]);
    expect(first).toEqual({ before: 1 });
    expect(counter).toBe(4);
  });

  test('old typed memory is put back whole', () => {
    const a = old(Float64Array.of(1, 2, 3));
    const view = new Float32Array(a.buffer, 16);
    inside(({ box }) => {
      set(a, 0, box(5, 1));
      set(a, 1, 9);
      set(view, 0, 1);
    });
    expect([...a]).toEqual([1, 2, 3]);
    expect((a as any)[S]).toBe(undefined);
    expect(Reflect.ownKeys(a).length).toBe(3);
  });

  test('frozen since: no error', () => {
    const o = old<any>({ a: 1 });
    inside(({ box }) => {
      set(o, 'a', box(5, 1));
      Object.freeze(o);
    });
    expect(Object.isFrozen(o)).toBe(true);
  });

  test('nested runs hand over', () => {
    const list = old([1, 2]);
    inside(({ box }) => {
      inside((inner) => set(list, 0, inner.box(5, 1)));
      set(list, 1, box(6, 1));
    });
    expect(list).toEqual([1, 2]);
  });

  test('setYoung notes nothing', () => {
    inside(({ run, box }) => {
      const o: any[] = [];
      setYoung(o, 0, box(1, 1));
      setYoung(o, 1, {});
      expect(run.journal.objects.size).toBe(0);
    });
  });
});

describe('suspension', () => {
  const level = (run: any) => forwardLevel(run, undefined);

  test('tracked numbers are taken out and put in', () => {
    const list = old<any[]>([1, 2]);
    const typed = old(Float64Array.of(1, 2));
    const run = beginRun();
    const l = level(run);
    set(list, 0, new Dual(l, 5, 1));
    set(typed, 0, new Dual(l, 6, 1));
    leaveRun(run);
    expect(list).toEqual([5, 2]);
    expect(Object.hasOwn(Object.getPrototypeOf(Float64Array.prototype), S)).toBe(false);
    enterRun(run);
    expect(pair(list[0])).toEqual([5, 1]);
    expect(pair(get(typed, 0))).toEqual([6, 1]);
    endRun(run);
    expect(list).toEqual([1, 2]);
    expect([...typed]).toEqual([1, 2]);
  });

  test('a change meanwhile is an error', () => {
    const list = old<any[]>([1, 2]);
    const run = beginRun();
    set(list, 0, new Dual(level(run), 5, 1));
    leaveRun(run);
    list[0] = 7;
    expect(code(() => enterRun(run))).toBe('ConcurrentMutation');
    endRun(run);
  });

  test('two gradients in one object are an error', () => {
    const list = old<any[]>([1, 2]);
    const one = beginRun();
    set(list, 0, new Dual(level(one), 5, 1));
    leaveRun(one);
    const two = beginRun();
    expect(code(() => set(list, 1, new Dual(level(two), 5, 1)))).toBe('ConcurrentMutation');
    endRun(two);
    enterRun(one);
    endRun(one);
    expect(list).toEqual([1, 2]);
  });
});

describe('strip, snapshots, reach', () => {
  test('strip keeps identity', () => {
    inside(({ box }) => {
      const typed = make(Float64Array, 1);
      set(typed, 0, box(1, 1));
      const o: any = { a: [box(1, 1)], typed, n: null, f() {} };
      o.o = o;
      expect(strip(o)).toBe(o);
      expect(o.a).toEqual([1]);
      expect(get(o.typed, 0)).toBe(1);
      expect(strip(box(3, 1))).toBe(3);
    });
  });

  test('long chains do not overflow the stack', () => {
    inside(({ box }) => {
      let o: any = { v: box(1, 1) };
      const last = o;
      for (let i = 0; i < 100_000; i++) o = { next: o };
      strip(o);
      expect(last.v).toBe(1);
      expect(mentionsTracked([o])).toBe(undefined);
    });
  });

  test('snapshotDeep', () => {
    class Point {
      x = 1;
      list = [1, 2, 3];
      get sum(): number {
        throw new Error('a getter must not run');
      }
    }
    const p: any = new Point();
    p.self = p;
    const typed = Float64Array.of(1, 2);
    const map = new Map([[p, typed]]);
    const s = snapshotDeep([p, map, 3, 'x', null]);
    p.x = 7;
    p.list.length = 0;
    p.more = 1;
    delete p.self;
    typed[0] = 9;
    map.clear();
    restore(s);
    expect(Reflect.ownKeys(p)).toEqual(['x', 'list', 'self']);
    expect(p.x).toBe(1);
    expect(p.list).toEqual([1, 2, 3]);
    expect(p.self).toBe(p);
    expect([...typed]).toEqual([1, 2]);
    expect(map.get(p)).toBe(typed);
  });

  test('mentionsTracked', () => {
    inside(({ box }) => {
      const typed = make(Float64Array, 1);
      expect(mentionsTracked([{ a: [typed] }])).toBe(undefined);
      set(typed, 0, box(1, 1));
      expect(mentionsTracked([{ a: [typed] }])).toMatch(/typed/);
      expect(mentionsTracked([new Map([[1, { x: box(1, 1) }]])])).toMatch(/tracked/);
      const o: any = {};
      set(o, 'x', box(1, 1));
      set(o, 'x', 1);
      expect(mentionsTracked([{ o }])).toMatch(/received/);
    });
  });
});

test('a program that makes many objects does not fill the journal', () => {
  const list = old([1]);
  let size = 0;
  inside(({ run, box }) => {
    set(list, 0, box(2, 1));
    for (let i = 0; i < 50_000; i++) set([0, 0], 0, box(i, 1));
    size = run.journal.objects.size;
  });
  expect(size).toBeLessThan(25_000);
  expect(list).toEqual([1]);
});
