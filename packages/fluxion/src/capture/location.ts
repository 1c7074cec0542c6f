/**
 * Where functions stand: the address of their script, its text, and the offset of their source in it.
 * Invariant: a text is believed only if it holds the function's own source around the place the engine gives; the Debugger
 * domain is on only while one message is answered, and a profiler or coverage of the user's goes on undisturbed.
 */
import { addressOfText } from './address.ts';
import type { ModuleText, SourcePosition } from './captured.ts';
import { builtinModule } from './environment.ts';
import { ask, askForEvents, type EngineLocation } from './inspector.ts';
import { type ScriptText, scriptTextOf } from './script-text.ts';

/** The text around a function, and by how much the engine's place of the function lies behind its beginning. */
export interface Place extends ModuleText {
  readonly offset: number;
}

/** A script as far as it is known. */
interface Script {
  url: string | undefined;
  likelyUrl: string | undefined | null;
  file: Text | undefined | null;
  parsed: Text | undefined | null;
}

/** A text and the offsets of its lines; its first line is line `firstLine` of the script as the engine counts. */
interface Text {
  readonly text: string;
  readonly lines: readonly number[];
  readonly firstLine: number;
  readonly firstColumn: number;
}

interface ParsedScript {
  readonly scriptId: string;
  readonly url: string;
  readonly startLine: number;
  readonly startColumn: number;
}

const scripts = new Map<string, Script>();

function scriptOf(scriptId: string): Script {
  let script = scripts.get(scriptId);
  if (script === undefined)
    scripts.set(scriptId, (script = { url: undefined, likelyUrl: undefined, file: undefined, parsed: undefined }));
  return script;
}

/** The texts in which the function can be found, the cheapest to have first. */
export function* placesOf(fn: Function, source: string, location: EngineLocation): Generator<Place> {
  const compiled = scriptTextOf(fn);
  const known = compiled && within(compiled, source);
  if (known !== undefined) {
    yield known;
    return;
  }
  const script = scriptOf(location.scriptId);
  for (const find of [fileText, parsedText]) {
    const text = find(script, location.scriptId);
    const place = text && within({ text: text.text, offset: offsetIn(text, location) }, source);
    if (place !== undefined) yield place;
  }
}

export function within({ text, offset }: ScriptText, source: string): Place | undefined {
  const start = text.lastIndexOf(source, offset);
  return start !== -1 && start + source.length > offset ? { text, start, offset: offset - start } : undefined;
}

/** What the engine would say of the offset `there` in a text, given what it says of the offset `here`. */
export function locationBeside(at: EngineLocation, text: string, here: number, there: number): EngineLocation {
  const between = text.slice(Math.min(here, there), Math.max(here, there)).match(lineEnd)?.length ?? 0;
  const lineNumber = at.lineNumber + (there < here ? -between : between);
  if (between === 0) return { ...at, columnNumber: at.columnNumber + there - here };
  let start = there;
  while (start > 0 && !/[\n\r\u2028\u2029]/.test(text[start - 1])) start--;
  return { ...at, lineNumber, columnNumber: there - start };
}

/** Where `source` begins, as exactly as can be told. */
export function positionOf(
  location: EngineLocation,
  source: string,
  place: Place | undefined,
): SourcePosition | undefined {
  const url = likelyUrl(location.scriptId, place);
  if (url === '') return undefined;
  const offset = place?.offset ?? parametersIn(source);
  const { lineNumber, columnNumber } = location;
  const lines = source.slice(0, offset).split(lineEnd);
  if (lines.length === 1) return { url, line: lineNumber, column: Math.max(0, columnNumber - offset) };
  const before = place === undefined ? '' : place.text.slice(0, place.start);
  const column = before.length - before.search(/[^\n\r\u2028\u2029]*$/);
  return { url, line: lineNumber - lines.length + 1, column };
}

