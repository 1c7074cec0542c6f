/**
 * Destructuring. Object patterns read through the table, array patterns step through what `iter` gives; both keep the order of
 * the language: key, target, value, default, binding.
 * Array patterns stay native, because only native ones close their iterator in every case. An object pattern within one gets its
 * value in a wrapper `{ v }`, and each of its properties becomes `[none]: target = read`, where `none` is a key that is missing
 * in the wrapper, so that the default is evaluated in its turn.
 */
import {
  type ArrayPattern,
  type AssignmentProperty,
  isAnonymousFunction,
  type MemberExpression,
  type Node,
  type ObjectPattern,
  type Pattern,
  unparen,
} from '../../syntax/ast.ts';
import type { Context } from './context.ts';
import { isPlain, NUMBER, STRING } from './kinds.ts';
import { isYoung, type Key, place, read, setter, staticKey, withBefore, write } from './members.ts';
import { assignIdentifier, named, simple } from './names.ts';

/** What twin code needs to know of the elements of a nested array pattern: 0 leave, 1 wrap, a list for an array pattern. */
export type PatternShape = readonly (0 | 1 | PatternShape | { readonly rest: 0 | PatternShape })[];

function shapeOf(pattern: ArrayPattern): PatternShape {
  return pattern.elements.map((e) => {
    if (e === null) return 0;
    if (e.type === 'RestElement') {
      const inner = unparen(e.argument as Node);
      return inner.type === 'ArrayPattern' ? { rest: shapeOf(inner) } : 0;
    }
    const target = unparen((e.type === 'AssignmentPattern' ? e.left : e) as Node);
    return target.type === 'ObjectPattern' ? 1 : target.type === 'ArrayPattern' ? shapeOf(target) : 0;
  });
}

function isFlat(shape: PatternShape): boolean {
  return shape.every((s) => s === 0);
}

function shapeText(shape: PatternShape): string {
  return JSON.stringify(shape).replace(/"rest"/g, 'rest');
}

/** What an array pattern destructures in place of `value`. */
function iterable(r: Context, pattern: ArrayPattern, value: string, source?: Node): string {
  const shape = shapeOf(pattern);
  if (!isFlat(shape)) return r.call(pattern, 'nested', value, shapeText(shape));
  const literal = source === undefined ? undefined : unparen(source);
  if (literal?.type === 'ArrayExpression' && literal.elements.every((e) => e === null || e.type !== 'SpreadElement')) {
    // A fresh array: nothing of the user's is iterated.
    return value;
  }
  return r.call(pattern, 'iter', value);
}

/** Where names go: declared (the name itself), or assigned. */
interface Target {
  /** A native assignment target or binding. */
  native(node: Node): { text: string; name: string | undefined };
}

const declare: Target = {
  native: (node) => ({ text: (node as { name: string }).name, name: undefined }),
};

function assign(r: Context): Target {
  return {
    native(node) {
      const target = unparen(node);
      if (target.type === 'Identifier') {
        if (r.reference(target) !== undefined)
          return { text: `${r.mark(target.start)}${target.name}`, name: undefined };
        const free = r.free(target.name);
        if (free === 'global') {
          return {
            text: `${r.call(target, 'globalRef', JSON.stringify(target.name), `(${r.prefix}v) => { ${target.name} = ${r.prefix}v; }`)}.v`,
            name: target.name,
          };
        }
        if (free === 'self')
          return {
            text: `${r.call(target, 'globalRef', JSON.stringify(target.name), '() => {}')}.v`,
            name: target.name,
          };
        r.writes.add(target.name);
        return { text: r.freeText(target.name), name: target.name };
      }
      return { text: memberTarget(r, target as MemberExpression), name: undefined };
    },
  };
}

