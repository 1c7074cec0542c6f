/**
 * The address of a script whose text is known, found without asking the engine for all its scripts (which takes tens of
 * milliseconds): the files on the stack, and those they import, are compared with the text.
 * Invariant: an address is given only for a script or file of exactly this text (types blanked out at most), so line
 * numbers and names are right under it. Two files of one text may be taken for each other; where that matters, don't ask here.
 */
import { type StackFrame, stackFrames } from '../errors/locate.ts';
import { builtinModule } from './environment.ts';

/** Files looked into on the way; `null`: not to be read. */
const files = new Map<string, string | null>();
/** Files of scripts that were asked for: what they import is likely to be asked for next. */
const known = new Set<string>();
const readLimit = 60;
const keptLimit = 500;

export function addressOfText(text: string): string | undefined {
  const frames = stackFrames(addressOfText);
  const start = new Set(known);
  for (const { url } of frames) {
    const address = asFileUrl(url);
    // What runs the user's code (a test runner, a loader) is large and leads nowhere.
    if (address !== undefined && !address.includes('/node_modules/')) start.add(address);
  }
  const search = new Search(text, start);
  return search.go(2) ?? hashedOnStack(text, frames) ?? search.go(Number.POSITIVE_INFINITY);
}

/** From some files to what they import, and so on, the nearest first. */
class Search {
  private readonly text: string;
  private readonly seen: Set<string>;
  private next: string[];
  private reads = 0;

  constructor(text: string, start: ReadonlySet<string>) {
    this.text = text;
    this.seen = new Set(start);
    this.next = [...start];
  }

  go(rounds: number): string | undefined {
    for (let round = 0; round < rounds && this.next.length > 0; round++) {
      const urls = this.next;
      this.next = [];
      for (const url of urls) {
        if (!files.has(url) && ++this.reads > readLimit) return undefined;
        const content = read(url);
        if (content === null) continue;
        if (isTextOf(this.text, content)) {
          known.add(url);
          return url;
        }
        for (const imported of importsOf(content, url)) {
          if (!this.seen.has(imported)) this.next.push(imported);
          this.seen.add(imported);
        }
      }
    }
    return undefined;
  }
}

/** A script that was changed while it was loaded has not the text of its file; the engine knows its hash. */
function hashedOnStack(text: string, frames: readonly StackFrame[]): string | undefined {
  const hash = sha256(text);
  if (hash === undefined) return undefined;
  for (const { url, site } of frames) {
    const address = asFileUrl(url);
    if (address !== undefined && site?.getScriptHash?.() === hash) return address;
  }
  return undefined;
}

function read(url: string): string | null {
  let content = files.get(url);
  if (content === undefined) {
    content = null;
    const fs = builtinModule('node:fs') as typeof import('node:fs') | undefined;
    try {
      const path = new URL(url);
      path.search = '';
      path.hash = '';
      content = fs?.readFileSync(path, 'utf8') ?? null;
      if (content?.charCodeAt(0) === 0xfeff) content = content.slice(1);
    } catch {
      // Not a file, or not one that may be read.
    }
    if (files.size >= keptLimit) files.clear();
    files.set(url, content);
  }
  return content;
}

/** Whether the engine's text is that of the file, perhaps with spaces in place of types. */
function isTextOf(text: string, content: string): boolean {
  if (text.length !== content.length) return false;
  if (text === content) return true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== content.charCodeAt(i) && code !== 32 && code !== 59) return false;
  }
  return true;
}

const relativeImport = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(?:'(\.[^'\n]*)'|"(\.[^"\n]*)")/g;

function importsOf(content: string, base: string): string[] {
  const found: string[] = [];
  for (const [, single, double] of content.matchAll(relativeImport)) {
    try {
      found.push(new URL(single ?? double!, base).href);
    } catch {
      // Not an address after all.
    }
  }
  return found;
}

function asFileUrl(url: string): string | undefined {
  if (url.startsWith('file:')) return url;
  if (!/^(?:\/|[A-Za-z]:[\\/])/.test(url)) return undefined;
  return (builtinModule('node:url') as typeof import('node:url') | undefined)?.pathToFileURL(url).href;
}

function sha256(text: string): string | undefined {
  const crypto = builtinModule('node:crypto') as typeof import('node:crypto') | undefined;
  return crypto?.createHash('sha256').update(text).digest('hex');
}
