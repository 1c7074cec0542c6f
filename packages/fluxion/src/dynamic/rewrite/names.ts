/**
 * Identifiers: which text reads them, which writes them, and when a read may be repeated or put off.
 * Invariant: where `stable` says yes, reading the name again later gives the same value and runs nothing.
 */
import { children, type Identifier, isAnonymousFunction, isFunction, type Node, unparen } from '../../syntax/ast.ts';
import type { Binding, Reference } from '../../syntax/scope.ts';
import type { Context } from './context.ts';

const constants = new Set(['undefined', 'NaN', 'Infinity']);

export function emitIdentifier(r: Context, node: Identifier): string {
  const at = r.mark(node.start);
  if (r.reference(node) !== undefined) return at + node.name;
  if (node.name === 'arguments') {
    return !isFree(r, node) ? `${at}arguments` : r.lexicalOutside ? `${at}${r.rt('env')}.arguments` : at + node.name;
  }
  return at + r.freeText(node.name);
}

function isFree(r: Context, node: Identifier): boolean {
  return r.analysis.free.get(node.name)?.references.some((ref) => ref.node === node) ?? false;
}

/** An expression that assigns `value` (emitted text) to an identifier. */
export function assignIdentifier(r: Context, node: Identifier, value: string, source?: Node): string {
  const at = r.mark(node.start);
  if (r.reference(node) !== undefined) return `(${at}${node.name} = ${value})`;
  const { name } = node;
  if (name === 'arguments' && !r.lexicalOutside) return `(${at}arguments = ${value})`;
  switch (r.free(name)) {
    case 'self':
      return r.frame.strict ? r.call(node, 'readOnly', JSON.stringify(name), value) : `(${value})`;
    case 'global':
      return `(${at}${r.rt('touchGlobal')}(${JSON.stringify(name)}), ${name} = ${value})`;
    default:
      r.writes.add(name);
      return `(${r.freeText(name)} = ${source === undefined ? value : named(r, name, value, source)})`;
  }
}

/** Gives an anonymous function the name that the language would infer from its target, where the twin's target has another form. */
export function named(_r: Context, name: string, value: string, source: Node): string {
  if (!isAnonymousFunction(source)) return value;
  const key = JSON.stringify(name);
  return `({${key}: ${value}})[${key}]`;
}

/** The text of an operand that may be read again, after everything in `later` has been evaluated; undefined if there is none. */
export function simple(r: Context, node: Node, later: readonly Node[]): { text: string; sure: boolean } | undefined {
  const inner = unparen(node);
  switch (inner.type) {
    case 'Literal':
      if (inner.regex || r.gap(inner.start, inner.end) !== '') return undefined;
      return { text: r.slice(inner.start, inner.end), sure: true };
    case 'UnaryExpression': {
      const argument = unparen(inner.argument);
      if (inner.operator === '-' && argument.type === 'Literal' && typeof argument.value === 'number') {
        return { text: `(-${r.slice(argument.start, argument.end)})`, sure: true };
      }
      return undefined;
    }
    case 'ThisExpression':
      return r.lexicalOutside ? undefined : { text: 'this', sure: false };
    case 'Identifier': {
      const ref = r.reference(inner);
      if (ref !== undefined) {
        return stable(ref, later) ? { text: inner.name, sure: initialised(ref) } : undefined;
      }
      if (inner.name === 'arguments') return undefined;
      const free = r.free(inner.name);
      if (free === 'constant' || free === 'self') return { text: r.freeText(inner.name), sure: true };
      return free === 'global' && constants.has(inner.name) ? { text: inner.name, sure: true } : undefined;
    }
    default:
      return undefined;
  }
}

function stable(ref: Reference, later: readonly Node[]): boolean {
  const binding = ref.binding!;
  if (binding.kind === 'import') return false;
  if (binding.kind === 'param' && !binding.scope.fn.strict && binding.scope.fn.usesArguments) {
    return later.every(isInert);
  }
  if (binding.assignments.length === 0 && binding.kind !== 'var' && binding.kind !== 'function') return true;
  if (binding.assignments.length === 0 && binding.inits.length <= 1 && ref.scope.fn === binding.scope.fn) {
    // A var: only its declaration writes it, which is a statement.
    return true;
  }
  if (later.every(isInert)) return true;
  const elsewhere = binding.assignments.some((a) => a.fn !== ref.scope.fn) || binding.scope.fn !== ref.scope.fn;
  if (elsewhere || binding.kind === 'function') return false;
  return !binding.assignments.some((a) => later.some((l) => l.start <= a.at.start && a.at.end <= l.end));
}

/** A name or literal: evaluating it runs nothing that could write a variable. */
export function isInert(node: Node): boolean {
  const inner = unparen(node);
  return inner.type === 'Literal' || inner.type === 'Identifier' || inner.type === 'ThisExpression';
}

/** The variable surely has its value already where the reference stands (it is not in its temporal dead zone). */
export function initialised(ref: Reference): boolean {
  const binding = ref.binding!;
  if (binding.kind !== 'let' && binding.kind !== 'const' && binding.kind !== 'class' && binding.kind !== 'self') {
    return (
      binding.kind !== 'param' ||
      ref.scope.fn !== binding.scope.fn ||
      ref.scope !== binding.scope ||
      simpleParameters(binding)
    );
  }
  if (binding.kind === 'self') return binding.scope.kind === 'name';
  if (ref.scope.fn !== binding.scope.fn || binding.scope.kind === 'switch') return false;
  const declaration = binding.declarations[0];
  const init = binding.inits[0];
  const end = typeof init === 'object' ? init.end : declaration.end;
  const loop = binding.scope.node;
  const from = loop.type === 'ForOfStatement' || loop.type === 'ForInStatement' ? loop.right.end : end;
  return ref.node.start > from;
}

function simpleParameters(binding: Binding): boolean {
  const fn = binding.scope.fn.node;
  return isFunction(fn) && fn.params.every((p) => p.type === 'Identifier');
}

/** True if anything below `node` (nested functions included) satisfies `test`. */
export function contains(node: Node, test: (n: Node) => boolean): boolean {
  if (test(node)) return true;
  for (const child of children(node)) if (contains(child, test)) return true;
  return false;
}
