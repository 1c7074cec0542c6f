/** Values and gradients as JSON for programs, and as a table for people. */

/** What JSON has no word for gets one: NaN and the infinities are strings, a part without derivative is null. */
export function toJson(value: unknown): string {
  return layOut(plain(value, []), '');
}

const widest = 100;

/** As `JSON.stringify` with two spaces, but a list of numbers that fits a line stands on one. */
function layOut(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const isFlat = value.every((part) => typeof part !== 'object' || part === null);
    const row = `[${value.map((part) => JSON.stringify(part)).join(', ')}]`;
    if (isFlat && indent.length + row.length <= widest) return row;
    return surround(
      '[',
      value.map((part) => layOut(part, inner)),
      ']',
      indent,
    );
  }
  const parts = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${layOut(part, inner)}`);
  return surround('{', parts, '}', indent);
}

function surround(open: string, parts: readonly string[], close: string, indent: string): string {
  if (parts.length === 0) return open + close;
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(',\n')}\n${indent}${close}`;
}

function plain(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return String(value);
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return null;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  const path = [...above, value];
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, part]) => [String(key), plain(part, path)]));
  if (isList(value)) return Array.from(value, (part) => plain(part, path));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part, path)]));
}

const isList = (value: object): value is ArrayLike<unknown> & Iterable<unknown> =>
  Array.isArray(value) || value instanceof Set || (ArrayBuffer.isView(value) && !(value instanceof DataView));

interface Row {
  readonly path: string;
  readonly argument: unknown;
  readonly derivative: number;
}

/** One row for each number of the gradient. */
export function rowsOf(path: string, gradient: unknown, argument: unknown, above: readonly object[] = []): Row[] {
  if (typeof gradient === 'number') return [{ path, argument, derivative: gradient }];
  if (typeof gradient !== 'object' || gradient === null || above.includes(gradient)) return [];
  const inside = [...above, gradient];
  const rows: Row[] = [];
  if (gradient instanceof Map) {
    const other = argument instanceof Map ? argument : new Map<unknown, unknown>();
    for (const [key, part] of gradient) {
      rows.push(...rowsOf(`${path}.get(${JSON.stringify(key) ?? String(key)})`, part, other.get(key), inside));
    }
    return rows;
  }
  if (isList(gradient)) {
    const other = typeof argument === 'object' && argument !== null && isList(argument) ? Array.from(argument) : [];
    Array.from(gradient).forEach((part, index) =>
      rows.push(...rowsOf(`${path}[${index}]`, part, other[index], inside)),
    );
    return rows;
  }
  for (const [key, part] of Object.entries(gradient)) {
    const step = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    rows.push(...rowsOf(path + step, part, (argument as Record<string, unknown> | undefined)?.[key], inside));
  }
  return rows;
}

export const shortNumber = (value: unknown): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(10))) : String(value ?? '');

const mostRows = 40;

/** The rows in aligned columns; beyond 40 of them the middle is left out, unless all are wanted. */
export function table(rows: readonly Row[], all: boolean): string {
  const head = ['', 'argument', 'gradient'];
  const cells = rows.map((row) => [row.path, shortNumber(row.argument), shortNumber(row.derivative)]);
  const cut = !all && cells.length > mostRows;
  const shown = cut ? [...cells.slice(0, mostRows / 2), ...cells.slice(-mostRows / 2)] : cells;
  const widths = head.map((title, column) => Math.max(title.length, ...shown.map((row) => row[column]!.length)));
  const line = ([first, ...rest]: readonly string[]): string =>
    [first!.padEnd(widths[0]!), ...rest.map((text, i) => text.padStart(widths[i + 1]!))].join('   ').trimEnd();
  const lines = [line(head), ...shown.map(line)];
  if (cut) lines.splice(1 + mostRows / 2, 0, `… ${cells.length - mostRows} more (--all shows them)`);
  return lines.join('\n');
}
