/**
 * The twin of a user's function: its source rewritten, compiled, and bound to what the original closes over.
 * Invariant: a twin sees the very bindings of its original (constants as values, all others live), and never a stale one.
 */
import { capture } from '../capture/capture.ts';
import type { Captured } from '../capture/captured.ts';
import { fluxionError } from '../errors/error.ts';
import { type FunctionShape, parseFunction } from '../syntax/parse.ts';
import { factoryOf } from './compile.ts';
import { registerRoots, touchCell } from './journal.ts';
import { OwnMap, OwnSet } from './own.ts';
import { ownKindOf } from './plain.ts';
import { type Rewritten, rewrite } from './rewrite/rewrite.ts';
import { currentRun } from './run.ts';

type BindingKind = 'constant' | 'live' | 'global';

/** The runtime functions that twin code calls; filled by table.ts. */
export const shared: Record<string, unknown> = {};

/** What a twin needs beside its captures: where `super` looks, and the private names of its class. */
export interface Surroundings {
  readonly home?: object;
  readonly parent?: unknown;
  readonly privates?: object;
}

interface Variant {
  readonly kinds: ReadonlyMap<string, BindingKind>;
  readonly rewritten: Rewritten;
  readonly kindOf: ReturnType<typeof ownKindOf> | undefined;
}

interface Instance {
  readonly captured: Captured;
  readonly names: readonly string[];
}

let instances: WeakRef<Instance>[] = [];
let full = 64;
const kept = new WeakMap<object, Instance>();
const hostGlobals = new OwnSet(Object.getOwnPropertyNames(globalThis));

const variants = new OwnMap<string, Variant[]>();
const shapes = new OwnMap<string, FunctionShape>();

/** Parsed once per text. */
export function shapeOf(text: string): FunctionShape {
  let shape = shapes.get(text);
  if (shape === undefined) shapes.set(text, (shape = parseFunction(text)));
  return shape;
}

/** The rewritten text of `fn`, shared by all closures of the same source whose captures are of the same kinds. */
export function rewrittenOf(captured: Captured): Rewritten {
  return variantOf(captured).rewritten;
}

/** The names that `captured.fn`, and what is written inside it, takes from around it. */
export function namesAround(captured: Captured): ReadonlyMap<string, BindingKind> {
  return variantOf(captured).kinds;
}

/** Whether a global of this name is there without the program's doing. */
export function isHostGlobal(name: string): boolean {
  return hostGlobals.has(name);
}

function variantOf(captured: Captured): Variant {
  const text = captured.source;
  const location = captured.location;
  const key = location === undefined ? text : `${location.url}:${location.line}:${location.column}\n${text}`;
  const shape = shapeOf(text);
  const kindOf = (name: string): BindingKind => {
    const b = captured.binding(name);
    return b === undefined ? 'global' : b.kind;
  };
  let list = variants.get(key);
  if (list === undefined) variants.set(key, (list = []));
  for (const v of list) {
    let same = true;
    for (const [name, kind] of v.kinds) {
      if (kindOf(name) !== kind) {
        same = false;
        break;
      }
    }
    if (same) return v;
  }
  const kinds = new OwnMap<string, BindingKind>();
  const rewritten = rewrite({
    source: text,
    shape,
    strict: captured.strict,
    bindings(name) {
      const kind = kindOf(name);
      kinds.set(name, kind);
      return kind;
    },
    lexical: shape.kind === 'arrow',
    unit: shape.kind === 'class' ? 'class' : 'function',
    file: location?.url ?? '',
    line: location?.line ?? 0,
    column: location?.column ?? 0,
  });
  const made = { kinds, rewritten, kindOf: rewritten.usesKindOf ? ownKindOf() : undefined };
  list.push(made);
  return made;
}

