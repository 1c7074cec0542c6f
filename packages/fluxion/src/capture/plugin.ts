/**
 * Capture by transform: what a function closes over, as the probe that `fluxion-plugin` put into it hands it over.
 * Invariant: only a function whose own text begins with a probe is ever asked.
 */
import { fluxionError } from '../errors/error.ts';
import type { Binding, Captured, Had, ModuleText, PrivateAccess, PrivateMember } from './captured.ts';
import { beginsWithProbe } from './probe-text.ts';
import {
  type Accessor,
  type Answer,
  anything,
  ask,
  type ClassRecord,
  FLAG,
  listen,
  MEMBER,
  NOTHING,
  type PrivateAccessor,
  type Probe,
  type ProbeScope,
  probe,
  probeOf,
  textOf,
} from './protocol.ts';

const { apply, getPrototypeOf } = Reflect;

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

/** `asked`: the function that gave the answer, if it can be asked again. */
export function answered(
  fn: Function,
  answer: Answer | undefined,
  asked: Function | undefined,
): PluginCaptured | undefined {
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
