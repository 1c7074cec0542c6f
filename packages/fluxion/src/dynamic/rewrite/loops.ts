/**
 * Loops. Invariant: per-iteration bindings and the order of iteration are the language's; what is iterated goes through `iter`,
 * and patterns in a head are bound at the start of the body.
 */
import type { ForInStatement, ForOfStatement, ForStatement, Node } from '../../syntax/ast.ts';
import { unparen } from '../../syntax/ast.ts';
import { emitEffect } from './assignments.ts';
import type { Context } from './context.ts';
import { contains } from './names.ts';
import { condition } from './operators.ts';
import { assignTo, declarators, stringPattern, wrappedPattern, wrappedShape } from './patterns.ts';
import { emitDeclarators } from './statements.ts';

export function emitWhile(r: Context, node: Node & { type: 'WhileStatement' }): string {
  const { test, body } = node;
  const head = `while (${r.gap(node.start, test.start)}${condition(r, test as Node)})`;
  return `${head} ${r.gap(test.end, body.start)}${r.emit(body as Node)}`;
}

export function emitDoWhile(r: Context, node: Node & { type: 'DoWhileStatement' }): string {
  const { test, body } = node;
  const inner = `do ${r.gap(node.start, body.start)}${r.emit(body as Node)}`;
  return `${inner} while (${r.gap(body.end, test.start)}${condition(r, test as Node)}${r.gap(test.end, node.end)});`;
}

export function emitFor(r: Context, node: ForStatement): string {
  const { init, test, update, body } = node;
  let at = node.start;
  const lead = (n: Node) => {
    const gap = r.gap(at, n.start);
    at = n.end;
    return gap;
  };
  let out = 'for (';
  if (init) {
    out += lead(init as Node);
    out += init.type === 'VariableDeclaration' ? emitDeclarators(r, init) : emitEffect(r, init as Node);
  }
  out += '; ';
  if (test) out += lead(test as Node) + condition(r, test as Node);
  out += '; ';
  if (update) out += lead(update as Node) + emitEffect(r, update as Node);
  return `${out}) ${lead(body as Node)}${r.emit(body as Node)}`;
}

export function emitForIn(r: Context, node: ForInStatement): string {
  const gap = r.gap(node.left.end, node.right.start);
  return head(r, node, 'in', gap + r.call(node.right as Node, 'forIn', r.emit(node.right as Node)));
}

export function emitForOf(r: Context, node: ForOfStatement): string {
  const gap = r.gap(node.left.end, node.right.start);
  const right = r.emit(node.right as Node);
  if (!node.await) return head(r, node, 'of', gap + r.call(node.right as Node, 'iter', right));
  const act = `${r.prefix}act`;
  const each = r.call(node.right as Node, 'suspendEach', act, r.call(node.right as Node, 'asyncIter', right));
  return `{ ${head(r, node, 'of', gap + each)} ${r.rt('resume')}(${act}); }`;
}

/** Labels stand directly before their loop, also where the loop is put into a block. */
export function emitLabeledLoop(r: Context, node: Node & { type: 'LabeledStatement' }): string {
  let labels = '';
  let inner: Node = node;
  while (inner.type === 'LabeledStatement') {
    labels += `${inner.label.name}: ${r.gap(inner.start, inner.body.start)}`;
    inner = inner.body as Node;
  }
  const text = r.emit(inner);
  if (inner.type === 'ForOfStatement' && inner.await) return `{ ${labels}${text.slice(2)}`;
  return labels + text;
}

function head(r: Context, node: ForInStatement | ForOfStatement, word: 'in' | 'of', right: string): string {
  const { left } = node;
  const awaits = node.type === 'ForOfStatement' && node.await;
  const start = `for${awaits ? ' await' : ''} (`;
  const gap = r.gap(node.start, left.start);
  const entering = awaits ? `${r.rt('resume')}(${r.prefix}act); ` : '';
  const bodyGap = r.gap(node.right.end, node.body.start);
  const body = () => r.emit(node.body as Node);
  const close = (target: string, bindings: string) => {
    const first = `${start}${gap}${target} ${word} ${right}) ${bodyGap}`;
    return bindings === '' && entering === '' ? first + body() : `${first}{ ${entering}${bindings}${body()} }`;
  };

  if (left.type === 'VariableDeclaration') {
    const [d] = left.declarations;
    if (d.id.type === 'Identifier') {
      // `for (var x = 1 in o)` is allowed in sloppy code.
      const init = d.init ? ` = ${r.emit(d.init as Node)}` : '';
      return close(`${left.kind} ${r.mark(d.id.start)}${d.id.name}${init}`, '');
    }
    if (left.kind !== 'var' && mentionsBound(r, node, node.right as Node)) {
      // The head sees its own variables, uninitialised.
      const natively = word === 'in';
      const pattern = natively ? stringPattern(r, d.id) : wrappedPattern(r, d.id);
      const each = natively ? right : r.call(node, 'wrapEach', right, wrappedShape(d.id));
      return `${start}${gap}${left.kind} ${pattern} ${word} ${each}) ${bodyGap}{ ${entering}${body()} }`;
    }
    const value = r.unique();
    const out: string[] = [];
    declarators(r, d.id, value, out);
    return close(`const ${value}`, `${left.kind} ${r.pad(left.start, left.end, out.join(', '))}; `);
  }
  const target = unparen(left as Node);
  if (target.type === 'Identifier' && r.reference(target) !== undefined) {
    // `async` as a bare name would be read as the beginning of an arrow.
    return close(target.name === 'async' || target.name === 'let' ? `(${target.name})` : target.name, '');
  }
  const value = r.unique();
  const parts = assignTo(r, target, value, node, undefined, true);
  return close(`const ${value}`, `${r.pad(left.start, left.end, parts.join(', '))}; `);
}

/** The head's expression mentions a variable that the head itself declares. */
function mentionsBound(r: Context, loop: Node, right: Node): boolean {
  return contains(right, (n) => n.type === 'Identifier' && r.analysis.references.get(n)?.binding?.scope.node === loop);
}