/** `o.k` as a native target: an object whose setter writes through the table. */
function memberTarget(r: Context, node: MemberExpression): string {
  const known = staticKey(r, node);
  if (node.object.type === 'Super' || known?.type === 'private') {
    const v = `${r.prefix}v`;
    const { made } = r.withTemporaries(() => {
      const p = place(r, node, [], false);
      return { before: p.before, text: write(r, node, p, v), temps: p.temps };
    });
    // Object and key are evaluated with the reference, the write later.
    const names = made.temps.join(', ');
    const parts = [...made.before, r.call(node, 'target', `(${v}) => { ${made.text}; }`)];
    return `${made.before.length === 0 ? parts[0] : `((${names}) => (${parts.join(', ')}))()`}.v`;
  }
  const object = r.emit(node.object as Node);
  const key =
    known === undefined
      ? r.gap((node.object as Node).end, node.property.start) + r.emit(node.property as Node)
      : known.type === 'index'
        ? known.text
        : JSON.stringify(known.name);
  return `${r.call(node, r.frame.strict ? 'ref' : 'refSloppy', object, key)}.v`;
}

/** An element or property value within a native pattern, with its default. */
function nativeElement(r: Context, pattern: Pattern, target: Target): string {
  const node = unparen(pattern as Node);
  switch (node.type) {
    case 'AssignmentPattern': {
      const left = unparen(node.left as Node);
      const gap = r.gap(node.left.end, node.right.start);
      if (left.type === 'ObjectPattern') return nativeObject(r, left, target, gap + r.isolatedIfNeeded(node.right));
      if (left.type === 'ArrayPattern') {
        return `${nativeArray(r, left, target)} = ${gap}${iterable(r, left, r.isolatedIfNeeded(node.right), node.right)}`;
      }
      const { text, name } = target.native(left);
      const value = gap + r.isolatedIfNeeded(node.right);
      return `${text} = ${name === undefined ? value : named(r, name, value, node.right)}`;
    }
    case 'ObjectPattern':
      return nativeObject(r, node, target, undefined);
    case 'ArrayPattern':
      return nativeArray(r, node, target);
    default:
      return target.native(node).text;
  }
}

export function nativeArray(r: Context, pattern: ArrayPattern, target: Target): string {
  let at = pattern.start;
  const parts = pattern.elements.map((e) => {
    if (e === null) return '';
    const gap = r.gap(at, e.start);
    at = e.end;
    if (e.type === 'RestElement') return `${gap}...${restElement(r, e.argument, target)}`;
    const element = gap + nativeElement(r, e, target);
    // Where the iterator has ended there is no wrapper either.
    const inner = unparen((e.type === 'AssignmentPattern' ? e.left : e) as Node);
    return inner.type === 'ObjectPattern' ? `${element} = {v: void 0}` : element;
  });
  const last = pattern.elements[pattern.elements.length - 1];
  // A hole at the end needs its comma.
  return `[${parts.join(', ')}${last === null ? ',' : ''}${r.gap(at, pattern.end)}]`;
}

function restElement(r: Context, pattern: Pattern, target: Target): string {
  const node = unparen(pattern as Node);
  if (node.type === 'ObjectPattern') return plainObject(r, node, target);
  return nativeElement(r, node as Pattern, target);
}

/** An object pattern on an array that the language has just made: read natively. */
function plainObject(r: Context, pattern: ObjectPattern, target: Target): string {
  const parts = pattern.properties.map((p) => {
    if (p.type === 'RestElement') return `...${target.native(p.argument as Node).text}`;
    const key = p.computed
      ? `[${r.call(p.key as Node, 'toKey', r.isolatedIfNeeded(p.key))}]`
      : r.slice(p.key.start, p.key.end);
    const value = unparen(p.value as Node);
    const inner = value.type === 'AssignmentPattern' ? unparen(value.left as Node) : value;
    if (inner.type === 'ObjectPattern') {
      const suffix = value.type === 'AssignmentPattern' ? ` = ${r.isolatedIfNeeded(value.right)}` : '';
      return `${key}: ${plainObject(r, inner, target)}${suffix}`;
    }
    return `${key}: ${nativeElement(r, p.value, target)}`;
  });
  return `{${parts.join(', ')}}`;
}

