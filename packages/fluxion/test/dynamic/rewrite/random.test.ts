import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { compare } from './compare.ts';

/** Random expressions and small programs over a few variables, whose every step that can be seen goes into the trace. */
const name = fc.constantFrom('a', 'b', 'c', 'k');
const literal = fc.constantFrom(
  '0',
  '1',
  '-2',
  '3.5',
  "'s'",
  "'4'",
  'true',
  'null',
  'undefined',
  'NaN',
  '5n',
  '[1, 2]',
  '{x: 1}',
  '-0',
);
const arithmetic = fc.constantFrom('+', '-', '*', '/', '%', '**', '&', '|', '^', '<<', '>>', '>>>');
const relation = fc.constantFrom('<', '>', '<=', '>=', '==', '!=', '===', '!==');

const { expression } = fc.letrec<{ expression: string; target: string }>((tie) => {
  const e = tie('expression');
  return {
    target: fc.oneof(
      name,
      fc.tuple(e).map(([x]) => `o[(${x})]`),
      fc.constant('o.x'),
      fc.constant('o.acc'),
    ),
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      literal,
      name,
      fc.tuple(e, arithmetic, e).map(([x, op, y]) => `((${x}) ${op} (${y}))`),
      fc.tuple(e, relation, e).map(([x, op, y]) => `((${x}) ${op} (${y}))`),
      fc.tuple(fc.constantFrom('-', '+', '~', '!', 'typeof ', 'void '), e).map(([op, x]) => `(${op}(${x}))`),
      fc
        .tuple(tie('target'), fc.constantFrom('=', '+=', '-=', '*=', '??=', '||=', '&&=', '>>=', '**='), e)
        .map(([x, op, y]) => `(${x} ${op} ${y})`),
      fc
        .tuple(fc.constantFrom('++', '--'), tie('target'), fc.boolean())
        .map(([op, x, pre]) => (pre ? `(${op}${x})` : `(${x}${op})`)),
      fc.tuple(e, fc.constantFrom('&&', '||', '??'), e).map(([x, op, y]) => `((${x}) ${op} (${y}))`),
      fc.tuple(e, e, e).map(([x, y, z]) => `((${x}) ? (${y}) : (${z}))`),
      fc.tuple(e, e).map(([x, y]) => `(${x}, ${y})`),
      fc.tuple(e).map(([x]) => `t('t', ${x})`),
      fc.tuple(e).map(([x]) => `o.m(${x})`),
      fc.tuple(e).map(([x]) => `o?.[${x}]?.y`),
      fc.tuple(e).map(([x]) => `set(${x})`),
      fc.tuple(e, e).map(([x, y]) => `[${x}, ${y}].length`),
      fc.tuple(e).map(([x]) => `Math.floor(${x})`),
      fc.tuple(e, e).map(([x, y]) => `Math.max(${x}, ${y})`),
      fc.tuple(e).map(([x]) => `\`\${typeof (${x}) === 'object' ? 'o' : (${x})}\``),
      fc.tuple(name, name, e, e).map(([p, q, x, y]) => `(([${p}, ${q}] = [${x}, ${y}]), ${p})`),
      fc.tuple(name, e, e).map(([p, x, y]) => `(({ x: ${p} = ${x} } = { x: ${y} }), ${p})`),
      fc.tuple(name, e).map(([p, x]) => `((${p}) => (${p} += 1, ${x}))(2)`),
    ),
  };
});

const { statement } = fc.letrec<{ statement: string; block: string }>((tie) => ({
  block: fc.array(tie('statement'), { maxLength: 3 }).map((list) => `{\n${list.join('\n')}\n}`),
  statement: fc.oneof(
    { depthSize: 'small' },
    expression.map((x) => `t('s', ${x});`),
    expression.map((x) => `${x}\n`),
    fc.tuple(name, expression).map(([n, x]) => `${n} = ${x};`),
    fc.tuple(expression, tie('block'), tie('block')).map(([x, y, z]) => `if (${x}) ${y} else ${z}`),
    fc.tuple(name, tie('block')).map(([n, b]) => `for (let ${n} = 0; ${n} < 3 && n++ < 30; ${n}++) ${b}`),
    fc.tuple(name, expression, tie('block')).map(([n, x, b]) => `for (const ${n}_ of [${x}, 1]) ${b}`),
    fc.tuple(tie('block'), name, tie('block')).map(([x, n, y]) => `try ${x} catch (${n}) ${y} finally { t('f') }`),
    fc
      .tuple(expression, expression, tie('statement'))
      .map(([x, y, s]) => `switch (${x}) { case ${y}: ${s} default: t('d') }`),
    fc.tuple(expression).map(([x]) => `if (n++ > 4) return ${x};`),
    fc.constantFrom('t(a);', 'set(1)', '(() => { b = a })()'),
  ),
}));

const head = `let a = 1, b = 2, c = 'x', n = 0; const k = 3;
  const o = { x: 1, get acc() { t('get'); return this.x }, set acc(v) { t('set'); this.x = v }, m(v) { t('m'); a = v; return this.x } };
  const set = (v) => { t('call'); return a = v };`;

/** Statements without semicolons may not stand next to each other; those that may join into one have to do so in the twin too. */
function parses(source: string): boolean {
  try {
    new Function(`'use strict'; (${source})`);
    return true;
  } catch {
    return false;
  }
}

describe('random programs run as their originals', () => {
  it('expressions', () => {
    fc.assert(
      fc.property(expression, (x) => {
        compare(`(t) => { ${head} const r = ${x}; return [r, a, b, c, o.x] }`);
      }),
      { numRuns: Number(process.env.RANDOM_RUNS ?? 150) },
    );
  });
  it('statements', () => {
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 5 }), (list) => {
        const source = `function f(t) {\n${head}\nfor (;;) { ${list.join('\n')}\n break }\nreturn [a, b, c, o.x] }`;
        fc.pre(parses(source));
        compare(source);
      }),
      { numRuns: Number(process.env.RANDOM_RUNS ?? 150) },
    );
  });
});
