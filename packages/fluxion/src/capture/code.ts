/**
 * The code of a function as the engine has it: its source, place, strictness and what stands around it. Shared by all that
 * ask about one function.
 * Invariant: everything here is a property of the text, so it is kept for as long as the function lives.
 */
import type { ModuleText, SourcePosition } from './captured.ts';
import { type EngineLocation, type FunctionParts, functionParts, type Scope } from './inspector.ts';
import { likelyUrl, type Place, placesOf, positionOf } from './location.ts';
import { type ModuleScope, type ScriptScopes, scopeAround, scopesOfScript } from './module-scopes.ts';
import { isPlainConstant } from './plain-constant.ts';

/** What the text of a script says about the function whose source stands in it. */
export interface Surroundings {
  readonly scopes: ScriptScopes;
  readonly around: ModuleScope;
  readonly url: () => string;
}

const toText = Function.prototype.toString;

const codes = new WeakMap<Function, Code>();

/** The code of a function with source; `undefined` for native functions. */
export function capturedCodeOf(fn: Function, parts?: FunctionParts): Code | undefined {
  let code = codes.get(fn);
  if (code === undefined) {
    const known = parts ?? functionParts(fn);
    if (known.location === undefined) return undefined;
    code = new Code(fn, known.location, known.scopes);
    codes.set(fn, code);
  }
  return code;
}

export class Code {
  readonly source: string;
  private readonly fn: Function;
  private readonly at: EngineLocation;
  private readonly inModule: boolean;
  private position: SourcePosition | undefined | null = null;
  private around: Surroundings | undefined | null = null;
  private nearest: Place | undefined | null = null;

  constructor(fn: Function, at: EngineLocation, scopes: readonly Scope[]) {
    this.fn = fn;
    this.source = toText.call(fn);
    this.at = at;
    this.inModule = scopes.some(({ description }) => description === 'Module');
  }

  get location(): SourcePosition | undefined {
    if (this.position === null) this.position = positionOf(this.at, this.source, this.place);
    return this.position;
  }

  /** The text of the whole script, for the lines around the user's. */
  get moduleText(): ModuleText | undefined {
    return this.place;
  }

  /** What the names around the function mean, for proofs. */
  get surroundings(): Surroundings | undefined {
    if (this.around === null) this.around = this.findSurroundings();
    return this.around;
  }

  /** Whether the text of the module shows at a glance that its variable `name` is never assigned. */
  hasPlainConstant(name: string): boolean {
    const text = this.place?.text;
    return text !== undefined && isPlainConstant(name, text);
  }

  get strict(): boolean {
    const { fn, source } = this;
    if (this.inModule || source.startsWith('class')) return true;
    if (/^function\b(?!\s*\*)/.test(source)) return !tellsItsCaller(fn);
    if (/^[^{]*\{\s*(?:(['"])(?:(?!\1).)*\1\s*;?\s*)*?(['"])use strict\2/.test(source)) return true;
    return this.surroundings?.around.strict ?? false;
  }

  private get place(): Place | undefined {
    if (this.nearest === null) {
      const [first] = placesOf(this.fn, this.source, this.at);
      this.nearest = first;
    }
    return this.nearest;
  }

  private findSurroundings(): Surroundings | undefined {
    const { scriptId } = this.at;
    // A file in another language (types not yet stripped) may hold the source too; then the next text is JavaScript.
    for (const place of placesOf(this.fn, this.source, this.at)) {
      const scopes = scopesIn(scriptId, place.text, this.inModule);
      if (scopes === undefined) continue;
      this.nearest = place;
      const around = scopeAround(scopes.root, place.start, place.start + this.source.length);
      return { scopes, around, url: () => likelyUrl(scriptId, place) };
    }
    return undefined;
  }
}

/** Only plain sloppy functions do: as a property of their own, or (from V8 14 on) by the accessor they inherit. */
function tellsItsCaller(fn: Function): boolean {
  if (Object.hasOwn(fn, 'caller')) return true;
  try {
    Reflect.apply(Object.getOwnPropertyDescriptor(Function.prototype, 'caller')!.get!, fn, []);
    return true;
  } catch {
    return false;
  }
}

/** One analysis per script. */
const analysed = new Map<string, { text: string; scopes: ScriptScopes | undefined }>();

function scopesIn(scriptId: string, text: string, module: boolean): ScriptScopes | undefined {
  let known = analysed.get(scriptId);
  if (known === undefined || known.text !== text) {
    known = { text, scopes: scopesOfScript(text, module) };
    analysed.set(scriptId, known);
  }
  return known.scopes;
}
