import { describe, expect, it } from 'vitest';
import { transform } from '../src/transform.ts';

/** Without the first statement and the table. */
function body(code: string, format: 'module' | 'commonjs' = 'module'): string {
  const text = transform(code, '/x.js', { format })!.code;
  return text.replace('var $p=/*#__PURE__*/$i();', '').replace(/\n+function \$i[\s\S]*$/, '');
}

describe('the text of probes', () => {
  it('of functions', () => {
    expect(body('let k = 1; const f = x => { k++; return x }; function g(a, b = k) {}', 'commonjs')).toBe(
      'let k = 1; const f = x => {if($p.$fx&&$p.$fx($m,21,43,2,0,[x],()=>({v:{k:[()=>k,$v=>k=$v]}})))return $p.$r; k++; return x }; ' +
        'function g(a, b = $p.$fx&&$p.$fx($m,45,68)?void 0:(k)) ' +
        '{if($p.$fx&&$p.$fx($m,45,68,0,this,[a,b],()=>({v:{k:[()=>k]}}),new.target))return $p.$r;}',
    );
  });

  it('of an arrow without a block, on its line', () => {
    expect(body('const f = x =>\n  // why\n  (x, this)\n')).toBe(
      'const f = x =>\n  // why\n  ($p.$fx&&$p.$fx($m,10,35,3,0,[x],()=>({t:()=>this}))?$p.$r:(x, this))',
    );
  });

  it('of classes', () => {
    expect(body('class A { #x = 1; static s() { return 1 } }')).toBe(
      'class A {static #$p=/*#__PURE__*/$p.add(this,{m:$m,s:0,e:43,c:()=>({p:{"#x":[1,(o,k,v)=>k?k>1?o.#x=v:o.#x:#x in o]}})}); ' +
        '#x = 1; static s() {if($p.$fx&&$p.$fx($m,25,41,5,this,[],0))return $p.$r; return 1 } }',
    );
  });

  it('of generators', () => {
    expect(body('async function* g() {}', 'commonjs')).toBe(
      'async function* g() {if($p.$fx&&$p.$fx($m,0,22,24,this,[],0))return yield* $p.$r;}',
    );
  });
});

describe('around the program', () => {
  it('directives, the hash bang and every line stay where they are', () => {
    const code = '#!/usr/bin/env node\n/* licence */\n"use client"\n"use strict";\nexport default function () {}\n';
    const lines = transform(code, '/x.js')!.code.split('\n');
    expect(lines.slice(0, 3)).toEqual(code.split('\n').slice(0, 3));
    expect(lines[3]).toMatch(/^"use strict";var \$p=/);
    expect(lines[4]).toMatch(/^export default function \(\) \{if\(\(\$p\|\|\$i\(\)\)\.\$fx&&/);
  });

  it('names are free', () => {
    const { code } = transform('const $p = 1, $m = 2, $v = 3, $p1 = 4; let q; export const f = () => q = $p', '/x.js')!;
    expect(code).toContain('var $p2=');
    expect(code).toContain('$v1=>q=$v1');
    expect(code).toContain('function $m1(){');
  });

  it('imports are repeated as they stand, where a missing package is forgiven', () => {
    const { code } = transform('export const f = () => import(/* webpackIgnore: true */ "./y.js")', '/x.js')!;
    expect(code).toContain('imports:{"./y.js":()=>{try{return import(/* webpackIgnore: true */ "./y.js")}finally{}}}');
  });

  it('nothing is done twice, or where no function is', () => {
    expect(transform('export const a = 1', '/x.js')).toBeNull();
    expect(transform(transform('export const a = () => 1', '/x.js')!.code, '/x.js')).toBeNull();
    expect(() => transform('const a: number = 1; () => 1', '/x.js')).toThrow(SyntaxError);
  });

  it('the text in the table cannot end a script element or be taken for a source map', () => {
    const code = 'export const f = () => "</script><!--";\n//# sourceMappingURL=x.js.map\n';
    const result = transform(code, '/x.js')!.code;
    const table = result.slice(result.indexOf('function $m'));
    expect(table).not.toMatch(/<\/script|<!--|sourceMappingURL/);
    expect(new Function(`${table}; return $m().source`)()).toBe(code);
  });
});
