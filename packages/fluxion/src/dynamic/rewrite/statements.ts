/**
 * Statements. Invariant: every statement ends in its own semicolon or brace, so that nothing depends on where lines end, and
 * lines stay where they were.
 */
import type {
  BlockStatement,
  CatchClause,
  ExpressionStatement,
  Node,
  Statement,
  SwitchStatement,
  TryStatement,
  VariableDeclaration,
} from '../../syntax/ast.ts';
import { emitEffect } from './assignments.ts';
import type { Context } from './context.ts';
import { BOX, isPlain } from './kinds.ts';
import { condition } from './operators.ts';
import { declarators } from './patterns.ts';

/** A list of statements with the text between them. */
export function emitStatements(r: Context, statements: readonly Statement[], from: number, to: number): string {
  let at = from;
  let out = '';
  for (const s of statements) {
    out += s.start >= at ? r.slice(at, s.start) : '';
    out += r.pad(s.start, s.end, r.emit(s as Node));
    at = s.end;
  }
  return out + (to >= at ? r.slice(at, to) : '');
}

export function emitBlock(r: Context, node: BlockStatement): string {
  return `{${emitStatements(r, node.body, node.start + 1, node.end - 1)}}`;
}

export function emitExpressionStatement(r: Context, node: ExpressionStatement): string {
  const expression = node.expression as Node;
  let text = emitEffect(r, expression);
  // A statement may not begin with a brace or a keyword that means a declaration; here nothing does that had not done so before.
  if (node.directive === undefined && expression.type === 'Literal') text = `(${text})`;
  return `${r.mark(node.start)}${text}${r.gap(expression.end, node.end)};`;
}

/** `let a = 1, {b} = c` without its semicolon. */
export function emitDeclarators(r: Context, node: VariableDeclaration): string {
  let at = node.start;
  const out: string[] = [];
  for (const d of node.declarations) {
    const gap = r.gap(at, d.start);
    at = d.end;
    if (d.id.type === 'Identifier') {
      const init = d.init;
      const lead = gap + r.mark(d.id.start) + d.id.name;
      out.push(init ? `${lead} = ${r.gap(d.id.end, init.start)}${r.emit(init as Node)}` : lead);
      continue;
    }
    const parts: string[] = [];
    const init = d.init!;
    const value = r.gap(d.id.end, init.start) + r.emit(init as Node);
    declarators(r, d.id, value, parts, init as Node);
    parts[0] = gap + parts[0];
    out.push(r.pad(at, d.end, parts.join(', ')));
  }
  return `${node.kind} ${out.join(', ')}`;
}

export function emitVariables(r: Context, node: VariableDeclaration): string {
  const last = node.declarations[node.declarations.length - 1];
  return `${emitDeclarators(r, node)}${r.gap(last.end, node.end)};`;
}

export function emitIf(r: Context, node: Node & { type: 'IfStatement' }): string {
  const { test, consequent, alternate } = node;
  let out = `if (${r.gap(node.start, test.start)}${condition(r, test as Node)}) `;
  out += r.gap(test.end, consequent.start) + r.emit(consequent as Node);
  if (alternate) out += ` else ${r.gap(consequent.end, alternate.start)}${r.emit(alternate as Node)}`;
  return out;
}

export function emitReturn(r: Context, node: Node & { type: 'ReturnStatement' }): string {
  const { argument } = node;
  if (!argument) return `return${r.gap(node.start + 6, node.end)};`;
  let value = r.emit(argument as Node);
  // The value of an async generator's `return` is awaited.
  if (r.frame.activation && r.frame.generator) value = r.call(node, 'suspend', `${r.prefix}act`, value);
  if (r.frame.constructs && r.kind(argument as Node) & BOX) {
    const t = r.temp();
    r.release(t);
    value = `(${t} = ${value}, new.target === void 0 ? ${t} : ${r.call(node, 'constructed', t, r.frame.constructs === 'derived' ? '0' : 'this')})`;
  }
  const text = `${r.gap(node.start, argument.start)}${value}${r.gap(argument.end, node.end)}`;
  return text.includes('\n') ? `${r.mark(node.start)}return (${text});` : `${r.mark(node.start)}return ${text};`;
}

