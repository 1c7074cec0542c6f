/**
 * What native functions are called in messages: `Array.prototype.map`, `crypto.getRandomValues`.
 * Invariant: the walk runs no getter and no user code; it happens once, at the first message that needs a name.
 */
let names: WeakMap<object, string> | undefined;

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function hiddenRoots(): [string, unknown][] {
  const arrayIterator = Object.getPrototypeOf([][Symbol.iterator]());
  return [
    ['%TypedArray%', Object.getPrototypeOf(Int8Array)],
    ['%ArrayIteratorPrototype%', arrayIterator],
    ['%MapIteratorPrototype%', Object.getPrototypeOf(new Map().values())],
    ['%SetIteratorPrototype%', Object.getPrototypeOf(new Set().values())],
    ['%StringIteratorPrototype%', Object.getPrototypeOf(''[Symbol.iterator]())],
    ['%RegExpStringIteratorPrototype%', Object.getPrototypeOf(''.matchAll(/./g))],
    ['%IteratorPrototype%', Object.getPrototypeOf(arrayIterator)],
    ['%GeneratorFunction%', Object.getPrototypeOf(function* () {}).constructor],
    ['%AsyncFunction%', Object.getPrototypeOf(async () => {}).constructor],
    ['%AsyncGeneratorFunction%', Object.getPrototypeOf(async function* () {}).constructor],
  ];
}

function walk(): WeakMap<object, string> {
  const found = new WeakMap<object, string>();
  const queue: [string, unknown, number][] = [
    ['', globalThis, 0],
    ...hiddenRoots().map(([n, v]) => [n, v, 1] as [string, unknown, number]),
  ];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [path, value, depth] = next;
    if (!isObject(value) || found.has(value) || depth > 5) continue;
    found.set(value, path);
    for (const key of Reflect.ownKeys(value)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
      if (descriptor === undefined) continue;
      const own = typeof key === 'symbol' ? `[${key.description}]` : path === '' ? key : `.${key}`;
      if (isObject(descriptor.value) && key !== 'constructor') queue.push([path + own, descriptor.value, depth + 1]);
      if (descriptor.get !== undefined) queue.push([`get ${path}${own}`, descriptor.get, depth + 1]);
      if (descriptor.set !== undefined) queue.push([`set ${path}${own}`, descriptor.set, depth + 1]);
    }
  }
  return found;
}

/** The path by which a program reaches a native function, or its own name. */
export function nameOf(fn: unknown): string {
  if (!isObject(fn)) return String(fn);
  names ??= walk();
  const known = names.get(fn);
  if (known !== undefined && known !== '') return known;
  const own = Reflect.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof own === 'string' && own !== '' ? own : 'a native function';
}
