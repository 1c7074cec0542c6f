/**
 * Everything that twin code and the built-ins do with properties: reading and writing (access.ts), asking, deleting and
 * copying (asking.ts).
 * Invariant: on values that nothing is tracked in, everything is exactly the language's, the native errors included.
 */
export { g, get, getFrom, keyOf, S, set, setSloppy, setYoung, slowMark, writeElement } from './access.ts';
export {
  delete,
  deleteProperty,
  deleteSloppy,
  deleteStrict,
  hasProperty,
  in,
  inOperator,
  instanceOf,
  instanceof,
  rest,
  spread,
  superGet,
  superSet,
} from './asking.ts';
export { markOriginal } from './originals.ts';
