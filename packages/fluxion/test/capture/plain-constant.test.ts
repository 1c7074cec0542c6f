import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { declarationOf, scopesOfScript } from '../../src/capture/module-scopes.ts';
import { plainConstant } from '../../src/capture/plain-constant.ts';

const isPlainConstant = (name: string, text: string): boolean => plainConstant(name, text) !== undefined;

/** What the analysis of the whole script says of a variable of the module itself. */
function analysed(name: string, text: string): 'constant' | 'assigned' | 'none' {
  const scopes = scopesOfScript(text, true);
  const found = scopes && declarationOf(scopes.root, name);
  if (found === undefined || found === 'dynamic') return found === undefined ? 'none' : 'assigned';
  return found.assigned || (found.kind !== 'const' && found.kind !== 'function') ? 'assigned' : 'constant';
}

describe('constants that can be told at a glance', () => {
  it.each([
    'const x = 1; f(x * 2)',
    'const x = (u) => u / (1 + Math.abs(u));\nexport function f(a) { return x(a) + x(x(a)); }',
    'function x(a) { return a; }\nexport function f(a) { return x(a) }',
    'export function x(a) { return a; }\nconst o = { p: 1 }; o.x = 2; x(3)',
    'const x = 1;\nconst y = 2 - x;\nexport { x };',
    'const x = 1; const y = "\\u2028 \\u{1f600}";',
    'const x = {}; x.a = 2; x[1] = 3; y = x ? 1 : 2; if (x === y) {}',
  ])('%s', (text) => {
    expect(text.slice(0, plainConstant('x', text))).toMatch(/\b(?:const|function) $/);
    expect(analysed('x', text)).toBe('constant');
  });

  it.each([
    'let x = 1',
    'var x = 1',
    'function x() {} x = 2',
    'function x() {} y = x = 2',
    'function x() {} x += 2',
    'function x() {} x++',
    'function x() {} [x] = [2]',
    'function x() {} for (x of []);',
    'function x() {} `${(x = 2)}`',
    'let a, x = 2; () => { const x = 3 }',
    'let a, x\n(f)(); x += 1; () => { const x = 3 }',
    'let a, x /* - */ = 2; () => { const x = 3 }',
    'let a, /* - */ x; x += 1; () => { const x = 3 }',
    'let { x } = o; () => { const x = 3 }',
    'let [a, ...x] = o; () => { const x = 3 }',
    'import x from "y"; () => { const x = 3 }',
    'import { y as x } from "y"; () => { const x = 3 }',
    'import * as x from "y"; () => { const x = 3 }',
    'class x {} () => { const x = 3 }',
    'function* x() {} x += 1; () => { const x = 3 }',
    'function\nx() {} x += 1; () => { const x = 3 }',
    'function /* */ x() {} x += 1; () => { const x = 3 }',
    'function // \nx() {} x += 1; () => { const x = 3 }',
    'async function x() {} x = 1',
    '/* */function x() {} y = x = 1; () => { const x = 3 }',
    '(function x() {}); () => { const x = 3 }',
    'class x<T> {} y = x = 1; () => { const x = 3 }',
    '/*\nexport {*/ x = 2 /*}*/; function x() {}',
    'function x() {} eval("x = 2")',
    'function x() {} \\u0078 = 2',
    'function x() {} \\u{78} = 2',
    'function x() {} \\u{00078} = 2',
  ])('not %s', (text) => {
    expect(isPlainConstant('x', text)).toBe(false);
  });

  it('never says more than the analysis of the whole script', () => {
    const piece = fc.constantFrom(
      ...[
        'x',
        'x',
        'x',
        'y',
        '(',
        ')',
        '{',
        '}',
        '[',
        ']',
        ',',
        ';',
        '=',
        '=>',
        '+',
        '-',
        '++',
        '+=',
        '*',
        '/',
        '.',
        '...',
      ],
      ...[
        'const ',
        'let ',
        'var ',
        'function ',
        'function* ',
        'class ',
        'for ',
        ' of ',
        'return ',
        'import ',
        'export ',
        '\n',
      ],
      ...[
        '/* c */',
        '// c\n',
        '1',
        '?',
        ':',
        '==',
        '`',
        '${',
        'const x = 1;',
        'function x() {}',
        'let a, x',
        '() => {',
        'x(1)',
      ],
    );
    let told = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), fc.boolean(), (pieces, isFunction) => {
        const text = `${isFunction ? 'function x() {}\n' : '() => { const x = 1; };\n'}${pieces.join(' ')}`;
        if (!isPlainConstant('x', text)) return true;
        told++;
        const verdict = analysed('x', text);
        // What does not parse is no module's text; what declares no `x` has no such variable.
        return verdict !== 'assigned' || scopesOfScript(text, true) === undefined;
      }),
      { numRuns: 20_000 },
    );
    expect(told).toBeGreaterThan(100);
  });

  it('agrees with that analysis on sources of this package', () => {
    const files = (folder: string): string[] =>
      readdirSync(folder).flatMap((name) => {
        const path = join(folder, name);
        return statSync(path).isDirectory() ? files(path) : path.endsWith('.ts') ? [path] : [];
      });
    let told = 0;
    for (const file of files(join(import.meta.dirname, '../../src/lower'))) {
      const { outputText: code } = ts.transpileModule(readFileSync(file, 'utf8'), {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 },
      });
      const scopes = scopesOfScript(code, true)!;
      for (const [name, { assigned, kind }] of scopes.root.names) {
        if (!isPlainConstant(name, code)) continue;
        told++;
        expect(assigned || kind === 'let' || kind === 'var', `${name} of ${file}`).toBe(false);
      }
    }
    expect(told).toBeGreaterThan(150);
  });
});
