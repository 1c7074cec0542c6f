import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { pluginCapture, pluginPrivateState } from '../../fluxion/src/capture/plugin.ts';
import { redirect } from '../../fluxion/src/capture/redirect.ts';
import { transform } from '../src/transform.ts';
import { runCommonJs, runModule } from './run.ts';

const live = (fn: Function, name: string) => {
  const binding = pluginCapture(fn)?.binding(name);
  if (binding?.kind !== 'live') throw new Error(`${name} is ${binding?.kind}`);
  return binding;
};

describe('captured variables', () => {
  it('reads and writes the binding itself', async () => {
    const m = await runModule(`
      let scale = 1;
      export const step = () => { scale *= 2 };
      export const f = x => { step(); return x * scale };
    `);
    expect(live(m.f, 'scale').get()).toBe(1);
    expect(live(m.f, 'scale').set).toBeUndefined();
    live(m.step, 'scale').set!(21);
    expect(m.f(1)).toBe(42);
    expect(live(m.f, 'scale').get()).toBe(42);
    expect(pluginCapture(m.f)!.binding('step')).toEqual({ kind: 'constant', value: m.step });
    expect(pluginCapture(m.f)!.binding('Math')).toBeUndefined();
  });

  it('tells constants from what changes', () => {
    const m = runCommonJs(`
      var once = 1; var twice = 1; twice = 2; let never; const k = 4;
      for (var i = 0; i < 2; i++) var inLoop = i;
      function later() { return unset } exports.later = later;
      exports.f = function (p) { return () => [once, twice, never, k, inLoop, i, p, later] };
      exports.g = p => () => [p++, exports];
      exports.early = () => unset2;
      exports.kindsBefore = exports.ask && exports.ask();
      var unset = 3; let unset2 = 5;
    `);
    const c = pluginCapture(m.f(7))!;
    const kinds = ['once', 'twice', 'never', 'k', 'inLoop', 'i', 'p', 'later'].map((n) => c.binding(n)!.kind);
    expect(kinds).toEqual(['constant', 'live', 'constant', 'constant', 'live', 'live', 'constant', 'constant']);
    expect(live(m.g(1), 'p').get()).toBe(1);
    expect(pluginCapture(m.g(1))!.binding('exports')).toEqual({ kind: 'constant', value: m });
    expect(pluginCapture(m.later)!.binding('unset')).toEqual({ kind: 'constant', value: 3 });
  });

  it('has each iteration its own', () => {
    const m = runCommonJs('exports.fs = []; for (let i = 0; i < 3; i++) exports.fs.push(() => i);');
    expect(m.fs.map((f: Function) => live(f, 'i').get())).toEqual([0, 1, 2]);
  });

  it('reads a binding before its declaration as live', () => {
    let early: unknown;
    (globalThis as any).__cb = (m: any) => {
      early = pluginCapture(m.f)!.binding('late')!.kind;
    };
    runCommonJs('exports.f = () => late; globalThis.__cb(exports); const late = 9;');
    delete (globalThis as any).__cb;
    expect(early).toBe('live');
  });
});

describe('this, arguments, new.target, super of arrows', () => {
  it("are the surrounding function's", () => {
    const m = runCommonJs(`
      exports.make = function F() { return { a: () => this, b: () => arguments, c: () => new.target, d: () => 1 } };
      class A { v() { return 'A' + this.k } }
      class B extends A { k = 1; v() { return 'B' } w() { return () => super.v() } x() { return super.v() } }
      exports.B = B;
    `);
    const made = m.make.call('self', 1, 2);
    expect(pluginCapture(made.a)!.lexicalThis()).toEqual({ value: made.a() });
    expect([...(pluginCapture(made.b)!.lexicalArguments()!.value as any)]).toEqual([1, 2]);
    expect(pluginCapture(new m.make().c)!.lexicalNewTarget()).toEqual({ value: m.make });
    expect(pluginCapture(made.d)!.lexicalThis()).toBeUndefined();
    const b = new m.B();
    const home = pluginCapture(b.w())!;
    expect((home.superGet!('v', undefined) as Function).call(b)).toBe('A1');
    expect((pluginCapture(m.B.prototype.x)!.superGet!('v', b) as Function).call(b)).toBe('A1');
  });
});

