/**
 * Assignments to names and properties, compound and logical ones, increments.
 * Invariant: the reference is evaluated before the value, once; the expression's value is the value assigned.
 */
import {
  type AssignmentExpression,
  isAnonymousFunction,
  type MemberExpression,
  type Node,
  type UpdateExpression,
  unparen,
} from '../../syntax/ast.ts';
import type { Context } from './context.ts';
import { ANY, isPlain, NUMBER } from './kinds.ts';
import {
  isFreshArray,
  isYoung,
  type Place,
  place,
  readPlace,
  setter,
  staticKey,
  withBefore,
  write,
  writeNamed,
} from './members.ts';
import { assignIdentifier, emitIdentifier, simple } from './names.ts';
import { combine, held, operand } from './operators.ts';
import { assignPattern } from './patterns.ts';

/** `unused`: the value of the expression is not needed. */
export function emitAssignment(r: Context, node: AssignmentExpression, unused = false): string {
  const target = unparen(node.left as Node);
  if (target.type === 'ObjectPattern' || target.type === 'ArrayPattern') {
    return assignPattern(r, target, node.right, node, unused);
  }
  const { operator } = node;
  if (operator === '=') {
    if (target.type === 'Identifier') {
      const value = r.gap(target.end, node.right.start) + r.emit(node.right);
      // A name in parentheses gives no name to a function.
      if ((node.left as Node) !== target && isAnonymousFunction(node.right)) {
        return assignIdentifier(r, target, `(0, ${value})`);
      }
      return assignIdentifier(r, target, value, node.right);
    }
    return assignMember(r, node, target as MemberExpression, unused);
  }
  if (operator === '&&=' || operator === '||=' || operator === '??=') return assignLogically(r, node, target, operator);
  return assignCompound(r, node, target, operator.slice(0, -1), unused);
}

function assignMember(r: Context, node: AssignmentExpression, target: MemberExpression, unused: boolean): string {
  const gap = r.gap(target.end, node.right.start);
  const known = staticKey(r, target);
  if (target.object.type === 'Super' || known?.type === 'private') {
    return assignPlace(r, node, target, gap, unused);
  }
  const object = target.object as Node;
  const young = isYoung(r, object);
  const index = known === undefined || known.type === 'index';
  const plainValue = isPlain(r.kind(node.right));
  if (index && (!young || isFreshArray(r, object))) return assignElement(r, node, target, gap, plainValue, unused);
  const keyNodes = known === undefined ? [target.property as Node] : [];
  const objectText = simple(r, object, [...keyNodes, node.right])?.text ?? r.emit(object);
  const key =
    known === undefined
      ? r.gap(object.end, target.property.start) + r.emit(target.property as Node)
      : known.type === 'index'
        ? known.text
        : JSON.stringify(known.name);
  const value = gap + r.emit(node.right);
  if (unused) {
    return known?.type === 'name'
      ? writeNamed(r, node, objectText, known, value, young)
      : r.call(node, setter(r, young), objectText, key, value);
  }
  const t = r.temp();
  r.release(t);
  return `(${r.call(node, setter(r, young), objectText, key, `${t} = ${value}`)}, ${t})`;
}

