/** From a place in a lowered function to the user's line, and the function that it is in. */
import { type Position, registeredText } from '../../errors/original.ts';
import type { Place } from '../../ir/ops.ts';
import { isFunction } from '../../syntax/ast.ts';
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

/** Where the first function begins, which is the one that was asked for. */
export function startOf([first]: readonly Unit[]): Place | undefined {
  return first && { unit: first.index, offset: first.shape.node.start };
}

/** The name of the innermost function around a place that has one. */
export function functionAround(units: readonly Unit[], at: Place | undefined): string | undefined {
  const unit = at && units[at.unit];
  if (unit === undefined) return undefined;
  let name = unit.captured.fn.name;
  let start = -1;
  for (const node of unit.analysis.functions.keys()) {
    if (!isFunction(node) || !node.id || node.start <= start || node.start > at!.offset || node.end < at!.offset)
      continue;
    start = node.start;
    name = node.id.name;
  }
  return name || undefined;
}
