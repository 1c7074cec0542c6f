/**
 * Capture by transform, the library's side: asks the probe that `fluxion-plugin` put into a function for what the
 * function closes over. The protocol is told in the plugin's `probe.ts`.
 * Invariant: asking runs nothing of the user's. Only a function whose own text begins with a probe is ever called, and
 * it returns at the probe; what stands before that, defaults and computed keys, is skipped while a question is open.
 */

import { fluxionError } from '../errors/error.ts';
import { registerText } from '../errors/original.ts';
import type { Binding, Captured, Had, ModuleText, PrivateAccess, PrivateMember, SourcePosition } from './captured.ts';
import { beginsWithProbe } from './probe-text.ts';

/** A setter, or 0; 1 at the end if the binding takes a value only once. */
type Accessor = (() => unknown) | [get: () => unknown, set?: 0 | ((value: unknown) => void), once?: 1] | 0;
type PrivateAccessor = (o: object, operation?: 1 | 2, value?: unknown) => unknown;

interface ProbeScope {
  readonly v?: Readonly<Record<string, Accessor>>;
  readonly p?: Readonly<Record<string, readonly [kinds: number, access: PrivateAccessor]>>;
  readonly t?: () => unknown;
  readonly a?: () => unknown;
  readonly n?: () => unknown;
  readonly s?: (key: PropertyKey, write?: boolean, value?: unknown) => unknown;
}

interface ModuleTable {
  readonly id: string;
  readonly source: string;
  readonly strict: boolean;
  readonly meta?: () => unknown;
  readonly imports?: Readonly<Record<string, () => Promise<unknown>>>;
  readonly import?: (specifier: string) => Promise<unknown>;
}

type ProbeHandler = (
  table: () => ModuleTable,
  start?: number,
  end?: number,
  flags?: number,
  self?: unknown,
  args?: ArrayLike<unknown> | 0,
  scope?: (() => ProbeScope) | 0,
  newTarget?: Function,
) => boolean;

interface ClassRecord {
  readonly m: () => ModuleTable;
  readonly s: number;
  readonly e: number;
  readonly c: (() => ProbeScope) | 0;
}

interface Probe {
  $fx: ProbeHandler | undefined;
  $r: unknown;
  readonly classes: WeakMap<object, ClassRecord>;
  add(constructor: Function, record: ClassRecord): unknown;
}

const FLAG = {
  strict: 1,
  arrow: 2,
  method: 4,
  constructor: 8,
  derived: 16,
  generator: 32,
  async: 64,
  noArguments: 128,
};
const MEMBER = { field: 1, method: 2, getter: 4, setter: 8 };

const { apply, getPrototypeOf } = Reflect;

const symbol = Symbol.for('fluxion.probe');

interface Realm {
  [symbol]?: Probe;
}

/** The one object that all instrumented modules of a realm share, made by whoever comes first. */
const probe: Probe = sharedProbe();

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

/** A private name as the function's text sees it: of one certain class. */
export interface PrivateName {
  readonly isAccessor: boolean;
  has(o: object): boolean;
  get(o: object): unknown;
  /** Absent for a method, and for an accessor without a setter. */
  set?(o: object, value: unknown): void;
  /** The member as `o` has it; an accessor's functions can be captured as any other. */
  member(o: object): PrivateMember;
}

/** What only the plugin can give. */
export interface PluginCaptured extends Captured {
  readonly provider: 'plugin';
  /** The private names that the text uses and, of a class, those that it declares, with their `#`. */
  privateName(name: string): PrivateName | undefined;
  privateNames(): string[];
  /** `super[key]` as the function reads it with `receiver` for `this`; absent if it never says `super`. */
  superGet?(key: PropertyKey, receiver: unknown): unknown;
  superSet?(key: PropertyKey, value: unknown, receiver: unknown): void;
  /** The text of the module, as the plugin saw it. */
  moduleText(): ModuleText;
}

export function isPluginCaptured(captured: Captured): captured is PluginCaptured {
  return captured.provider === 'plugin';
}

