/**
 * Reading and writing properties: of objects, private ones, and through `super`.
 * Invariant: object before key before value, each once; a native read or write happens only where the tests beside it allow it.
 */
import {
  type MemberExpression,
  type Node,
  type PrivateIdentifier,
  type UnaryExpression,
  unparen,
} from '../../syntax/ast.ts';
import { type Context, isName } from './context.ts';
import { isPlain, type Kind, NUMBER, STRING } from './kinds.ts';
import { simple } from './names.ts';
import { parenthesised } from './operators.ts';

/** The key of a reference, ready to be used several times. */
export type Key =
  | { readonly type: 'name'; readonly name: string; readonly at: number }
  | { readonly type: 'index'; readonly text: string; readonly kind: Kind; readonly at: number }
  | { readonly type: 'private'; readonly name: string; readonly at: number };

/** A place to read and write: what to evaluate first, then texts that may be repeated. */
export interface Place {
  readonly before: string[];
  /** The object; undefined for `super`. */
  readonly object: string | undefined;
  readonly key: Key;
  readonly temps: string[];
  /** The object was made by the code that runs. */
  readonly young: boolean;
}

export function staticKey(r: Context, node: MemberExpression): Key | undefined {
  const at = node.property.start;
  if (node.property.type === 'PrivateIdentifier') {
    return { type: 'private', name: `#${(node.property as PrivateIdentifier).name}`, at };
  }
  if (!node.computed) return { type: 'name', name: (node.property as { name: string }).name, at };
  const key = unparen(node.property as Node);
  if (key.type === 'Literal') {
    if (typeof key.value === 'string') return { type: 'name', name: key.value, at };
    if (typeof key.value === 'number') return { type: 'index', text: r.slice(key.start, key.end), kind: NUMBER, at };
  }
  return undefined;
}

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** `.name`, or `["na me"]` */
function access(r: Context, key: Key): string {
  if (key.type === 'index') return `[${key.text}]`;
  if (key.type === 'private') return `.${r.mark(key.at)}${key.name}`;
  return identifier.test(key.name) ? `.${r.mark(key.at)}${key.name}` : `[${JSON.stringify(key.name)}]`;
}

function keyText(key: Key): string {
  return key.type === 'index' ? key.text : JSON.stringify(key.name);
}

/**
 * Reads `object[key]`: `first` is the text that evaluates the object (the first to be evaluated), `object` repeats it.
 */
export function read(r: Context, at: Node, first: string, target: string, key: Key): string {
  // After a number a dot would be its decimal point.
  const object = /^[\d.]/.test(target) ? `(${target})` : target;
  switch (key.type) {
    case 'private':
      return readPrivate(r, at, first, object, key.name);
    case 'name': {
      if (key.name === 'length') {
        const array = `${r.rt('isArray')}(${first}) ? ${object}[${r.rt('S')}] === undefined`;
        const other = `${object} instanceof ${r.rt('TypedArray')} || typeof ${object} === 'string'`;
        return `((${array} : ${other}) ? ${object}${access(r, key)} : ${r.call(at, 'get', object, "'length'")})`;
      }
      const k = keyText(key);
      const site = propertySite(r);
      const native = `${r.objectKind(first)} === ${site}.k || ${r.rt('g')}(${object}, ${k}, ${site})`;
      return `((${native}) ? ${object}${access(r, key)} : ${r.call(at, 'get', object, k)})`;
    }
    case 'index': {
      const tests = key.kind === NUMBER ? '' : `typeof ${key.text} === 'number' && `;
      const otherwise = r.call(at, 'get', object, key.text);
      if (key.kind === STRING || (isPlain(key.kind) && (key.kind & NUMBER) === 0)) {
        return first === object ? otherwise : `(${first}, ${otherwise})`;
      }
      if (first !== object && tests !== '') {
        return `(${first}, ${tests}${object}?.[${r.rt('S')}] === undefined ? ${object}[${key.text}] : ${otherwise})`;
      }
      return `(${tests}${first}?.[${r.rt('S')}] === undefined ? ${r.mark(key.at)}${object}[${key.text}] : ${otherwise})`;
    }
  }
}

