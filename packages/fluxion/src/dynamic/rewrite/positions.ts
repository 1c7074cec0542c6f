/**
 * From a place in twin text to the original place. While the text is made, marks stand in it (a private-use character,
 * the offset, another); at the end they are taken out and become this table.
 * Invariant: entries are sorted by generated place; a place between two entries belongs to the one before it.
 */
import { type LineColumn, lineColumn, lineStarts } from '../../syntax/location.ts';

export interface OriginalPlace extends LineColumn {
  /** The place asked for is that of an entry itself. */
  readonly exact: boolean;
}

export class PositionTable {
  /** Triples: generated line, generated column, original offset. */
  private readonly entries: readonly number[];
  private readonly starts: readonly number[];
  private readonly line: number;
  private readonly column: number;

  constructor(entries: readonly number[], source: string, line: number, column: number) {
    this.entries = entries;
    this.starts = lineStarts(source);
    this.line = line;
    this.column = column;
  }

  /** The offset in the source of a place in the factory text (lines and columns from 0). */
  offset(line: number, column: number): { offset: number; exact: boolean } | undefined {
    const { entries } = this;
    let low = -1;
    let high = entries.length / 3 - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const l = entries[middle * 3];
      if (l < line || (l === line && entries[middle * 3 + 1] <= column)) low = middle;
      else high = middle - 1;
    }
    if (low < 0) return undefined;
    const at = low * 3;
    return { offset: entries[at + 2], exact: entries[at] === line && entries[at + 1] === column };
  }

  /** The line and column in the original file of a place in the factory text. */
  original(line: number, column: number): OriginalPlace | undefined {
    const found = this.offset(line, column);
    if (found === undefined) return undefined;
    const place = lineColumn(this.starts, found.offset);
    return {
      line: this.line + place.line,
      column: place.line === 0 ? this.column + place.column : place.column,
      exact: found.exact,
    };
  }
}

/** Two private-use characters that the source does not contain. */
export function markers(source: string): [string, string] {
  let code = 0xe000;
  const next = () => {
    while (source.includes(String.fromCharCode(code))) code++;
    return String.fromCharCode(code++);
  };
  return [next(), next()];
}

/** Takes the marks out of `text`. */
export function strip(text: string, [open, close]: [string, string]): { text: string; entries: number[] } {
  const pieces = text.split(open);
  const entries: number[] = [];
  const parts: string[] = [pieces[0]];
  const at = { line: 0, column: 0 };
  advance(at, pieces[0]);
  for (let i = 1; i < pieces.length; i++) {
    const piece = pieces[i];
    const end = piece.indexOf(close);
    const offset = Number.parseInt(piece.slice(0, end), 36);
    const last = entries.length - 3;
    if (last >= 0 && entries[last] === at.line && entries[last + 1] === at.column) entries[last + 2] = offset;
    else entries.push(at.line, at.column, offset);
    const rest = piece.slice(end + 1);
    parts.push(rest);
    advance(at, rest);
  }
  return { text: parts.join(''), entries };
}

const otherLineEnd = /[\r\u2028\u2029]/;

function advance(at: { line: number; column: number }, piece: string): void {
  const end = piece.lastIndexOf('\n');
  if (end < 0 && !otherLineEnd.test(piece)) {
    at.column += piece.length;
    return;
  }
  const starts = lineStarts(piece);
  at.line += starts.length - 1;
  at.column = piece.length - starts[starts.length - 1];
}
