import { describe, expect, it } from 'vitest';
import { functionRecord, originalText, PROLOGUE, recordOfText } from '../../../src/dynamic/rewrite/rewrite.ts';
import { countLines } from '../../../src/syntax/location.ts';
import { rewriteText, twinOfText } from './twin-of.ts';

/** The body of the twin, without header and prologue. */
const body = (source: string, options = {}) =>
  rewriteText(source, options)
    .factory.replace(/^.*?return (?=async|function|\(|class)/s, '')
    .replace(/\$\$q\.n\|\|\$\$ended\(\d+\)/g, 'P')
    .replace(/; \}$/, '');

describe('golden texts', () => {
  it.each([
    ['(a, b) => a * b', "(a, b) => (P, (typeof a === 'number' && typeof b === 'number' ? a * b : $$mul(a, b)))"],
    ['(a) => a + 1', "(a) => (P, (typeof a === 'number' ? a + 1 : $$add(a, 1)))"],
    ['(a) => a === null', '(a) => (P, (a === null))'],
    ['(a, i) => a[i]', "(a, i) => (P, (typeof i === 'number' && a?.[$$S] === undefined ? a[i] : $$get(a, i)))"],
    [
      '(a) => a.k',
      '(a) => { let $$1, $$2; P; return (((($$1 === a ? $$2 : ($$2 = $$kindOf($$1 = a))) === $$p1.k || $$g(a, "k", $$p1)) ? a.k : $$get(a, "k"))); }',
    ],
    ['(a) => -a', "(a) => (P, (typeof a === 'number' ? -a : $$neg(a)))"],
    ['(a) => !a', "(a) => (P, (!(typeof a === 'boolean' ? a : $$truthy(a))))"],
    [
      '(a) => { a.k = 1 }',
      `(a) => { let $$1, $$2, $$3; P;  (typeof ($$1 = 1) === 'number' && ($$2 === a ? $$3 : ($$3 = $$kindOf($$2 = a))) === $$p1.k ? a.k = $$1 : $$set(a, "k", $$1, $$p1)); }`,
    ],
    ["(a) => typeof a === 'string'", "(a) => (P, (typeof a === 'string'))"],
    ['(a) => `x${a}`', '(a) => (P, $$text(`x${$$str(a)}`))'],
    ['() => { for (let i = 0; i < 3; i++) ; }', '() => { P;  for (let i = 0; (i < 3); (i++)) ; }'],
    [
      '(n) => Math.sin(n)',
      "(n) => { let $$1; P; return (($$1 = Math.sin, typeof n === 'number' && $$1 === $$math.sin ? $$1(n) : ($$1 === $$s1 ? $$t1 : ($$t1 = $$t($$1), $$s1 = $$1, $$t1)).call(Math, n))); }",
    ],
    ['() => { function f() { return 1 } return f() }', '() => { P;  function f() { P;  return 1; } return f(); }'],
  ])('%s', (source, expected) => {
    expect(body(source)).toBe(expected);
  });

  it('lengthens the prefix where the source has it', () => {
    expect(rewriteText('($$x) => -$$x').factory).toContain('$$$neg($$x)');
  });
});

describe('lines and positions', () => {
  const source = `function f(a,
    { b, c },
    ...rest) {
  const x = a
    * b
    + c; // a comment ( with a brace
  /* and
     another */
  if (x
    > 1) {
    return {
      x, y: rest.map((r) =>
        r * 2),
    };
  }
  class A {
    #p = 1;

    m() {
      return this
        .#p;
    }
  }
  throw new
    Error('here');
}`;

  it('keeps every line', () => {
    expect(countLines(rewriteText(source).factory)).toBe(countLines(source));
  });

  it('maps a place of the twin to the original one', () => {
    const { factory, positions } = rewriteText('(a,\n b) => {\n  return a.f(b) *\n    b.q;\n}');
    const at = (text: string) => {
      const offset = factory.indexOf(text);
      const before = factory.slice(0, offset).split('\n');
      return positions.original(before.length - 1, before[before.length - 1].length);
    };
    expect(at('$$mul(')).toEqual({ line: 2, column: 9, exact: true });
    expect(at('call(a')).toEqual({ line: 2, column: 11, exact: true });
    expect(at('$$get(b, "q")')).toMatchObject({ line: 3, column: 4 });
  });

  it('gives a stack the original line and column', () => {
    const source = 'function f(x) {\n  const y = x;\n  return y.a.b(\n    x);\n}';
    const { factory, positions } = rewriteText(source);
    let error: Error | undefined;
    try {
      twinOfText(source)({});
    } catch (e) {
      error = e as Error;
    }
    const [, line, column] = /<anonymous>:(\d+):(\d+)/.exec(error?.stack ?? '') ?? [];
    // The factory is compiled behind one parenthesis.
    const place = positions.original(Number(line) - 1, Number(column) - 1 - (line === '1' ? 1 : 0));
    expect(place).toMatchObject({ line: 2, column: 13 });
    expect(factory).toContain('\n');
  });
});

describe('records of functions', () => {
  it('tell the original text of each function born in twin code', () => {
    const make = twinOfText('() => ({ f: (a) => a * 2, m(x = () => 1) { return x }, C: class { y = 1 } })');
    const { f, m, C } = make();
    expect(originalText(String(f))).toBe('(a) => a * 2');
    expect(originalText(String(m))).toBe('m(x = () => 1) { return x }');
    expect(originalText(String(m()))).toBe('() => 1');
    expect(originalText(String(C))).toBe('class { y = 1 }');
    for (const g of [f, m, C]) expect(PROLOGUE.test(String(g))).toBe(true);
    expect(functionRecord(recordOfText(String(f))!.id)?.file).toBe('test.js');
  });
});
