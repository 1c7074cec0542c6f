/**
 * The code of a function as the engine has it: its source, place, strictness and what stands around it. Shared by all that
 * ask about one function.
 * Invariant: everything here is a property of the text, so it is kept for as long as the function lives.
 */
import type { ModuleText, SourcePosition } from './captured.ts';
import { type FunctionParts, functionParts } from './inspector.ts';
import { moduleTextOf, positionOf, scriptUrl } from './location.ts';
import { type ModuleScope, type ScriptScopes, scopeAround, scopesOfScript } from './module-scopes.ts';

/** What the text of a script says about the function whose source stands in it. */
export interface Surroundings {
  readonly scopes: ScriptScopes;
  readonly around: ModuleScope;
  readonly url: string | undefined;
}

const toText = Function.prototype.toString;

const codes = new WeakMap<Function, Code>();

/** The code of a function with source; `undefined` for native functions. */
export function capturedCodeOf(fn: Function, parts?: FunctionParts): Code | undefined {
  let code = codes.get(fn);
  if (code === undefined) {
    const known = parts ?? functionParts(fn);
    if (known.location === undefined) return undefined;
    code = new Code(toText.call(fn), known);
    codes.set(fn, code);
  }
  return code;
}

export class Code {
  readonly source: string;
  private readonly engineLocation: FunctionParts['location'];
  private readonly inModule: boolean;
  private place: SourcePosition | undefined | null = null;
  private around: Surroundings | undefined | null = null;

  constructor(source: string, { location, scopes }: FunctionParts) {
    this.source = source;
    this.engineLocation = location;
    this.inModule = scopes.some(({ description }) => description === 'Module');
  }

  get location(): SourcePosition | undefined {
    if (this.place === null) this.place = this.engineLocation && positionOf(this.engineLocation, this.source);
    return this.place;
  }

  /** The text of the whole script, for proofs and for the lines around the user's. */
  moduleText(from: 'file' | 'engine'): ModuleText | undefined {
    return this.engineLocation && moduleTextOf(this.engineLocation, this.source, from);
  }

  surroundings(): Surroundings | undefined {
    if (this.around === null) this.around = this.findSurroundings();
    return this.around;
  }

  private findSurroundings(): Surroundings | undefined {
    if (this.engineLocation === undefined) return undefined;
    const { scriptId } = this.engineLocation;
    // A file in another language (types not yet stripped) may hold the source too; then the engine's text is JavaScript.
    for (const from of ['file', 'engine'] as const) {
      const text = this.moduleText(from);
      if (text === undefined) continue;
      const found = surroundingsOf(scriptId, text, this.source.length, this.inModule, scriptUrl(scriptId));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  strict(fn: Function): boolean {
    if (this.inModule || this.source.startsWith('class')) return true;
    // Only plain sloppy functions have it.
    if (Object.hasOwn(fn, 'caller')) return false;
    if (
      /^(?:async\s+)?function\b/.test(this.source) &&
      Object.hasOwn(fn, 'prototype') &&
      !/^(?:async\s+)?function\s*\*/.test(this.source)
    ) {
      return true;
    }
    if (/^[^{]*\{\s*(?:(['"])(?:(?!\1).)*\1\s*;?\s*)*?(['"])use strict\2/.test(this.source)) return true;
    return this.surroundings()?.around.strict ?? false;
  }
}

const analysed = new Map<string, { text: string; scopes: ScriptScopes | undefined }>();

/** Resolves the names around a function; once per script. */
function surroundingsOf(
  scriptId: string,
  { text, start }: ModuleText,
  length: number,
  module: boolean,
  url: string | undefined,
): Surroundings | undefined {
  let known = analysed.get(scriptId);
  if (known === undefined || known.text !== text) {
    known = { text, scopes: scopesOfScript(text, module) };
    analysed.set(scriptId, known);
  }
  const { scopes } = known;
  return scopes && { scopes, around: scopeAround(scopes.root, start, start + length), url };
}