describe('private names', () => {
  const source = `
    class P { #x = 1; #m() { return this.#x } get #a() { return this.#x * 2 } set #a(v) { this.#x = v }
      static #s = 5; x() { return this.#x + this.#a + this.#m() } static s() { return P.#s } other(o) { return #x in o } }
    class Q extends P { #x = 10; y() { return this.#x } }
    exports.P = P; exports.Q = Q;
  `;
  it('are read and written on instances', () => {
    const m = runCommonJs(source);
    const q = new m.Q();
    const ofP = pluginCapture(m.P.prototype.x)!;
    const ofQ = pluginCapture(m.Q.prototype.y)!;
    expect(ofP.privateName('#x')!.get(q)).toBe(1);
    expect(ofQ.privateName('#x')!.get(q)).toBe(10);
    ofP.privateName('#x')!.set!(q, 3);
    expect(q.x()).toBe(12);
    expect(q.y()).toBe(10);
    expect(ofP.privateName('#m')!.set).toBeUndefined();
    expect(ofP.privateName('#m')!.member(q).kind).toBe('method');
    expect(pluginCapture(m.P)!.privateName('#s')!.get(m.P)).toBe(5);
    expect(pluginCapture(m.P)!.privateNames().sort()).toEqual(['#a', '#m', '#s', '#x']);
  });

  it('hand over accessors as functions that can be captured', () => {
    const m = runCommonJs(source);
    const p = new m.P();
    const member = pluginCapture(m.P)!.privateName('#a')!.member(p);
    if (member.kind !== 'accessor') throw new Error(member.kind);
    expect(pluginCapture(member.getter!)!.source).toBe('get #a() { return this.#x * 2 }');
    expect(pluginCapture(member.setter!)!.source).toBe('set #a(v) { this.#x = v }');
    expect(member.getter!.call(p)).toBe(2);
  });

  it('are found on an instance by name, unless two classes share it', () => {
    const m = runCommonJs(source);
    const fail = (name: string): never => {
      throw new Error(`shared ${name}`);
    };
    const state = pluginPrivateState(new m.P(), fail)!;
    state.set!('#x', 4);
    expect([state.get('#x'), state.get('#a'), state.has('#y')]).toEqual([4, 8, false]);
    expect(() => pluginPrivateState(new m.Q(), fail)!.get('#x')).toThrow('shared #x');
    expect(pluginPrivateState(m.P, fail)!.get('#s')).toBe(5);
    expect(pluginPrivateState({}, fail)).toBeUndefined();
  });
});

