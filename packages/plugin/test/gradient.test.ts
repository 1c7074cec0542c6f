import { describe, expect, it } from 'vitest';
import { derivative, grad } from '../../fluxion/src/index.ts';
import { runCommonJs, runModule } from './run.ts';

describe('gradients through the plugin', () => {
  it('follows a variable that a function it calls reassigns', async () => {
    const { f, read } = await runModule(`
      let scale = 1;
      const step = () => { scale *= 2 };
      export const f = x => { step(); return x * scale };
      export const read = () => scale;
    `);
    expect(grad(f)(3)).toBe(2);
    expect(read()).toBe(2);
    expect(grad(f)(3)).toBe(4);
    expect(read()).toBe(4);
  });

  it('has the this of an arrow', () => {
    const { f, g, made } = runCommonJs(`
      class Spring { k = 3; #rest = 1; energy = x => this.k * (x - this.#rest) ** 2; }
      exports.f = new Spring().energy;
      exports.made = { k: 5, make() { return x => this.k * x * arguments.length } };
      exports.g = exports.made.make(1, 2);
    `);
    expect(grad(f)(2)).toBe(6);
    expect(grad(g)(2)).toBe(10);
    made.k = 7;
    expect(grad(g)(2)).toBe(14);
  });

  it('runs constructors, field initialisers and derived classes on the variables as they are now', () => {
    const { base, derived, built } = runCommonJs(`
      let made = 0, scale = 2;
      class Base { field = ++made; constructor(x) { scale *= x; this.v = scale * x } }
      class Derived extends Base {
        constructor(x) { const k = scale; made += 10; super(x * k); this.w = this.v * scale + made }
      }
      exports.base = x => { scale = 2; return new Base(x).v + scale };
      exports.derived = x => { scale = 2; made = 0; return new Derived(x).w + Reflect.construct(Derived, [x]).field };
      exports.built = x => {
        let c = x;
        class Square { constructor() { c = c * c; this.q = c } }
        new Square();
        c *= 2;
        return new Square().q;
      };
    `);
    expect(grad(base)(3)).toBe(4 * 3 + 2);
    expect(grad(derived)(3)).toBe(3 * 2 * 4 * 4 * 3 ** 2);
    expect(grad(built)(3)).toBe(16 * 3 ** 3);
  });

  it('writes tracked numbers to captured variables and leaves plain ones behind', () => {
    const { f, read } = runCommonJs(`
      let last = 0; const history = [];
      const note = v => { last = v; history.push(v) };
      exports.f = x => { note(x * x); return last * x + history[history.length - 1] };
      exports.read = () => [last, history];
    `);
    expect(grad(f)(2)).toBe(3 * 4 + 2 * 2);
    const [last, history] = read();
    expect(last).toBe(4);
    expect(history.every((v: unknown) => typeof v === 'number')).toBe(true);
  });

  it('reads and writes private fields of instances handed in or captured', () => {
    const { f, g, accumulator } = runCommonJs(`
      class Accumulator { #sum = 0; get #double() { return this.#sum * 2 }
        add(v) { this.#sum += v; return this } total() { return this.#sum + this.#double }
        static #scale = 3; static scaled(x) { return x * Accumulator.#scale } }
      exports.accumulator = new Accumulator();
      exports.f = (x, a) => a.add(x * x).total();
      exports.g = x => Accumulator.scaled(new Accumulator().add(x).add(x ** 2).total());
    `);
    expect(grad(f)(3, accumulator)).toBe(18);
    expect(grad(g)(2)).toBe(3 * 3 * (1 + 4));
  });

  it('keeps private fields of one name apart', () => {
    const { f } = runCommonJs(`
      class A { #v = 2; a(x) { this.#v *= x; return this.#v } }
      class B extends A { #v = 10; b(x) { this.#v += x; return this.#v * this.a(x) } }
      const b = new B();
      exports.f = x => b.b(x);
    `);
    expect(grad(f)(3)).toBe(2 * 3 + 13 * 2);
  });

  it('goes through modules, constructors, super, generators and getters', async () => {
    const { f } = await runModule(`
      class Shape { constructor(size) { this.size = size } get area() { return this.size ** 2 } scale(k) { this.size *= k; return this } }
      class Round extends Shape { constructor(r) { super(r); this.pi = 3 } get area() { return super.area * this.pi } scale(k) { return super.scale(k * 2) } }
      function* powers(x, n = 3) { let p = 1; for (let i = 0; i < n; i++) yield p *= x }
      export function f(x, { weight = 2 } = {}) { let s = 0; for (const p of powers(x)) s += p * weight; return s + new Round(x).scale(2).area }
    `);
    // 2(x + x² + x³) + 3·16·x²
    expect(grad(f)(2)).toBe(2 * (1 + 4 + 12) + 96 * 2);
  });

  it('finds super, new.target and import.meta of an arrow', async () => {
    const { f, g, h } = await runModule(`
      class A { k = 3; times(x) { return this.k * x } get two() { return 2 } }
      class B extends A { times(x) { return 1000 } make() { return x => super.times(x) ** super.two } static make() { return new this() } field = x => super.times(x) }
      export const f = new B().make();
      export const g = new B().field;
      function Maker(k) { this.energy = x => (new.target === Maker ? k : 0) * x * import.meta.url.length }
      export const h = new Maker(2).energy;
    `);
    expect(grad(f)(2)).toBe(9 * 2 * 2);
    expect(grad(g)(2)).toBe(3);
    expect(grad(h)(2)).toBeGreaterThan(2 * 20);
  });

  it('imports what the module would import', async () => {
    const { f } = await runModule(`
      export const f = async x => { const { sep } = await import('node:path'); return x * x * sep.length };
    `);
    expect(await grad(f)(3)).toBe(6);
  });

  it('goes on where hidden, unfinished and overwritten bindings are', () => {
    const { f, g } = runCommonJs(`
      var x = 2; exports.f = function (a, b = x) { var x = 5; return a * b * x };
      let table; const build = () => table ??= [1, 2, 3]; exports.g = v => build().reduce((s, t) => s + t * v, 0);
    `);
    expect(() => grad(f)(1)).toThrow(expect.objectContaining({ code: 'MissingBinding' }));
    expect(grad(f)(1, 3)).toBe(15);
    expect([grad(g)(1), grad(g)(2)]).toEqual([6, 6]);
  });

  it('nests', () => {
    const { f } = runCommonJs(`
      const { derivative } = globalThis.__fluxionUnderTest;
      let factor = 2;
      exports.f = x => { const inner = derivative(y => { factor = x; return factor * y * y })(3); return inner * x };
    `);
    expect(grad(f)(5)).toBe(2 * 5 * 6);
  });

  it('awaits', async () => {
    const { f } = runCommonJs(`
      let offset = 1; const later = async v => { offset += 1; return v };
      exports.f = async x => { const y = await later(x * x); return y * offset };
    `);
    expect(await grad(f)(3)).toBe(12);
  });
});

(globalThis as Record<string, unknown>).__fluxionUnderTest = { derivative, grad };
