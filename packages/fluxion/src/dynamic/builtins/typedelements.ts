/**
 * Moving numbers in and out of typed memory for the built-ins on typed arrays: element by element, and as ranges of bytes whose
 * tracked numbers go with them.
 * Invariant: memory holds the primal of every box in its shadow, after each of these as before.
 */
import { refuseReadBack, toPrimitive } from '../conversions.ts';
import { hooks, noteInactive } from '../hooks.ts';
import { isBox, numberOf, S } from '../numbers/box.ts';
import { OriginalMark, SharedMark } from '../originals.ts';
import { g, get, writeElement } from '../properties.ts';
import { ensureShadow, hasShadow, markYoung, shadowOfView } from '../shadow.ts';
import { isObject } from '../strip.ts';
import {
  bufferOf,
  isTypedArray,
  kindOf,
  lengthOf,
  offsetOf,
  type TypedArray,
  type TypedArrayClass,
  TypedArrayConstructor,
  tagOf,
  typedArrayPrototype,
} from '../views.ts';

type Bag = Record<PropertyKey, unknown>;

const keysOf = (typedArrayPrototype as { keys(): unknown }).keys;

/** Throws the native error for what is no typed array or has lost its memory. */
export function validate(view: unknown): asserts view is TypedArray {
  keysOf.call(isBox(view) ? numberOf(view) : (view as object));
}

/** The view whose memory a read of `view` means, if it is the original of a stand-in. */
export function readable(view: TypedArray): TypedArray {
  const s = (view as unknown as Bag)[S];
  return s instanceof OriginalMark ? (s.forAll(view) as TypedArray) : view;
}

/** As readable, for writing. */
export function writable(view: TypedArray): TypedArray {
  const s = (view as unknown as Bag)[S];
  if (s instanceof SharedMark) s.refuse();
  return s instanceof OriginalMark ? (s.forWrite(view) as TypedArray) : view;
}

/** Element i: tracked, if it is. */
export function elementAt(view: TypedArray, i: number): unknown {
  return (view as unknown as Bag)[S] === undefined ? (view as unknown as Bag)[i] : get(view, i);
}

/** All elements, tracked ones as boxes. */
export function elementsOf(view: TypedArray): unknown[] {
  const n = lengthOf(view);
  const all: unknown[] = new Array(n);
  for (let i = 0; i < n; i++) all[i] = elementAt(view, i);
  return all;
}

/** Stores elements that came from memory of the same kind: nothing is rounded. */
export function placeElements(view: TypedArray, values: readonly unknown[], at = 0): void {
  for (let i = 0; i < values.length; i++) placeElement(view, at + i, values[i]);
}

export function placeElement(view: TypedArray, i: number, v: unknown): void {
  const slots = view as unknown as Bag;
  if (!isBox(v)) {
    if (slots[i] !== undefined) shadowOfView(view)?.clear(i);
    slots[i] = v;
    return;
  }
  if (slots[i] === undefined) return;
  const side = ensureShadow(view);
  side.clear(i);
  slots[i] = numberOf(v);
  side.put(i, v);
}

/**
 * Copies `count` elements between views of the same kind, as bytes; what is tracked in them goes along. `forwards`: byte by
 * byte, so that memory that overlaps is read after it has been written.
 */
export function copyElements(
  from: TypedArray,
  start: number,
  to: TypedArray,
  at: number,
  count: number,
  forwards = false,
): void {
  if (count <= 0) return;
  const { width } = kindOf(from);
  const source = offsetOf(from) + start * width;
  const target = offsetOf(to) + at * width;
  const pieces = shadowOfView(from)?.shadow.region(source, source + count * width) ?? [];
  const side = pieces.length > 0 ? ensureShadow(to) : shadowOfView(to);
  side?.shadow.clear(target, target + count * width);
  const read = new Uint8Array(bufferOf(from), source, count * width);
  const write = new Uint8Array(bufferOf(to), target, count * width);
  if (!forwards || bufferOf(from) !== bufferOf(to)) write.set(read);
  else for (let i = 0; i < write.length; i++) write[i] = read[i] as number;
  side?.shadow.lay(pieces, target);
}

