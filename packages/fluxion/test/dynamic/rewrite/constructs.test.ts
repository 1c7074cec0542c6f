import { describe, expect, it } from 'vitest';
import { compare, compareAsync } from './compare.ts';
import { rewriteText, twinOfText } from './twin-of.ts';

const sources: Record<string, string[]> = {
  'operators and their order': [
    `(t) => t('a', 3) * t('b', '4') + t('c', 5) ** t('d', 2) - -t('e', 1)`,
    `(t) => { let x = 1; return [x + (x = 5), x++ + x, x-- - --x, x] }`,
    `(t) => { const o = { valueOf() { t('valueOf'); return 7 } }; return [o * 2, o + 1, o < 8, -o, +o, ~o, \`\${o}\`] }`,
    `(t) => [1n + 2n, 7n % 3n, -5n, 2n ** 3n, 5n > 2, 1n == 1, 1_000 + 0xff, 0b11 | 0o7]`,
    `(t) => { let n = 3n; n++; n *= 2n; return n }`,
    `(t) => [null == undefined, null === undefined, '1' == 1, NaN != NaN, 'b' in {b: 1}, [] instanceof Array]`,
    `(t) => { let f = () => { x = 10; return 1 }; let x = 2; return x * f() + x }`,
    `(t) => t('l', 0) || t('r', '') || t('s', 'v')`,
    `(t) => [t('a', 0) && t('b', 1), t('c', null) ?? t('d', 2), !t('e', ''), t('f', 1) ? t('g', 2) : t('h', 3)]`,
    `(t) => typeof undeclared + typeof t + typeof (1, 'x') + (typeof undeclared === 'undefined') + (typeof t === 'number')`,
    `(t) => { 1..toFixed(2); let i = 5; const r = [i++, ++i, i--, --i]; let s = '3'; s++; return [r, i, s, +true, -'2', ~~7.9] }`,
    `(t) => (t('a', 1), t('b', 2))`,
    `(t) => { let i = 3; let n = 0; while (i-->0) n++; return n }`,
    `(t) => void t('x', 1)`,
    `(t) => { try { return 1n + 1 } catch (e) { return e.constructor.name } }`,
  ],
  assignments: [
    `(t) => { const o = { a: 1, get b() { t('get b'); return this.a }, set b(v) { t('set b'); this.a = v } }; o.b += 2; o['b'] **= 2; o.c ??= 5; o.a ||= 6; o.b &&= 7; return o.a + o.c }`,
    `(t) => { const o = {}; return [o.x = t('v', 1), o['y'] = 2, o[t('k', 'z')] = t('w', 3), o] }`,
    `(t) => { const a = [1, 2, 3]; a[t('i', 1)] += t('v', 5); a[0]++; --a[2]; const old = a[1]--; return [a, old] }`,
    `(t) => { let x = null; x ??= 4; let y = 1; y &&= x; let z; z ||= y; return [x, y, z] }`,
    `(t) => { let f; f ??= () => 1; let g = 0; g ||= function () {}; let h; (h) = class {}; let k; (k) ??= () => {}; return [f.name, g.name, h.name, k.name] }`,
    `(t) => { const c = 1; try { c = 2 } catch (e) { return e.constructor.name } }`,
    `(t) => { try { t('o', null)[t('k', 'x')] = t('v', 1) } catch (e) { return e.constructor.name } }`,
    `(t) => { const o = {}; o.a = o.b = 3; let x, y; x = y = o.a; return [o, x, y] }`,
    `(t) => { let [a, b] = [1, 2]; [a, b] = [b, a]; return [a, b] }`,
  ],
  destructuring: [
    `(t, { a, b: [c, d = t('d', 4)] = [], ...rest } = { a: 1, b: [2], e: 5 }) => [a, c, d, rest]`,
    `function f(t, [a, { b } = { b: t('dflt', 9) }] = [1], c = a + b) { return [a, b, c, f.length] }`,
    `function* f(t, { a = 1 } = {}, [b] = [2], ...c) { yield [a, b, c, f.length] }`,
    `(t) => { const { [t('k', 'x')]: x = t('dx', 1), y: { z } = { z: 3 }, ...r } = { w: 0 }; return [x, z, r] }`,
    `(t) => { const o = {}; [o.a, o['b'], ...o.c] = [1, 2, 3, 4]; ({ x: o.d, y: o[t('k', 'e')] = t('dy', 5), ...o.r } = { x: 6, q: 7 }); return o }`,
    `(t) => { let a, b, c; ({ a, b: { c } } = { a: 1, b: { c: 2 } }); [a = 10, [b] = [t('x', 11)]] = [undefined]; return [a, b, c] }`,
    `(t) => { const r = []; for (const [k, { v }] of [[1, { v: 2 }], [3, { v: 4 }]]) r.push(k, v); for (const { x, y = t('y', 8) } of [{ x: 1 }]) r.push(x, y); return r }`,
    `(t) => { const o = {}; const r = []; for (o.k of [1, 2]) r.push(o.k); for ([o.a, o.b] of [[3, 4]]) r.push(o.a, o.b); for ({ c: o.c } of [{ c: 5 }]) r.push(o.c); for (o.i in { p: 1 }) r.push(o.i); return r }`,
    `(t) => { try { throw { message: 'm', code: 7 } } catch ({ message, code: [c] = [t('no', 1)], ...rest }) { return [message, rest] } }`,
    `(t) => { try { throw [1, 2] } catch ([a, b]) { return a + b } }`,
    `(t) => { const { f = () => 1, g = class {} } = {}; const [h = function () {}] = []; let k; ({ k = () => {} } = {}); return [f.name, g.name, h.name, k.name] }`,
    `(t) => { try { const { a } = null } catch (e) { return e.constructor.name } }`,
    `(t) => { const { length } = 'abc'; const [x, y] = 'hi'; return [length, x, y] }`,
    `(t) => { const it = { [Symbol.iterator]() { let i = 0; return { next() { t('next'); return { value: i++, done: false } }, return() { t('return'); return {} } } } }; const [a, { b } = {}, ...[]] = [...[1, 2]]; const [x, , y] = it; return [a, x, y] }`,
    `(t) => { const it = { [Symbol.iterator]() { return { next() { return { value: null, done: false } }, return() { t('closed'); return {} } } } }; try { const [{ x }] = it } catch (e) { return e.constructor.name } }`,
    `function* f(t, { w = t('no', 0) } = { w: t('w', 1) }, x = { y: t('y', 2) }) { yield [w, x] }`,
    `(t) => { class A { x = { y: t('y', 2) } } return new A().x }`,
    `function f({ a }, b = a, ...c) { var a = 5; return [a, b, c] }`,
    `({ length: x }, y = () => x) => { return [x, y()] }`,
  ],
  'control flow': [
    `(t) => { let s = 0; outer: for (let i = 0; i < 5; i++) { for (let j = 0; ; j++) { if (j === 3) continue outer; if (i === 3) break outer; s += i * j } } return s }`,
    `(t) => { const r = []; switch (t('d', 2)) { case t('c1', 1): r.push(1); case t('c2', 2): r.push(2); default: r.push('d'); case 3: r.push(3); break; case 4: r.push(4) } return r }`,
    `(t) => { const f = () => { try { return t('a', 1) } finally { t('fin') } }; const g = () => { for (;;) { try { return 1 } finally { break } } return 2 }; return [f(), g()] }`,
    `(t) => { const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i++); return [fs.map((f) => f()), fs.map((f) => f())] }`,
    `(t) => { var fs = []; for (var i = 0; i < 3; i++) { let j = i; fs.push(() => [i, j]) } return fs.map((f) => f()) }`,
    `(t) => { let i = 0; do { i++; if (i == 2) continue } while (i < 4); while (i) i--; return i }`,
    `(t) => { const r = []; for (const k in { a: 1, b: 2 }) r.push(k); for (const c of 'xy') r.push(c); for (const [k, v] of new Map([[1, 2]])) r.push(k, v); return r }`,
    `(t) => { a: { b: { if (t('x', 1)) break a; } t('never') } return 1 }`,
    `(t) => { if (t('x', 0)) return 1; else if (t('y', 1)) { return 2 } else return 3 }`,
    `(t) => { for (let i = 0, n = 2; t('test', i < n); t('update', i++)) t('body'); }`,
    `(t) => { try { try { throw 1 } catch { throw 2 } finally { t('f') } } catch (e) { return e } }`,
    `(t) => { try { x; let x } catch (e) { return e.constructor.name } }`,
    `(t) => { try { for (let a of [a]) ; } catch (e) { return e.constructor.name } }`,
    `(t) => { try { for (const { a } of [a]) ; } catch (e) { return e.constructor.name } }`,
  ],
  'functions and calls': [
    `(t) => { function fact(n) { return n < 2 ? 1 : n * fact(n - 1) } return fact(5) }`,
    `(t) => { const o = { x: 1, m(a) { return this.x + a }, n: { x: 5, m() { return this?.x } } }; return [o.m(2), o['m'](3), (o.m)(4), o?.m(5), o.z?.(1), o.n?.m?.(), o.q?.m.x.y(1), (o?.m)(6)] }`,
    `(t) => { function f() { return this } return [f(), f.call(3), new f() instanceof f] }`,
    `(t) => { t('callee', { f: null }); try { ({ f: null }).f(t('arg', 1)) } catch (e) { return e.constructor.name } }`,
    `(t) => Math.max(...[1, 5, 3], t('x', 4)) + Math.hypot(3, 4) + Math.sin(0)`,
    `(t) => { const f = (a, b = a, ...c) => [a, b, c]; return [f(1), f(1, 2, 3, 4), f(...'xyz'), f.length, f.name] }`,
    `function f(t, a) { return arguments.length + a + [...arguments].length }`,
    `(t) => { function F(x) { this.x = x; if (x > 2) return { y: x }; return x * 2 } return [new F(1), new F(3), F.call({}, 1)] }`,
    `(t) => { function F(x) { if (!new.target) return new F(x); this.x = x } F.prototype.y = 2; return [F(1), new F(3).y, F.name, F.length] }`,
    `(t) => { const tag = (s, ...v) => [s.raw.join('|'), s.join('|'), v]; const o = { k: 1, tag() { return this.k } }; return [tag\`a\${1}\\n\${{ b: 2 }}c\`, o.tag\`x\`] }`,
    `(t) => { const f = () => ((s) => s)\`x\`; return f() === f() }`,
    `(t) => { const o = { get g() { t('get'); return (x) => x }, ['c' + 1]() { return 'c' } }; return [o.g(1), o.c1(), o.g.name] }`,
    `(t) => { const base = { hi() { return 'base ' + this.n } }; const o = { __proto__: base, n: 1, hi() { return super.hi() + super['hi']() } }; return o.hi() }`,
    `(t) => [1, 2, 3].map((x) => x * 2).filter((x) => x > 2).reduce((a, b) => a + b, 0)`,
    `(t) => { const f = function g(n) { return n ? g(n - 1) + 1 : 0 }; return f(3) }`,
    `(t) => { let f = t; if (1) { function f2() { return 3 } f = f2 } return f() }`,
    `(t) => delete ({ a: 1 }).a && delete null?.x`,
    `(t) => { const o = { a: { b: 1 } }; return [delete o?.a?.b, delete o?.z?.b.c, o] }`,
  ],
  classes: [
    `(t) => { class A { #x = 1; static n = 0; static #p = 2; y = this.#x + 1; get x() { return this.#x } set x(v) { this.#x = v } #m(a) { return a + this.#x } call(a) { return this.#m(a) } static s() { return A.#p } static { A.n = 5 } has(o) { return #x in o } } const a = new A(); a.x += 4; a.x++; return [a.x, a.y, a.call(1), A.s(), A.n, a.has(a), a.has({}), A.name] }`,
    `(t) => { class A { constructor(x) { this.x = x } get d() { return this.x * 2 } static make(x) { return new this(x) } } class B extends A { constructor(x) { super(x + 1); this.z = super.d } get d() { return super.d + 1 } static make(x) { return super.make(x) } } const b = B.make(1); return [b.x, b.d, b.z, b instanceof A, b.constructor === B, B.name, Object.getOwnPropertyNames(B.prototype)] }`,
    `(t) => { const k = () => t('key', 'm'); const C = class { [k()]() { return 1 } static [t('f', 'sf')] = t('init', 2); 'str ing'() { return 3 } 42() { return 4 } async *g() {} }; return [new C().m(), C.sf, new C()['str ing'](), new C()[42](), C.name] }`,
    `(t) => { class A extends null { static x = 1 } return A.x }`,
    `(t) => { class E extends Error { constructor(m) { super(m); this.name = 'E' } } try { throw new E('boom') } catch (e) { return [e.message, e.name, e instanceof E, e instanceof Error] } }`,
    `(t) => { class A extends Array { sum() { let s = 0; for (const x of this) s += x; return s } } const a = A.from([1, 2, 3]); return [a.sum(), a.length, a.map((x) => x) instanceof A] }`,
    `(t) => { class A { f = () => this; x = (() => { let y = 1; y += 2; return y })(); static m = class {}; [1 + 1] = 'two' } const a = new A(); return [a.f() === a, a.x, A.m.name, a[2]] }`,
    `(t) => { try { class A { constructor() { this.#x } #x } A() } catch (e) { return e.constructor.name } }`,
    `(t) => { class A { static #c = 0; static inc() { return ++A.#c } } A.inc(); return A.inc() }`,
    `(t) => { class A { #q = { z: 1 }; m(o) { return o?.#q?.z } } return [new A().m(new A()), new A().m(null)] }`,
  ],
  'generators and iterators': [
    `(t) => { function* g(n) { const got = yield n; t(got); try { yield* [1, 2] } finally { t('end') } return 3 } const i = g(0); return [i.next(), i.next('sent'), i.return(9), i.next()] }`,
    `(t) => { const it = { *[Symbol.iterator]() { yield 1; yield 2 } }; return [...it, ...new Set([3])] }`,
    `(t) => { function* fib() { let [a, b] = [0, 1]; for (;;) { yield a; [a, b] = [b, a + b] } } const r = []; for (const x of fib()) { if (x > 20) break; r.push(x) } return r }`,
    `(t) => { function* g() { const x = (yield 1) + (yield 2); return x } const i = g(); i.next(); i.next(3); return i.next(4) }`,
  ],
};

