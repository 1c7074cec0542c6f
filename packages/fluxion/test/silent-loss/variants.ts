/**
 * All the places of a call that a tracked number is put in: each argument, the receiver, and one level down in each of them
 * (an element, a property, an entry, what a callback returns).
 * Variants are data, and what builds the call is a few functions of the module: capturing them is done once.
 */
import { recipe } from './recipes.ts';

export interface Variant {
  readonly path: string;
  /** The argument, or the receiver. */
  readonly at: number | 'receiver';
  readonly form: Form;
}

export type Form =
  | 'itself'
  | 'an element'
  | 'a key of an entry'
  | 'a value of an entry'
  | 'a key'
  | 'a value'
  | 'a member'
  | 'what a callback returns'
  | 'used by a callback'
  | 'a property'
  | 'the value of a descriptor'
  | 'an element of a list'
  | 'a property of an object'
  | 'a typed element';

/** The ways in which `x` can be one level down in a value like the sample. */
function formsOf(sample: unknown): Form[] {
  if (Array.isArray(sample)) {
    return Array.isArray(sample[0]) ? ['an element', 'a key of an entry', 'a value of an entry'] : ['an element'];
  }
  if (sample instanceof Map) return ['a key', 'a value'];
  if (sample instanceof Set) return ['a member'];
  if (typeof sample === 'function') return ['what a callback returns', 'used by a callback'];
  if (sample instanceof Float64Array) return ['a typed element', 'an element of a list', 'a property of an object'];
  if (typeof sample === 'object' && sample !== null && Object.getPrototypeOf(sample) === Object.prototype) {
    const inner: unknown = Object.values(sample)[0];
    const descriptor = typeof inner === 'object' && inner !== null && 'value' in inner;
    return descriptor ? ['a property', 'the value of a descriptor'] : ['a property'];
  }
  return ['an element of a list', 'a property of an object'];
}

/** A value like the sample with `x` in it. */
function place(sample: any, form: Form, x: unknown): unknown {
  switch (form) {
    case 'itself':
      return x;
    case 'an element':
      return [x, ...sample.slice(1)];
    case 'a key of an entry':
      return [[x, ...sample[0].slice(1)], ...sample.slice(1)];
    case 'a value of an entry':
      return [[...sample[0].slice(0, -1), x], ...sample.slice(1)];
    case 'a key':
      return new Map<unknown, unknown>([
        [x, 2],
        [3, 4],
      ]);
    case 'a value':
      return new Map<unknown, unknown>([
        [1, x],
        [3, 4],
      ]);
    case 'a member':
      return new Set([x, 2, 3]);
    case 'what a callback returns':
      return () => x;
    case 'used by a callback':
      return (...a: unknown[]) => {
        sample(...a);
        return x;
      };
    case 'a property':
      return { ...sample, [Object.keys(sample)[0] ?? 'a']: x };
    case 'the value of a descriptor':
      return { ...sample, [Object.keys(sample)[0]]: { ...(Object.values(sample)[0] as object), value: x } };
    case 'an element of a list':
      return [x];
    case 'a property of an object':
      return { a: x, length: x };
    case 'a typed element': {
      const copy = sample.slice();
      copy[0] = x;
      return copy;
    }
  }
}

/** The call that a variant stands for. */
export function build({ path, at, form }: Variant, x: unknown): { receiver: unknown; args: unknown[] } {
  const call = recipe(path);
  const args = call.args();
  const receiver = call.receiver();
  if (at === 'receiver') return { receiver: place(receiver, form, x), args };
  while (args.length < at) args.push(undefined);
  args[at] = place(args[at], form, x);
  return { receiver, args };
}

/** Comparators that contradict themselves: the order is then the engine's, and differs from one algorithm to the other. */
const unspecified = /^%TypedArray%\.prototype\.(sort|toSorted)$/;

export function variants(path: string): Variant[] {
  const call = recipe(path);
  const samples = call.args();
  const list: Variant[] = [];
  for (let at = 0; at < Math.max(samples.length, 2); at++) {
    for (const form of ['itself', ...formsOf(samples[at])] as Form[]) {
      if (!(unspecified.test(path) && form.includes('callback'))) list.push({ path, at, form });
    }
  }
  for (const form of ['itself', ...formsOf(call.receiver())] as Form[]) list.push({ path, at: 'receiver', form });
  return list;
}

export function where({ at, form }: Variant): string {
  const place = at === 'receiver' ? 'the receiver' : `argument ${at}`;
  return form === 'itself' ? place : `${place}: ${form}`;
}
