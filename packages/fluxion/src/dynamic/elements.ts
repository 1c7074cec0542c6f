/**
 * Whether an array has its elements and nothing else.
 * Invariant: `true` is certain; no code of the user's runs.
 */
import { builtinModule } from '../capture/environment.ts';

type Inspect = (value: unknown, options: object) => string;

const inspect = (builtinModule('node:util') as { inspect?: Inspect } | undefined)?.inspect;

/** Prints the properties that are no elements, and of the elements only how many there are. */
const options = { maxArrayLength: 0, showHidden: true, customInspect: false, depth: 0, breakLength: Infinity };

const worthwhile = 24;
let plainLength = -1;
let plainText = '';

/**
 * For a dense array. The language can only list all keys, which takes 44 µs for a thousand elements; the inspection of
 * Node leaves the elements out and takes 3. Whatever it prints, it prints the same for an array that is known to have nothing else.
 */
export function hasElementsOnly(array: unknown[]): boolean {
  const { length } = array;
  const usual = Object.getPrototypeOf(array) === Array.prototype && Object.getOwnPropertySymbols(array).length === 0;
  if (!usual || length < worthwhile || inspect === undefined) return Reflect.ownKeys(array).length === length + 1;
  if (length !== plainLength) {
    plainText = inspect(new Array(length).fill(0), options);
    plainLength = length;
  }
  return inspect(array, options) === plainText;
}