for (const [group, list] of Object.entries(sources)) {
  describe(group, () => {
    for (const source of list) it(source.slice(0, 90), () => void compare(source));
  });
}

describe('async', () => {
  const list = [
    `async (t) => { const r = []; for await (const x of [1, Promise.resolve(2)]) r.push(x); for await (const { a } of (async function* () { yield { a: 3 } })()) r.push(a); return r }`,
    `async (t) => { try { await Promise.reject(new TypeError('x')) } catch (e) { return [e.message, await t('v', 1) + await 2] } finally { t('fin') } }`,
    `async function f(t, { a } = { a: await1() }) { function await1() {} return a }`,
    `async (t) => { async function* g() { const x = yield 1; t(x); try { yield 2 } finally { await t('cleanup') } } const i = g(); return [await i.next(), await i.next('s'), await i.return(5)] }`,
    `async (t) => { outer: for await (const x of [1, 2]) { for (;;) continue outer } return 1 }`,
    `async (t) => { var f = 1; function f() {} return f }`,
    `async (t) => { const order = []; const p = (async () => { order.push(1); await null; order.push(3) })(); order.push(2); await p; return order }`,
  ];
  for (const source of list) it(source.slice(0, 90), async () => void (await compareAsync(source)));
});

describe('captures', () => {
  it('reads constants as parameters, others through env', () => {
    const live = { n: 1 };
    const twin = twinOfText('(x) => { n += x; return [n++, k * n, () => n] }', { constants: { k: 3 }, live });
    const [a, b, f] = twin(4);
    expect([a, b, f(), live.n]).toEqual([5, 18, 6, 6]);
  });
  it('names an anonymous function after the captured variable', () => {
    const live: Record<string, any> = { f: 0 };
    twinOfText('() => { f = () => 1 }', { live })();
    expect(live.f.name).toBe('f');
  });
  it('reports writes, also those of nested functions', () => {
    const r = rewriteText('() => () => { [a, b.c] = [1]; c++ }', { live: { a: 0, b: {}, c: 0 } });
    expect(r.writes.sort()).toEqual(['a', 'c']);
    expect(r.live.sort()).toEqual(['a', 'b', 'c']);
  });
  it('takes this, arguments and new.target of a root arrow from the environment', () => {
    const env = { this: { x: 2 }, arguments: [7], newTarget: Map };
    expect(twinOfText('() => [this.x, arguments[0], new.target, (() => this.x)()]', { env })()).toEqual([2, 7, Map, 2]);
  });
  it("means the original by the root's own name", () => {
    const self = () => {};
    expect(twinOfText('function f() { return f }', { self })()).toBe(self);
    expect(twinOfText('function f() { return f }', { constants: { f: self } })()).toBe(self);
  });
});

