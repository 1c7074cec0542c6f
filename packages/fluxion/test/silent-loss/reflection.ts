/**
 * Every function of the language's built-ins, found by reflection, with the path by which a program reaches it.
 * Invariant: the walk runs no getter; a function that is reached by several paths is listed under the first.
 */
export interface Found {
  readonly path: string;
  readonly fn: Function;
  /** The object it was found on. */
  readonly holder: object;
  readonly role: 'value' | 'get' | 'set';
}

const names = [
  'Object',
  'Function',
  'Array',
  'String',
  'Number',
  'Boolean',
  'Symbol',
  'BigInt',
  'Math',
  'Reflect',
  'JSON',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'FinalizationRegistry',
  'Promise',
  'Proxy',
  'RegExp',
  'Date',
  'Error',
  'AggregateError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'SuppressedError',
  'DisposableStack',
  'AsyncDisposableStack',
  'Iterator',
  'ArrayBuffer',
  'SharedArrayBuffer',
  'DataView',
  'Atomics',
  'Intl',
  'Temporal',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'eval',
  'isFinite',
  'isNaN',
  'parseFloat',
  'parseInt',
  'decodeURI',
  'decodeURIComponent',
  'encodeURI',
  'encodeURIComponent',
  'escape',
  'unescape',
  'structuredClone',
  'queueMicrotask',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'atob',
  'btoa',
  'console',
  'EventTarget',
] as const;

function* hidden(): Generator<[string, unknown]> {
  const arrayIterator = Object.getPrototypeOf([][Symbol.iterator]());
  const generator = function* () {};
  const asyncGenerator = async function* () {};
  yield ['%TypedArray%', Object.getPrototypeOf(Int8Array)];
  yield ['%IteratorPrototype%', Object.getPrototypeOf(arrayIterator)];
  yield ['%ArrayIteratorPrototype%', arrayIterator];
  yield ['%MapIteratorPrototype%', Object.getPrototypeOf(new Map().values())];
  yield ['%SetIteratorPrototype%', Object.getPrototypeOf(new Set().values())];
  yield ['%StringIteratorPrototype%', Object.getPrototypeOf(''[Symbol.iterator]())];
  yield ['%RegExpStringIteratorPrototype%', Object.getPrototypeOf(''.matchAll(/./g))];
  yield ['%GeneratorFunction%', generator.constructor];
  yield ['%GeneratorPrototype%', Object.getPrototypeOf(generator).prototype];
  yield ['%AsyncGeneratorFunction%', asyncGenerator.constructor];
  yield ['%AsyncGeneratorPrototype%', Object.getPrototypeOf(asyncGenerator).prototype];
  yield ['%AsyncIteratorPrototype%', Object.getPrototypeOf(Object.getPrototypeOf(asyncGenerator).prototype)];
  yield ['%AsyncFunction%', Object.getPrototypeOf(async () => {}).constructor];
  if (typeof Intl.Segmenter === 'function') {
    const segments = new Intl.Segmenter().segment('a');
    yield ['%SegmentsPrototype%', Object.getPrototypeOf(segments)];
    yield ['%SegmentIteratorPrototype%', Object.getPrototypeOf(segments[Symbol.iterator]())];
  }
  const { Iterator } = globalThis as unknown as {
    Iterator?: { from(o: object): object; prototype: { map?: Function } };
  };
  if (Iterator?.prototype.map !== undefined) {
    yield ['%IteratorHelperPrototype%', Object.getPrototypeOf(Iterator.prototype.map.call([].values(), () => 0))];
    yield [
      '%WrapForValidIteratorPrototype%',
      Object.getPrototypeOf(Iterator.from({ next: () => ({ done: true }) } as object)),
    ];
  }
}

export function allFunctions(): Found[] {
  const list: Found[] = [];
  const seen = new Set<unknown>();
  const walk = (path: string, value: unknown, holder: object, role: Found['role']): void => {
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return;
    if (seen.has(value)) return;
    seen.add(value);
    if (typeof value === 'function') list.push({ path, fn: value, holder, role });
    for (const key of Reflect.ownKeys(value)) {
      const d = Reflect.getOwnPropertyDescriptor(value, key);
      if (d === undefined || (typeof key === 'string' && key.startsWith('_'))) continue;
      if (typeof key === 'symbol' && !key.description?.startsWith('Symbol.')) continue;
      const own = `${path}${typeof key === 'symbol' ? `[${key.description}]` : `.${key}`}`;
      if (path === 'console' && (own === 'console.Console' || 'get' in d)) continue;
      if (own === 'Error.prepareStackTrace') continue;
      walk(own, d.value, value, 'value');
      walk(`get ${own}`, d.get, value, 'get');
      walk(`set ${own}`, d.set, value, 'set');
    }
  };
  for (const name of names) walk(name, (globalThis as Record<string, unknown>)[name], globalThis, 'value');
  for (const [name, value] of hidden()) walk(name, value, value as object, 'value');
  return list;
}