/** An object pattern on a wrapper `{ v }`. */
function nativeObject(r: Context, pattern: ObjectPattern, target: Target, fallback: string | undefined): string {
  const none = `[${r.rt('none')}]`;
  const declares = target === declare;
  // Assigned patterns need their intermediate values declared somewhere: a temporary of the function.
  const fresh = () => (declares ? r.unique() : r.temp());
  const temps: string[] = [];
  const keep = () => {
    const t = fresh();
    if (!declares) temps.push(t);
    return t;
  };
  const source = keep();
  const parts = [`v: ${source}${fallback === undefined ? '' : ` = ${fallback}`}`];
  const check = keep();
  parts.push(`${none}: ${check} = ${r.call(pattern, 'obj', source)}`);
  const keys: string[] = [];
  for (const p of pattern.properties) {
    if (p.type === 'RestElement') {
      const { text } = target.native(p.argument as Node);
      parts.push(`${none}: ${text} = ${r.call(p, 'rest', source, `[${keys.join(', ')}]`)}`);
      continue;
    }
    const { key, before } = propertyKey(r, p, keep, keys);
    if (before !== undefined) parts.push(`${none}: ${before}`);
    const value = unparen(p.value as Node);
    const inner = value.type === 'AssignmentPattern' ? unparen(value.left as Node) : value;
    const reading = read(r, p as Node, source, source, key);
    if (inner.type === 'ObjectPattern') {
      parts.push(`${none}: ${nativeElement(r, p.value, target)} = {v: ${reading}}`);
    } else if (inner.type === 'ArrayPattern') {
      parts.push(
        `${none}: {v: ${nativeElement(r, p.value, target)}} = {v: ${nestedValue(r, inner, reading, value.type === 'AssignmentPattern')}}`,
      );
    } else if (value.type === 'AssignmentPattern') {
      parts.push(`${none}: {v: ${nativeElement(r, p.value, target)}} = {v: ${reading}}`);
    } else {
      parts.push(`${none}: ${target.native(inner).text} = ${reading}`);
    }
  }
  if (!declares) r.releaseLater(temps);
  return `{${parts.join(', ')}}`;
}

/** The value of a nested array pattern: iterable, unless it is undefined and there is a default. */
function nestedValue(r: Context, pattern: ArrayPattern, value: string, hasDefault: boolean): string {
  if (!hasDefault) return iterable(r, pattern, value);
  const shape = shapeOf(pattern);
  return r.call(pattern, 'iterOrMissing', value, isFlat(shape) ? '0' : shapeText(shape));
}

/** The key of a property of a pattern; `before` evaluates a computed one. */
function propertyKey(
  r: Context,
  p: AssignmentProperty,
  keep: () => string,
  keys: string[],
): { key: Key; before: string | undefined } {
  const at = p.key.start;
  const node = unparen(p.key as Node);
  if (!p.computed) {
    const name = node.type === 'Identifier' ? node.name : String((node as { value?: unknown }).value);
    keys.push(JSON.stringify(name));
    if (node.type === 'Literal' && typeof node.value === 'number') {
      return { key: { type: 'index', text: r.slice(node.start, node.end), kind: NUMBER, at }, before: undefined };
    }
    return { key: { type: 'name', name, at }, before: undefined };
  }
  const t = keep();
  const kind = r.kind(p.key as Node);
  const text = r.isolatedIfNeeded(p.key);
  keys.push(t);
  const converted = isPlain(kind) ? text : r.call(p.key as Node, 'toKey', text);
  return {
    key: { type: 'index', text: t, kind: isPlain(kind) ? kind : STRING | NUMBER, at },
    before: `${t} = ${converted}`,
  };
}

// --- Declarations -----------------------------------------------------------------------------------------------------------------

