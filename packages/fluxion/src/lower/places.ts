/** From a place in a lowered function to the user's line. */
import { type Position, registeredText } from '../errors/original.ts';
import type { Place } from '../ir/ops.ts';
import type { Unit } from './code.ts';

/** Where a place stands in the script that the engine runs; undefined where the function's own place is not known. */
export function positionOf(units: readonly Unit[], at: Place | undefined): Position | undefined {
  const unit = at && units[at.unit];
  const start = unit?.captured.location;
  if (unit === undefined || start === undefined) return undefined;
  const before = unit.captured.source.slice(0, Math.max(0, at!.offset - unit.shape.offset)).split('\n');
  const last = before[before.length - 1].length;
  return {
    url: start.url,
    line: start.line + before.length,
    column: (before.length === 1 ? start.column + last : last) + 1,
    text: registeredText(start.url),
  };
}
