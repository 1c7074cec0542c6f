/**
 * The records of all functions in twin code: which slice of which original each one is.
 * Invariant: ids are unique in the process and grow from the outer function to the inner, so that the smallest id in the
 * text of a twin-born function is its own.
 */
export interface FunctionRecord {
  readonly id: number;
  readonly file: string;
  /** Offsets in `source`, which is the original text of the unit. */
  readonly start: number;
  readonly end: number;
  readonly source: string;
}

const records: FunctionRecord[] = [];

export function addRecord(file: string, source: string, start: number, end: number): FunctionRecord {
  const record = { id: records.length, file, source, start, end };
  records.push(record);
  return record;
}

export function functionRecord(id: number): FunctionRecord | undefined {
  return records[id];
}

/** Recognises the text of a function or class that was born in twin code, or is a twin. */
export const PROLOGUE = /\$\$ended\((\d+)\)/;
const every = /\$\$ended\((\d+)\)/g;

/** The record of a twin-born function, from its text. */
export function recordOfText(text: string): FunctionRecord | undefined {
  let least = Number.POSITIVE_INFINITY;
  for (const match of text.matchAll(every)) least = Math.min(least, Number(match[1]));
  return records[least];
}

/** The original text of a twin-born function: what its `toString` shows to the user. */
export function originalText(text: string): string | undefined {
  const record = recordOfText(text);
  return record?.source.slice(record.start, record.end);
}
