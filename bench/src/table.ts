/** One row of what `npm run bench` prints: a figure, and what it should stay under. */
export interface Row {
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
  /** The figure that is aimed at, at most. */
  readonly target?: number;
  /** What the figure was made of. */
  readonly detail: string;
}

export function printTable(rows: readonly Row[]): void {
  const cells = rows.map(({ what, figure, unit, target, detail }) => [
    what,
    `${short(figure)}${unit}`,
    target === undefined ? '' : `≤ ${short(target)}${unit}`,
    target === undefined ? '' : figure <= target ? 'yes' : 'NO',
    detail,
  ]);
  printCells(['', 'measured', 'aim', 'met', ''], cells);
}

/** Prints rows of cells under their titles: the first and the last column to the left, the others to the right. */
export function printCells(head: readonly string[], cells: readonly (readonly string[])[]): void {
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i].length)));
  for (const row of [head, ...cells]) {
    console.log(
      row
        .map((text, i) => (i === 0 || i === head.length - 1 ? text.padEnd(widths[i]) : text.padStart(widths[i])))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** Three digits, about. */
export const short = (x: number): string => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));