/** The declarators that bind `pattern` to `value`; each is `name = text`. */
export function declarators(r: Context, pattern: Pattern, value: string, out: string[], source?: Node): void {
  switch (pattern.type) {
    case 'Identifier':
      out.push(`${pattern.name} = ${value}`);
      return;
    case 'ArrayPattern':
      out.push(`${nativeArray(r, pattern, declare)} = ${iterable(r, pattern, value, source)}`);
      return;
    case 'ObjectPattern': {
      const object = r.unique();
      out.push(`${object} = ${r.call(pattern, 'obj', value)}`);
      const keys: string[] = [];
      for (const p of pattern.properties) {
        if (p.type === 'RestElement') {
          out.push(`${(p.argument as { name: string }).name} = ${r.call(p, 'rest', object, `[${keys.join(', ')}]`)}`);
          continue;
        }
        const { key, before } = propertyKey(r, p, () => r.unique(), keys);
        if (before !== undefined) out.push(before);
        const gap = r.gap(p.start, p.end) === '' ? '' : r.gap(p.key.end, p.value.start);
        const reading =
          gap === '' ? read(r, p as Node, object, object, key) : `(${gap}${read(r, p as Node, object, object, key)})`;
        const target = p.value;
        if (target.type !== 'AssignmentPattern') {
          declarators(r, target, reading, out);
        } else if (target.left.type === 'Identifier' && isAnonymousFunction(target.right)) {
          out.push(`{v: ${target.left.name} = ${r.emit(target.right)}} = {v: ${reading}}`);
        } else {
          declarators(r, target.left, orDefault(r, reading, target.right), out);
        }
      }
      return;
    }
    case 'AssignmentPattern':
      declarators(r, pattern.left, orDefault(r, value, pattern.right), out);
      return;
    default:
      throw new Error(`${pattern.type} in a declaration`);
  }
}

/** `value`, or the default where it is undefined. */
function orDefault(r: Context, value: string, fallback: Node): string {
  const t = r.temp();
  r.release(t);
  return `((${t} = ${value}) === undefined ? ${r.emit(fallback)} : ${t})`;
}

/** A pattern as a native one that is given `{v: value}`: for places where nothing else can be written (heads, parameters). */
export function wrappedPattern(r: Context, pattern: Pattern): string {
  const node = pattern.type === 'AssignmentPattern' ? pattern.left : pattern;
  if (node.type === 'ObjectPattern') return nativeElement(r, pattern, declare);
  return `{v: ${nativeElement(r, pattern, declare)}}`;
}

/** The shape argument of `wrapEach`, for the head of a loop that `wrappedPattern` stands in. */
export function wrappedShape(pattern: Pattern): string {
  return pattern.type === 'ArrayPattern' ? shapeText(shapeOf(pattern)) : '0';
}

/** A pattern that is given strings only (the keys of `for in`): native. */
export function stringPattern(r: Context, pattern: Pattern): string {
  return pattern.type === 'ObjectPattern' ? plainObject(r, pattern, declare) : nativeElement(r, pattern, declare);
}

/** What stands for `value` where `wrappedPattern` destructures it. */
export function wrappedValue(r: Context, pattern: Pattern, value: string): string {
  const hasDefault = pattern.type === 'AssignmentPattern';
  const node = hasDefault ? pattern.left : pattern;
  return `{v: ${node.type === 'ArrayPattern' ? nestedValue(r, node, value, hasDefault) : value}}`;
}

// --- Assignments ------------------------------------------------------------------------------------------------------------------

/** `pattern = right` as an expression. */
export function assignPattern(
  r: Context,
  pattern: ObjectPattern | ArrayPattern,
  right: Node,
  at: Node,
  unused: boolean,
): string {
  const value = r.gap(pattern.end, right.start) + r.emit(right);
  const again = simple(r, right, [pattern]);
  if (unused && pattern.type === 'ArrayPattern') return `(${assignTo(r, pattern, value, at, right).join(', ')})`;
  if (again !== undefined && pattern.type === 'ArrayPattern') {
    return `(${[...assignTo(r, pattern, again.text, at, right), again.text].join(', ')})`;
  }
  const t = r.temp();
  const parts = [`${t} = ${value}`, ...assignTo(r, pattern, t, at, right, true)];
  if (!unused) parts.push(t);
  r.release(t);
  return r.pad(at.start, at.end, `(${parts.join(', ')})`);
}

