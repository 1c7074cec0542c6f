/**
 * What becomes of a tracked number that is stored in fewer bits: the primal is rounded, the derivative passes.
 */
import { unaryRules } from '../rules/table.ts';
import { apply1 } from './numbers/apply.ts';
import { type Box, settle, type Value } from './numbers/box.ts';
import type { Kind } from './views.ts';

/** The number as an element of this kind holds it. */
export function roundTo(kind: Kind, box: Box): Value {
  if (kind.float === 'float32') return apply1(unaryRules.fround, box);
  if (kind.float === 'float16') return apply1(unaryRules.f16round, box);
  return settle(box);
}
