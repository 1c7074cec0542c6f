/**
 * The dispatch table: every function that rewritten code calls, by the name it calls it.
 * Invariant: it satisfies `TwinRuntime`, the interface that the rewriter emits against; nothing else is in it.
 */
import './builtins/index.ts';
import './caught.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { FluxionError, fluxionError } from '../errors/error.ts';
import { callTwin, construct, superClass, t, twinFor } from './calls.ts';
import { forIn } from './forin.ts';
import { asyncIter, iter } from './iteration.ts';
import { touchCell } from './journal.ts';
import { isBox } from './numbers/box.ts';
import { operators } from './operators.ts';
import { OwnMap } from './own.ts';
import { kindOf, newSite } from './plain.ts';
import * as properties from './properties.ts';
import { functionRecord } from './rewrite/rewrite.ts';
import type { TwinRuntime } from './rewrite/runtime.ts';
import { support } from './rewrite/support.ts';
import { q, watchRuns } from './run.ts';
import { originalOf } from './standin.ts';
import { activation, resume, suspend } from './suspend.ts';
import { forgetTexts } from './texts.ts';
import { shared } from './twin.ts';

/** What each instance of a twin adds of its own. */
type OfInstance = 'env' | 'self' | 'home' | 'parent' | 'privateGet' | 'privateSet' | 'privateIn' | 'import';

/** A function of twin code is called although no gradient is active. */
function ended(id: number): never {
  const record = functionRecord(id);
  const name =
    record && /^(?:async\s+)?(?:function\b\*?\s*)?([\w$]+)/.exec(record.source.slice(record.start, record.end))?.[1];
  throw fluxionError('GradientEnded', name ? { what: `The function \`${name}\`` } : {});
}

function touchGlobal(name: string): void {
  const holder = globalThis as unknown as Record<string, unknown>;
  if (!Object.hasOwn(holder, name)) return;
  touchCell({ get: () => holder[name], set: (v) => void (holder[name] = v) }, globalCell(name));
}

const globalCells = new OwnMap<string, object>();

function globalCell(name: string): object {
  let cell = globalCells.get(name);
  if (cell === undefined) globalCells.set(name, (cell = {}));
  return cell;
}

/** The derivative is refused, whatever handlers the program has. */
const refusals = new Set<ErrorCode>([
  'AmbiguousAlias',
  'BitReinterpretation',
  'ConcurrentMutation',
  'GradientEnded',
  'LostDerivative',
  'NoRule',
  'RuleShape',
  'StaleBinding',
  'UnwritableBinding',
]);

function refused(thrown: unknown): void {
  if (thrown instanceof FluxionError && refusals.has(thrown.code)) throw thrown;
}

const { g, get, set, setSloppy, setYoung } = properties;

const wrappers = new WeakMap<object, unknown>();

/** One object for a tracked number: a function that asks for its `this` twice finds the same. */
function sloppyThis(self: unknown): unknown {
  if (!isBox(self)) return self;
  let wrapper = wrappers.get(self);
  if (wrapper === undefined) wrappers.set(self, (wrapper = callTwin(Object, undefined, [self])));
  return wrapper;
}

/** Makes an object whose methods look for `super` from it. */
function withHome(make: (cell: { home?: object }) => object): object {
  const cell: { home?: object } = {};
  cell.home = make(cell);
  return cell.home;
}

/** Gives a class the name that it would have had, had it not needed one inside. */
function nameClass(made: Function, inner: string, name: string): void {
  const own = Object.getOwnPropertyDescriptor(made, 'name');
  if (own?.value === inner) Object.defineProperty(made, 'name', { value: name });
}

const table: Omit<TwinRuntime, OfInstance> = {
  ...operators,
  ...support({ iter, set, setSloppy, suspend } as Parameters<typeof support>[0]),
  S: properties.S,
  g,
  newSite,
  kindOf,
  get,
  set,
  setSloppy,
  setYoung,
  delete: properties.delete,
  deleteSloppy: properties.deleteSloppy,
  in: properties.in,
  instanceof: properties.instanceof,
  toKey(k, ...base) {
    if (base.length > 0 && (base[0] === null || base[0] === undefined)) return get(base[0], k) as PropertyKey;
    return properties.keyOf(k);
  },
  original(o, name, written) {
    const found = originalOf(o);
    if (written && found !== o) throw fluxionError('PrivateField', { name, operation: 'write' });
    return found;
  },
  spread: properties.spread,
  rest: properties.rest,
  withHome,
  nameClass,
  superGet: (home, k, receiver) => properties.superGet(home as object, k, receiver),
  superSet: (home, k, v, receiver) => properties.superSet(home as object, k, receiver, v),
  superSetSloppy: (home, k, v, receiver) => properties.superSet(home as object, k, receiver, v, false),
  forIn,
  iter,
  asyncIter,
  t,
  twinFor,
  constructed: (value, self) => (isBox(value) ? self : value),
  sloppyThis,
  construct,
  super: superClass,
  touchGlobal,
  activation,
  suspend: suspend as TwinRuntime['suspend'],
  resume: resume as TwinRuntime['resume'],
  q,
  ended,
  refused,
};

watchRuns({ begin() {}, end: forgetTexts });
Object.assign(shared, table);
