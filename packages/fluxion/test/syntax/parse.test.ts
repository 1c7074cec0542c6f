import { describe, expect, it } from 'vitest';
import { parseFile, parseFunction } from '../../src/syntax/parse.ts';

describe('the text of a function, as toString prints it', () => {
  it.each<[string, string, string | undefined]>([
    ['function f(a) { return a }', 'function', 'f'],
    ['function () {}', 'function', undefined],
    ['async function* g() { yield await 1 }', 'function', 'g'],
    ['(a, b) => a + b', 'arrow', undefined],
    ['x => ({ x })', 'arrow', undefined],
    ['async x => await x', 'arrow', undefined],
    ['() => this.#p', 'arrow', undefined],
    ['() => new.target', 'arrow', undefined],
    ['() => super.x', 'arrow', undefined],
    ['() => super(1)', 'arrow', undefined],
    ['() => import.meta.url', 'arrow', undefined],
    ['m() { return super.m() }', 'method', 'm'],
    ['async *m(){}', 'method', 'm'],
    ['get g() { return 1 }', 'getter', 'g'],
    ['set s(v){ this.v = v }', 'setter', 's'],
    ['static m(){}', 'method', 'm'],
    ["['a' + k](x) { return x }", 'method', undefined],
    ['#p() { return this.#q }', 'method', '#p'],
    ["'quoted name'() {}", 'method', 'quoted name'],
    ['42() {}', 'method', '42'],
    ['get() {}', 'method', 'get'],
    ['async() {}', 'method', 'async'],
    ['static() {}', 'method', 'static'],
    ['class A extends B { #x = 1; static { this.y = 2 } }', 'class', 'A'],
    ['class { constructor() { super.x } }', 'class', undefined],
    ['function f() { with (o) { x } }', 'function', 'f'],
  ])('%s', (source, kind, name) => {
    const shape = parseFunction(source);
    expect([shape.kind, shape.name]).toEqual([kind, name]);
    expect(shape.text.slice(shape.offset, shape.offset + source.length)).toBe(source);
  });

  it('tells async and generator', () => {
    const { async, generator } = parseFunction('async *m() {}');
    expect([async, generator]).toEqual([true, true]);
  });

  it('says so when it is no function', () => {
    expect(() => parseFunction('function () { [native code] }')).toThrow(/UnsupportedSyntax/);
  });
});

describe('files', () => {
  it('modules and scripts', () => {
    expect(parseFile('import a from "b"; export default a; await a').sourceType).toBe('module');
    expect(parseFile('with (a) b; return 1').sourceType).toBe('script');
  });
});
