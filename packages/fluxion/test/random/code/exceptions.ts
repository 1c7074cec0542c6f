/** try, catch, finally and throw, left by every kind of jump. */
import type { Code, Place, Statement, Variable, Writer } from './writer.ts';

export const exceptions: Code = {
  statements: (w, place) => [[place.depth < 3 && !place.isInner ? 0.6 : 0, () => attempted(w, place)]],
};

function attempted(w: Writer, place: Place): Statement[] {
  const { c } = w;
  const body: Statement[] = w.inside(place);
  const e = w.name('e');
  const thrown: Variable = { name: e, kind: 'number', mutable: false, size: 0 };
  if (c.is(0.7)) body.push(`if (${w.condition(place, 1)}) throw ${w.bounded(place, 1)};`);
  const numbers = w.mutable(place, 'number');
  const effect = (at: Place) => (numbers.length > 0 ? w.assignment(at, c.pick(numbers).name) : ';');
  const handler = ` catch (${e}) { ${effect(w.with(place, {}, [thrown]))} }`;
  const last = ` finally { ${effect(place)} }`;
  const tail = c.pick([handler, `${handler}${last}`, handler]);
  // What is thrown without a handler here would end the program.
  const safe = c.is(0.2) ? `${last}` : tail;
  if (safe === last) body.pop();
  return [{ head: 'try {', body, tail: `}${safe}` }];
}