describe('asking runs nothing', () => {
  it('no body, no default, no computed key, no iterator', () => {
    const m = runCommonJs(`
      const ran = []; const run = n => { ran.push(n); return n }; exports.ran = ran;
      exports.fs = [
        function () { run(1) }, () => run(2), async () => { run(3) }, function* () { run(4) }, async function* () { run(5) },
        function (a = run(6)) {}, ({ b = run(7), [run(8)]: c, ...d } = run(9)) => {}, ([e, [f = run(10)], ...g]) => run(11),
        { m({ a: { b: [c] } }, ...[d]) { run(12) } }.m, Object.getOwnPropertyDescriptor({ get x() { return run(13) } }, 'x').get,
        Object.getOwnPropertyDescriptor({ set x({ y }) { run(14) } }, 'x').set, async (x = run(15)) => run(16),
        function* (x = run(17)) { run(18) }, class { constructor() { run(19) } f = run(20) }, class extends Map { constructor(a = run(21)) { super() } },
      ];
    `);
    for (const f of m.fs) expect(pluginCapture(f), String(f)).toBeDefined();
    expect(m.ran).toEqual([]);
  });

  it('neither in another realm, nor before the module has begun', async () => {
    const ran: string[] = [];
    const context = createContext({ ran, exports: {} });
    runInContext(
      transform('let k = 2; exports.f = () => { ran.push(1); return k }', 'x', { format: 'commonjs' })!.code,
      context,
    );
    expect(pluginCapture(context.exports.f)!.binding('k')).toEqual({ kind: 'constant', value: 2 });
    (globalThis as any).__ran = ran;
    (globalThis as any).__capture = (f: Function) => pluginCapture(f)?.source;
    const late = 'import { seen } from "LATER"; export function early() { __ran.push(2) } export { seen }';
    const folder = mkdtempSync(join(tmpdir(), 'fluxion-cycle-'));
    const write = (name: string, code: string) =>
      writeFileSync(join(folder, name), transform(code, name, { format: 'module' })?.code ?? code);
    write('first.mjs', late.replace('LATER', './later.mjs'));
    write('later.mjs', 'import { early } from "./first.mjs"; export const seen = __capture(early);');
    expect((await import(/* @vite-ignore */ join(folder, 'first.mjs'))).seen).toBe(
      'function early() { __ran.push(2) }',
    );
    expect(ran).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('and does not disturb a name that only the parameters see', () => {
    const m = runCommonJs('let x = 1; exports.f = function (a = x) { var x = 2; return a + x };');
    expect(m.f()).toBe(3);
    const binding = live(m.f, 'x');
    expect(() => binding.get()).toThrow(expect.objectContaining({ code: 'MissingBinding' }));
  });
});

describe('text', () => {
  it('is the original, with its place', async () => {
    const source =
      'const a = 1;\n  export function f(x) {\n  return x * a }\nexport class C { static s(y) { return y } get g() { return 1 } }';
    const m = await runModule(source);
    expect(pluginCapture(m.f)!.source).toBe('function f(x) {\n  return x * a }');
    expect(pluginCapture(m.f)!.location).toEqual({ url: 'file:///test.mjs', line: 1, column: 9 });
    expect(pluginCapture(m.f)!.strict).toBe(true);
    expect(pluginCapture(m.C)!.source).toBe('class C { static s(y) { return y } get g() { return 1 } }');
    expect(pluginCapture(m.C.s)!.source).toBe('s(y) { return y }');
    expect(pluginCapture(m.f)!.moduleText()).toEqual({ text: source, start: source.indexOf('function') });
  });

  it('is missing for what has no probe', () => {
    const m = runCommonJs('exports.f = () => 1');
    const wrapper = new Function(`return function wrapper() { ${m.f} }`)();
    expect(pluginCapture(wrapper)).toBeUndefined();
    expect(pluginCapture(Math.sin)).toBeUndefined();
    expect(pluginCapture(m.f.bind(null))).toBeUndefined();
    expect(pluginCapture(class {})).toBeUndefined();
  });

  it('knows sloppy code', () => {
    const m = runCommonJs('exports.f = () => 1; exports.g = function () { "use strict"; return () => 1 }');
    expect(pluginCapture(m.f)!.strict).toBe(false);
    expect(pluginCapture(m.g)!.strict).toBe(true);
    expect(pluginCapture(m.g())!.strict).toBe(true);
  });
});

describe('redirection', () => {
  it('runs another function in place of one that native code calls', async () => {
    const m = runCommonJs(`
      let calls = 0; exports.calls = () => calls;
      exports.compare = (a, b) => { calls++; return a - b };
      exports.all = function (a, { b, c: [d = 5] }, e = 6, ...r) { calls++ };
      exports.gen = function* () { calls++ }; exports.later = async () => { calls++ };
      exports.C = function C(x) { calls++ };
    `);
    const seen: unknown[] = [];
    redirect({
      takes: (source) => !source.includes('calls;') && !source.startsWith('() => calls'),
      run(call) {
        seen.push([...call.args]);
        if (call.newTarget !== undefined) return { made: call.newTarget.name };
        return call.isGenerator
          ? [1, 2]
          : call.isAsync
            ? Promise.resolve(3)
            : (call.args[1] as number) - (call.args[0] as number);
      },
    });
    try {
      expect([1, 3, 2].sort(m.compare)).toEqual([3, 2, 1]);
      seen.length = 0;
      m.all(1, { b: 2, c: [] }, undefined, 7, 8);
      expect(seen).toEqual([[1, { b: 2, c: [undefined] }, undefined, 7, 8]]);
      expect([...m.gen()]).toEqual([1, 2]);
      expect(await m.later()).toBe(3);
      expect(new m.C(1)).toEqual({ made: 'C' });
    } finally {
      redirect(undefined);
    }
    expect(m.calls()).toBe(0);
  });
});