function readPrivate(r: Context, at: Node, first: string, object: string, name: string): string {
  const quoted = JSON.stringify(name);
  if (r.analysis.freePrivateNames.has(name)) return r.call(at, 'privateGet', first, quoted);
  if (!declaredByUnit(r, name)) {
    // A stand-in has no private fields: those of its original are read.
    const otherwise = `${r.call(at, 'original', object, quoted)}.${name}`;
    return `(${first} == null || ${name} in ${object} ? ${object}.${r.mark(at.start)}${name} : ${otherwise})`;
  }
  return `(${name} in ${first} ? ${object}.${name} : ${r.call(at, 'privateGet', object, quoted)})`;
}

/** The root class declares the name: instances that the original made do not have the twin's. */
function declaredByUnit(r: Context, name: string): boolean {
  return r.shape.kind === 'class' && (r.analysis.scopes.get(r.shape.node)?.privateNames?.has(name) ?? false);
}

/** Writes `value` (evaluated now) to a place whose object and key are evaluated already. The result of the text is not used. */
export function write(r: Context, at: Node, place: Place, value: string): string {
  const { object, key, young } = place;
  if (object === undefined) return writeSuper(r, at, key, value);
  if (key.type === 'private') {
    const quoted = JSON.stringify(key.name);
    if (r.analysis.freePrivateNames.has(key.name)) return r.call(at, 'privateSet', object, quoted, value);
    if (!declaredByUnit(r, key.name)) {
      const otherwise = r.call(at, 'original', object, quoted, 'true');
      return `(${object} == null || ${key.name} in ${object} ? ${object} : ${otherwise}).${key.name} = ${value}`;
    }
    return `(${key.name} in ${object} ? ${object}.${key.name} = ${value} : ${r.call(at, 'privateSet', object, quoted, value)})`;
  }
  if (key.type === 'name') return writeNamed(r, at, object, key, value, young);
  return r.call(at, setter(r, young), object, keyText(key), value);
}

function propertySite(r: Context): string {
  r.rt('newSite');
  return r.propertySite();
}

/** Writes `value` (evaluated now): a plain number goes straight into what is known to be a plain object. The result of the text is not used. */
export function writeNamed(
  r: Context,
  at: Node,
  object: string,
  key: Key & { type: 'name' },
  value: string,
  young: boolean,
): string {
  const v = r.scratch();
  if (young || v === undefined || !isName(object)) {
    return r.call(at, setter(r, young), object, keyText(key), value);
  }
  const site = propertySite(r);
  const plain = `typeof (${v} = ${value}) === 'number' && ${r.objectKind(object)} === ${site}.k`;
  return `(${plain} ? ${object}${access(r, key)} = ${v} : ${r.call(at, setter(r, false), object, keyText(key), v, site)})`;
}

export function setter(r: Context, young: boolean): string {
  return r.frame.strict ? (young ? 'setYoung' : 'set') : 'setSloppy';
}

/**
 * Evaluates object and key of a member so that they can be read (unless `isRead` is false) and written; `later` is what runs
 * before the last use.
 */
export function place(r: Context, node: MemberExpression, later: readonly Node[], isRead = true): Place {
  const known = staticKey(r, node);
  const before: string[] = [];
  const temps: string[] = [];
  let object: string | undefined;
  const keyNodes = known === undefined ? [node.property as Node] : [];
  if (node.object.type !== 'Super') {
    const again = simple(r, node.object, [...keyNodes, ...later]);
    if (again !== undefined) {
      object = again.text;
      if (!again.sure && known === undefined) before.push(object);
    } else {
      const text = r.emit(node.object);
      object = r.temp();
      temps.push(object);
      before.push(`${object} = ${text}`);
    }
  }
  // Where `this` is not there yet, `super[k]` fails before the key is evaluated.
  if (object === undefined && !r.superIsOutside && known === undefined) before.push('this');
  const young = isYoung(r, node.object as Node);
  if (known !== undefined) return { before, object, key: known, temps, young };
  const property = node.property as Node;
  const kind = r.kind(property);
  const again = simple(r, property, later);
  // An object as a key is converted once, before the property is read.
  const converts = isRead && !isPlain(kind);
  const gap = r.gap((node.object as Node).end, property.start);
  let text: string;
  if (again !== undefined && !converts && gap === '') {
    text = again.text;
    if (!again.sure) before.push(text);
  } else {
    const value = gap + r.emit(property);
    text = r.temp();
    temps.push(text);
    before.push(`${text} = ${value}`);
    if (converts) {
      const base = object === undefined ? '0' : object;
      before.push(`typeof ${text} === 'number' || (${text} = ${r.call(node, 'toKey', text, base)})`);
    }
  }
  return { before, object, key: { type: 'index', text, kind, at: property.start }, temps, young };
}