/** Instantiates the twin of `captured.fn`: a function, or a class for a class. */
export function instantiate(captured: Captured, around: Surroundings = {}): unknown {
  const { rewritten, kindOf } = variantOf(captured);
  const runtime = Object.create(shared) as Record<string, unknown>;
  if (kindOf !== undefined) runtime.kindOf = kindOf;
  runtime.env = environment(captured, rewritten);
  runtime.self = captured.fn;
  runtime.home = around.home;
  runtime.parent = around.parent;
  if (around.privates !== undefined) Object.assign(runtime, around.privates);
  const constants = rewritten.parameters.map((name) => {
    const b = captured.binding(name);
    return b?.kind === 'constant' ? b.value : undefined;
  });
  const names = [...rewritten.parameters, ...rewritten.live];
  if (names.length > 0) {
    const instance: Instance = { captured, names };
    kept.set(captured.fn, instance);
    remember(instance);
  }
  runtime.import = (specifier: unknown) => {
    const imported = captured.dynamicImport?.(String(specifier));
    if (imported !== undefined) return imported;
    throw fluxionError('MissingBinding', { name: 'import()', functionName: captured.fn.name });
  };
  const twin = factoryOf(rewritten, captured.fn, captured.location)(runtime, ...constants) as Function;
  // Stacks show the name that the original got from its surroundings.
  const name = Object.getOwnPropertyDescriptor(captured.fn, 'name');
  if (twin.name === '' && typeof name?.value === 'string') Object.defineProperty(twin, 'name', name);
  return twin;
}

/** Names that `captured.fn` (or a function inside it) writes although the capture cannot. */
export function unwritable(captured: Captured, rewritten: Rewritten): string[] {
  return rewritten.writes.filter((name) => {
    const b = captured.binding(name);
    return b !== undefined && (b.kind === 'constant' || b.set === undefined);
  });
}

/** The live bindings of a twin as one object with accessors, so that twin text reads `env.name`. */
function environment(captured: Captured, rewritten: Rewritten): object {
  const env = {};
  for (const name of rewritten.live) {
    const b = captured.binding(name);
    if (b === undefined || b.kind === 'constant') continue;
    const set = b.set?.bind(b);
    const cell = set === undefined ? undefined : { get: () => b.get(), set };
    Object.defineProperty(env, name, {
      get: () => b.get(),
      set(value: unknown) {
        if (cell === undefined) throw fluxionError('UnwritableBinding', { name, functionName: captured.fn.name });
        if (typeof value !== 'number' && currentRun() !== undefined) touchCell(cell);
        cell.set(value);
      },
    });
  }
  lexical(env, 'this', () => captured.lexicalThis(), captured);
  lexical(env, 'newTarget', () => captured.lexicalNewTarget(), captured);
  lexical(env, 'arguments', () => captured.lexicalArguments(), captured);
  const url = captured.location?.url;
  Object.defineProperty(env, 'meta', {
    get: () => captured.importMeta?.()?.value ?? { url: url?.startsWith('/') ? `file://${url}` : url },
  });
  return env;
}

function lexical(env: object, key: string, find: () => { value: unknown } | undefined, captured: Captured): void {
  Object.defineProperty(env, key, {
    get() {
      const found = find();
      if (found === undefined) {
        const name = key === 'newTarget' ? 'new.target' : key;
        throw fluxionError('MissingBinding', { name, functionName: captured.fn.name });
      }
      return found.value;
    },
  });
}

/** The capture of a function that is known to have source. */
export function captureOf(fn: Function): Captured {
  return capture(fn) as Captured;
}

function remember(instance: Instance): void {
  if (instances.length >= full) {
    instances = instances.filter((reference) => reference.deref() !== undefined);
    full = Math.max(64, instances.length * 2);
  }
  instances.push(new WeakRef(instance));
}

/** What existed before any gradient, as far as twins can reach it: captured values, and globals of the user's. */
export function capturedRoots(visit: (value: unknown) => void): void {
  for (const reference of instances) {
    const instance = reference.deref();
    if (instance === undefined) continue;
    for (const name of instance.names) {
      const b = instance.captured.binding(name);
      try {
        visit(b?.kind === 'constant' ? b.value : b?.get());
      } catch {
        // Not initialised yet, or not to be had: then a twin can't reach it either.
      }
    }
  }
  for (const key of Object.getOwnPropertyNames(globalThis)) {
    if (!hostGlobals.has(key)) visit(Object.getOwnPropertyDescriptor(globalThis, key)?.value);
  }
}

registerRoots(capturedRoots);
