/**
 * How each built-in is called in the silent-loss suite: a receiver and arguments that suit it, made afresh for each call.
 * What is not named here is called with the receiver of its family and a few plain arguments.
 */
export interface Call {
  readonly receiver: () => unknown;
  readonly args: () => unknown[];
}

type Make = () => unknown;

/** Receivers by the object a function was found on. The longest prefix of the path counts. */
const receivers: Record<string, Make> = {
  'Array.prototype': () => [3, 1, 2],
  '%TypedArray%.prototype': () => new Float64Array([3, 1, 2]),
  'String.prototype': () => 'abc',
  'Number.prototype': () => 12.5,
  'Boolean.prototype': () => true,
  'Symbol.prototype': () => Symbol.for('s'),
  'BigInt.prototype': () => 5n,
  'Object.prototype': () => ({ a: 1, b: 2 }),
  'Function.prototype': () => (a: number, b: number) => a * 2 + (b ?? 1),
  'Map.prototype': () =>
    new Map([
      [1, 2],
      [3, 4],
    ]),
  'Set.prototype': () => new Set([1, 2, 3]),
  'WeakMap.prototype': () => new WeakMap([[key, 5]]),
  'WeakSet.prototype': () => new WeakSet([key]),
  'WeakRef.prototype': () => new WeakRef(key),
  'FinalizationRegistry.prototype': () => new FinalizationRegistry(() => {}),
  'Promise.prototype': () => Promise.resolve(2),
  'RegExp.prototype': () => /b+/g,
  'Date.prototype': () => new Date(Date.UTC(2020, 1, 2, 3, 4, 5, 6)),
  'Error.prototype': () => new Error('e'),
  'ArrayBuffer.prototype': () => new ArrayBuffer(16),
  'SharedArrayBuffer.prototype': () => new SharedArrayBuffer(16),
  'DataView.prototype': () => new DataView(new ArrayBuffer(32)),
  'Uint8Array.prototype': () => new Uint8Array([1, 2, 3]),
  'Intl.NumberFormat.prototype': () => new Intl.NumberFormat('en'),
  'Intl.DateTimeFormat.prototype': () => new Intl.DateTimeFormat('en'),
  'Intl.Collator.prototype': () => new Intl.Collator('en'),
  'Intl.PluralRules.prototype': () => new Intl.PluralRules('en'),
  'Intl.RelativeTimeFormat.prototype': () => new Intl.RelativeTimeFormat('en'),
  'Intl.ListFormat.prototype': () => new Intl.ListFormat('en'),
  'Intl.Locale.prototype': () => new Intl.Locale('en-US'),
  'Intl.DisplayNames.prototype': () => new Intl.DisplayNames('en', { type: 'region' }),
  'Intl.Segmenter.prototype': () => new Intl.Segmenter('en'),
  'Intl.DurationFormat.prototype': () =>
    new (Intl as unknown as { DurationFormat: new (l: string) => object }).DurationFormat('en'),
  '%SegmentsPrototype%': () => new Intl.Segmenter('en').segment('abc'),
  '%SegmentIteratorPrototype%': () => new Intl.Segmenter('en').segment('abc')[Symbol.iterator](),
  '%IteratorPrototype%': () => [3, 1, 2].values(),
  'Iterator.prototype': () => [3, 1, 2].values(),
  '%ArrayIteratorPrototype%': () => [3, 1, 2].values(),
  '%MapIteratorPrototype%': () => new Map([[1, 2]]).entries(),
  '%SetIteratorPrototype%': () => new Set([1, 2]).values(),
  '%StringIteratorPrototype%': () => 'ab'[Symbol.iterator](),
  '%RegExpStringIteratorPrototype%': () => 'ab'.matchAll(/./g),
  '%GeneratorPrototype%': () => numbers(),
  '%AsyncGeneratorPrototype%': () => asyncNumbers(),
  '%AsyncIteratorPrototype%': () => asyncNumbers(),
  '%IteratorHelperPrototype%': () => helper(),
  '%WrapForValidIteratorPrototype%': () => wrapped(),
  EventTarget: () => new EventTarget(),
  console: () => console,
  Promise: () => Promise,
  Array: () => Array,
  '%TypedArray%': () => Float64Array,
  Intl: () => Intl,
  'DisposableStack.prototype': () => new (globalThis as unknown as Record<string, new () => object>).DisposableStack(),
  'AsyncDisposableStack.prototype': () =>
    new (globalThis as unknown as Record<string, new () => object>).AsyncDisposableStack(),
};

