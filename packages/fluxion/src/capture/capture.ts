/**
 * The one door to what a function closes over: the plugin's accessors where the code was loaded through it, else the
 * inspector, else an error that says what is missing.
 * Invariant: one capture per function, for as long as the function lives; live bindings show the value of now.
 */
import { fluxionError } from '../errors/error.ts';
import { isConstant } from './bindings.ts';
import type {
  Binding,
  Captured,
  Had,
  ModuleText,
  NativeFunction,
  PrivateAccess,
  ProxyParts,
  SourcePosition,
} from './captured.ts';
import { type Code, capturedCodeOf } from './code.ts';
import { importFrom } from './dynamic-import.ts';
import { builtinModule } from './environment.ts';
import { clock, noteRead, onBump } from './epoch.ts';
import { functionParts, inspectorAvailable, inspectProxy, type Scope } from './inspector.ts';
import { noteLoader } from './loaders.ts';
import { declarationOf } from './module-scopes.ts';
import { isPluginCaptured, pluginCapture, pluginPrivateState } from './plugin.ts';
import { inspectPrivate, sharedName } from './private.ts';

export type {
  Binding,
  BoundParts,
  Captured,
  ConstantBinding,
  Had,
  LiveBinding,
  NativeFunction,
  PrivateAccess,
  PrivateMember,
  ProxyParts,
  SourcePosition,
} from './captured.ts';
export { bumpEpoch } from './epoch.ts';
export { isLoader } from './loaders.ts';

const captures = new WeakMap<Function, Captured | NativeFunction>();
const toText = Function.prototype.toString;
const nativeText = /\{\s*\[native code\]\s*\}\s*$/;

/** What `fn` is made of. Throws UnsupportedEnvironment where there is neither plugin nor inspector. */
export function capture(fn: Function): Captured | NativeFunction {
  let known = captures.get(fn);
  if (known === undefined) {
    known = captureAnew(fn);
    captures.set(fn, known);
  }
  return known;
}

function captureAnew(fn: Function): Captured | NativeFunction {
  if (nativeText.test(toText.call(fn))) {
    const proxy = proxyParts(fn);
    if (proxy !== undefined) return { native: true, fn, proxy };
    // Without an inspector a bound function can't be told from the engine's own.
    return { native: true, fn, bound: inspectorAvailable() ? functionParts(fn).bound : undefined };
  }
  return pluginCapture(fn) ?? new InspectedFunction(fn);
}

/** The private members of an object that `declaring` (a class of its chain) has declared; `undefined` without access. */
export function privateState(o: object, declaring?: Function): PrivateAccess | undefined {
  const captured = declaring && capture(declaring);
  if (captured !== undefined && !captured.native && isPluginCaptured(captured)) {
    return pluginPrivateState(o, sharedName, captured);
  }
  const known = captured === undefined ? pluginPrivateState(o, sharedName) : undefined;
  if (known !== undefined) return known;
  return inspectorAvailable() ? inspectPrivate(o, declaring) : undefined;
}

const notProxies = new WeakSet<object>();

/** Target and handler of a Proxy; `undefined` for anything else. */
export function proxyParts(p: object): ProxyParts | undefined {
  const util = builtinModule('node:util') as { types?: { isProxy(o: unknown): boolean } } | undefined;
  if (util?.types !== undefined) return util.types.isProxy(p) ? inspectProxy(p) : undefined;
  if (notProxies.has(p) || !inspectorAvailable()) return undefined;
  const parts = inspectProxy(p);
  if (parts === undefined) notProxies.add(p);
  return parts;
}

/** Snapshots of scopes and values read from them, to be forgotten when the epoch ends. */
const fresh: { forget(): void }[] = [];
onBump(() => {
  for (const read of fresh) read.forget();
  fresh.length = 0;
});

function forgetLater(read: { forget(): void }): void {
  fresh.push(read);
  noteRead();
}

/** Reads once in an epoch: reading is cheap for loops, and reading again is not. */
class InspectedVariable {
  readonly kind = 'live';
  private readonly read: () => unknown;
  private value: unknown;
  private readAt = -1;

  constructor(read: () => unknown) {
    this.read = read;
  }

  get(): unknown {
    if (this.readAt !== clock.epoch) {
      this.value = this.read();
      this.readAt = clock.epoch;
      forgetLater(this);
    }
    return this.value;
  }

  forget(): void {
    this.value = undefined;
    this.readAt = -1;
  }
}

