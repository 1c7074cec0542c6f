/**
 * The code of a function as the engine has it: its source, place, strictness and what stands around it. Shared by all that
 * ask about one function.
 * Invariant: everything here is a property of the text, so it is kept for as long as the function lives.
 */
import type { ModuleText, SourcePosition } from './captured.ts';
import { type EngineLocation, type FunctionParts, functionParts, type Scope } from './inspector.ts';
import { likelyUrl, locationBeside, type Place, placesOf, positionOf, within } from './location.ts';
import { type ModuleScope, type ScriptScopes, scopeAround, scopesOfScript } from './module-scopes.ts';
import { plainConstant } from './plain-constant.ts';
import { scriptTextOf } from './script-text.ts';

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
    code = new Code(fn, known.location, isInModule(known.scopes));
    codes.set(fn, code);
  }
  return code;
}

function isInModule(scopes: readonly Scope[]): boolean {
  return scopes.some(({ description }) => description === 'Module');
}

export class Code {
  readonly source: string;
  private readonly fn: Function;
  private readonly at: EngineLocation;
  private readonly inModule: boolean;
  private position: SourcePosition | undefined | null = null;
  private around: Surroundings | undefined | null = null;
  private nearest: Place | undefined | null = null;

  /** `place`, where it is known already. */
  constructor(fn: Function, at: EngineLocation, inModule: boolean, place?: Place) {
    this.fn = fn;
    this.source = toText.call(fn);
    this.at = at;
    this.inModule = inModule;
    if (place !== undefined) this.nearest = place;
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

  /** Where the module declares its variable `name`, if its text shows at a glance that nothing assigns it. */
  plainConstant(name: string): number | undefined {
    const text = this.place?.text;
    return text === undefined ? undefined : plainConstant(name, text);
  }

  /**
   * Where the engine has the function that is the value of such a variable, if it is written where the variable is declared: it then closes over
   * what the module's own functions do. Nothing is asked of the inspector for it.
   */
  besides(fn: Function, name: string, declared: number): EngineLocation | undefined {
    const { place } = this;
    const source = toText.call(fn);
    // Classes may have a scope of their own around them.
    if (source.startsWith('class')) return undefined;
    const compiled = scriptTextOf(fn);
    if (place === undefined || compiled?.text !== place.text) return undefined;
    const { text } = place;
    const own = within(compiled, source);
    if (own === undefined) return undefined;
    const isDeclared =
      own.start > declared
        ? /^[ \t]*=[ \t]*$/.test(text.slice(declared + name.length, own.start))
        : /^(?:async[ \t]+)?function[ \t]+$/.test(text.slice(own.start, declared));
    if (!isDeclared) return undefined;
    const known = codes.get(fn);
    if (known !== undefined) return known.at;
    const at = locationBeside(this.at, text, place.start + place.offset, compiled.offset);
    codes.set(fn, new Code(fn, at, true, own));
    return at;
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