/** The expressions that assign `value` to `pattern`, in order. `repeatable`: the value may be evaluated several times. */
export function assignTo(
  r: Context,
  pattern: Node,
  value: string,
  at: Node,
  source?: Node,
  repeatable = false,
): string[] {
  const target = unparen(pattern);
  switch (target.type) {
    case 'ArrayPattern':
      return r.later(() => [`${nativeArray(r, target, assign(r))} = ${iterable(r, target, value, source)}`]);
    case 'ObjectPattern':
      return assignObject(r, target, value, at, repeatable);
    case 'Identifier':
      return [assignIdentifier(r, target, value)];
    default:
      return [assignMember(r, target as MemberExpression, value, at)];
  }
}

function assignMember(r: Context, node: MemberExpression, value: string, at: Node): string {
  const known = staticKey(r, node);
  if (node.object.type === 'Super' || known?.type === 'private') {
    const p = place(r, node, [], false);
    const text = withBefore(p.before, write(r, at, p, value));
    r.release(...p.temps);
    return text;
  }
  const key =
    known === undefined
      ? r.emit(node.property as Node)
      : known.type === 'index'
        ? known.text
        : JSON.stringify(known.name);
  return r.call(node, setter(r, isYoung(r, node.object as Node)), r.emit(node.object as Node), key, value);
}

function assignObject(r: Context, pattern: ObjectPattern, value: string, at: Node, repeatable: boolean): string[] {
  const parts: string[] = [];
  const temps: string[] = [];
  let object = value;
  if (!repeatable) {
    object = r.temp();
    temps.push(object);
    parts.push(`${object} = ${value}`);
  }
  parts.push(r.call(pattern, 'obj', object));
  const keys: string[] = [];
  const keep = () => {
    const t = r.temp();
    temps.push(t);
    return t;
  };
  for (const p of pattern.properties) {
    if (p.type === 'RestElement') {
      parts.push(...assignTo(r, p.argument as Node, r.call(p, 'rest', object, `[${keys.join(', ')}]`), at));
      continue;
    }
    const { key, before } = propertyKey(r, p, keep, keys);
    if (before !== undefined) parts.push(before);
    const reading = read(r, p as Node, object, object, key);
    const node = p.value as Node;
    if (node.type !== 'AssignmentPattern') {
      parts.push(...assignTo(r, node, reading, at));
      continue;
    }
    const left = node.left as Node;
    if (unparen(left).type === 'Identifier' && isAnonymousFunction(node.right) && left === unparen(left)) {
      const { text, name } = assign(r).native(left);
      const fallback = r.emit(node.right);
      parts.push(
        `({v: ${text} = ${name === undefined ? fallback : named(r, name, fallback, node.right)}} = {v: ${reading}})`,
      );
    } else if (unparen(left).type === 'MemberExpression') {
      // The reference is evaluated before the value is read; the default comes after both.
      parts.push(assignMemberWithDefault(r, unparen(left) as MemberExpression, reading, node.right, at));
    } else {
      const t = r.temp();
      const fallback = r.emit(node.right);
      r.release(t);
      parts.push(...assignTo(r, left, `((${t} = ${reading}) === undefined ? ${fallback} : ${t})`, at));
    }
  }
  r.release(...temps);
  return parts;
}

function assignMemberWithDefault(
  r: Context,
  node: MemberExpression,
  reading: string,
  fallback: Node,
  at: Node,
): string {
  const p = place(r, node, [fallback], false);
  const t = r.temp();
  const value = `((${t} = ${reading}) === undefined ? ${r.emit(fallback)} : ${t})`;
  const text = withBefore(p.before, write(r, at, p, value));
  r.release(t, ...p.temps);
  return text;
}