export function readPlace(r: Context, at: Node, p: Place): string {
  return p.object === undefined ? readSuper(r, at, p.key) : read(r, at, p.object, p.object, p.key);
}

/** The object is a fresh literal, array or `this` of a base class under construction, held by a name that never changes. */
export function isYoung(r: Context, node: Node): boolean {
  const inner = unparen(node);
  return inner.type === 'ThisExpression' ? r.frame.makesThis : freshness(r, inner) !== undefined;
}

/** The name surely holds an array or typed array that was made here. */
export function isFreshArray(r: Context, node: Node): boolean {
  return freshness(r, unparen(node)) === 'array';
}

function freshness(r: Context, node: Node): 'array' | 'object' | undefined {
  const binding = node.type === 'Identifier' ? r.reference(node)?.binding : undefined;
  if (binding?.kind !== 'const' || binding.inits.length !== 1) return undefined;
  const init = binding.inits[0];
  if (typeof init !== 'object') return undefined;
  const made = unparen(init);
  if (made.type === 'ArrayExpression') return 'array';
  if (made.type === 'ObjectExpression') return 'object';
  const callee = made.type === 'NewExpression' ? made.callee : undefined;
  return callee && ['Array', 'Float64Array', 'Float32Array'].some((n) => r.isGlobal(callee as Node, n))
    ? 'array'
    : undefined;
}

/** Built-in objects that hold functions and constants, whose properties are read as they are. */
const namespaces = new Set(['Math', 'Number', 'Object', 'Array', 'Reflect', 'JSON', 'Symbol', 'Promise', 'console']);

export function isNamespace(r: Context, node: Node): boolean {
  const inner = unparen(node);
  return inner.type === 'Identifier' && namespaces.has(inner.name) && r.isGlobal(inner, inner.name);
}

export function emitMember(r: Context, node: MemberExpression): string {
  if (node.object.type === 'Super') return emitSuperMember(r, node);
  const object = node.object as Node;
  const known = staticKey(r, node);
  const gap = r.gap(object.end, node.property.start);
  if (known?.type === 'name' && isNamespace(r, object)) return `${r.emit(object)}${gap}${access(r, known)}`;
  if (object.type === 'MetaProperty' && known !== undefined && object.meta.name === 'new') {
    return `(${r.emit(object)}, ${read(r, node, r.emit(object), r.emit(object), known)})`;
  }
  if (known !== undefined) {
    const again = simple(r, object, []);
    if (again !== undefined) return wrap(gap, read(r, node, again.text, again.text, known));
    const text = r.emit(object);
    const t = r.temp();
    r.release(t);
    return read(r, node, `(${t} = ${text}${gap})`, t, known);
  }
  const property = node.property as Node;
  return readComputed(r, node, object, property, gap);
}

function wrap(gap: string, text: string): string {
  return gap === '' ? text : `(${gap}${text})`;
}

function readComputed(r: Context, node: MemberExpression, object: Node, property: Node, gap: string): string {
  const kind = r.kind(property);
  const temps: string[] = [];
  const before: string[] = [];
  let first: string;
  let o: string;
  const again = simple(r, object, [property]);
  const key = simple(r, property, []);
  if (again !== undefined) {
    first = o = again.text;
    if (!again.sure && key === undefined) before.push(o);
  } else {
    const text = r.emit(object);
    o = r.temp();
    temps.push(o);
    if (key !== undefined) first = `(${o} = ${text})`;
    else {
      before.push(`${o} = ${text}`);
      first = o;
    }
  }
  const at = property.start;
  if (key !== undefined && gap === '') {
    r.release(...temps);
    return withBefore(before, read(r, node, first, o, { type: 'index', text: key.text, kind, at }));
  }
  if (first !== o) {
    before.push(first);
    first = o;
  }
  const text = gap + r.emit(property);
  const k = r.temp();
  temps.push(k);
  r.release(...temps);
  const S = r.rt('S');
  const otherwise = r.call(node, 'get', o, k);
  if (kind === NUMBER) {
    return withBefore([...before, `${k} = ${text}`], read(r, node, o, o, { type: 'index', text: k, kind, at }));
  }
  return withBefore(
    before,
    `(typeof (${k} = ${text}) === 'number' && ${o}?.[${S}] === undefined ? ${r.mark(at)}${o}[${k}] : ${otherwise})`,
  );
}

