/**
 * Finds the user's line on the stack. Frames of Fluxion itself and of the engine are passed over; a frame that a
 * registered locator knows (code that runs in place of the user's) is replaced by the place it stands for.
 */
import { originalLocation, type Position, registeredText, type SourceLocation, toPath } from './original.ts';
import { framesOfText } from './stack-text.ts';

export type { Position, SourceLocation } from './original.ts';

/** What V8 tells of a frame; only what is used here. */
export interface CallSite {
  getFileName(): string | null | undefined;
  getScriptNameOrSourceURL?(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  getFunctionName(): string | null;
  getEvalOrigin?(): string | undefined;
  isNative(): boolean;
  /** SHA-256 of the script's text. */
  getScriptHash?(): string;
  isConstructor?(): boolean;
  isAsync?(): boolean;
}

export interface StackFrame extends Position {
  readonly name: string | undefined;
  /** The engine's own object for the frame, on V8. */
  readonly site: CallSite | undefined;
}

/** A place in a script as loaded, that is before source maps. Lines and columns count from 0, as the engine's do. */
export interface Place {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** Says which place of the user's a place in generated code stands for; undefined for one the locator does not know. */
export type Locator = (url: string, line: number, column: number, site: CallSite | undefined) => Place | undefined;

const locators: Locator[] = [];

export function registerLocator(locator: Locator): void {
  locators.push(locator);
}

/** One frame of the user's: where it is in the text as loaded, and the name of its function. */
export interface UserFrame {
  readonly position: Position;
  readonly name: string | undefined;
}

/** The frames of the user's on the present stack, innermost first. `below`: leave out this function and its callees. */
export function userFrames(below: Function): UserFrame[] {
  return usersOf(stackFrames(below));
}

/** The frames of the user's among these, with what stands in for them replaced. */
export function usersOf(frames: readonly StackFrame[]): UserFrame[] {
  return frames.flatMap((frame) => {
    const position = placeOf(frame);
    return position === undefined ? [] : [{ position, name: frame.name }];
  });
}

/** A call site with the position that it stands for. */
export interface PlacedSite extends UserFrame {
  readonly site: CallSite;
}

/** The call sites that are the user's, innermost first, as the engine hands them to a formatter of stacks. */
export function placedSites(sites: readonly CallSite[]): PlacedSite[] {
  return sites.flatMap((site) => {
    const frame = frameOfSite(site);
    const position = placeOf(frame);
    return position === undefined ? [] : [{ site, position, name: frame.name }];
  });
}

function placeOf(frame: StackFrame): Position | undefined {
  for (const locator of locators) {
    const place = locator(frame.url, frame.line - 1, frame.column - 1, frame.site);
    if (place === undefined) continue;
    return { url: place.url, line: place.line + 1, column: place.column + 1, text: registeredText(place.url) };
  }
  return isForeign(frame.url) ? undefined : frame;
}

/** Where the user's program is at present, in the file they wrote. */
export function userLocation(below: Function = userLocation): SourceLocation | undefined {
  const [frame] = userFrames(below);
  return frame && originalLocation(frame.position);
}

/** The folder of Fluxion's own code: `src/` here, or that of the bundled file; nothing in a script that is no module. */
const own = toPath((import.meta.url as string | undefined) ?? '').replace(/(?:[\\/]errors)?[\\/][^\\/]*$/, '');

function isForeign(url: string): boolean {
  if (url === '' || url.startsWith('node:') || url === '<anonymous>' || url === 'native') return true;
  const path = toPath(url);
  return own !== '' && path.startsWith(own) && /[\\/]/.test(path.charAt(own.length));
}

const deepest = 200;

export function stackFrames(below: Function): StackFrame[] {
  const host = Error as { stackTraceLimit?: number; prepareStackTrace?: unknown; captureStackTrace?: Function };
  const { stackTraceLimit: limit, prepareStackTrace: prepare } = host;
  const holder: { stack?: unknown } = {};
  // Frozen intrinsics leave the text only.
  if (Object.isFrozen(Error)) return textFrames(new Error().stack);
  try {
    // The engine's own positions: a host may have installed a formatter that maps them, or drops frames.
    host.stackTraceLimit = deepest;
    host.prepareStackTrace = (_error: unknown, sites: CallSite[]) => sites;
    if (host.captureStackTrace) host.captureStackTrace(holder, below);
    else holder.stack = new Error().stack;
    const { stack } = holder;
    if (Array.isArray(stack)) return stack.map(frameOfSite);
    return textFrames(stack);
  } finally {
    host.stackTraceLimit = limit as number;
    host.prepareStackTrace = prepare;
  }
}

function textFrames(stack: unknown): StackFrame[] {
  return typeof stack === 'string' ? framesOfText(stack).map((frame) => ({ ...frame, site: undefined })) : [];
}

function frameOfSite(site: CallSite): StackFrame {
  return {
    url: site.isNative() ? 'native' : (site.getFileName() ?? site.getScriptNameOrSourceURL?.() ?? ''),
    line: site.getLineNumber() ?? 0,
    column: site.getColumnNumber() ?? 0,
    name: site.getFunctionName() ?? undefined,
    site,
  };
}
