/**
 * Templates, sequences, conditionals, parentheses and what else has values of its own.
 */
import type { Node, TemplateLiteral } from '../../syntax/ast.ts';
import { emitEffect } from './assignments.ts';
import type { Context } from './context.ts';
import { BIGINT, BOOLEAN, isPlain, NULLISH, NUMBER } from './kinds.ts';
import { condition } from './operators.ts';

export function emitTemplate(r: Context, node: TemplateLiteral): string {
  if (digitsMayTouch(r, node)) return emitJoined(r, node);
  let out = '`';
  node.quasis.forEach((q, i) => {
    out += r.slice(q.start, q.end);
    const e = node.expressions[i] as Node | undefined;
    if (e === undefined) return;
    const lead = r.gap(q.end, e.start);
    const tail = r.gap(e.end, node.quasis[i + 1].start);
    out += `\${${lead}${isPlain(r.kind(e)) ? r.emit(e) : r.call(e, 'str', r.emit(e))}${tail}}`;
  });
  // A tracked number may be in the text.
  return node.expressions.some((e) => mayBeText(r, e as Node)) ? r.call(node as Node, 'text', `${out}\``) : `${out}\``;
}

/** Whether the expression may give a tracked number, or a text with one in it. */
function mayBeText(r: Context, e: Node): boolean {
  return (r.kind(e) & ~(NUMBER | BOOLEAN | NULLISH | BIGINT)) !== 0;
}

/** Whether a number may be continued by what is beside it in the template, as in `${x}e3` or `${a}${b}`. */
function digitsMayTouch(r: Context, node: TemplateLiteral): boolean {
  const last = node.quasis.length - 1;
  return node.quasis.some((q, i) => {
    const text = r.slice(q.start, q.end);
    const before = i > 0 && mayBeText(r, node.expressions[i - 1] as Node);
    const after = i < last && mayBeText(r, node.expressions[i] as Node);
    if (text === '') return i > 0 && i < last && (before || after);
    return (before && /^[\d.eE+-]/.test(text)) || (after && /[\d.eE+-]$/.test(text));
  });
}

/** The template as a sum of strings, of which each is followed. */
function emitJoined(r: Context, node: TemplateLiteral): string {
  let out = '';
  node.quasis.forEach((q, i) => {
    const text = `\`${r.slice(q.start, q.end)}\``;
    out = i === 0 ? text : r.call(node as Node, 'add', out, text);
    const e = node.expressions[i] as Node | undefined;
    if (e === undefined) return;
    const lead = r.gap(q.end, e.start);
    const tail = r.gap(e.end, node.quasis[i + 1].start);
    out = r.call(node as Node, 'add', out, `${lead}${r.call(e, 'whole', r.emit(e))}${tail}`);
  });
  return out;
}

export function emitSequence(r: Context, node: Node & { type: 'SequenceExpression' }): string {
  let at = node.start;
  const last = node.expressions.length - 1;
  const parts = node.expressions.map((e, i) => {
    const gap = r.gap(at, e.start);
    at = e.end;
    return gap + (i === last ? r.emit(e as Node) : emitEffect(r, e as Node));
  });
  return `(${parts.join(', ')})`;
}

export function emitConditional(r: Context, node: Node & { type: 'ConditionalExpression' }): string {
  const { test, consequent, alternate } = node;
  const first = condition(r, test as Node);
  const yes = r.gap(test.end, consequent.start) + r.emit(consequent as Node);
  return `(${first} ? ${yes} : ${r.gap(consequent.end, alternate.start)}${r.emit(alternate as Node)})`;
}

export function emitParenthesized(r: Context, node: Node & { type: 'ParenthesizedExpression' }): string {
  const inner = node.expression as Node;
  return `(${r.gap(node.start, inner.start)}${r.emit(inner)}${r.gap(inner.end, node.end)})`;
}

export function emitThis(r: Context, node: Node): string {
  // In sloppy code `this` is never a primitive: handed on, a tracked number is the object that wraps it.
  const whole = r.lexicalOutside || r.frame.strict || r.frame.makesThis;
  return whole ? r.mark(node.start) + r.thisText() : r.call(node, 'sloppyThis', 'this');
}

export function emitMeta(r: Context, node: Node & { type: 'MetaProperty' }): string {
  if (node.meta.name === 'import') return `${r.rt('env')}.meta`;
  return r.lexicalOutside ? `${r.rt('env')}.newTarget` : 'new.target';
}

export function emitImport(r: Context, node: Node & { type: 'ImportExpression' }): string {
  const source = r.gap(node.start, node.source.start) + r.emit(node.source as Node);
  const options = node.options ? [r.emit(node.options as Node)] : [];
  return r.call(node, 'import', source, ...options);
}