class InspectedFunction implements Captured {
  readonly native = false;
  readonly provider = 'inspector';
  readonly fn: Function;
  readonly source: string;
  private readonly code: Code;
  private readonly bindings = new Map<string, Binding | undefined>();
  private scopes: readonly Scope[] | undefined;

  constructor(fn: Function, parts = functionParts(fn)) {
    this.fn = fn;
    const code = capturedCodeOf(fn, parts);
    if (code === undefined)
      throw fluxionError('UnsupportedEnvironment', { missing: `the place of ${fn.name || 'a function'}` });
    this.code = code;
    this.source = code.source;
    this.keep(parts.scopes);
  }

  get location(): SourcePosition | undefined {
    return this.code.location;
  }

  get strict(): boolean {
    return this.code.strict;
  }

  binding(name: string): Binding | undefined {
    if (this.bindings.has(name)) return this.bindings.get(name);
    const made = this.makeBinding(name);
    this.bindings.set(name, made);
    return made;
  }

  lexicalThis(): Had | undefined {
    return undefined;
  }

  lexicalNewTarget(): Had | undefined {
    return undefined;
  }

  lexicalArguments(): Had | undefined {
    return this.scopeWith('arguments') && { value: this.read('arguments') };
  }

  dynamicImport(specifier: string): Promise<unknown> | undefined {
    const url = this.location?.url;
    return url === undefined ? undefined : importFrom(url, specifier);
  }

  moduleText(): ModuleText | undefined {
    return this.code.moduleText;
  }

  forget(): void {
    this.scopes = undefined;
  }

  private makeBinding(name: string): Binding | undefined {
    const scope = this.scopeWith(name);
    if (scope === undefined) return this.unreachable(name);
    const live = new InspectedVariable(() => this.read(name));
    // An object given to `with`: its properties come and go.
    if (scope.description.startsWith('With')) return { kind: 'live', get: () => this.read(name) };
    let value: unknown;
    try {
      value = scope.object[name];
    } catch {
      // In its temporal dead zone.
      return live;
    }
    noteLoader(name, value);
    if (scope.description === 'Module' && value !== undefined) {
      const declared = this.code.plainConstant(name);
      if (declared !== undefined) {
        if (typeof value === 'function') this.captureBeside(value, name, declared);
        return { kind: 'constant', value };
      }
    }
    const surroundings = this.code.surroundings;
    return surroundings !== undefined && isConstant(name, value, surroundings) ? { kind: 'constant', value } : live;
  }

  /** A function that the module declares is captured along with one that uses it: what is in scope for it is known. */
  private captureBeside(fn: Function, name: string, declared: number): void {
    if (captures.has(fn)) return;
    const location = this.code.besides(fn, name, declared);
    if (location === undefined) return;
    const { scopes } = this;
    const outer = scopes!.slice(scopes!.findIndex(({ description }) => description === 'Module'));
    captures.set(fn, new InspectedFunction(fn, { scopes: outer, location, bound: undefined }));
  }

  /**
   * The engine keeps what the functions inside need. What a class itself needed once, when it was defined (for a computed
   * key, say), may be gone; it must not be taken for a global of the same name.
   */
  private unreachable(name: string): Binding | undefined {
    if (!this.source.startsWith('class')) return undefined;
    const around = this.code.surroundings?.around;
    const declaration = around && declarationOf(around, name);
    if (declaration === undefined || declaration === 'dynamic') return undefined;
    const reason = 'the class used it only while it was defined';
    return {
      kind: 'live',
      get: () => {
        throw fluxionError('MissingBinding', { name, functionName: this.fn.name, reason });
      },
    };
  }

  private read(name: string): unknown {
    const scope = this.scopeWith(name);
    try {
      return scope?.object[name];
    } catch (e) {
      if (e instanceof Error && e.name === 'ReferenceError') {
        throw new ReferenceError(`Cannot access '${name}' before initialization`);
      }
      throw e;
    }
  }

  private scopeWith(name: string): Scope | undefined {
    if (this.scopes === undefined) this.keep(functionParts(this.fn).scopes);
    return this.scopes!.find((scope) => name in scope.object);
  }

  /** Top-level declarations of classic scripts and properties of the global object are the realm's, not the function's. */
  private keep(scopes: readonly Scope[]): void {
    this.scopes = scopes.filter(({ description }) => description !== 'Global' && description !== 'Script');
    forgetLater(this);
  }
}
