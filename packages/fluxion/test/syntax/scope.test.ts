import { describe, expect, it } from 'vitest';
import type { Node } from '../../src/syntax/ast.ts';
import { parseFile, parseFunction } from '../../src/syntax/parse.ts';
import { type Analysis, analyze, type Binding, isReassigned } from '../../src/syntax/scope.ts';

const of = (source: string, strict = true): Analysis => analyze(parseFunction(source).node as Node, { strict });
const free = (source: string, strict = true) =>
  Object.fromEntries(
    [...of(source, strict).free].map(([name, { read, write }]) => [name, (read ? 'r' : '') + (write ? 'w' : '')]),
  );

function bindings(analysis: Analysis): Map<string, Binding[]> {
  const found = new Map<string, Binding[]>();
  for (const scope of new Set(analysis.scopes.values())) {
    for (const [name, b] of scope.bindings) found.set(name, [...(found.get(name) ?? []), b]);
  }
  return found;
}

describe('free names', () => {
  it.each<[string, Record<string, string>]>([
    ['(x) => x + y', { y: 'r' }],
    ['() => { y = 1; z += 2; w++ }', { y: 'w', z: 'rw', w: 'rw' }],
    ['() => { [a, { b: c.d, e = f }] = g }', { a: 'w', c: 'r', e: 'w', f: 'r', g: 'r' }],
    ['() => { for (k in o) ; for (v of p) ; }', { k: 'w', o: 'r', v: 'w', p: 'r' }],
    ['() => { l: for (;;) break l }', {}],
    ['({ a, b: c = d }, [e], ...f) => [a, c, e, f, b]', { d: 'r', b: 'r' }],
    ['() => { { let x = 1; } return x }', { x: 'r' }],
    ['() => { { var x = 1; } return x }', {}],
    ['() => { try {} catch (e) { e } return e }', { e: 'r' }],
    ['() => { f(); function f() { return g } }', { g: 'r' }],
    ['function f() { return f }', {}],
    ['() => ({ a, b: 1, [c]: d, e() { return a } })', { a: 'r', c: 'r', d: 'r' }],
    [
      '() => { class A extends B { x = A; [y] = z; m() { return A } static { w } } }',
      { B: 'r', y: 'r', z: 'r', w: 'r' },
    ],
    ['() => x.y.z[q]?.r', { x: 'r', q: 'r' }],
    ['() => { switch (a) { case b: let c = d; } return c }', { a: 'r', b: 'r', d: 'r', c: 'r' }],
    ['(a = b, c = () => d) => { var b, d }', { b: 'r', d: 'r' }],
    ['(a) => { var a; return a }', {}],
    ['function f() { return arguments }', {}],
    ['() => arguments', { arguments: 'r' }],
    ['() => typeof u', { u: 'r' }],
  ])('%s', (source, expected) => {
    expect(free(source)).toEqual(expected);
  });

  it('functions in blocks reach out of them in sloppy code only', () => {
    expect(free('() => { { function f() {} } return f }', false)).toEqual({});
    expect(free('() => { { function f() {} } return f }', true)).toEqual({ f: 'r' });
    expect(free('() => { let f; { { function f() {} } } return f }', false)).toEqual({});
  });

  it('private names that are declared elsewhere', () => {
    expect([...of('m(o) { return this.#a && #b in o }').freePrivateNames]).toEqual(['#a', '#b']);
    expect([...of('class A { #a; m() { return this.#a } }').freePrivateNames]).toEqual([]);
  });
});

describe('isReassigned', () => {
  it.each<[string, string, boolean]>([
    ['() => { let x = 1; return x }', 'x', false],
    ['() => { let x = 1; x++ }', 'x', true],
    ['() => { let x = 1; return () => { x = 2 } }', 'x', true],
    ['() => { var x = 1; var x = 2 }', 'x', true],
    ['() => { var x = 1 }', 'x', false],
    ['() => { function f() {} function f() {} }', 'f', true],
    ['() => { function f() {} f() }', 'f', false],
    ['() => { let x; [x] = [1] }', 'x', true],
    ['() => { let x; ({ y: x } = {}) }', 'x', true],
    ['() => { let x; for (x of []) ; }', 'x', true],
    ['(x) => { x ??= 1 }', 'x', true],
  ])('%s: %s', (source, name, expected) => {
    expect(isReassigned(bindings(of(source)).get(name)![0])).toBe(expected);
  });

  it('of a module', () => {
    const analysis = analyze(
      parseFile('let a = 1; let b = 2; export const c = 3; export function f() { b++ }') as Node,
    );
    const module = Object.fromEntries([...analysis.unit.bindings].map(([name, b]) => [name, isReassigned(b)]));
    expect(module).toEqual({ a: false, b: true, c: false, f: false });
  });
});

describe('what functions use', () => {
  it('this, arguments, new.target and super, through arrows', () => {
    const analysis = of(
      'function f() { const g = () => { this; () => arguments; new.target }; async () => await 1; eval("x") }',
    );
    const root = [...analysis.functions.values()][0];
    expect(root).toMatchObject({
      usesThis: true,
      usesArguments: true,
      usesNewTarget: true,
      awaits: false,
      directEval: true,
    });
    expect(of('() => super.x').lexical).toMatchObject({ usesSuper: true, usesThis: true });
  });
});
