/** Draws the lines around a position with a mark under the column. Pure text in, text out; lines and columns count from 1. */

const around = 2;
const widest = 110;

export function codeFrame(text: string, line: number, column: number): string | undefined {
  const lines = text.split(/\r\n|\r|\n/);
  if (line < 1 || line > lines.length) return undefined;
  const first = Math.max(1, line - around);
  const last = Math.min(lines.length, line + around);
  const gutter = String(last).length;
  // A line of minified code is shown around its mark only.
  const from = column > widest ? column - Math.floor(widest / 2) : 1;
  const shown = (n: number): string => lines[n - 1]!.slice(from - 1, from - 1 + widest).replaceAll('\t', ' ');

  const out: string[] = [];
  for (let n = first; n <= last; n++) {
    out.push(`${n === line ? '>' : ' '} ${String(n).padStart(gutter)} | ${shown(n)}`.trimEnd());
    if (n === line) out.push(`  ${' '.repeat(gutter)} | ${' '.repeat(Math.max(0, column - from))}^`);
  }
  return out.join('\n');
}