/** `a[i] = v`: a plain number goes straight into a plain array. */
function assignElement(
  r: Context,
  node: AssignmentExpression,
  target: MemberExpression,
  gap: string,
  plainValue: boolean,
  unused: boolean,
): string {
  const object = target.object as Node;
  const property = target.property as Node;
  const before: string[] = [];
  const temps: string[] = [];
  const hold = (n: Node, later: Node[], lead: string) => {
    const again = lead === '' ? simple(r, n, later) : undefined;
    if (again !== undefined) {
      if (!again.sure) before.push(again.text);
      return again.text;
    }
    const text = lead + r.emit(n);
    const t = r.temp();
    temps.push(t);
    before.push(`${t} = ${text}`);
    return t;
  };
  const o = hold(object, [property, node.right], '');
  const kind = r.kind(property);
  const k = hold(property, [node.right], r.gap(object.end, property.start));
  const v = hold(node.right, [], gap);
  r.release(...temps);
  const fresh = isFreshArray(r, object);
  const tests: string[] = [];
  if (kind !== NUMBER) tests.push(`typeof ${k} === 'number'`);
  if (!plainValue) tests.push(`typeof ${v} === 'number'`);
  tests.push(`${o}${fresh ? '' : '?.'}[${r.rt('S')}] === undefined`);
  if (!fresh) tests.push(`(${r.rt('isArray')}(${o}) || ${o} instanceof ${r.rt('TypedArray')})`);
  const slow = r.call(node, setter(r, fresh), o, k, v);
  return withBefore(before, `(${tests.join(' && ')} ? ${o}[${k}] = ${v} : ${unused ? slow : `(${slow}, ${v})`})`);
}

/** Writes `value` (a text that may be repeated) to a place. The result of the text is not used. */
function writeBack(r: Context, at: Node, p: Place, value: string): string {
  const { object: o, key } = p;
  if (o === undefined || key.type !== 'index') return write(r, at, p, value);
  const tests = key.kind === NUMBER ? '' : `typeof ${key.text} === 'number' && `;
  const array = `(${r.rt('isArray')}(${o}) || ${o} instanceof ${r.rt('TypedArray')})`;
  const plain = `${tests}typeof ${value} === 'number' && ${o}[${r.rt('S')}] === undefined && ${array}`;
  return `(${plain} ? ${o}[${key.text}] = ${value} : ${write(r, at, p, value)})`;
}

/** By way of a place: `super.x = v`, `o.#x = v`. */
function assignPlace(
  r: Context,
  node: AssignmentExpression,
  target: MemberExpression,
  gap: string,
  unused: boolean,
): string {
  const p = place(r, target, [node.right], false);
  const value = gap + r.emit(node.right);
  if (unused && (p.object === undefined || p.key.type !== 'private')) {
    r.release(...p.temps);
    return withBefore(p.before, write(r, node, p, value));
  }
  const t = r.temp();
  r.release(t, ...p.temps);
  return `(${[...p.before, `${t} = ${value}`, write(r, node, p, t), t].join(', ')})`;
}

function assignCompound(r: Context, node: AssignmentExpression, target: Node, op: string, unused: boolean): string {
  const gap = r.gap(target.end, node.right.start);
  const right = operand(r, node.right, []);
  const R = gap === '' ? right : { ...right, simple: undefined, text: () => gap + r.emit(node.right) };
  if (target.type === 'Identifier') {
    const kind = r.kind(target);
    if (isPlain(kind) && isPlain(R.kind) && r.reference(target) !== undefined) {
      return `(${r.mark(target.start)}${target.name} ${op}= ${R.text()})`;
    }
    return assignIdentifier(r, target, combine(r, node, op, operand(r, target, [node.right]), R));
  }
  const p = place(r, target as MemberExpression, [node.right]);
  const old = r.temp();
  const before = [...p.before, `${old} = ${readPlace(r, node, p)}`];
  const combined = combine(r, node, op, held(old, ANY), R);
  r.release(old);
  if (unused && p.key.type === 'name') {
    r.release(...p.temps);
    return withBefore(before, write(r, node, p, combined));
  }
  const result = r.temp();
  r.release(result, ...p.temps);
  return `(${[...before, `${result} = ${combined}`, writeBack(r, node, p, result), result].join(', ')})`;
}

