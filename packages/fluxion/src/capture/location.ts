/**
 * Where functions stand: the address of their script, its text, and the offset of their source in it.
 * Invariant: a text is believed only if it holds the function's own source around the place the engine gives; the Debugger
 * domain is on only while one message is answered, and a profiler or coverage of the user's goes on undisturbed.
 */
import type { ModuleText, SourcePosition } from './captured.ts';
import { builtinModule } from './environment.ts';
import { ask, askForEvents, type EngineLocation } from './inspector.ts';

/** A script as far as it is known. */
interface Script {
  url: string | undefined;
  file: Text | undefined | null;
  engine: Text | undefined | null;
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

/** Where `source` begins, as exactly as can be told without the Debugger domain. */
export function positionOf(location: EngineLocation, source: string): SourcePosition | undefined {
  const { scriptId } = location;
  const url = scriptUrl(scriptId);
  if (url === undefined || url === '') return undefined;
  const script = scriptOf(scriptId);
  for (const text of [fileText(script), script.engine]) {
    if (!text) continue;
    const start = find(text, location, source);
    if (start !== undefined) return positionIn(text, start, url);
  }
  return { url, ...beforeParameters(location, source) };
}

/** The text of the script around a function, first from the file, then from the engine (which takes longer). */
export function moduleTextOf(
  location: EngineLocation,
  source: string,
  from: 'file' | 'engine',
): ModuleText | undefined {
  scriptUrl(location.scriptId);
  const script = scriptOf(location.scriptId);
  const text = from === 'file' ? fileText(script) : engineText(location.scriptId, script);
  if (!text) return undefined;
  const start = find(text, location, source);
  return start === undefined ? undefined : { text: text.text, start };
}

function scriptOf(scriptId: string): Script {
  let script = scripts.get(scriptId);
  if (script === undefined) scripts.set(scriptId, (script = { url: undefined, file: undefined, engine: undefined }));
  return script;
}

export function scriptUrl(scriptId: string): string | undefined {
  let url = scripts.get(scriptId)?.url;
  if (url === undefined) {
    listCovered();
    url = scripts.get(scriptId)?.url;
  }
  if (url === undefined) {
    // Coverage leaves out scripts none of whose functions ran lately.
    engineText(scriptId, scriptOf(scriptId));
    url = scriptOf(scriptId).url ??= '';
  }
  return url;
}

let profilerOn = false;

/** Never disabled again: that would end a coverage which someone else has started. Enabled, it costs nothing. */
function listCovered(): void {
  if (!profilerOn) ask('Profiler.enable');
  profilerOn = true;
  const { result } = ask('Profiler.getBestEffortCoverage') as { result: { scriptId: string; url: string }[] };
  for (const { scriptId, url } of result) scriptOf(scriptId).url = url;
}

function engineText(scriptId: string, script: Script): Text | undefined {
  if (script.engine !== undefined) return script.engine ?? undefined;
  script.engine = null;
  const parsed = askForEvents<ParsedScript>('Debugger.enable', 'Debugger.scriptParsed', { maxScriptsCacheSize: 0 });
  try {
    for (const one of parsed) scriptOf(one.scriptId).url = one.url;
    const found = parsed.find((one) => one.scriptId === scriptId);
    if (found !== undefined) {
      const { scriptSource } = ask('Debugger.getScriptSource', { scriptId }) as { scriptSource: string };
      script.engine = withLines(scriptSource, found.startLine, found.startColumn);
    }
  } finally {
    ask('Debugger.disable');
  }
  return script.engine ?? undefined;
}

function fileText(script: Script): Text | undefined {
  if (script.file !== undefined) return script.file ?? undefined;
  script.file = null;
  const path = pathOf(script.url);
  const fs = builtinModule('node:fs') as { readFileSync(path: string | URL, encoding: 'utf8'): string } | undefined;
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
  for (const { index, 0: end } of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) lines.push(index + end.length);
  return { text, lines, firstLine, firstColumn };
}

/** The offset of `source` in the text, if it is found around the place. */
function find({ text, lines, firstLine, firstColumn }: Text, at: EngineLocation, source: string): number | undefined {
  const line = at.lineNumber - firstLine;
  const begin = lines[line];
  if (begin === undefined) return undefined;
  const offset = begin + at.columnNumber - (line === 0 ? firstColumn : 0);
  const start = text.lastIndexOf(source, offset);
  return start !== -1 && start + source.length > offset ? start : undefined;
}

function positionIn({ lines, firstLine, firstColumn }: Text, offset: number, url: string): SourcePosition {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { url, line: low + firstLine, column: offset - lines[low]! + (low === 0 ? firstColumn : 0) };
}

const head = /^(?:(?:static|async|get|set|function)\b|[\w$#*]|\s)*\(/;

/** The engine points at the parameters of functions and methods, and at the beginning of arrows and classes. */
function beforeParameters(at: EngineLocation, source: string): { line: number; column: number } {
  const { lineNumber, columnNumber } = at;
  if (!/^(?:async\s*)?\(|^class\b|^(?:async\s+)?[\w$]+\s*=>/.test(source)) {
    const before = head.exec(source)?.[0];
    if (before !== undefined && !/[\n\r]/.test(before) && before.length - 1 <= columnNumber) {
      return { line: lineNumber, column: columnNumber - (before.length - 1) };
    }
  }
  return { line: lineNumber, column: columnNumber };
}
