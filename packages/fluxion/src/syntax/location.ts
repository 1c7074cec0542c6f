/**
 * Offsets in a text against lines and columns. Invariant: both count from 0, and a line ends where JavaScript ends it
 * (\n, \r\n, \r, U+2028, U+2029).
 */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

const lineEnd = /\r\n?|[\n\u2028\u2029]/g;

/** The offsets at which the lines of `text` begin. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(lineEnd)) starts.push(match.index + match[0].length);
  return starts;
}

export function countLines(text: string): number {
  let count = 0;
  if (!/[\r\u2028\u2029]/.test(text)) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
    return count;
  }
  for (const _ of text.matchAll(lineEnd)) count++;
  return count;
}

export function lineColumn(starts: readonly number[], offset: number): LineColumn {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, column: offset - starts[low] };
}

export function offsetOf(starts: readonly number[], line: number, column: number): number {
  return starts[Math.min(line, starts.length - 1)] + column;
}
