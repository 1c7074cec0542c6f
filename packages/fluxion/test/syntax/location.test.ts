import { expect, it } from 'vitest';
import { countLines, lineColumn, lineStarts, offsetOf } from '../../src/syntax/location.ts';

it('finds lines and columns, whatever ends the lines', () => {
  const text = 'a\nbc\r\nd\u2028e';
  const starts = lineStarts(text);
  expect(starts).toEqual([0, 2, 6, 8]);
  expect(countLines(text)).toBe(3);
  for (let i = 0; i < text.length; i++) {
    const { line, column } = lineColumn(starts, i);
    expect(offsetOf(starts, line, column)).toBe(i);
  }
  expect(lineColumn(starts, 3)).toEqual({ line: 1, column: 1 });
});