function assignLogically(r: Context, node: AssignmentExpression, target: Node, operator: string): string {
  const gap = r.gap(target.end, node.right.start);
  if (target.type === 'Identifier') {
    const local = r.reference(target) !== undefined;
    const paren = (node.left as Node) !== target && isAnonymousFunction(node.right);
    if (local && operator === '??=' && !paren) return `(${target.name} ??= ${gap}${r.emit(node.right)})`;
    const text = paren ? `(0, ${gap}${r.emit(node.right)})` : gap + r.emit(node.right);
    const assigned = assignIdentifier(r, target, text, paren ? undefined : node.right);
    if (operator === '??=') return `(${emitIdentifier(r, target)} ?? ${assigned})`;
    const again = simple(r, target, []);
    const value = again?.text ?? r.temp();
    const first = again?.text ?? `(${value} = ${emitIdentifier(r, target)})`;
    if (again === undefined) r.release(value);
    return choose(r, node, operator, first, value, assigned);
  }
  const p = place(r, target as MemberExpression, [node.right]);
  const old = r.temp();
  const first = `(${old} = ${readPlace(r, node, p)})`;
  r.release(old);
  const value = gap + r.emit(node.right);
  const t = r.temp();
  r.release(t, ...p.temps);
  const assigned = `(${t} = ${value}, ${write(r, node, p, t)}, ${t})`;
  return withBefore(
    p.before,
    operator === '??=' ? `(${first} ?? ${assigned})` : choose(r, node, operator, first, old, assigned),
  );
}

function choose(r: Context, at: Node, operator: string, first: string, value: string, assigned: string): string {
  const test = `(typeof ${first} === 'boolean' ? ${value} : ${r.call(at, 'truthy', value)})`;
  return operator === '&&=' ? `(${test} ? ${assigned} : ${value})` : `(${test} ? ${value} : ${assigned})`;
}

export function emitUpdate(r: Context, node: UpdateExpression, unused = false): string {
  const target = unparen(node.argument as Node);
  const { operator } = node;
  const step = operator === '++' ? 'inc' : 'dec';
  const prefix = node.prefix || unused;
  if (target.type === 'Identifier') {
    const { name } = target;
    const at = r.mark(node.start);
    if (r.reference(target) !== undefined) {
      if (isPlain(r.kind(target))) return node.prefix ? `(${at}${operator}${name})` : `(${at}${name}${operator})`;
      const slow = (value: string) => assignIdentifier(r, target, r.call(node, step, value));
      if (prefix) return `(typeof ${name} === 'number' ? ${operator}${name} : ${slow(name)})`;
      const old = r.temp();
      r.release(old);
      return `(typeof ${name} === 'number' ? ${name}${operator} : (${old} = ${r.call(node, 'num', name)}, ${slow(old)}, ${old}))`;
    }
    const current = emitIdentifier(r, target);
    if (prefix) return assignIdentifier(r, target, r.call(node, step, current));
    const old = r.temp();
    r.release(old);
    const assigned = assignIdentifier(r, target, r.call(node, step, old));
    return `(${old} = ${r.call(node, 'num', current)}, ${assigned}, ${old})`;
  }
  const p = place(r, target as MemberExpression, []);
  const old = r.temp();
  const result = r.temp();
  r.release(old, result, ...p.temps);
  const parts = [
    ...p.before,
    `${old} = ${r.call(node, 'num', readPlace(r, node, p))}`,
    `${result} = ${r.call(node, step, old)}`,
    writeBack(r, node, p, result),
    prefix ? result : old,
  ];
  return `(${parts.join(', ')})`;
}

/** An expression whose value nobody uses. */
export function emitEffect(r: Context, node: Node): string {
  switch (node.type) {
    case 'ParenthesizedExpression':
      return `(${r.gap(node.start, node.expression.start)}${emitEffect(r, node.expression)}${r.gap(node.expression.end, node.end)})`;
    case 'AssignmentExpression':
      return emitAssignment(r, node, true);
    case 'UpdateExpression':
      return emitUpdate(r, node, true);
    case 'SequenceExpression': {
      let at = node.start;
      const parts = node.expressions.map((e) => {
        const text = r.gap(at, e.start) + emitEffect(r, e);
        at = e.end;
        return text;
      });
      return `(${parts.join(', ')})`;
    }
    default:
      return r.emit(node);
  }
}
