/**
 * `await` and `yield`: around each suspension of an async function the gradient is left and entered again.
 * Invariant: no extra tick; a plain generator, which only its caller drives, stays as it is.
 */
import type { Node, YieldExpression } from '../../syntax/ast.ts';
import type { Context } from './context.ts';

export function emitAwait(r: Context, node: Node & { type: 'AwaitExpression' }): string {
  const gap = r.gap(node.start, node.argument.start);
  const value = r.emit(node.argument as Node);
  if (!r.frame.activation) return `(await ${gap}${value})`;
  const act = `${r.prefix}act`;
  return r.call(node, 'resume', act, `await ${gap}${r.call(node, 'suspend', act, value)}`);
}

export function emitYield(r: Context, node: YieldExpression): string {
  const { argument, delegate } = node;
  if (!argument) return awaited(r, node, 'yield', '');
  const gap = r.gap(node.start, argument.start);
  const value = gap + r.emit(argument as Node);
  if (!delegate) return awaited(r, node, 'yield', value);
  const name = r.frame.async ? 'asyncIter' : 'iter';
  return awaited(r, node, 'yield*', r.call(node, name, value));
}

/** In an async generator every `yield` waits, for its operand and for the next request. */
function awaited(r: Context, node: Node, word: string, value: string): string {
  if (!r.frame.async) return value === '' ? `(${word})` : `(${word} (${value}))`;
  const act = `${r.prefix}act`;
  return r.call(node, 'resume', act, `${word} ${r.call(node, 'suspend', act, value === '' ? 'void 0' : value)}`);
}
