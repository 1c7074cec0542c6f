/**
 * Who wants to know where a derivative ends by nature (rounding, comparison, conversion to an integer or a string).
 * Invariant: costs nothing while nobody listens.
 */
import { type SourceLocation, userLocation } from '../errors/locate.ts';
import { hooks } from './hooks.ts';

/** Calls `listener` with each such use and the user's line, until the function it gives is called. */
export function listenInactive(listener: (what: string, where: SourceLocation | undefined) => void): () => void {
  const before = hooks.noteInactive;
  const note = (what: string): void => listener(what, userLocation(note));
  hooks.noteInactive = note;
  return () => {
    if (hooks.noteInactive === note) hooks.noteInactive = before;
  };
}
