import { describe, expect, it } from 'vitest';
import { declarationOf, scopeAround, scopesOfScript } from '../../src/capture/module-scopes.ts';

/** What the script says of `x` as seen by the arrow marked `F`, that is by the source after `F` up to the next `/F`. */
function verdict(script: string, module = false): string {
  const start = script.indexOf('F:') + 2;
  const end = script.indexOf(':F');
  const text = script.replace('F:', '  ').replace(':F', '  ');
  const scopes = scopesOfScript(text, module);
  if (scopes === undefined) return 'no JavaScript';
  const found = declarationOf(scopeAround(scopes.root, start, end), 'x');
  if (found === undefined || found === 'dynamic') return String(found);
  return `${found.kind} ${found.assigned ? 'assigned' : 'constant'}`;
}

describe('whether a binding is ever assigned', () => {
  it.each([
    ['const x = 1; F:() => x:F', 'const constant'],
    ['let x = 1; F:() => x:F', 'let constant'],
    ['let x = 1; F:() => x:F; x = 2', 'let assigned'],
    ['let x = 1; F:() => x:F; x += 2', 'let assigned'],
    ['let x = 1; F:() => x:F; x ??= 2', 'let assigned'],
    ['let x = 1; F:() => x:F; --x', 'let assigned'],
    ['let x = 1; F:() => x:F; [x] = [2]', 'let assigned'],
    ['let x = 1; F:() => x:F; [, ...x] = [2]', 'let assigned'],
    ['let x = 1; F:() => x:F; ({ a: { x = 2 } } = {a: {}})', 'let assigned'],
    ['let x = 1; F:() => x:F; ({ a: x } = {})', 'let assigned'],
    ['let x = 1; F:() => x:F; for (x of []);', 'let assigned'],
    ['let x = 1; F:() => x:F; for ([x] in {});', 'let assigned'],
    ['let x = 1; F:() => x:F; { let x = 2; x = 3 }', 'let constant'],
    ['let x = 1; F:() => x:F; (x => { x = 3 })()', 'let constant'],
    ['let x = 1; F:() => x:F; (() => { x = 3 })()', 'let assigned'],
    ['let x = 1; F:() => x:F; o.x = 3; o = { x: 4, x() {} }; x: for (;;) break x', 'let constant'],
    ['const o = {}; let x = 1; F:() => x:F; [o[x]] = [1]', 'let constant'],
    ['let x = 1; F:() => { x = 2 }:F', 'let assigned'],
    ['var x = 1; F:() => x:F', 'var constant'],
    ['var x = 1; F:() => x:F; var x = 2', 'var assigned'],
    ['var x = 1; F:() => x:F; var x', 'var constant'],
    ['for (;;) { var x = 1; F:() => x:F }', 'var assigned'],
    ['while (a) if (b) { var x = 1 } F:() => x:F', 'var assigned'],
    ['for (;;) (() => { var x = 1; F:() => x:F })()', 'var constant'],
    ['for (var x = 0; x < 2; x++) F:() => x:F', 'var assigned'],
    ['for (var x of []) F:() => x:F', 'var assigned'],
    ['for (const x of []) F:() => x:F', 'const constant'],
    ['for (let x of []) { F:() => x:F }', 'let constant'],
    ['for (let x = 0; ; x++) F:() => x:F', 'let assigned'],
    ['function x() {} F:() => x:F', 'function constant'],
    ['function x() {} var x = 2; F:() => x:F', 'function assigned'],
    ['{ function x() {} } F:() => x:F', 'var assigned'],
    ['"use strict"; { function x() {} F:() => x:F }', 'function constant'],
    ['class x {} F:() => x:F', 'class constant'],
    ['class x {} F:() => x:F; x = 2', 'class assigned'],
    ['(class x { static m = F:() => x:F })', 'const constant'],
    ['(function x() { F:() => x:F })', 'function constant'],
    ['(function x() { var x = 1; F:() => x:F })', 'var constant'],
    ['(function (x) { F:() => x:F })', 'parameter constant'],
    ['(function (x) { F:() => x:F; x = 2 })', 'parameter assigned'],
    ['(function (x) { var x = 2; F:() => x:F })', 'parameter assigned'],
    ['(function (x) { function x() {} F:() => x:F })', 'parameter assigned'],
    ['(function (x) { arguments[0] = 2; return F:() => x:F })', 'parameter assigned'],
    ['(function (x) { "use strict"; arguments[0] = 2; return F:() => x:F })', 'parameter constant'],
    ['(function (x) { (() => arguments)(); return F:() => x:F })', 'parameter assigned'],
    ['(function (x) { (function () { arguments })(); return F:() => x:F })', 'parameter constant'],
    ['((x, y = F:() => x:F) => { var x = 2 })', 'parameter constant'],
    ['((x, y = 1) => { var x = 2; F:() => x:F })', 'var constant'],
    ['(({ x }, [y]) => F:() => x:F)', 'parameter constant'],
    ['try {} catch (x) { F:() => x:F }', 'catch constant'],
    ['try {} catch (x) { F:() => x:F; var x = 2 }', 'catch assigned'],
    ['try {} catch ({ x }) { F:() => x:F; x = 1 }', 'catch assigned'],
    ['switch (a) { case 1: let x = 1; case 2: F:() => x:F }', 'let constant'],
    ['let x = 1; F:() => x:F; eval("x = 2")', 'dynamic'],
    ['let x = 1; with (o) { F:() => x:F }', 'dynamic'],
    ['let x = 1; F:() => x:F; with (o) { x = 3 }', 'let assigned'],
    ['F:() => x:F', 'undefined'],
    ['return F:() => x:F', 'undefined'],
    ['let x = 1; const o = { [x]: 1, m(){ x++ } }; F:() => x:F', 'let assigned'],
    ['let x = 1; class C { y = x++ } F:() => x:F', 'let assigned'],
    ['let x = 1; class C { static { x++ } } F:() => x:F', 'let assigned'],
    ['let x = 1; class C { static { var x = 2; F:() => x:F } }', 'var constant'],
    ['let x: number = 1; F:() => x:F', 'no JavaScript'],
  ])('%s', (script, expected) => {
    expect(verdict(script)).toBe(expected);
  });

  it.each([
    ["import x from 'm'; F:() => x:F", 'import constant'],
    ["import { y as x } from 'm'; F:() => x:F", 'import constant'],
    ['export let x = 1; F:() => x:F', 'let constant'],
    ['export default function x() {} F:() => x:F; x = 2', 'function assigned'],
    ['export const x = await y; F:() => x:F', 'const constant'],
    ['using x = y; F:() => x:F', 'const constant'],
  ])('%s', (script, expected) => {
    expect(verdict(script, true)).toBe(expected);
  });
});
