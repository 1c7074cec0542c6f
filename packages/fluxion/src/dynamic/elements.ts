/**
 * Whether an array has its elements and nothing else.
 * Invariant: `true` is certain; no code of the user's runs.
 */
import { builtinModule } from '../capture/environment.ts';
import { OwnMap } from './own.ts';

type Inspect = (value: unknown, options: object) => string;

const inspect = (builtinModule('node:util') as { inspect?: Inspect } | undefined)?.inspect;

/** Prints the properties that are no elements, and of the elements only how many there are. */
const options = { maxArrayLength: 0, showHidden: true, customInspect: false, depth: 0, breakLength: Infinity };

const worthwhile = 24;

/** What arrays print that have nothing else, by their length. */
let plain = new OwnMap<string, string>();
const mostPlain = 1_000;

function plainText(key: string, make: () => unknown, show: object): string {
  let text = plain.get(key);
  if (text === undefined) {
    if (plain.size >= mostPlain) plain = new OwnMap();
    plain.set(key, (text = (inspect as Inspect)(make(), show)));
  }
  return text;
}

/**
 * Holes count as elements. The language can only list all keys, which takes 44 µs for a thousand elements; the inspection of
 * Node leaves the elements out and takes 3. Whatever it prints, it prints the same for an array that is known to have nothing else.
 */
export function hasElementsOnly(array: unknown[]): boolean {
  const { length } = array;
  const usual = Object.getPrototypeOf(array) === Array.prototype && Object.getOwnPropertySymbols(array).length === 0;
  if (!usual || length < worthwhile || inspect === undefined) {
    const keys = Reflect.ownKeys(array);
    // A key that is no index comes after all indices, and `length` is the first of those.
    return keys[keys.length - 1] === 'length' && (keys.length === 1 || isIndex(keys[keys.length - 2] as PropertyKey));
  }
  // Of the length only the digits are in it.
  const text = plainText('', () => new Array(worthwhile).fill(0), options);
  return inspect(array, options) === text.replaceAll(`${worthwhile}`, `${length}`);
}

const longestList = 2 ** 25;

/** An array so long that it hardly has most of its elements: it is looked into by its keys. */
export function isSparse(array: readonly unknown[]): boolean {
  return array.length > longestList;
}

const shown = { ...options, showHidden: false };

/** Whether a typed array of the language's own class `Kind` has no named properties, as far as they are enumerable. */
export function viewHasNoNames(view: ArrayBufferView, length: number, Kind: new (length: number) => object): boolean {
  if (inspect === undefined) return Object.keys(view).length === length;
  return inspect(view, shown) === plainText(`${Kind.name} ${length}`, () => new Kind(length), shown);
}

export function isIndex(key: PropertyKey): boolean {
  return typeof key === 'string' && String(Number(key) >>> 0) === key;
}