const key = { key: true };

function* numbers(): Generator<number, number, unknown> {
  const sent = yield 3;
  yield Number(sent ?? 1);
  return 4;
}

async function* asyncNumbers(): AsyncGenerator<number> {
  yield 3;
  yield 4;
}

function helper(): unknown {
  return ([3, 1, 2].values() as unknown as { map(f: (v: number) => number): unknown }).map((v) => v * 2);
}

function wrapped(): unknown {
  let i = 0;
  const { Iterator } = globalThis as unknown as { Iterator: { from(o: object): unknown } };
  return Iterator.from({ next: () => ({ value: i++, done: i > 3 }) });
}

/** Arguments by path or by the last part of it. */
const lists: Record<string, Make> = {
  // Arrays, typed ones too.
  'Array.prototype.at': () => [1],
  at: () => [1],
  concat: () => [[4, 5], 6],
  copyWithin: () => [0, 1, 3],
  fill: () => [7, 0, 2],
  find: () => [(v: number) => v > 1],
  findIndex: () => [(v: number) => v > 1],
  findLast: () => [(v: number) => v > 1],
  findLastIndex: () => [(v: number) => v > 1],
  filter: () => [(v: number) => v > 1],
  every: () => [(v: number) => v > 0],
  some: () => [(v: number) => v > 2],
  forEach: () => [(v: number) => v],
  map: () => [(v: number) => v * 2],
  flatMap: () => [(v: number) => [v, v * 2]],
  reduce: () => [(a: number, v: number) => a * 2 + v, 1],
  reduceRight: () => [(a: number, v: number) => a * 2 + v, 1],
  includes: () => [2],
  indexOf: () => [2],
  lastIndexOf: () => [2],
  join: () => ['-'],
  push: () => [4, 5],
  unshift: () => [4, 5],
  slice: () => [0, 2],
  subarray: () => [0, 2],
  splice: () => [1, 1, 8, 9],
  toSpliced: () => [1, 1, 8, 9],
  sort: () => [(a: number, b: number) => b - a],
  toSorted: () => [(a: number, b: number) => b - a],
  with: () => [1, 9],
  set: () => [[5, 6], 1],
  flat: () => [1],
  'Array.from': () => [[1, 2], (v: number) => v * 3],
  'Array.of': () => [1, 2],
  'Array.fromAsync': () => [[1, 2], (v: number) => v * 3],
  '%TypedArray%.from': () => [[1, 2], (v: number) => v * 3],
  '%TypedArray%.of': () => [1, 2],
  Array: () => [3],
  // Strings.
  'String.prototype.at': () => [1],
  'String.prototype.concat': () => ['d', 4],
  'String.prototype.includes': () => ['b', 0],
  'String.prototype.indexOf': () => ['b', 0],
  'String.prototype.lastIndexOf': () => ['b', 2],
  'String.prototype.slice': () => [1, 2],
  'String.prototype.replace': () => [/b/, () => 'x'],
  'String.prototype.replaceAll': () => ['b', 'x'],
  'String.prototype.split': () => ['b', 2],
  'String.prototype.match': () => [/b/],
  'String.prototype.matchAll': () => [/b/g],
  'String.prototype.search': () => [/b/],
  'String.prototype.localeCompare': () => ['abd', 'en', { numeric: true }],
  'String.prototype.normalize': () => ['NFC'],
  'String.prototype.padStart': () => [5, 'x'],
  'String.prototype.padEnd': () => [5, 'x'],
  'String.fromCharCode': () => [65, 66],
  'String.fromCodePoint': () => [65, 66],
  'String.raw': () => [{ raw: ['a', 'b', 'c'] }, 1, 2],
  // Objects.
  'Object.assign': () => [{ a: 1 }, { b: 2 }],
  'Object.create': () => [{ a: 1 }, { b: { value: 2, enumerable: true } }],
  'Object.defineProperties': () => [{ a: 1 }, { b: { value: 2, enumerable: true } }],
  'Object.defineProperty': () => [{ a: 1 }, 'b', { value: 2, enumerable: true }],
  'Reflect.defineProperty': () => [{ a: 1 }, 'b', { value: 2, enumerable: true }],
  'Object.fromEntries': () => [
    [
      ['a', 1],
      ['b', 2],
    ],
  ],
  'Object.groupBy': () => [[1, 2, 3], (v: number) => (v > 1 ? 'big' : 'small')],
  'Map.groupBy': () => [[1, 2, 3], (v: number) => (v > 1 ? 'big' : 'small')],
  'Object.is': () => [1, 2],
  'Object.setPrototypeOf': () => [{ a: 1 }, { b: 2 }],
  'Reflect.setPrototypeOf': () => [{ a: 1 }, { b: 2 }],
  getOwnPropertyDescriptor: () => [{ a: 1 }, 'a'],
  'Object.hasOwn': () => [{ a: 1 }, 'a'],
  'Reflect.get': () => [{ a: 1 }, 'a'],
  'Reflect.set': () => [{ a: 1 }, 'a', 2],
  'Reflect.has': () => [{ a: 1 }, 'a'],
  'Reflect.deleteProperty': () => [{ a: 1, b: 2 }, 'a'],
  'Reflect.apply': () => [(a: number, b: number) => a * b, undefined, [2, 3]],
  'Reflect.construct': () => [Array, [1, 2]],
  __defineGetter__: () => ['c', () => 5],
  __defineSetter__: () => ['c', () => {}],
  'Function.prototype.call': () => [undefined, 2, 3],
  'Function.prototype.apply': () => [undefined, [2, 3]],
  'Function.prototype.bind': () => [undefined, 2],
  // Collections.
  'Map.prototype.get': () => [1],
  'Map.prototype.has': () => [1],
  'Map.prototype.delete': () => [1],
  'Map.prototype.set': () => [5, 6],
  'Map.prototype.getOrInsert': () => [5, 6],
  'Map.prototype.getOrInsertComputed': () => [5, () => 6],
  'Set.prototype.has': () => [1],
  'Set.prototype.delete': () => [1],
  'Set.prototype.add': () => [5],
  union: () => [new Set([1, 5])],
  intersection: () => [new Set([1, 5])],
  difference: () => [new Set([1, 5])],
  symmetricDifference: () => [new Set([1, 5])],
  isSubsetOf: () => [new Set([1, 5])],
  isSupersetOf: () => [new Set([1, 5])],
  isDisjointFrom: () => [new Set([1, 5])],
  'WeakMap.prototype.get': () => [key],
  'WeakMap.prototype.has': () => [key],
  'WeakMap.prototype.delete': () => [key],
  'WeakMap.prototype.set': () => [{}, 6],
  'WeakSet.prototype.add': () => [{}],
  Map: () => [
    [
      [1, 2],
      [3, 4],
    ],
  ],
  Set: () => [[1, 2]],
  WeakMap: () => [[[key, 2]]],
  WeakSet: () => [[key]],
  WeakRef: () => [{}],
  FinalizationRegistry: () => [() => {}],
  'FinalizationRegistry.prototype.register': () => [{}, 5, key],
  'FinalizationRegistry.prototype.unregister': () => [key],
  // Text and time.
  'JSON.stringify': () => [{ a: 1, b: [2] }, null, 2],
  'JSON.parse': () => ['{"a":1,"b":[2]}', (_: string, v: unknown) => v],
  'JSON.rawJSON': () => ['1'],
  RegExp: () => ['b', 'g'],
  exec: () => ['abc'],
  test: () => ['abc'],
  'RegExp.prototype[Symbol.match]': () => ['abc'],
  'RegExp.prototype[Symbol.matchAll]': () => ['abc'],
  'RegExp.prototype[Symbol.replace]': () => ['abc', 'x'],
  'RegExp.prototype[Symbol.search]': () => ['abc'],
  'RegExp.prototype[Symbol.split]': () => ['abc', 2],
  Date: () => [2020, 1, 2],
  'Date.UTC': () => [2020, 1, 2],
  'Date.parse': () => ['2020-01-01'],
  'Date.prototype[Symbol.toPrimitive]': () => ['number'],
  // Promises.
  Promise: () => [(resolve: (v: number) => void) => resolve(3)],
  'Promise.all': () => [[1, Promise.resolve(2)]],
  'Promise.allSettled': () => [[1, Promise.resolve(2)]],
  'Promise.any': () => [[1, Promise.resolve(2)]],
  'Promise.race': () => [[1, Promise.resolve(2)]],
  'Promise.resolve': () => [1],
  'Promise.reject': () => [1],
  'Promise.try': () => [(a: number) => a * 2, 3],
  'Promise.prototype.then': () => [(v: number) => v * 2, () => 0],
  'Promise.prototype.catch': () => [() => 0],
  'Promise.prototype.finally': () => [() => 0],
  // Others.
  Proxy: () => [{ a: 1 }, { get: () => 5 }],
  'Proxy.revocable': () => [{ a: 1 }, {}],
  AggregateError: () => [[1, 2], 'm', { cause: 3 }],
  SuppressedError: () => [1, 2, 'm'],
  Error: () => ['m', { cause: 3 }],
  'Error.captureStackTrace': () => [{}],
  structuredClone: () => [{ a: [1, 2] }],
  queueMicrotask: () => [() => {}],
  setTimeout: () => [() => {}, 1, 2],
  setInterval: () => [() => {}, 1000, 2],
  setImmediate: () => [() => {}, 2],
  clearTimeout: () => [0],
  clearInterval: () => [0],
  clearImmediate: () => [undefined],
  eval: () => ['1 + 1'],
  parseInt: () => ['12', 10],
  parseFloat: () => ['1.5'],
  Function: () => ['a', 'return a'],
  '%GeneratorFunction%': () => ['a', 'yield a'],
  '%AsyncFunction%': () => ['a', 'return a'],
  '%AsyncGeneratorFunction%': () => ['a', 'yield a'],
  ArrayBuffer: () => [16],
  SharedArrayBuffer: () => [16],
  'ArrayBuffer.prototype.slice': () => [0, 8],
  'SharedArrayBuffer.prototype.slice': () => [0, 8],
  DataView: () => [new ArrayBuffer(16), 0, 8],
  EventTarget: () => [],
  addEventListener: () => ['e', () => {}],
  removeEventListener: () => ['e', () => {}],
  dispatchEvent: () => [new Event('e')],
  Intl: () => [],
  'Intl.NumberFormat': () => ['en', { maximumFractionDigits: 2 }],
  'Intl.DisplayNames': () => ['en', { type: 'region' }],
  'Intl.DisplayNames.prototype.of': () => ['US'],
  'Intl.ListFormat.prototype.format': () => [['a', 'b']],
  'Intl.ListFormat.prototype.formatToParts': () => [['a', 'b']],
  'Intl.RelativeTimeFormat.prototype.format': () => [-1, 'day'],
  'Intl.RelativeTimeFormat.prototype.formatToParts': () => [-1, 'day'],
  'Intl.Segmenter.prototype.segment': () => ['abc'],
  'Intl.Locale': () => ['en-US', { numeric: true }],
  'Intl.supportedValuesOf': () => ['calendar'],
  'Intl.getCanonicalLocales': () => ['en'],
};