/** One function's text in one module. */
class ProbedText {
  readonly getTable: () => ModuleTable;
  readonly table: ModuleTable;
  readonly start: number;
  readonly source: string;
  readonly flags: number;
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
      const before = this.table.source.slice(0, this.start).split(/\r\n|[\n\r\u2028\u2029]/);
      this.position = { url: this.table.id, line: before.length - 1, column: before.at(-1)!.length };
    }
    return this.position;
  }
}

interface KnownTable {
  readonly table: ModuleTable;
  readonly texts: Map<number, ProbedText>;
}

const tables = new WeakMap<Function, KnownTable>();

function textOf(getTable: () => ModuleTable, start: number, end: number, flags: number): ProbedText {
  let known = tables.get(getTable);
  if (known === undefined) {
    tables.set(getTable, (known = { table: getTable(), texts: new Map() }));
    registerText(known.table.id, known.table.source);
  }
  let text = known.texts.get(start);
  if (text === undefined || text.source.length !== end - start) {
    known.texts.set(start, (text = new ProbedText(getTable, known.table, start, end, flags)));
  }
  return text;
}

interface Answer {
  readonly text: ProbedText;
  readonly scope: ProbeScope;
  /** That of the realm the code is in. */
  readonly probe: Probe;
}

const NOTHING: ProbeScope = {};