export function emitThrow(r: Context, node: Node & { type: 'ThrowStatement' }): string {
  const { argument } = node;
  const text = r.emit(argument as Node) + r.gap(argument.end, node.end);
  return text.includes('\n') ? `${r.mark(node.start)}throw (${text});` : `${r.mark(node.start)}throw ${text};`;
}

export function emitJump(r: Context, node: Node & { type: 'BreakStatement' | 'ContinueStatement' }): string {
  const word = node.type === 'BreakStatement' ? 'break' : 'continue';
  return node.label
    ? `${word} ${node.label.name}${r.gap(node.label.end, node.end)};`
    : `${word}${r.gap(node.start, node.end)};`;
}

export function emitDebugger(r: Context, node: Node): string {
  return `debugger${r.gap(node.start, node.end)};`;
}

export function emitTry(r: Context, node: TryStatement): string {
  let out = `try ${r.gap(node.start, node.block.start)}${r.emit(node.block as Node)}`;
  let at = node.block.end;
  if (node.handler) {
    out += ` ${r.gap(at, node.handler.start)}${emitCatch(r, node.handler)}`;
    at = node.handler.end;
  }
  if (node.finalizer) {
    const f = node.finalizer;
    const inner = emitStatements(r, f.body, f.start + 1, f.end - 1);
    out += ` finally ${r.gap(at, f.start)}{ ${entering(r)}${inner}}`;
  }
  return out;
}

/** A rejection arrives in `catch` and `finally`: the gradient is entered again there. */
export function entering(r: Context): string {
  return r.frame.activation ? `${r.rt('resume')}(${r.prefix}act); ` : '';
}

function emitCatch(r: Context, node: CatchClause): string {
  const { param, body } = node;
  const inner = emitStatements(r, body.body, body.start + 1, body.end - 1);
  const refused = (caught: string): string => `${r.rt('refused')}(${caught}); `;
  const caught = r.unique();
  if (!param) return `catch (${caught}${r.gap(node.start, body.start)}) { ${entering(r)}${refused(caught)}${inner}}`;
  const gap = r.gap(node.start, param.start);
  if (param.type === 'Identifier') {
    return `catch (${gap}${param.name}${r.gap(param.end, body.start)}) { ${entering(r)}${refused(param.name)}${inner}}`;
  }
  const out: string[] = [];
  declarators(r, param, caught, out);
  const bindings = r.pad(node.start, body.start, `let ${out.join(', ')}; `);
  return `catch (${caught}) { ${entering(r)}${refused(caught)}${bindings}{${inner}} }`;
}

export function emitSwitch(r: Context, node: SwitchStatement): string {
  const subject = node.discriminant as Node;
  const key = (n: Node) => (isPlain(r.kind(n)) ? r.emit(n) : r.call(n, 'key', r.emit(n)));
  let out = `switch (${r.gap(node.start, subject.start)}${key(subject)}) {`;
  let at = subject.end;
  for (const c of node.cases) {
    out += r.gap(at, c.start);
    if (c.test) {
      out += `case ${r.gap(c.start, c.test.start)}${key(c.test as Node)}:`;
      at = r.find(':', c.test.end) + 1;
      out += r.gap(c.test.end, at);
    } else {
      out += 'default:';
      at = r.find(':', c.start) + 1;
      out += r.gap(c.start, at);
    }
    out += emitStatements(r, c.consequent, at, c.end);
    at = c.end;
  }
  return `${out}${r.gap(at, node.end)}}`;
}

export function emitLabeled(r: Context, node: Node & { type: 'LabeledStatement' }): string {
  return `${node.label.name}: ${r.gap(node.start, node.body.start)}${r.emit(node.body as Node)}`;
}

export function emitWith(r: Context, node: Node & { type: 'WithStatement' }): string {
  const body = node.body as Node;
  return `{${r.gap(node.start, body.start)}${r.call(node, 'unsupported', "'with'")}; ${r.emit(body)}}`;
}