function family(path: string): Make | undefined {
  const bare = path.replace(/^(get|set) /, '');
  let best: string | undefined;
  for (const prefix of Object.keys(receivers)) {
    if (bare !== prefix && (bare.startsWith(`${prefix}.`) || bare.startsWith(`${prefix}[`))) {
      if (best === undefined || prefix.length > best.length) best = prefix;
    }
  }
  if (best !== undefined && best === 'Intl' && /^Intl\.\w+\.prototype/.test(bare)) return undefined;
  return best === undefined ? undefined : receivers[best];
}

const none: Make = () => undefined;
const plain = (): unknown[] => [1, 2];
const triple = (): unknown[] => [[1, 2, 3]];
const reading = (): unknown[] => [8, true];
const writing = (): unknown[] => [8, 2, true];
const writingBig = (): unknown[] => [8, 2n, true];
const atomic = (): unknown[] => [new Int32Array([1, 2, 3]), 1, 2];
const setting = (): unknown[] => [2];

function argumentsFor(path: string): () => unknown[] {
  const bare = path.replace(/^(get|set) /, '');
  const last = bare.slice(bare.lastIndexOf('.') + 1);
  const named = Object.hasOwn(lists, bare) ? lists[bare] : undefined;
  if (named !== undefined) return named as () => unknown[];
  if (/^(Big)?(Int|Uint|Float)\d+(Clamped)?Array$/.test(bare)) return triple;
  if (bare.startsWith('DataView.prototype.'))
    return last.startsWith('get') ? reading : last.includes('Big') ? writingBig : writing;
  if (bare.startsWith('Atomics.')) return atomic;
  const common = /prototype|Array\.|Intl\./i.test(bare) && Object.hasOwn(lists, last) ? lists[last] : undefined;
  if (common !== undefined) return common as () => unknown[];
  return path.startsWith('set ') ? setting : plain;
}

const recipes = new Map<string, Call>();

/** How to call the function at `path`. */
export function recipe(path: string): Call {
  let known = recipes.get(path);
  if (known === undefined) recipes.set(path, (known = { receiver: family(path) ?? none, args: argumentsFor(path) }));
  return known;
}