describe('methods standing alone', () => {
  const base = {
    hi() {
      return `hi ${(this as any).n}`;
    },
    get v() {
      return (this as any).n * 2;
    },
  };
  const home = { __proto__: base };
  it.each([
    ['m() { return super.hi() }', 'hi 3'],
    ["['a' + k](x) { return super.v + 1 }", 7],
    ['get g() { return (() => super.v)() }', 6],
    ['static s() { return this.n }', 3],
    ["'quoted name'() { return this.n }", 3],
    ['42() { return this.n }', 3],
    ['#p() { return this.n }', 3],
  ])('%s', (source, expected) => {
    expect(twinOfText(source, { home, constants: { k: 1 } }).call({ n: 3 })).toBe(expected);
  });
  it('async, generator and setter', async () => {
    expect([...twinOfText('*g() { yield 1 }')()]).toEqual([1]);
    expect(await twinOfText('async a() { return await 2 }')()).toBe(2);
    const o: any = {};
    twinOfText('set s(v) { this.v = v }').call(o, 4);
    expect(o.v).toBe(4);
  });
});

describe('class as the unit', () => {
  it('constructs, leaves statics out, shows its private names', () => {
    class B {
      b: number;
      constructor(b: number) {
        this.b = b;
      }
    }
    const C = twinOfText(
      `class C extends B { #x = 1; static n = fail(); static { fail() } y = this.#x + 1; constructor(a) { super(a); this.z = C } get x() { return this.#x } }`,
      { parent: B, constants: { B }, self: 'original' },
    );
    const c = new C(5);
    expect([c.b, c.y, c.z, c.x]).toEqual([5, 2, 'original', 1]);
    expect(C.$$privates['#x'].get(c)).toBe(1);
  });
});

describe('size', () => {
  it('one expression of thousands of terms', () => {
    const terms = Array.from({ length: 3000 }, (_, i) => `${i % 7 ? '+' : '-'} x[${i}] * 2`).join(' ');
    const source = `(t, x) => 0 ${terms}`;
    compare(source, [Array.from({ length: 3000 }, (_, i) => Math.sqrt(i))]);
  });
});

describe('sloppy code', () => {
  it.each([
    '(t) => { try { Object.freeze([1])[0] = 2; return "silent" } catch { return "threw" } }',
    'function f(a) { arguments[0] = 9; return a + a }',
    'function f({ a }) { arguments[0] = 9; return a }',
    '(t) => { { function g() { return 1 } } return g() }',
    '(t) => { var r = delete Object.freeze({ a: 1 }).a; return r }',
    'function f(t) { return typeof this }',
    '(t) => { var yield_ = 1, let_ = 2; var async = 3; for ((async) of [1]) ; return async }',
  ])('%s', (source) => void compare(source, [1], { strict: false }));
});
