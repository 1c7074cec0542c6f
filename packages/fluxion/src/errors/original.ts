/**
 * From a position in the JavaScript that the engine runs to the file the user wrote, by source map where there is one.
 * Every step may fail (no Node, no map, no file); then the position stays as it was, and the frame is left out.
 */
import { codeFrame } from './code-frame.ts';
import { framesOfText } from './stack-text.ts';

/** A place in the text that the engine runs. Lines and columns count from 1. */
export interface Position {
  readonly url: string;
  readonly line: number;
  readonly column: number;
  /** The text that line and column count in, if that is not the one the engine has under this URL. */
  readonly text?: string | undefined;
}

/** A place in the file the user wrote. Lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The lines around it, with a mark; absent where the text can't be had. */
  readonly frame?: string | undefined;
}

interface MapPayload {
  sources?: (string | null)[];
  sourcesContent?: (string | null)[];
  sourceRoot?: string;
}

interface OriginalPosition extends Position {
  readonly text: string | undefined;
}

type Lookup = (line: number, column: number) => OriginalPosition | undefined;

type NodeModule = typeof import('node:module');
type NodeFs = typeof import('node:fs');

function builtin<T>(name: string): T | undefined {
  // Looked up at each use: the module must load where there is no process at all.
  const host = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process;
  try {
    return host?.getBuiltinModule?.(name) as T | undefined;
  } catch {
    return undefined;
  }
}

/** With the code around it. */
export function originalLocation(position: Position): SourceLocation {
  const original = toOriginal(position);
  const text = original.text ?? readText(original.url) ?? position.text;
  const frame = text === undefined ? undefined : codeFrame(text, original.line, original.column);
  return { file: toPath(original.url), line: original.line, column: original.column, frame };
}

/** The line as the user wrote it, without its indentation; undefined where the text can't be had. */
export function originalLine(position: Position): string | undefined {
  const original = toOriginal(position);
  const text = original.text ?? readText(original.url) ?? position.text;
  return text?.split('\n')[original.line - 1]?.trim();
}

/** As `file:line:column`. */
export function originalPlace(position: Position): string {
  const { url, line, column } = toOriginal(position);
  return `${toPath(url)}:${line}:${column}`;
}

function toOriginal(position: Position): Position {
  const { url, line, column, text } = position;
  // What the engine and its host know of the URL is about another text then.
  if (text !== undefined) return textLookup(url, text)?.(line, column) ?? { url, line, column };
  return lookupFor(url)?.(line, column) ?? askHost(position) ?? position;
}

const textLookups = new Map<string, Lookup | undefined>();

function textLookup(url: string, text: string): Lookup | undefined {
  if (!textLookups.has(text)) textLookups.set(text, lookupFromText(url, text));
  return textLookups.get(text);
}

const texts = new Map<string, string>();

/** Says that places of twins under this URL count in `text`, which a loader has changed before the engine saw it. */
export function registerText(url: string, text: string): void {
  texts.set(url, text);
}

export function registeredText(url: string): string | undefined {
  return texts.get(url);
}

/**
 * Test runners keep their maps to themselves and install a formatter of stacks that applies them. It is given a stack
 * of one frame, at this position, and the frame it writes is read. Some know a script by its path alone, where the engine's
 * inspector has a URL for it.
 */
