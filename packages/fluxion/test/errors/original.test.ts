import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { codeFrame } from '../../src/errors/code-frame.ts';
import { originalLocation } from '../../src/errors/original.ts';

// `const x = 1;` on line 3 of a.ts, which is line 1 of a.js: one segment per mapped column.
const map = { version: 3, sources: ['a.ts'], names: [], mappings: 'AAEA' };
const typescript = 'type T = number;\n\nconst x: T = 1;\n';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the original of a position', () => {
  test('by an inline map that carries its source', () => {
    const inline = base64(JSON.stringify({ ...map, sourcesContent: [typescript] }));
    const text = `const x = 1;\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${inline}`;
    expect(originalLocation({ url: 'https://example.com/one/a.js', line: 1, column: 1, text })).toEqual({
      file: 'https://example.com/one/a.ts',
      line: 3,
      column: 1,
      frame: '  1 | type T = number;\n  2 |\n> 3 | const x: T = 1;\n    | ^\n  4 |',
    });
  });

  test('by a map and a source beside the script', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fluxion-'));
    writeFileSync(join(folder, 'a.js'), 'const x = 1;\n//# sourceMappingURL=a.js.map\n');
    writeFileSync(join(folder, 'a.js.map'), JSON.stringify(map));
    writeFileSync(join(folder, 'a.ts'), typescript);
    for (const url of [pathToFileURL(join(folder, 'a.js')).href, join(folder, 'a.js')]) {
      const location = originalLocation({ url, line: 1, column: 1 });
      expect(location).toMatchObject({ file: join(folder, 'a.ts'), line: 3, column: 1 });
      expect(location.frame).toContain('> 3 | const x: T = 1;');
    }
  });

  test('stays where it is without a map, and has no frame without a text', () => {
    expect(originalLocation({ url: 'https://example.com/b.js', line: 5, column: 2 })).toEqual({
      file: 'https://example.com/b.js',
      line: 5,
      column: 2,
      frame: undefined,
    });
  });

  test('a broken map is as none', () => {
    const text = 'a;\n//# sourceMappingURL=data:application/json;base64,!!!';
    expect(originalLocation({ url: 'c.js', line: 1, column: 1, text })).toMatchObject({ file: 'c.js', line: 1 });
  });
});

describe('the code frame', () => {
  test('shows two lines on either side', () => {
    expect(codeFrame('a\nb\nc\nd\ne\nf', 3, 1)).toBe('  1 | a\n  2 | b\n> 3 | c\n    | ^\n  4 | d\n  5 | e');
  });
  test('cuts a minified line around its mark', () => {
    const frame = codeFrame(`${'x'.repeat(5000)}HERE${'y'.repeat(5000)}`, 1, 5001)!;
    expect(frame).toContain('HERE');
    const [code, mark] = frame.split('\n');
    expect(code.indexOf('HERE')).toBe(mark.indexOf('^'));
    expect(code.length).toBeLessThan(130);
  });
  test('of a line that is not there is none', () => {
    expect(codeFrame('a', 2, 1)).toBeUndefined();
  });
});
