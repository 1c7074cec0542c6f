/**
 * From a stack to the user's line: which twin a frame belongs to, and the original position of a place in it.
 * Invariant: a frame that is not of twin code is never taken for one of another line.
 */
import { builtinModule } from '../capture/environment.ts';
import { type CallSite, type Place, registerLocator, stackFrames } from '../errors/locate.ts';
import { OwnMap } from './own.ts';
import type { Rewritten } from './rewrite/rewrite.ts';

interface Script {
  readonly firstLine: number;
  readonly lastLine: number;
  /** The text that was compiled: the factory in a parenthesis. */
  readonly text: string;
  hash: string | undefined;
  readonly rewritten: Rewritten;
}

const scripts = new OwnMap<string, Script[]>();

/** Called once for every twin text that is compiled. Lines count from 0. */
export function registerScript(url: string, firstLine: number, rewritten: Rewritten, text: string): void {
  const lines = rewritten.source.split('\n').length;
  const script = { firstLine, lastLine: firstLine + lines - 1, text, hash: undefined, rewritten };
  const list = scripts.get(url);
  if (list === undefined) scripts.set(url, [script]);
  else list.push(script);
}

/** The twins that a place may be in: one, where the engine tells which script a frame is of. */
function candidates(url: string, line: number, site: CallSite | undefined): Script[] {
  const list = scripts.get(url) ?? scripts.get(url.startsWith('/') ? `file://${url}` : url.replace(/^file:\/\//, ''));
  const near = (list ?? []).filter((s) => line >= s.firstLine && line <= s.lastLine);
  const hash = near.length === 0 ? undefined : site?.getScriptHash?.();
  const crypto = hash ? (builtinModule('node:crypto') as typeof import('node:crypto') | undefined) : undefined;
  if (crypto === undefined) return near.reverse();
  return near.filter((s) => (s.hash ??= crypto.createHash('sha256').update(s.text).digest('hex')) === hash);
}

/** Where a place in a twin stands in the factory's text. */
function inFactory(script: Script, line: number, column: number): [row: number, column: number] {
  const row = line - script.firstLine + script.rewritten.headerLines;
  return [row, row === 0 ? column - 1 : column];
}

/** The original place (line and column from 0) of a place in twin code; undefined if no twin stands there. */
export function originalPosition(
  url: string,
  line: number,
  column: number,
  site: CallSite | undefined,
): Place | undefined {
  let best: Place | undefined;
  for (const script of candidates(url, line, site)) {
    const hit = script.rewritten.positions.original(...inFactory(script, line, column));
    if (hit === undefined) continue;
    const place = { url, line: hit.line, column: hit.column };
    if (hit.exact) return place;
    best ??= place;
  }
  return best;
}

registerLocator(originalPosition);

/** The text of the callee where twin code is making a call at present, for the message that it is no function. */
export function calleeText(): string | undefined {
  for (const frame of stackFrames(calleeText)) {
    for (const script of candidates(frame.url, frame.line - 1, frame.site)) {
      const hit = script.rewritten.positions.offset(...inFactory(script, frame.line - 1, frame.column - 1));
      const text = hit && /^(?:new\s+)?([\w$.[\]'"#]+)/.exec(script.rewritten.source.slice(hit.offset))?.[1];
      if (text) return text;
    }
  }
  return undefined;
}
