/**
 * The protocol that `fluxion-plugin` and the library share, on the library's side: what a probe hands over, and how it
 * is asked. The plugin's `probe.ts` tells the same from its side.
 * Invariant: asking runs nothing of the user's. A function returns at its probe; what stands before that, defaults and
 * computed keys, is skipped while a question is open, and what takes parameters apart meets an object of ours.
 */
import { registerText } from '../errors/original.ts';
import type { SourcePosition } from './captured.ts';

/** A setter, or 0; 1 at the end if the binding takes a value only once. */
export type Accessor = (() => unknown) | [get: () => unknown, set?: 0 | ((value: unknown) => void), once?: 1] | 0;
export type PrivateAccessor = (o: object, operation?: 1 | 2, value?: unknown) => unknown;

export interface ProbeScope {
  readonly v?: Readonly<Record<string, Accessor>>;
  readonly p?: Readonly<Record<string, readonly [kinds: number, access: PrivateAccessor]>>;
  readonly t?: () => unknown;
  readonly a?: () => unknown;
  readonly n?: () => unknown;
  readonly s?: (key: PropertyKey, write?: boolean, value?: unknown) => unknown;
}

export interface ModuleTable {
  readonly id: string;
  readonly source: string;
  readonly strict: boolean;
  readonly meta?: () => unknown;
  readonly imports?: Readonly<Record<string, () => Promise<unknown>>>;
  readonly import?: (specifier: string) => Promise<unknown>;
}

export type ProbeHandler = (
  table: () => ModuleTable,
  start?: number,
  end?: number,
  flags?: number,
  self?: unknown,
  args?: ArrayLike<unknown> | 0,
  scope?: (() => ProbeScope) | 0,
  newTarget?: Function,
) => boolean;

export interface ClassRecord {
  readonly m: () => ModuleTable;
  readonly s: number;
  readonly e: number;
  readonly c: (() => ProbeScope) | 0;
}

export interface Probe {
  $fx: ProbeHandler | undefined;
  $r: unknown;
  readonly classes: WeakMap<object, ClassRecord>;
  add(constructor: Function, record: ClassRecord): unknown;
}

export const FLAG = {
  strict: 1,
  arrow: 2,
  method: 4,
  generator: 8,
  async: 16,
  noArguments: 32,
};
export const MEMBER = { field: 1, method: 2, getter: 4, setter: 8 };

const symbol = Symbol.for('fluxion.probe');

interface Realm {
  [symbol]?: Probe;
}

/** The one object that all instrumented modules of a realm share, made by whoever comes first. */
export const probe: Probe = sharedProbe();

function sharedProbe(): Probe {
  const holder = globalThis as Realm;
  let shared = holder[symbol];
  if (shared === undefined) {
    const classes = new WeakMap<object, ClassRecord>();
    shared = {
      $fx: undefined,
      $r: undefined,
      classes,
      add: (constructor, record) => classes.set(constructor, record).set(constructor.prototype as object, record),
    };
    holder[symbol] = shared;
  }
  return shared;
}

const { apply, getPrototypeOf } = Reflect;

/** One function's text in one module. */
export class ProbedText {
  readonly getTable: () => ModuleTable;
  readonly table: ModuleTable;
  readonly start: number;
  readonly source: string;
  /** Unknown (0) until the function's own probe has been met. */
  flags: number;
  private position: SourcePosition | undefined;

  constructor(getTable: () => ModuleTable, table: ModuleTable, start: number, end: number, flags: number) {
    this.getTable = getTable;
    this.table = table;
    this.start = start;
    this.source = table.source.slice(start, end);
    this.flags = flags;
  }

  get strict(): boolean {
    return (this.flags & FLAG.strict) !== 0 || this.table.strict;
  }

  get location(): SourcePosition {
    if (this.position === undefined) {
      const { id: url } = this.table;
      const begins = lineStarts(this.getTable, this.table.source);
      let line = 0;
      for (let above = begins.length; above - line > 1; ) {
        const middle = (line + above) >>> 1;
        if (begins[middle]! <= this.start) line = middle;
        else above = middle;
      }
      this.position = { url, line, column: this.start - begins[line]! };
    }
    return this.position;
  }
}

const starts = new WeakMap<Function, number[]>();

function lineStarts(getTable: Function, text: string): number[] {
  let known = starts.get(getTable);
  if (known === undefined) {
    known = [0];
    for (const { index, 0: end } of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) known.push(index + end.length);
    starts.set(getTable, known);
  }
  return known;
}

interface KnownTable {
  readonly table: ModuleTable;
  readonly texts: Map<number, ProbedText>;
}

const tables = new WeakMap<Function, KnownTable>();

export function textOf(getTable: () => ModuleTable, start: number, end: number, flags = 0): ProbedText {
  let known = tables.get(getTable);
  if (known === undefined) {
    tables.set(getTable, (known = { table: getTable(), texts: new Map() }));
    registerText(known.table.id, known.table.source);
  }
  let text = known.texts.get(start);
  if (text === undefined || text.source.length !== end - start) {
    known.texts.set(start, (text = new ProbedText(getTable, known.table, start, end, flags)));
  }
  text.flags ||= flags;
  return text;
}

export interface Answer {
  readonly text: ProbedText;
  readonly scope: ProbeScope;
  /** That of the realm the code is in. */
  readonly probe: Probe;
}

export const NOTHING: ProbeScope = {};

/** Any parameter pattern can take it apart, and runs nothing of the user's by doing so. */
export const anything: object = new Proxy(() => undefined, {
  get: (_, key) => (key === Symbol.iterator ? manyThings : anything),
  ownKeys: () => [],
  getOwnPropertyDescriptor: () => undefined,
  getPrototypeOf: () => null,
});
function* manyThings(): Generator<object> {
  for (let i = 0; i < 256; i++) yield anything;
}
const ANYTHING: readonly object[] = Array.from({ length: 64 }, () => anything);

/** Runs what is going to meet a probe, and hears what the first one says. */
export function listen(probe: Probe, meet: () => unknown): Answer | undefined {
  let answer: Answer | undefined;
  const before = probe.$fx;
  const resultBefore = probe.$r;
  probe.$fx = (table, start, end, flags, _self, _args, scope) => {
    if (start === undefined || flags === undefined) return true;
    answer ??= { text: textOf(table, start, end!, flags), scope: scope ? scope() : NOTHING, probe };
    probe.$r = [];
    return true;
  };
  try {
    const result = meet();
    // The body of a generator has not begun yet.
    if (answer === undefined) (result as Iterator<unknown> | undefined)?.next?.();
  } catch (error) {
    if (answer === undefined) throw error;
  } finally {
    probe.$fx = before;
    probe.$r = resultBefore;
  }
  return answer;
}

export const ask = (probe: Probe, fn: Function, self: unknown) => listen(probe, () => apply(fn, self, ANYTHING));

/** A function of another realm (a test runner's context, a frame) asks that realm's probe; ours would not stop it. */
export function probeOf(fn: Function): Probe | undefined {
  if (fn instanceof Function) return probe;
  for (let at: object | null = fn; at !== null; at = getPrototypeOf(at)) {
    const make: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value;
    if (typeof make !== 'function' || make.name !== 'Function' || make.prototype !== at) continue;
    try {
      return ((make as FunctionConstructor)('return globalThis')() as Realm)[symbol];
    } catch {
      return undefined; // no code from strings there
    }
  }
  return undefined;
}
