/** Programs whose log must be the same with probes and without. Each logs through `log`. */
export const programs: Record<string, string> = {
  'names and lengths': `
    const fs = { a: (x, y = 1) => x, b(x, { y } = {}, z) {}, get c() { return 1 }, d: function () {}, ['e' + 1]: () => 1, async f() {}, *g() {} };
    class K { static m(a, b) {} static p = () => 1; #q = 1; static { log(Reflect.ownKeys(this)) } }
    const anonymous = class {}; const arrow = async (a, ...b) => {}; let late; late = function () {}; let { def = () => 2 } = {};
    log(Object.values(Object.getOwnPropertyDescriptors(fs)).map(d => [(d.get ?? d.value).name, (d.get ?? d.value).length]));
    log(K.name, K.length, K.m.length, K.p.name, anonymous.name, arrow.name, arrow.length, late.name, def.name);
    function withDefaults(a, f = function () {}, g = class {}, h = () => {}) { return [f.name, g.name, h.name] }
    log(withDefaults(), withDefaults.length, Reflect.ownKeys(K), Reflect.ownKeys(new K()));
  `,
  'order of parameters, defaults and computed keys': `
    const at = (n, v) => { log(n); return v };
    function f(a = at('a', 1), { [at('key', 'k')]: b = at('b', 2), ...rest } = at('object', { z: 9 }), [c = at('c', 3), ...d] = at('array', [])) { log([a, b, rest, c, d]) }
    f(); f(5, { k: 6, q: 7 }, [8, 9, 10]); f(undefined, undefined, undefined);
    try { f(1, null) } catch (e) { log(e.constructor.name) }
    const g = ({ a, b: { c } = { c: 4 } }, ...[d, e = a]) => [a, c, d, e]; log(g({ a: 1 }, 2)); log(g.length);
  `,
  arguments: `
    function sloppy(a) { arguments[0] = 5; return [a, arguments.length, [...arguments]] }
    function strict(a) { 'use strict'; arguments[0] = 5; return [a, arguments.length] }
    const inner = function () { return (() => arguments[1])() };
    function shadowed(arguments) { return arguments } function local() { var arguments = 3; return arguments }
    function hoisted() { return typeof arguments; function arguments() {} }
    log(sloppy(1, 2), strict(1), inner(1, 2), shadowed(7), local(), hoisted(), sloppy.call(1), (() => typeof arguments)());
  `,
  'this and strictness': `
    function sloppy() { return typeof this } function strict() { "use strict"; return typeof this }
    function both() { 'not a directive' + 1; 'use strict'; return typeof this }
    function directive() { 'use strict'
      return typeof this }
    log(sloppy(), strict(), both(), directive(), sloppy.call(1), strict.call(1), Object.hasOwn(sloppy, 'caller'));
    const o = { m() { return () => () => this === o }, async n() { return (async () => this === o)() } }; log(o.m()()()); o.n().then(log);
  `,
  classes: `
    const order = []; const note = n => { order.push(n); return n };
    class A { [note('x')] = note('field x'); static [note('y')] = note('static y'); constructor(v = note('default')) { note('body'); this.v = v } static #p = 4; static p() { return A.#p } static #helper() { return 1 } get size() { return 5 } set size(v) { note('set ' + v) } }
    class B extends A { own = note('own'); constructor() { note('before'); const f = () => super(); f(); note(this.own) } get size() { return super.size + 1 } m() { return super.constructor.name } static s() { return super.p() } }
    const b = new B(); b.size = 3; log(order, b.size, b.m(), B.s(), b instanceof A, Object.keys(b));
    try { A() } catch (e) { log(e.message) } try { class C extends A { constructor() {} } new C() } catch (e) { log(e.message) }
    class N extends null { static f() { return 1 } } log(N.f()); log(new (class { #a = 1; has(o) { return #a in o } })().has({}));
    class Return { constructor() { return { other: true } } } log(new Return());
    log(typeof class { static name = 'n' }.name, (class { static toString() { return 'S' } }) + '');
    class Same { static a = Same; static b = () => Same; } log(Same.a === Same, Same.b() === Same);
  `,
  generators: `
    function* g(n = 3) { try { for (let i = 0; i < n; i++) { const got = yield i; if (got) log('got', got) } return 'end' } finally { log('finally') } }
    log([...g()], [...g(1)]); const it = g(); it.next(); it.next('hi'); log(it.return(5)); log(g.prototype !== undefined, Object.getPrototypeOf(g()) === g.prototype);
    function* outer() { const r = yield* g(2); log(r) } log([...outer()]); const early = g(); log(early.return(1));
    (async () => { async function* ag() { yield 1; yield Promise.resolve(2) } for await (const x of ag()) log(x) })();
  `,
  'async order': `
    const order = []; const f = async x => { order.push('f' + x); await null; order.push('g' + x); return x };
    Promise.resolve().then(() => order.push('tick')); f(1); const h = async () => { throw new Error('no') }; h().catch(e => order.push(e.message));
    const i = async (x = (() => { throw new Error('default') })()) => x; i().catch(e => order.push(e.message)); setTimeout(() => log(order), 5);
  `,
  scopes: `
    var x = 'outer'; function a() { return x; var x = 'inner' } function b(y = x) { var x = 'b'; return [x, y] } function c(x, f = () => x) { x = 2; return [x, f()] } function d(x, f = () => x) { var x; x = 3; return [x, f()] }
    log(a(), b(), c(1), d(1)); { function blockFunction() { return x } } log(blockFunction());
    if (true) function single() { return 1 } log(single()); switch (1) { case 1: let z = 5; var q = () => z } log(q());
    try { throw 1 } catch (e) { var e = 2; log(e) } label: for (const v of [1, 2]) { for (;;) continue label }
    const fns = []; for (let i = 0; i < 3; i++) { fns.push(() => i++, () => i) } log(fns.map(f => f())); var self = function me(n) { return n ? me(n - 1) : typeof me }; log(self(2));
    log((() => { try { return tdz } catch (e) { return e.name } let tdz })()); function hoistedLater() { return later() } log(hoistedLater()); function later() { return 'later' }
    log([1, 2, 3].map(v => ({ v })), [1].map(v => (v, v + 1)), [[1]].map(([v]) => v), (a => b => c => a + b + c)(1)(2)(3), (v => { })(1), (() => ({}).x)());
  `,
  'syntax around arrows': `
    const t = true ? x => x : y => y; log(t(1)); const u = (x => x) || 0; log(u(1)); log((x => x in { a: 1 })('a')); log([x => x * 2, (x) => x / 2].map(f => f(4)));
    const v = x =>
      // a comment
      x
      + 1; log(v(1)); const w = x => /re/.test(x); log(w('re')); const y = x => \`t\${x}\${(z => z)(x)}\`; log(y(1)); const as = async x => await x; as(3).then(log);
    log((x => x ? 1 : 2)(0), (x => function () { return x })(4)(), (x => class { static v = x })(5).v, (x => [x])(1), (x => !x)(1), (x => x++)(1)); const o = { f: x => x, g: (a, b) => a, }; log(o.f(1), o.g(2));
    log((() => { 'use strict' })(), (function () { })(), (() => {})());
  `,
  'with and eval': `
    function f(o) { with (o) { return (() => p)() } } log(f({ p: 1 })); function g() { var hidden = 3; return eval('hidden + 1') } log(g()); const h = (a, b = eval('a + 1')) => b; log(h(1));
  `,
  'getters, setters and proxies': `
    const p = new Proxy({}, { get: (t, k) => 'got ' + String(k), has: () => true }); log(p.x, 'y' in p); const o = { _v: 1, get v() { return this._v }, set v({ n = 4 }) { this._v = n } }; o.v = {}; log(o.v, JSON.stringify(o));
    log([3, 1, 2].sort((a, b) => b - a), 'abc'.replace(/./g, m => m.toUpperCase()), Array.from({ length: 3 }, (_, i) => i), JSON.parse('[1,2]', (k, v) => v));
  `,
  'names of properties that are special': `
    const __proto__ = 3; const f = () => __proto__; log(f()); const constructor = 1; log((() => constructor)()); const { __proto__: q } = { __proto__: null, a: 1 }; const g = ({ __proto__: r }) => r; log(g({ ['__proto__']: 5 }));
    const \\u0061bc = 5; log((() => abc)(), (() => \\u0061bc)()); const ünïcode = 6; log((() => ünïcode)()); const $p = 1, $m = 2, $v = 3; log((() => $p + $m + $v)());
  `,
};
