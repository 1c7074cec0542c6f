/**
 * The address of a script whose text is known, found without asking the engine for all its scripts (which takes tens of
 * milliseconds): the files on the stack, and those they import, are compared with the text.
 * Invariant: an address is given only for a script or file of exactly this text (types blanked out at most), so line
 * numbers and names are right under it. Two files of one text may be taken for each other; where that matters, don't ask here.
 */
import { stackFrames } from '../errors/locate.ts';
import { builtinModule } from './environment.ts';

/** Files looked into on the way; `null`: not to be read. */
const files = new Map<string, string | null>();
/** Files of scripts that were asked for: what they import is likely to be asked for next. */
const known = new Set<string>();
const readLimit = 60;
const keptLimit = 500;

export function addressOfText(text: string): string | undefined {
  const frames = stackFrames(addressOfText);
  const onStack = new Set(frames.map(({ url }) => asFileUrl(url)).filter((url) => url !== undefined));
  const found = searchFiles(text, onStack);
  if (found !== undefined) return found;
  // A script that was changed while it was loaded; the engine knows the hashes of those on the stack.
  const hash = sha256(text);
  for (const { url, site } of frames) {
    const address = asFileUrl(url);
    if (address !== undefined && hash !== undefined && site?.getScriptHash?.() === hash) return address;
  }
  return undefined;
}

/** From the files on the stack to what they import, and so on; the nearest first. */
function searchFiles(text: string, onStack: ReadonlySet<string>): string | undefined {
  const queue = new Set([...onStack, ...known]);
  let reads = 0;
  for (const url of queue) {
    if (!files.has(url) && ++reads > readLimit) return undefined;
    const content = read(url);
    if (content === null) continue;
    if (isTextOf(text, content)) {
      known.add(url);
      return url;
    }
    for (const imported of importsOf(content, url)) queue.add(imported);
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
