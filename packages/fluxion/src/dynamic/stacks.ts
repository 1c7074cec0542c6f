/**
 * Stacks of errors that are made while a gradient runs: the user's frames at the user's places, as if the original ran.
 * Invariant: frames of the library are left out, no frame of the user's is; when no gradient is active the host is as it was.
 */
import { type CallSite, type PlacedSite, placedSites } from '../errors/locate.ts';
import { originalPlace } from '../errors/original.ts';

type Formatter = (error: unknown, sites: CallSite[]) => unknown;

interface Host {
  prepareStackTrace?: Formatter | undefined;
  stackTraceLimit?: number;
}

const host = Error as unknown as Host;
let previous: { formatter: PropertyDescriptor | undefined; limit: number | undefined } | undefined;

/** The library stands between the user's frames: more of them are looked at than are shown. */
const factor = 5;

export function watchStacks(): void {
  if (previous !== undefined) return;
  const limit = host.stackTraceLimit;
  previous = { formatter: Object.getOwnPropertyDescriptor(host, 'prepareStackTrace'), limit };
  try {
    host.prepareStackTrace = format;
    if (typeof limit === 'number') host.stackTraceLimit = limit * factor;
  } catch {
    // The host does not allow it (frozen intrinsics): stacks are the engine's.
  }
}

export function unwatchStacks(): void {
  const before = previous;
  previous = undefined;
  if (before === undefined || host.prepareStackTrace !== format) return;
  if (before.formatter === undefined) delete host.prepareStackTrace;
  else Object.defineProperty(host, 'prepareStackTrace', before.formatter);
  if (before.limit !== undefined) host.stackTraceLimit = before.limit;
}

/** Formats the stack of an error while the formatter is in place; engines put that off until somebody looks. */
export function settleStack(error: unknown): void {
  if (error instanceof Error) void error.stack;
}

function format(error: unknown, sites: CallSite[]): unknown {
  const before = previous?.formatter?.value as Formatter | undefined;
  const placed = placedSites(sites).slice(0, previous?.limit ?? 10);
  // While this is worked out (source maps are asked of the host), the formatter is the host's own.
  host.prepareStackTrace = before;
  try {
    // The host's formatter knows only the text that the engine has.
    const known = placed.every(({ position }) => position.text === undefined);
    if (typeof before === 'function' && known) return before.call(Error, error, placed.map(siteAt));
    return [header(error), ...placed.map(line)].join('\n    at ');
  } finally {
    if (previous !== undefined) host.prepareStackTrace = format;
  }
}

function header(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

function line({ name, position, site }: PlacedSite): string {
  const place = originalPlace(position);
  if (name === undefined) return place;
  const prefix = site.isConstructor?.() ? 'new ' : site.isAsync?.() ? 'async ' : '';
  return `${prefix}${name} (${place})`;
}

/** The site as seen from outside, at its original place. */
function siteAt({ site, position }: PlacedSite): CallSite {
  return new Proxy(site, {
    get(target, key) {
      if (key === 'getLineNumber') return () => position.line;
      if (key === 'getColumnNumber') return () => position.column;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