/** Whether something in the view's memory is tracked, or may be through a stand-in. */
export function isTracked(view: TypedArray): boolean {
  return hasShadow(view);
}

/** A value as an element of `view` takes it: a number or a box, or a BigInt; objects are converted by their twins. */
export function elementValue(view: TypedArray, value: unknown): unknown {
  const primitive = isObject(value) && !isBox(value) ? toPrimitive(value, 'number') : value;
  if (typeof primitive === 'string') refuseReadBack(primitive);
  if (kindOf(view).big) return BigInt.asIntN(64, bigintFrom(primitive));
  return isBox(primitive) ? primitive : +(primitive as number);
}

function bigintFrom(v: unknown): bigint {
  // The conversion that typed arrays do: numbers are refused, with the native error.
  const cell = new BigInt64Array(1);
  cell[0] = (isBox(v) ? numberOf(v) : v) as bigint;
  return typeof v === 'bigint' ? v : (cell[0] as bigint);
}

/** The intrinsic constructor of a view's element type. */
export function intrinsicOf(view: TypedArray): TypedArrayClass {
  return (globalThis as unknown as Record<string, TypedArrayClass>)[tagOf(view) as string] as TypedArrayClass;
}

/** A new array of the view's element type. */
export function sameType(view: TypedArray, length: number): TypedArray {
  const made = new (intrinsicOf(view))(length);
  markYoung(made);
  return made;
}

/** TypedArraySpeciesCreate; the user's constructors run as twins. */
export function speciesCreate(view: TypedArray, args: unknown[]): TypedArray {
  if (hasOwnSpecies(view)) return create(intrinsicOf(view), args);
  const C = speciesOf(view);
  if (C === undefined) return create(intrinsicOf(view), args);
  const made = create(C, args);
  if (kindOf(made).big !== kindOf(view).big) {
    throw new TypeError('Content type of source and derived typed arrays differ');
  }
  return made;
}

/** The constructor that results derive from; undefined for the view's own intrinsic one. */
export function speciesOf(view: TypedArray): Function | undefined {
  const C = get(view, 'constructor');
  const own = intrinsicOf(view);
  if (C === undefined) return undefined;
  if (!isObject(C) || isBox(C)) throw new TypeError('object.constructor is not an object');
  const species = get(C, Symbol.species);
  if (species === undefined || species === null || species === own) return undefined;
  if (typeof species !== 'function') throw new TypeError('object.constructor[Symbol.species] is not a constructor');
  return species;
}

const nativeSpecies = Object.getOwnPropertyDescriptor(TypedArrayConstructor, Symbol.species)?.get;

/** Whether results derive from the view's own intrinsic constructor, as far as can be seen without running user code. */
export function hasOwnSpecies(view: TypedArray): boolean {
  const own = intrinsicOf(view);
  return (
    g(view, 'constructor') &&
    view.constructor === own &&
    !Object.hasOwn(own, Symbol.species) &&
    Object.getPrototypeOf(own) === TypedArrayConstructor &&
    Object.getOwnPropertyDescriptor(TypedArrayConstructor, Symbol.species)?.get === nativeSpecies
  );
}

/** TypedArrayCreate */
export function create(C: Function, args: unknown[]): TypedArray {
  const made = hooks.constructTwin(C, args);
  validate(made);
  if (args.length === 1 && typeof args[0] === 'number' && lengthOf(made) < args[0]) {
    throw new TypeError('Derived TypedArray constructor created an array which was too small');
  }
  return made;
}

/** Notes that tracked numbers have become integers. */
export function noteConversion(to: TypedArray): void {
  noteInactive(`conversion to ${kindOf(to).name} elements`);
}

export { isTypedArray, writeElement };
