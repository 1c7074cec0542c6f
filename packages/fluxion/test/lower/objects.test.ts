/** Objects, classes and what they inherit: lowered, run by the interpreter, and compared with the function itself. */
import { describe, expect, it } from 'vitest';
import { agrees, declined } from './harness.ts';

class Vec {
  x: number;
  y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  static of(x: number): Vec {
    return new Vec(x, x);
  }
  static scale = 3;
  add(o: Vec): Vec {
    return new Vec(this.x + o.x, this.y + o.y);
  }
  get norm(): number {
    return Math.hypot(this.x, this.y);
  }
  set both(v: number) {
    this.x = v;
    this.y = v;
  }
  dot(o: Vec): number {
    return this.x * o.x + this.y * o.y;
  }
}

class Account {
  #balance: number;
  readonly rate = 0.1;
  constructor(balance: number) {
    this.#balance = balance;
  }
  #grown(): number {
    return this.#balance * (1 + this.rate);
  }
  get #half(): number {
    return this.#balance / 2;
  }
  step(): this {
    this.#balance = this.#grown();
    return this;
  }
  worth(): number {
    return this.#balance + this.#half;
  }
}

abstract class Shape {
  name: string;
  constructor(name: string) {
    this.name = name;
  }
  abstract area(): number;
  describe(k: number): number {
    return this.area() * k;
  }
}
class Circle extends Shape {
  r: number;
  constructor(r: number) {
    super('circle');
    this.r = r;
  }
  area(): number {
    return Math.PI * this.r ** 2;
  }
}
class Square extends Shape {
  side = 1;
  constructor(side: number) {
    super('square');
    this.side = side;
  }
  area(): number {
    return this.side * this.side;
  }
  override describe(k: number): number {
    return super.describe(k) + 1;
  }
}

describe('classes', () => {
  it('made inside', () => {
    agrees((x: number) => new Vec(x, 2).add(new Vec(1, x)).norm, [3], [-1.5]);
    agrees((x: number) => Vec.of(x).dot(new Vec(Vec.scale, 1)), [3]);
    agrees(
      (x: number) => {
        const v = new Vec(1, 2);
        v.both = x;
        v.x *= 2;
        return v.x - v.y;
      },
      [3],
    );
  });
  it('handed in', () => {
    agrees((v: Vec) => v.norm + v.add(v).dot(v), [new Vec(1, 2)]);
    agrees((v: Vec, x: number) => (x > 0 ? v : new Vec(x, x)).norm, [new Vec(1, 2), 1], [new Vec(1, 2), -1]);
  });
  it('private fields, methods and accessors', () => {
    agrees((x: number) => new Account(x).step().step().worth(), [100]);
    agrees((a: Account) => a.worth() * 2, [new Account(5)]);
  });
  it('inheritance and super', () => {
    agrees((x: number) => new Circle(x).describe(2) + new Square(x).describe(3), [2]);
    agrees((c: Circle, s: Square) => c.describe(2) + s.describe(3), [new Circle(1), new Square(2)]);
  });
  it('dispatch on the class of an object', () => {
    agrees(
      (x: number) => {
        const shapes: Shape[] = [new Circle(x), new Square(x), new Circle(2 * x)];
        let total = 0;
        for (const s of shapes) total += s.describe(2);
        return total;
      },
      [2],
    );
    agrees((s: Shape[]) => s[0].area() + s[1].area(), [[new Circle(1), new Square(2)]]);
    agrees(
      (x: number) => {
        const s = x > 1 ? new Circle(x) : new Square(x);
        return s instanceof Circle ? s.r : s.area();
      },
      [2],
      [0.5],
    );
  });
  it('declared inside the function', () => {
    agrees(
      (x: number, k: number) => {
        class Base {
          a: number;
          static made = 0;
          static #secret = 4;
          constructor(a: number) {
            this.a = a * k;
            Base.made++;
          }
          f(): number {
            return this.a + k;
          }
          static total(): number {
            return Base.made + Base.#secret;
          }
        }
        class Derived extends Base {
          b = x;
          override f(): number {
            return super.f() * this.b;
          }
        }
        const d = new Derived(x);
        return d.f() + new Base(1).f() + Base.total() + (d instanceof Base ? 1 : 0);
      },
      [2, 3],
    );
  });
  it('a field that is read before it is written is undefined', () => {
    class Late {
      a: number;
      b: number | undefined;
      constructor(x: number) {
        this.a = this.read();
        this.b = x;
      }
      read(): number {
        return this.b ?? 7;
      }
    }
    agrees((x: number) => new Late(x).a + new Late(x).read(), [2]);
  });
});