/** The address of the script, or of one with the same text. */
export function likelyUrl(scriptId: string, place: Place | undefined): string {
  const script = scriptOf(scriptId);
  if (script.url !== undefined) return script.url;
  if (script.likelyUrl === undefined) {
    // Node's own modules stand in no file.
    const isFile = place !== undefined && !place.text.includes('primordials');
    script.likelyUrl = (isFile ? addressOfText(place.text) : undefined) ?? null;
  }
  return script.likelyUrl ?? scriptUrl(scriptId);
}

const lineEnd = /\r\n|[\n\r\u2028\u2029]/g;

/** The engine points at the parameters of functions and methods, and at the beginning of arrows and classes. */
function parametersIn(source: string): number {
  if (/^(?:async\s*)?\(|^class\b|^(?:async\s+)?[\w$]+\s*=>/.test(source)) return 0;
  const before = /^(?:(?:static|async|get|set|function)\b|[\w$#*]|\s)*\(/.exec(source)?.[0];
  return before === undefined || before.search(lineEnd) !== -1 ? 0 : before.length - 1;
}

/** The address of a script, certainly; empty if it has none. */
export function scriptUrl(scriptId: string): string {
  const script = scriptOf(scriptId);
  if (script.url === undefined) listCovered();
  // Coverage leaves out scripts none of whose functions ran lately.
  if (script.url === undefined) parsedText(script, scriptId);
  return (script.url ??= '');
}

let profilerOn = false;

/** Never disabled again: that would end a coverage which someone else has started. Enabled, it costs nothing. */
function listCovered(): void {
  if (!profilerOn) ask('Profiler.enable');
  profilerOn = true;
  const { result } = ask('Profiler.getBestEffortCoverage') as { result: { scriptId: string; url: string }[] };
  for (const { scriptId, url } of result) scriptOf(scriptId).url = url;
}

function parsedText(script: Script, scriptId: string): Text | undefined {
  if (script.parsed !== undefined) return script.parsed ?? undefined;
  script.parsed = null;
  const parsed = askForEvents<ParsedScript>('Debugger.enable', 'Debugger.scriptParsed', { maxScriptsCacheSize: 0 });
  try {
    for (const one of parsed) scriptOf(one.scriptId).url = one.url;
    const found = parsed.find((one) => one.scriptId === scriptId);
    if (found !== undefined) {
      const { scriptSource } = ask('Debugger.getScriptSource', { scriptId }) as { scriptSource: string };
      script.parsed = withLines(scriptSource, found.startLine, found.startColumn);
    }
  } finally {
    ask('Debugger.disable');
  }
  return script.parsed ?? undefined;
}

function fileText(script: Script, scriptId: string): Text | undefined {
  if (script.file !== undefined) return script.file ?? undefined;
  script.file = null;
  const path = pathOf(scriptUrl(scriptId));
  const fs = builtinModule('node:fs') as typeof import('node:fs') | undefined;
  if (path === undefined || fs === undefined) return undefined;
  try {
    const text = fs.readFileSync(path, 'utf8');
    script.file = withLines(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, 0, 0);
  } catch {
    // A script that came from no file has its text from the engine alone.
  }
  return script.file ?? undefined;
}

function pathOf(url: string | undefined): string | URL | undefined {
  if (url === undefined) return undefined;
  if (!url.startsWith('file:')) return /^(\/|[A-Za-z]:[\\/])/.test(url) ? url : undefined;
  try {
    const path = new URL(url);
    path.search = '';
    path.hash = '';
    return path;
  } catch {
    return undefined;
  }
}

function withLines(text: string, firstLine: number, firstColumn: number): Text {
  const lines = [0];
  for (const { index, 0: end } of text.matchAll(lineEnd)) lines.push(index + end.length);
  return { text, lines, firstLine, firstColumn };
}

function offsetIn({ lines, firstLine, firstColumn }: Text, at: EngineLocation): number {
  const line = at.lineNumber - firstLine;
  return (lines[line] ?? Number.NaN) + at.columnNumber - (line === 0 ? firstColumn : 0);
}
