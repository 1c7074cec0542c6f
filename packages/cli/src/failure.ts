/**
 * What a failed command prints and returns. Invariant: the user sees their own fault or their own frames, never a stack
 * of this program; the exit code tells a wrong call (2) from a function that has no gradient here (1).
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const exitCodes = { refused: 1, usage: 2 } as const;

/** The command was called wrongly; the message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function exitCodeOf(error: unknown): number {
  return error instanceof UsageError ? exitCodes.usage : exitCodes.refused;
}

export function failureText(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof Error)) return `The function threw ${String(error)}`;
  // Fluxion's own messages hold the user's line and the way out; more would only bury them.
  if (error.name === 'FluxionError') return error.message;
  const { head, frames } = stackOf(error);
  return [head, ...frames.filter(isOfUser).slice(0, 10)].join('\n');
}

function stackOf(error: Error): { head: string; frames: string[] } {
  const lines = (error.stack ?? '').split('\n');
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  const head = first === -1 ? `${error.name}: ${error.message}` : lines.slice(0, first).join('\n');
  return { head, frames: first === -1 ? [] : lines.slice(first) };
}

const here = dirname(fileURLToPath(import.meta.url));
const ours =
  /node:|[\\/]node_modules[\\/](?:commander|tsx|fluxion|fluxion-plugin)[\\/]|[\\/]packages[\\/](?:fluxion|plugin)[\\/](?:src|dist)[\\/]/;

const isOfUser = (frame: string): boolean => /^\s+at /.test(frame) && !frame.includes(here) && !ours.test(frame);
