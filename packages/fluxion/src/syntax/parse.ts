/**
 * From the text of a function, as `Function.prototype.toString` prints it, to its syntax tree; and whole files likewise.
 * Invariant: every kind of text that an engine prints for a function or class parses, whatever stood around it.
 */
import { parse as acornParse, type Options } from 'acorn';
import { fluxionError } from '../errors/error.ts';
import { type ClassNode, type FunctionNode, type MethodDefinition, type Node, type Program, unparen } from './ast.ts';

export type FunctionKind = 'function' | 'arrow' | 'method' | 'getter' | 'setter' | 'class';

export interface FunctionShape {
  readonly kind: FunctionKind;
  readonly node: FunctionNode | ClassNode;
  /** The text that was parsed: the source, perhaps with something around it. Positions of nodes count in this text. */
  readonly text: string;
  /** Where the source begins in `text`. */
  readonly offset: number;
  /** The name the text gives itself: that of a function or class, or the literal key of a method. */
  readonly name: string | undefined;
  readonly async: boolean;
  readonly generator: boolean;
  readonly static: boolean;
}

const base: Options = {
  ecmaVersion: 'latest',
  sourceType: 'script',
  preserveParens: true,
  allowReturnOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowSuperOutsideMethod: true,
  checkPrivateFields: false,
};

const looksLikeFunction = /^(?:async(?:\s|\/\*[\s\S]*?\*\/)+)?function\b|^class\b/;

/** What may stand around the text, tried in this order; the first that parses tells what the text is. */
const frames: readonly { before: string; after: string; find(program: Program): Found | undefined; sloppy: boolean }[] =
  [
    { before: '(', after: '\n)', find: expression, sloppy: true },
    { before: '({', after: '\n})', find: property, sloppy: true },
    { before: '(class extends Object{', after: '\n})', find: member, sloppy: false },
    { before: '({m(){return(', after: '\n)}})', find: arrowInMethod, sloppy: true },
    { before: '(class extends Object{constructor(){(', after: '\n)}})', find: arrowInConstructor, sloppy: false },
  ];

interface Found {
  kind: FunctionKind;
  node: FunctionNode | ClassNode;
  name: string | undefined;
  static: boolean;
}

/** Parses the text of one function or class. */
export function parseFunction(source: string): FunctionShape {
  let first: unknown;
  for (const frame of frames) {
    const text = `${frame.before}${source}${frame.after}`;
    let program: Program;
    try {
      program = parseText(text);
    } catch (e) {
      first ??= e;
      continue;
    }
    const found = frame.find(program);
    if (found === undefined) continue;
    const { node } = found;
    const isFunction = node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression';
    return {
      ...found,
      text,
      offset: frame.before.length,
      async: isFunction && node.async,
      generator: isFunction && node.generator,
    };
  }
  const reason = first instanceof Error ? first.message : 'its text is not that of a function';
  throw fluxionError('UnsupportedSyntax', { syntax: 'a function whose text can not be parsed', reason });
}

/** In a module `x<!--y` is an expression, in a script it begins a comment: where that could matter the module goes first. */
function parseText(text: string): Program {
  if (!/<!--|-->/.test(text)) return acornParse(text, base);
  try {
    return acornParse(text, { ...base, sourceType: 'module', allowAwaitOutsideFunction: false });
  } catch {
    return acornParse(text, base);
  }
}

function only(program: Program): Node | undefined {
  const [statement] = program.body;
  return program.body.length === 1 && statement.type === 'ExpressionStatement'
    ? unparen(statement.expression)
    : undefined;
}

function expression(program: Program): Found | undefined {
  const node = only(program);
  if (node === undefined) return undefined;
  if (node.type === 'ArrowFunctionExpression') return { kind: 'arrow', node, name: undefined, static: false };
  if (node.type === 'FunctionExpression') return { kind: 'function', node, name: node.id?.name, static: false };
  if (node.type === 'ClassExpression') return { kind: 'class', node, name: node.id?.name, static: false };
  return undefined;
}

function property(program: Program): Found | undefined {
  const node = only(program);
  if (node?.type !== 'ObjectExpression' || node.properties.length !== 1) return undefined;
  const [p] = node.properties;
  if (p.type !== 'Property' || p.value.type !== 'FunctionExpression' || !(p.method || p.kind !== 'init'))
    return undefined;
  const kind = p.kind === 'get' ? 'getter' : p.kind === 'set' ? 'setter' : 'method';
  return { kind, node: p.value, name: keyName(p.key, p.computed), static: false };
}

function member(program: Program): Found | undefined {
  const node = only(program);
  if (node?.type !== 'ClassExpression' || node.body.body.length !== 1) return undefined;
  const [m] = node.body.body;
  if (m.type !== 'MethodDefinition') return undefined;
  const kind = m.kind === 'get' ? 'getter' : m.kind === 'set' ? 'setter' : 'method';
  return { kind, node: m.value, name: keyName(m.key, m.computed), static: m.static };
}

function arrowInMethod(program: Program): Found | undefined {
  const node = only(program);
  if (node?.type !== 'ObjectExpression') return undefined;
  const p = node.properties[0];
  return p.type === 'Property' && p.value.type === 'FunctionExpression' ? arrowIn(p.value) : undefined;
}

function arrowInConstructor(program: Program): Found | undefined {
  const node = only(program);
  return node?.type === 'ClassExpression' ? arrowIn((node.body.body[0] as MethodDefinition).value) : undefined;
}

function arrowIn(method: FunctionNode): Found | undefined {
  if (method.body.type !== 'BlockStatement') return undefined;
  const [statement] = method.body.body;
  const inner =
    statement.type === 'ReturnStatement' && statement.argument
      ? unparen(statement.argument)
      : statement.type === 'ExpressionStatement'
        ? unparen(statement.expression)
        : undefined;
  if (inner?.type !== 'ArrowFunctionExpression') return undefined;
  return { kind: 'arrow', node: inner, name: undefined, static: false };
}

function keyName(key: Node, computed: boolean): string | undefined {
  if (computed) return undefined;
  if (key.type === 'Identifier') return key.name;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

/** True if the text is surely that of a function expression, declaration or class, not of a method or arrow. */
export function startsLikeFunction(source: string): boolean {
  return looksLikeFunction.test(source);
}

/** Parses a whole file: as a module, and if it is none, as a script (CommonJS included). */
export function parseFile(source: string, sourceType?: 'module' | 'script'): Program {
  const tolerant: Options = { ...base, preserveParens: true, allowAwaitOutsideFunction: true, allowHashBang: true };
  if (sourceType !== 'script') {
    try {
      return acornParse(source, { ...tolerant, sourceType: 'module', allowReturnOutsideFunction: false });
    } catch (e) {
      if (sourceType === 'module') throw e;
    }
  }
  return acornParse(source, { ...tolerant, sourceType: 'script' });
}

/** True if the directives at the start of a body make it strict. */
export function hasUseStrict(body: readonly Node[]): boolean {
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || statement.directive === undefined) return false;
    if (statement.directive === 'use strict') return true;
  }
  return false;
}