function askHost(position: Position): Position | undefined {
  const format = (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
  if (typeof format !== 'function') return undefined;
  const path = toPath(position.url);
  return (
    askAbout(format, position) ?? (path === position.url ? undefined : askAbout(format, { ...position, url: path }))
  );
}

function askAbout(format: Function, position: Position): Position | undefined {
  try {
    const text: unknown = format(new Error('position'), [siteAt(position)]);
    const frame = typeof text === 'string' ? framesOfText(text).at(-1) : undefined;
    return frame && (frame.line !== position.line || frame.url !== position.url) ? frame : undefined;
  } catch {
    return undefined;
  }
}

/** A call site as V8 hands it to a formatter, for a place where no call is. */
function siteAt({ url, line, column }: Position): object {
  const no = (): boolean => false;
  const nothing = (): undefined => undefined;
  const methods = {
    getFileName: () => url,
    getScriptNameOrSourceURL: () => url,
    getLineNumber: () => line,
    getColumnNumber: () => column,
    getEnclosingLineNumber: () => line,
    getEnclosingColumnNumber: () => column,
    getFunctionName: () => 'f',
    getMethodName: () => null,
    getTypeName: () => null,
    getThis: nothing,
    getFunction: nothing,
    getEvalOrigin: nothing,
    getPromiseIndex: () => null,
    getPosition: () => 0,
    getScriptHash: () => '',
    isNative: no,
    isEval: no,
    isConstructor: no,
    isAsync: no,
    isPromiseAll: no,
    isToplevel: () => true,
    toString: () => `f (${url}:${line}:${column})`,
  };
  // Formatters copy the methods from the prototype, where the engine has them.
  return Object.create(methods) as object;
}

const lookups = new Map<string, Lookup>();

function lookupFor(url: string): Lookup | undefined {
  const known = lookups.get(url);
  if (known) return known;
  const found = lookupFromNode(url) ?? lookupFromText(url, readText(url));
  // Only successes are kept: a script that is being loaded registers its map a moment later.
  if (found) lookups.set(url, found);
  return found;
}

/** The map that Node has kept itself (`--enable-source-maps`, tsx, type transformation). */
function lookupFromNode(url: string): Lookup | undefined {
  const find = builtin<NodeModule>('node:module')?.findSourceMap;
  if (!find) return undefined;
  try {
    const map = find(url) ?? find(toPath(url));
    return map && lookupIn(map, map.payload as MapPayload, url);
  } catch {
    return undefined;
  }
}

/** The map named by the last `sourceMappingURL` comment: inline, or a file beside the script. */
function lookupFromText(url: string, text: string | undefined): Lookup | undefined {
  const SourceMap = builtin<NodeModule>('node:module')?.SourceMap;
  if (!SourceMap || text === undefined) return undefined;
  const comments = [...text.matchAll(/^[ \t]*\/[/*][#@] sourceMappingURL=([^\s'"*]+)/gm)];
  const reference = comments.at(-1)?.[1];
  if (reference === undefined) return undefined;
  try {
    const inline = /^data:application\/json[^,]*?(;base64)?,(.*)$/.exec(reference);
    const mapUrl = inline ? url : resolveUrl(reference, url);
    const json = inline ? (inline[1] ? decodeBase64(inline[2]!) : decodeURIComponent(inline[2]!)) : readText(mapUrl);
    if (json === undefined) return undefined;
    const payload = JSON.parse(json) as MapPayload;
    return lookupIn(new SourceMap(payload as never), payload, mapUrl);
  } catch {
    return undefined;
  }
}

function lookupIn(map: InstanceType<NodeModule['SourceMap']>, payload: MapPayload, mapUrl: string): Lookup {
  return (line, column) => {
    const entry = map.findEntry(line - 1, column - 1);
    if (!('originalLine' in entry) || typeof entry.originalSource !== 'string') return undefined;
    const index = payload.sources?.indexOf(entry.originalSource) ?? -1;
    const only = payload.sources?.length === 1 ? 0 : -1;
    return {
      url: resolveUrl((payload.sourceRoot ?? '') + entry.originalSource, mapUrl),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
      text: payload.sourcesContent?.[index === -1 ? only : index] ?? undefined,
    };
  };
}

function decodeBase64(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
}

const hasScheme = (url: string): boolean => /^[a-z][a-z\d+.-]+:/i.test(url);

function resolveUrl(reference: string, base: string): string {
  if (hasScheme(reference)) return reference;
  try {
    const from = hasScheme(base) ? base : builtin<typeof import('node:url')>('node:url')!.pathToFileURL(base).href;
    const resolved = new URL(reference.startsWith('/') ? encodeURI(reference) : reference, from).href;
    return hasScheme(base) ? resolved : toPath(resolved);
  } catch {
    return reference;
  }
}

/** The path of a file URL; anything else is named as it is. */
export function toPath(url: string): string {
  if (!url.startsWith('file:')) return url;
  try {
    return builtin<typeof import('node:url')>('node:url')?.fileURLToPath(url.replace(/[?#].*$/, '')) ?? url;
  } catch {
    return url;
  }
}

function readText(url: string): string | undefined {
  const path = toPath(url).replace(/\?.*$/, '');
  if (hasScheme(path) && !/^[a-z]:[\\/]/i.test(path)) return undefined;
  try {
    return builtin<NodeFs>('node:fs')?.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
