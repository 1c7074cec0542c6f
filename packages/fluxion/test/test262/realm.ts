/**
 * Keeps one realm usable for thousands of tests: what a test does to built-ins and globals is undone after it.
 * Invariant: after `restore` returns true, every built-in object has the properties, prototype and extensibility it began with.
 */
interface Saved {
  readonly proto: object | null;
  readonly extensible: boolean;
  readonly keys: readonly PropertyKey[];
  readonly known: ReadonlySet<PropertyKey>;
  readonly descriptors: readonly PropertyDescriptor[];
}

const {
  ownKeys,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  defineProperty,
  isExtensible,
  setPrototypeOf,
  deleteProperty,
} = Reflect;
const { is } = Object;
const apply = Reflect.apply;
const has = Set.prototype.has;
const { forEach } = Map.prototype;

const names = [
  'Object Function Array Number String Boolean Symbol BigInt Math JSON Reflect Proxy Promise RegExp Date Error AggregateError',
  'EvalError RangeError ReferenceError SyntaxError TypeError URIError Map Set WeakMap WeakSet WeakRef FinalizationRegistry',
  'ArrayBuffer SharedArrayBuffer DataView Atomics Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array',
  'Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array Intl eval isFinite isNaN parseFloat parseInt Iterator',
]
  .join(' ')
  .split(' ');

const saved = new Map<object, Saved>();

function roots(): object[] {
  const generator = function* () {};
  const asyncGenerator = async function* () {};
  const hidden = [
    generator,
    asyncGenerator,
    async () => {},
    [][Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    ''[Symbol.iterator](),
    'a'.matchAll(/a/g),
    generator(),
    asyncGenerator(),
    Object.getPrototypeOf(Int8Array),
  ].flatMap((o) => [Object.getPrototypeOf(o), Object.getPrototypeOf(Object.getPrototypeOf(o))]);
  const globals = globalThis as Record<string, unknown>;
  return [...hidden, Object.getPrototypeOf(Int8Array), ...names.map((n) => globals[n])].filter(
    (o): o is object => (typeof o === 'object' && o !== null) || typeof o === 'function',
  );
}

function save(o: object): void {
  const keys = ownKeys(o);
  const descriptors = keys.map((k) => getOwnPropertyDescriptor(o, k)!);
  saved.set(o, { proto: getPrototypeOf(o), extensible: isExtensible(o), keys, known: new Set(keys), descriptors });
}

/** Takes the present state as what `restore` goes back to. */
export function baseline(): void {
  saved.clear();
  const queue = roots();
  for (let i = 0; i < queue.length; i++) {
    const o = queue[i];
    if (saved.has(o)) continue;
    save(o);
    const { descriptors, proto } = saved.get(o)!;
    for (const d of descriptors) {
      for (const v of [d.value, d.get, d.set]) {
        if ((typeof v === 'object' && v !== null) || typeof v === 'function') queue.push(v);
      }
    }
    if (proto !== null) queue.push(proto);
  }
  save(globalThis);
}

/** Undoes what has changed, but where `stays`; false if something can not be undone, and the process has to be replaced. */
export function restore(stays: (now: PropertyDescriptor) => boolean = () => false): boolean {
  let whole = true;
  apply(forEach, saved, [
    (before: Saved, o: object) => {
      if (isExtensible(o) !== before.extensible) whole = false;
      if (getPrototypeOf(o) !== before.proto && !setPrototypeOf(o, before.proto)) whole = false;
      const now = ownKeys(o);
      for (let i = 0; i < now.length; i++) {
        const k = now[i];
        if (k === before.keys[i] || apply(has, before.known, [k])) continue;
        if (!stays(getOwnPropertyDescriptor(o, k)!) && !deleteProperty(o, k)) whole = false;
      }
      for (let i = 0; i < before.keys.length; i++) {
        const key = before.keys[i];
        const was = before.descriptors[i];
        const d = getOwnPropertyDescriptor(o, key);
        if (
          d !== undefined &&
          is(d.value, was.value) &&
          d.get === was.get &&
          d.set === was.set &&
          d.writable === was.writable &&
          d.enumerable === was.enumerable &&
          d.configurable === was.configurable
        ) {
          continue;
        }
        if (d !== undefined && stays(d)) continue;
        if (!defineProperty(o, key, was)) whole = false;
      }
    },
  ]);
  return whole;
}