describe('objects', () => {
  it('methods, getters and this', () => {
    agrees(
      (x: number) => {
        const o = {
          x,
          get twice() {
            return this.x * 2;
          },
          set half(v: number) {
            this.x = v / 2;
          },
          add(y: number) {
            return this.x + y;
          },
          inc: (d: number) => d + x,
        };
        o.half = 5;
        return o.twice + o.add(2) + o.inc(3);
      },
      [4],
    );
  });
  it('properties that are added later', () => {
    agrees(
      (x: number) => {
        const o: { a?: number; b?: number } = {};
        const before = o.a ?? 1;
        o.a = x;
        if (x > 1) o.b = 2 * x;
        return before + (o.a ?? 0) + (o.b === undefined ? 100 : o.b);
      },
      [4],
      [0],
    );
  });
  it('spread, rest and Object.assign', () => {
    agrees(
      (p: { a: number; b: number; c: number }) => {
        const { a, ...rest } = { ...p, b: 5 };
        const q = Object.assign({}, rest, { d: a });
        return q.b * 10 + q.c + q.d;
      },
      [{ a: 1, b: 2, c: 3 }],
    );
  });
  it('keys, values, entries, in, for…in', () => {
    agrees(
      (p: Record<string, number>) => {
        let s = 0;
        for (const k in p) s += p[k];
        for (const k of Object.keys(p)) s += p[k] * 2;
        for (const v of Object.values(p)) s += v;
        for (const [k, v] of Object.entries(p)) if (k === 'b') s += v;
        return s + ('a' in p ? 1 : 0) + ('z' in p ? 10 : 0) + Object.keys(p).length;
      },
      [{ a: 1, b: 2, c: 3 }],
    );
  });
  it('nested dictionaries', () => {
    type Nested = { [k: string]: number | Nested };
    const total = (d: Nested): number => {
      let s = 0;
      for (const k in d) {
        const v = d[k];
        s += typeof v === 'number' ? v : 10 * total(v);
      }
      for (const k of Object.keys(d)) if (k === 'c') s += 100;
      return s;
    };
    agrees((d: Nested) => total(d), [{ a: 1, b: { c: 2, d: { e: 3 } } }]);
  });
  it('computed keys', () => {
    agrees(
      (p: { a: number; b: number }, x: number) => {
        const k = x > 0 ? 'a' : 'b';
        p[k] += 1;
        return p[k] * 2 + p['b'];
      },
      [{ a: 1, b: 2 }, 1],
      [{ a: 1, b: 2 }, -1],
    );
  });
  it('discriminated unions', () => {
    type Expr =
      | { kind: 'num'; v: number }
      | { kind: 'add'; l: Expr; r: Expr }
      | { kind: 'neg'; of: Expr }
      | { kind: 'x' };
    const evaluate = (e: Expr, x: number): number => {
      switch (e.kind) {
        case 'num':
          return e.v;
        case 'add':
          return evaluate(e.l, x) + evaluate(e.r, x);
        case 'neg':
          return -evaluate(e.of, x);
        case 'x':
          return x;
      }
    };
    const tree: Expr = {
      kind: 'add',
      l: { kind: 'num', v: 3 },
      r: { kind: 'neg', of: { kind: 'add', l: { kind: 'x' }, r: { kind: 'num', v: 1 } } },
    };
    agrees((e: Expr, x: number) => evaluate(e, x), [tree, 5]);
    agrees(
      (x: number) => {
        const e: Expr = { kind: 'add', l: { kind: 'num', v: x }, r: { kind: 'neg', of: { kind: 'num', v: 2 } } };
        return evaluate(e, x);
      },
      [5],
    );
  });
  it('linked lists and cycles', () => {
    interface Link {
      v: number;
      next: Link | null;
    }
    agrees(
      (n: number, x: number) => {
        let head: Link | null = null;
        for (let i = 0; i < n; i++) head = { v: x * i, next: head };
        let s = 0;
        for (let p = head; p !== null; p = p.next) s += p.v * p.v;
        return s;
      },
      [5, 0.5],
    );
    const a: Link = { v: 2, next: null };
    a.next = { v: 3, next: a };
    agrees((l: Link) => l.v * l.next!.v * l.next!.next!.v, [a]);
  });
  it('values of several kinds', () => {
    agrees(
      (x: number) => {
        const v: number | string | null = x > 1 ? x : x > 0 ? 'small' : null;
        if (typeof v === 'number') return v * 2;
        return v === null ? -1 : v === 'small' ? 0.5 : 9;
      },
      [2],
      [0.5],
      [-1],
    );
    agrees((p: { v: number | undefined }[]) => (p[0].v ?? 10) + (p[1].v ?? 20), [[{ v: 1 }, { v: undefined }]]);
  });
  it('what is declined', () => {
    expect(declined((o: { a?: number }) => delete o.a, { a: 1 })).toMatch(/delete/);
  });
});