export function withBefore(before: readonly string[], text: string): string {
  return before.length === 0 ? text : `(${before.join(', ')}, ${text})`;
}

// --- super ----------------------------------------------------------------------------------------------------------------------

/** In place of a home object that can be given no name. */
export const noHome = '';

function unsupportedSuper(r: Context, at: Node): string {
  return r.call(
    at,
    'unsupported',
    "'super in an object literal or class without a name whose keys or values await, yield or are computed'",
  );
}

function emitSuperMember(r: Context, node: MemberExpression): string {
  const known = staticKey(r, node);
  const gap = r.gap(node.object.end, node.property.start);
  if (known !== undefined) return wrap(gap, readSuper(r, node, known));
  const property = node.property as Node;
  const text = gap + r.emit(property);
  const key = isPlain(r.kind(property)) ? text : r.call(node, 'toKey', text);
  if (r.superIsOutside) return superGet(r, node, r.rt('home'), key);
  if (r.home === noHome) return unsupportedSuper(r, node);
  // `this` has to be there before the key is evaluated.
  return r.home === undefined ? `super[${key}]` : `(this, ${superGet(r, node, r.home, key)})`;
}

function superGet(r: Context, at: Node, home: string, key: string): string {
  r.usesSuper ||= r.superIsOutside;
  return r.call(at, 'superGet', home, key, r.thisText());
}

export function readSuper(r: Context, at: Node, key: Key): string {
  // By the table where the home object has a name: a getter of the base class runs as its twin then.
  const home = r.superIsOutside ? r.rt('home') : r.home;
  if (home === noHome) return unsupportedSuper(r, at);
  return home === undefined ? `super${access(r, key)}` : superGet(r, at, home, keyText(key));
}

function writeSuper(r: Context, at: Node, key: Key, value: string): string {
  const home = r.superIsOutside ? r.rt('home') : r.home;
  if (home === noHome) return unsupportedSuper(r, at);
  if (home === undefined) return `super${access(r, key)} = ${value}`;
  r.usesSuper ||= r.superIsOutside;
  return r.call(at, r.frame.strict ? 'superSet' : 'superSetSloppy', home, keyText(key), value, r.thisText());
}

// --- delete ---------------------------------------------------------------------------------------------------------------------

export function emitDelete(r: Context, node: UnaryExpression, chain: (target: MemberExpression) => string): string {
  const inner = unparen(node.argument);
  const gap = r.gap(node.start, inner.start);
  switch (inner.type) {
    case 'MemberExpression': {
      if (inner.object.type === 'Super') return `(delete ${gap}${r.copy(inner)})`;
      return deleteMember(r, node, gap + parenthesised(inner.object as Node, r.emit(inner.object as Node)), inner);
    }
    case 'ChainExpression':
      return inner.expression.type === 'MemberExpression' ? chain(inner.expression) : `(${gap}${r.emit(inner)}, true)`;
    case 'Identifier': {
      if (r.reference(inner) !== undefined || inner.name === 'arguments') return `(delete ${gap}${inner.name})`;
      const free = r.free(inner.name);
      // Sloppy code deletes a global; a captured variable stays.
      return free === 'global' ? `(delete ${gap}${inner.name})` : `(${gap}false)`;
    }
    default:
      return `(${gap}${r.emit(inner)}, true)`;
  }
}

export function deleteMember(r: Context, at: Node, object: string, member: MemberExpression): string {
  const known = staticKey(r, member);
  const name = r.frame.strict ? 'delete' : 'deleteSloppy';
  if (known !== undefined && known.type !== 'private') return r.call(at, name, object, keyText(known));
  const property = member.property as Node;
  return r.call(at, name, object, r.gap((member.object as Node).end, property.start) + r.emit(property));
}
