/**
 * The one error type Fluxion throws, and the one function that makes it. Its message has the same parts in the same
 * order always: what happened, the user's line with the code around it, why, and what to do.
 */
import { type Details, type ErrorCode, type Texts, texts } from './catalogue.ts';
import { stackFrames, type UserFrame, usersOf } from './locate.ts';
import { originalLocation, originalPlace, type Position, type SourceLocation } from './original.ts';

export class FluxionError extends Error {
  override readonly name = 'FluxionError';
  readonly code: ErrorCode;
  /** Why it is an error. */
  readonly why: string;
  /** What to do about it. */
  readonly fix: string;
  /** The user's line, where one was found. */
  readonly where: SourceLocation | undefined;

  constructor(parts: Texts, where: SourceLocation | undefined, options?: ErrorOptions) {
    super(formatMessage(parts, where), options);
    this.code = parts.code;
    this.why = parts.why;
    this.fix = parts.fix;
    this.where = where;
    hideFromPrinters(this);
  }
}

export interface FluxionErrorOptions {
  /** The place, where it is known better than the stack tells (the position of a syntax node, for instance). */
  readonly at?: Position | undefined;
  readonly cause?: unknown;
}

/** Makes the error; the caller throws it, so that the flow of control can be seen: `throw fluxionError(…)`. */
export function fluxionError<C extends ErrorCode>(
  code: C,
  details: Details<C>,
  options: FluxionErrorOptions = {},
): FluxionError {
  const frames = stackFrames(fluxionError);
  const users = usersOf(frames);
  const position = options.at ?? users[0]?.position;
  const error = new FluxionError(
    texts(code, details),
    position && originalLocation(position),
    'cause' in options ? { cause: options.cause } : undefined,
  );
  if (!keepsWholeStack()) setStack(error, users);
  return error;
}

/** The message without its type and stack, for a terminal. */
export function formatMessage(parts: Texts, where: SourceLocation | undefined): string {
  const lines = [`${parts.code}: ${parts.what}`];
  if (where) {
    lines.push('', `  at ${shortPath(where.file)}:${where.line}:${where.column}`);
    if (where.frame !== undefined) lines.push('', ...where.frame.split('\n').map((line) => `  ${line}`.trimEnd()));
  }
  lines.push('', `Why: ${parts.why}`, `What to do: ${parts.fix}`);
  return lines.join('\n');
}

/** A file below the working directory is named relative to it. */
export function shortPath(file: string): string {
  const host = (globalThis as { process?: { cwd?(): string } }).process;
  try {
    const folder = host?.cwd?.();
    return folder !== undefined && file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;
  } catch {
    return file;
  }
}

/** With FLUXION_DEBUG set, the stack keeps Fluxion's own frames. */
function keepsWholeStack(): boolean {
  return Boolean((globalThis as { process?: { env?: Record<string, string> } }).process?.env?.FLUXION_DEBUG);
}

const shownFrames = 10;

/** The stack shows the user's frames only, each in the file the user wrote. */
function setStack(error: FluxionError, users: readonly UserFrame[]): void {
  const lines = users.slice(0, shownFrames).map(({ position, name }) => {
    const place = originalPlace(position);
    return name ? `    at ${name} (${place})` : `    at ${place}`;
  });
  const stack = [`${error.name}: ${error.message}`, ...lines].join('\n');
  Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true, enumerable: false });
}

/** `console.log(error)` prints the stack, whose head has all of this already. */
function hideFromPrinters(error: FluxionError): void {
  for (const key of ['name', 'why', 'fix', 'where'] as const) {
    Object.defineProperty(error, key, { value: error[key], enumerable: false, writable: true, configurable: true });
  }
}