/** Any parameter pattern can take it apart, and runs nothing of the user's by doing so. */
const anything: object = new Proxy(() => undefined, {
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
function listen(probe: Probe, meet: () => unknown): Answer | undefined {
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

const ask = (probe: Probe, fn: Function, self: unknown) => listen(probe, () => apply(fn, self, ANYTHING));

/** A function of another realm (a test runner's context, a frame) asks that realm's probe; ours would not stop it. */
function probeOf(fn: Function): Probe | undefined {
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

const print = Function.prototype.toString;

/**
 * What `fn` closes over, or `undefined` if the plugin did not see it. The answer is not cached: ask once per function.
 */
export function pluginCapture(fn: Function): PluginCaptured | undefined {
  const accessor = privateAccessors.get(fn);
  if (accessor !== undefined) return answered(fn, accessor(), undefined);
  const probe = probeOf(fn);
  if (probe === undefined) return undefined;
  const record = probe.classes.get(fn);
  if (record !== undefined) {
    const text = textOf(record.m, record.s, record.e, FLAG.strict);
    return answered(fn, { text, scope: record.c ? record.c() : NOTHING, probe }, undefined);
  }
  if (!beginsWithProbe(apply(print, fn, []))) return undefined;
  return answered(fn, ask(probe, fn, undefined), fn);
}

function answered(fn: Function, answer: Answer | undefined, asked: Function | undefined): PluginCaptured | undefined {
  if (answer === undefined) return undefined;
  const { text, scope, probe } = answer;
  const { table } = text;
  const bindings = new Map<string, Binding>();
  const had = (get: (() => unknown) | undefined): Had | undefined => {
    try {
      return get && { value: get() };
    } catch {
      return undefined; // `this` before `super()`
    }
  };
  return {
    native: false,
    fn,
    source: text.source,
    provider: 'plugin',
    get location() {
      return text.location;
    },
    strict: text.strict,
    binding(name) {
      const accessor = Object.hasOwn(scope.v ?? NOTHING, name) ? scope.v![name]! : undefined;
      if (accessor === undefined) return undefined;
      let binding = bindings.get(name);
      if (binding === undefined) bindings.set(name, (binding = bindingOf(name, accessor, fn.name)));
      // A constant that had no value yet may have one now.
      else if (binding.kind === 'live') bindings.set(name, (binding = settled(accessor, binding)));
      return binding;
    },
    lexicalThis: () => had(scope.t),
    lexicalNewTarget: () => had(scope.n),
    lexicalArguments: () => had(scope.a),
    moduleText: () => ({ text: table.source, start: text.start }),
    privateName: (name) => privateNameOf(scope, name, probe),
    privateNames: () => Object.keys(scope.p ?? NOTHING),
    ...(scope.s && {
      superGet: (key: PropertyKey, receiver: unknown) => scopeFor(answer, asked, receiver).s!(key),
      superSet: (key: PropertyKey, value: unknown, receiver: unknown) => {
        scopeFor(answer, asked, receiver).s!(key, true, value);
      },
    }),
    home: () => homeOfArrow(answer),
    importMeta: () => had(table.meta),
    dynamicImport: (specifier) =>
      table.imports && Object.hasOwn(table.imports, specifier)
        ? table.imports[specifier]!()
        : table.import?.(specifier),
  };
}

/** The class around an arrow, found along the chain of its `this`: the innermost whose text contains the arrow. */
function homeOfArrow({ text, scope, probe }: Answer): object | undefined {
  let self: unknown;
  try {
    self = scope.t?.();
  } catch {
    return undefined; // before `super()`
  }
  let home: object | undefined;
  let innermost = -1;
  let at = Object(self) as object | null;
  for (; scope.s !== undefined && at !== null; at = getPrototypeOf(at)) {
    const record = probe.classes.get(at);
    if (record === undefined || record.m !== text.getTable || record.s < innermost) continue;
    if (record.s < text.start && text.start < record.e) {
      home = at;
      innermost = record.s;
    }
  }
  return home;
}

/** A method's `super` reads with the `this` that the method was called with: it is asked again with that. */
function scopeFor({ scope, probe }: Answer, asked: Function | undefined, receiver: unknown): ProbeScope {
  return asked === undefined || scope.t !== undefined ? scope : ask(probe, asked, receiver)!.scope;
}

function bindingOf(name: string, accessor: Accessor, functionName: string): Binding {
  if (accessor === 0) {
    const get = () => {
      // A variable of the function's body hides it from the probe.
      throw fluxionError('MissingBinding', { name, functionName });
    };
    return { kind: 'live', get, set: get };
  }
  const get = typeof accessor === 'function' ? accessor : accessor[0];
  const set = typeof accessor === 'function' ? undefined : accessor[1];
  return settled(accessor, set ? { kind: 'live', get, set } : { kind: 'live', get });
}

/** The constant, if the binding has its only value. */
function settled(accessor: Accessor, live: Binding & { kind: 'live' }): Binding {
  if (accessor === 0 || (typeof accessor !== 'function' && accessor[2] !== 1)) return live;
  try {
    const value = live.get();
    if (typeof accessor === 'function' || value !== undefined) return { kind: 'constant', value };
  } catch {
    // Not initialised yet.
  }
  return live;
}

/** Stands for the getter or setter of a private name, which no expression yields. */
const privateAccessors = new WeakMap<Function, () => Answer | undefined>();

function privateNameOf(scope: ProbeScope, name: string, probe: Probe): PrivateName | undefined {
  if (scope.p === undefined || !Object.hasOwn(scope.p, name)) return undefined;
  const [kinds, access] = scope.p[name]!;
  const found: PrivateName = {
    isAccessor: (kinds & (MEMBER.getter | MEMBER.setter)) !== 0,
    has: (o) => access(o) as boolean,
    get: (o) => access(o, 1),
    member(o) {
      if (kinds & MEMBER.method) return { kind: 'method', method: access(o, 1) as Function };
      if (kinds & MEMBER.field) return { kind: 'field', value: access(o, 1) };
      return {
        kind: 'accessor',
        getter: kinds & MEMBER.getter ? privateAccessor(probe, o, access, 1) : undefined,
        setter: kinds & MEMBER.setter ? privateAccessor(probe, o, access, 2) : undefined,
      };
    },
  };
  if (kinds & (MEMBER.field | MEMBER.setter)) found.set = (o, value) => void access(o, 2, value);
  return found;
}

function privateAccessor(probe: Probe, owner: object, access: PrivateAccessor, operation: 1 | 2): Function {
  const stand = function (this: object, value?: unknown) {
    return access(this, operation, value);
  };
  privateAccessors.set(stand, () => listen(probe, () => access(owner, operation, anything)));
  return stand;
}

/**
 * The private members of `o` by name: as the text of `declaring` (a class, or a function in one) means them; without it
 * those of all classes of the object's chain, where `shared` is called for a name that two of them have.
 */
export function pluginPrivateState(
  o: object,
  shared: (name: string) => never,
  declaring?: PluginCaptured,
): PrivateAccess | undefined {
  if (declaring !== undefined) {
    const find = (name: string): PrivateName | undefined => {
      const found = declaring.privateName(name);
      return found?.has(o) ? found : undefined;
    };
    return accessBy(o, find);
  }
  const scopes: ProbeScope[] = [];
  const seen = new Set<ClassRecord>();
  for (let at: object | null = o; at !== null; at = getPrototypeOf(at)) {
    const record = probe.classes.get(at);
    if (record?.c && !seen.has(record)) {
      seen.add(record);
      scopes.push(record.c());
    }
  }
  if (scopes.length === 0) return undefined;
  const find = (name: string): PrivateName | undefined => {
    let found: PrivateName | undefined;
    for (const scope of scopes) {
      const candidate = privateNameOf(scope, name, probe);
      if (candidate === undefined || !candidate.has(o)) continue;
      if (found !== undefined) shared(name);
      found = candidate;
    }
    return found;
  };
  return accessBy(o, find);
}

function accessBy(o: object, find: (name: string) => PrivateName | undefined): PrivateAccess {
  return {
    has: (name) => find(name) !== undefined,
    get: (name) => find(name)?.get(o),
    set: (name, value) => find(name)?.set?.(o, value),
    member: (name) => find(name)?.member(o),
  };
}

/** A call of an original function that native code made, caught at its probe. */
export interface CaughtCall {
  /** As `pluginCapture` gives it; its `fn` is unknown, and only stands for the function. */
  readonly captured: PluginCaptured;
  readonly thisValue: unknown;
  readonly args: readonly unknown[];
  /** Of a call by `new`. */
  readonly newTarget: Function | undefined;
  readonly isGenerator: boolean;
  readonly isAsync: boolean;
}

export interface Redirection {
  /** Whether calls of this text are to be taken over; asked before its parameters' defaults run, and must not waver. */
  takes(source: string, location: () => SourcePosition): boolean;
  /** Runs in place of the original; what it returns or throws is what the caller sees. A generator's is an iterable. */
  run(call: CaughtCall): unknown;
}

let redirection: Redirection | undefined;

/**
 * From now on originals that are called run as `to` has it; `undefined` lets them run natively. Returns what was set.
 * The handler is off while it runs.
 */
export function redirect(to: Redirection | undefined): Redirection | undefined {
  const before = redirection;
  redirection = to;
  probe.$fx = to && handlerOf(to);
  return before;
}

function handlerOf(to: Redirection): ProbeHandler {
  const handler: ProbeHandler = (getTable, start, end, flags, self, args, scope, newTarget) => {
    if (start === undefined) return false;
    probe.$fx = undefined;
    try {
      const text = textOf(getTable, start, end!, flags ?? 0);
      if (!to.takes(text.source, () => text.location)) return false;
      if (flags === undefined) return true;
      if (args === 0 || args === undefined) return false;
      const answer: Answer = { text, scope: scope ? scope() : NOTHING, probe };
      const stand = () => undefined;
      probe.$r = to.run({
        captured: answered(stand, answer, undefined)!,
        thisValue: flags & FLAG.arrow ? answer.scope.t?.() : self,
        args: Array.from(args),
        newTarget,
        isGenerator: (flags & FLAG.generator) !== 0,
        isAsync: (flags & FLAG.async) !== 0,
      });
      return true;
    } finally {
      // Unless what ran has ended the redirection.
      if (redirection === to) probe.$fx = handler;
    }
  };
  return handler;
}
