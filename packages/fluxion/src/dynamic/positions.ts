/**
 * From a stack to the user's line: which twin a frame belongs to, and the original position of a place in it.
 * Invariant: a frame that is not of twin code is never taken for one of another line.
 */
import { type Place, registerLocator, stackFrames } from '../errors/locate.ts';
import type { Rewritten } from './rewrite/rewrite.ts';

interface Script {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly rewritten: Rewritten;
}

const scripts = new Map<string, Script[]>();

/** Called once for every twin text that is compiled. Lines count from 0. */
export function registerScript(url: string, firstLine: number, rewritten: Rewritten): void {
  const list = scripts.get(url);
  const script = { firstLine, lastLine: firstLine + rewritten.source.split('\n').length - 1, rewritten };
  if (list === undefined) scripts.set(url, [script]);
  else list.push(script);
}

/** The original place (line and column from 0) of a place in twin code; undefined if no twin stands there. */
export function originalPosition(url: string, line: number, column: number): Place | undefined {
  const list = scripts.get(url) ?? scripts.get(url.startsWith('/') ? `file://${url}` : url.replace(/^file:\/\//, ''));
  if (list === undefined) return undefined;
  let best: Place | undefined;
  for (let i = list.length - 1; i >= 0; i--) {
    const { firstLine, lastLine, rewritten } = list[i];
    if (line < firstLine || line > lastLine) continue;
    const hit = rewritten.positions.original(line - firstLine, column);
    if (hit === undefined) continue;
    const location = { url, line: hit.line, column: hit.column };
    if (hit.exact) return location;
    best ??= location;
  }
  return best;
}

registerLocator(originalPosition);

/** The text of the callee where twin code is making a call at present, for the message that it is no function. */
export function calleeText(): string | undefined {
  for (const frame of stackFrames(calleeText)) {
    for (const { firstLine, lastLine, rewritten } of scripts.get(frame.url) ?? []) {
      const line = frame.line - 1;
      if (line < firstLine || line > lastLine) continue;
      const row = line - firstLine + rewritten.headerLines;
      const hit = rewritten.positions.offset(row, row === 0 ? frame.column - 2 : frame.column - 1);
      const text = hit && /^(?:new\s+)?([\w$.[\]'"#]+)/.exec(rewritten.source.slice(hit.offset))?.[1];
      if (text) return text;
    }
  }
  return undefined;
}
