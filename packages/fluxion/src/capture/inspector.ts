/**
 * The inspector of V8, spoken to from inside the process: the scopes, bound parts, Proxy parts and private members that the
 * language itself does not show.
 * Invariant: only the Runtime domain stays enabled (that is, nothing), values come over as themselves and not as copies, and
 * every object id is released when the present job of the event loop ends.
 */
import { fluxionError } from '../errors/error.ts';
import type { BoundParts, ProxyParts } from './captured.ts';
import { builtinModule, hostName } from './environment.ts';

/** A value as the protocol describes it. */
interface Remote {
  readonly type?: string;
  readonly subtype?: string;
  readonly className?: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
  readonly objectId?: string;
  readonly description?: string;
}

interface Property {
  readonly name: string;
  readonly value?: Remote;
  readonly get?: Remote;
  readonly set?: Remote;
}

interface Properties {
  readonly internalProperties?: readonly Property[];
  readonly privateProperties?: readonly Property[];
}

/** One entry of `[[Scopes]]`: what kind of scope it is, and its variables as the properties of an object. */
export interface Scope {
  readonly description: string;
  readonly object: Record<string, unknown>;
}

/** Where the engine says that a function stands: for most functions the place of its parameters. */
export interface EngineLocation {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export interface FunctionParts {
  readonly scopes: readonly Scope[];
  readonly location: EngineLocation | undefined;
  readonly bound: BoundParts | undefined;
}

/** A private member by name; what a class and its base both have under one name comes twice. */
export interface RawPrivate {
  readonly name: string;
  readonly kind: 'field' | 'accessor' | 'method';
  readonly value?: unknown;
  readonly getter?: Function | undefined;
  readonly setter?: Function | undefined;
}

interface InspectorSession {
  connect(): void;
  post(method: string, params: object, callback: (error: unknown, result: unknown) => void): void;
  on(event: string, listener: (message: { params: never }) => void): void;
  off(event: string, listener: (message: { params: never }) => void): void;
}

interface Link {
  readonly session: InspectorSession;
  readonly holder: Holder;
  readonly holderId: string;
}

/** Values travel through this object: the inspector has a handle on it, and we have it. */
interface Holder {
  value?: unknown;
}

let link: Link | undefined;

const group = 'fluxion';
/** Ids of this job, so that reading again is cheaper. They keep their objects alive, hence the release. */
const ids = new Map<object, string>();
const idLimit = 256;
let releaseScheduled = false;

function connect(): Link {
  if (link !== undefined) return link;
  const inspector = builtinModule('node:inspector') as { Session?: new () => InspectorSession } | undefined;
  if (typeof inspector?.Session !== 'function') {
    throw fluxionError('UnsupportedEnvironment', { missing: `an inspector (${hostName()} has none)` });
  }
  let session: InspectorSession;
  try {
    session = new inspector.Session();
    session.connect();
  } catch (cause) {
    const denied = (cause as { code?: string } | undefined)?.code === 'ERR_ACCESS_DENIED';
    const missing = denied ? 'access to the inspector (`--permission` is on)' : `a usable inspector (${hostName()})`;
    const fix = denied
      ? { fix: 'Run Node with `--allow-inspector` too, or load the code through fluxion-plugin.' }
      : {};
    throw fluxionError('UnsupportedEnvironment', { missing, ...fix }, { cause });
  }
  const holder: Holder = {};
  // The handle goes through the object of a built-in module: under test runners with vm contexts our globals are others.
  const key = `fluxion holder ${Math.random()}`;
  Object.defineProperty(inspector, key, { value: holder, configurable: true });
  try {
    const access = `process.getBuiltinModule('node:inspector')[${JSON.stringify(key)}]`;
    const found = post(session, 'Runtime.evaluate', { expression: access }) as { result?: Remote } | undefined;
    const holderId = found?.result?.objectId;
    if (holderId === undefined)
      throw fluxionError('UnsupportedEnvironment', { missing: `a usable inspector (${hostName()})` });
    return (link = { session, holder, holderId });
  } finally {
    delete (inspector as Record<string, unknown>)[key];
  }
}

let unavailable = false;

/** Whether functions can be inspected here. Opens the session; that it can't be is found out once. */
export function inspectorAvailable(): boolean {
  if (unavailable) return false;
  try {
    connect();
  } catch {
    unavailable = true;
  }
  return !unavailable;
}

function post(session: InspectorSession, method: string, params: object): unknown {
  let answered = false;
  let failure: unknown;
  let answer: unknown;
  session.post(method, params, (error, result) => {
    answered = true;
    failure = error;
    answer = result;
  });
  if (!answered) {
    throw fluxionError('UnsupportedEnvironment', { missing: `an inspector that answers at once (${hostName()})` });
  }
  if (failure !== null && failure !== undefined) {
    const { message } = failure as { message?: string };
    throw new Error(`${method}: ${message ?? String(failure)}`);
  }
  return answer;
}

/** Sends one message of the protocol and gives its answer. */
export function ask(method: string, params: object = {}): unknown {
  return post(connect().session, method, params);
}

/** As `ask`, with the events of one name that the message sets off. */
export function askForEvents<Event>(method: string, event: string, params: object = {}): Event[] {
  const { session } = connect();
  const events: Event[] = [];
  const listen = (message: { params: never }): void => {
    events.push(message.params);
  };
  session.on(event, listen);
  try {
    post(session, method, params);
  } finally {
    session.off(event, listen);
  }
  return events;
}

function idOf(value: object): string {
  const known = ids.get(value);
  if (known !== undefined) return known;
  const { holder, holderId } = connect();
  if (ids.size >= idLimit) release();
  holder.value = value;
  const { result } = ask('Runtime.callFunctionOn', {
    objectId: holderId,
    functionDeclaration: 'function(){return this.value}',
    objectGroup: group,
  }) as { result: Remote };
  holder.value = undefined;
  ids.set(value, result.objectId!);
  scheduleRelease();
  return result.objectId!;
}

function scheduleRelease(): void {
  if (releaseScheduled) return;
  releaseScheduled = true;
  Promise.resolve().then(release);
}

function release(): void {
  releaseScheduled = false;
  ids.clear();
  ask('Runtime.releaseObjectGroup', { objectGroup: group });
}

function propertiesOf(value: object): Properties {
  return ask('Runtime.getProperties', { objectId: idOf(value), ownProperties: true }) as Properties;
}

/** The value that a description stands for: itself, not a copy. */
function fetchValue(remote: Remote | undefined): unknown {
  if (remote === undefined) return undefined;
  const { holder, holderId } = connect();
  const { objectId, unserializableValue, value } = remote;
  if (objectId === undefined && unserializableValue === undefined) return remote.subtype === 'null' ? null : value;
  ask('Runtime.callFunctionOn', {
    objectId: holderId,
    functionDeclaration: 'function(v){this.value=v}',
    arguments: [objectId === undefined ? { unserializableValue } : { objectId }],
    returnByValue: true,
  });
  const fetched = holder.value;
  holder.value = undefined;
  return fetched;
}

const internal = (properties: Properties, name: string): Remote | undefined =>
  properties.internalProperties?.find((property) => property.name === name)?.value;

/** What there is to know of a function. Scopes are of the moment; the innermost comes first. */
export function functionParts(fn: Function): FunctionParts {
  const properties = propertiesOf(fn);
  const scopes = internal(properties, '[[Scopes]]');
  const target = internal(properties, '[[TargetFunction]]');
  return {
    // The list belongs to the realm of the inspector, so it is copied into one of ours.
    scopes: scopes === undefined ? [] : Array.from(fetchValue(scopes) as ArrayLike<Scope>),
    location: internal(properties, '[[FunctionLocation]]')?.value as EngineLocation | undefined,
    bound:
      target === undefined
        ? undefined
        : {
            target: fetchValue(target) as Function,
            boundThis: fetchValue(internal(properties, '[[BoundThis]]')),
            boundArgs: Array.from((fetchValue(internal(properties, '[[BoundArgs]]')) ?? []) as ArrayLike<unknown>),
          },
  };
}

/** The target and handler of a Proxy; `undefined` for anything else. */
export function inspectProxy(value: object): ProxyParts | undefined {
  const properties = propertiesOf(value);
  const target = internal(properties, '[[Target]]');
  const handler = internal(properties, '[[Handler]]');
  if (target === undefined || handler === undefined) return undefined;
  return { target: fetchValue(target) as object | null, handler: fetchValue(handler) as object | null };
}

/** Values of private fields that are the library's own, which it adds to the objects of programs. */
export const ownFields = new WeakSet<object>();

/** The private members of an object, those of a base class before those of the class derived from it. */
export function privateMembers(value: object): RawPrivate[] {
  const properties = propertiesOf(value);
  const members: RawPrivate[] = [];
  for (const { name, value: field, get, set } of properties.privateProperties ?? []) {
    if (get !== undefined || set !== undefined) {
      members.push({
        name,
        kind: 'accessor',
        getter: fetchValue(get) as Function,
        setter: fetchValue(set) as Function,
      });
      continue;
    }
    const held = fetchValue(field);
    if (typeof held !== 'object' || held === null || !ownFields.has(held)) {
      members.push({ name, kind: 'field', value: held });
    }
  }
  const methods = internal(properties, '[[PrivateMethods]]');
  if (methods !== undefined) {
    for (const method of Array.from(fetchValue(methods) as ArrayLike<Function>)) {
      members.push({ name: method.name, kind: 'method', value: method });
    }
  }
  return members;
}
