/** The arguments of the function, from JSON: a list with one entry for each; `{"Float64Array": […]}` is a typed array. */
import { readFileSync } from 'node:fs';
import { UsageError } from './failure.ts';

const typedArrays = {
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
};

/** `source` is a file, `-` for standard input, or the JSON itself if it begins like JSON. */
export function readArguments(source: string | undefined): unknown[] {
  if (source === undefined) return [];
  const inline = /^\s*[[{]/.test(source);
  const text = inline ? source : read(source);
  const origin = inline ? '--args' : source === '-' ? 'the standard input' : source;
  let value: unknown;
  try {
    value = JSON.parse(text, revive);
  } catch (error) {
    throw new UsageError(`${origin} is not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(value)) {
    throw new UsageError(
      `${origin} must hold a list with one entry for each argument. For a function of one argument: [${text.trim().slice(0, 40)}]`,
    );
  }
  return value;
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(`The arguments could not be read: ${(error as Error).message}`);
  }
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, data] = entries[0] ?? [];
  if (entries.length !== 1 || !Array.isArray(data) || !(name! in typedArrays)) return value;
  return new typedArrays[name as keyof typeof typedArrays](data as number[]);
}

/** `0`, `0,2`, or `all`. */
export function parseWrt(text: string | undefined, count: number): number | number[] {
  if (text === undefined) return 0;
  if (text === 'all') return Array.from({ length: count }, (_, index) => index);
  const list = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  const wrong = list.find((index) => !(index < count));
  if (wrong !== undefined) {
    throw new UsageError(
      `--wrt ${text}: name arguments by number, 0 for the first, as in 0,2, or write all. There ${count === 1 ? 'is 1 argument' : `are ${count} arguments`}.`,
    );
  }
  return list.length === 1 ? list[0]! : list;
}
