/**
 * The rewriter: from the text of one function or class to the text of a factory of its twin.
 * Invariant: on plain values the twin behaves exactly as the original; it keeps the original's lines, and any place in it can
 * be mapped back.
 */
import type { ClassNode, FunctionNode, Node } from '../../syntax/ast.ts';
import { parseFunction } from '../../syntax/parse.ts';
import { analyze } from '../../syntax/scope.ts';
import { emitAssignment, emitUpdate } from './assignments.ts';
import { emitCall, emitChain, emitNew, emitSpread, emitTagged, emitUnaryDelete } from './calls.ts';
import { emitClass, emitObject, emitRootClass } from './classes.ts';
import { Context, type Emitter, type FunctionFrame, type RewriteInput } from './context.ts';
import { emitFunction, emitMethodRest } from './functions.ts';
import {
  emitConditional,
  emitImport,
  emitMeta,
  emitParenthesized,
  emitSequence,
  emitTemplate,
  emitThis,
} from './literals.ts';
import { emitDoWhile, emitFor, emitForIn, emitForOf, emitLabeledLoop, emitWhile } from './loops.ts';
import { emitMember } from './members.ts';
import { emitIdentifier } from './names.ts';
import { emitBinary, emitLogical, emitUnary } from './operators.ts';
import { PositionTable, strip } from './positions.ts';
import type { FunctionRecord } from './records.ts';
import {
  emitBlock,
  emitDebugger,
  emitExpressionStatement,
  emitIf,
  emitJump,
  emitReturn,
  emitSwitch,
  emitThrow,
  emitTry,
  emitVariables,
  emitWith,
} from './statements.ts';
import { emitAwait, emitYield } from './suspension.ts';

export type { CaptureKind, RewriteInput } from './context.ts';
export { PositionTable } from './positions.ts';
export { type FunctionRecord, functionRecord, originalText, PROLOGUE, recordOfText } from './records.ts';

export interface Rewritten {
  /** The text of a function expression `function ($$, a, b) {…}` that takes the instance runtime and the constant captures. */
  readonly factory: string;
  readonly source: string;
  /** The constant captures, in the order of the factory's parameters after the first. */
  readonly parameters: string[];
  /** Captured names that are read and written through `$$.env`. */
  readonly live: string[];
  /** Private names that are used but declared outside. */
  readonly privateNames: string[];
  /** It asks objects for their kinds (see plain.ts). */
  readonly usesKindOf: boolean;
  /** `super` is looked up from `$$.home`. */
  readonly usesSuper: boolean;
  /** Captured names written anywhere inside, nested functions included. */
  readonly writes: string[];
  /** Newlines in the factory before the source's first line. */
  readonly headerLines: number;
  readonly positions: PositionTable;
  readonly functions: readonly Pick<FunctionRecord, 'id' | 'start' | 'end'>[];
}

const emitters = {
  ArrowFunctionExpression: emitFunction,
  AssignmentExpression: emitAssignment,
  AwaitExpression: emitAwait,
  BinaryExpression: emitBinary,
  BlockStatement: emitBlock,
  BreakStatement: emitJump,
  CallExpression: emitCall,
  ChainExpression: emitChain,
  ClassDeclaration: emitClass,
  ClassExpression: emitClass,
  ConditionalExpression: emitConditional,
  ContinueStatement: emitJump,
  DebuggerStatement: emitDebugger,
  DoWhileStatement: emitDoWhile,
  ExpressionStatement: emitExpressionStatement,
  ForInStatement: emitForIn,
  ForOfStatement: emitForOf,
  ForStatement: emitFor,
  FunctionDeclaration: emitFunction,
  FunctionExpression: emitFunction,
  Identifier: emitIdentifier,
  IfStatement: emitIf,
  ImportExpression: emitImport,
  LabeledStatement: emitLabeledLoop,
  LogicalExpression: emitLogical,
  MemberExpression: emitMember,
  MetaProperty: emitMeta,
  NewExpression: emitNew,
  ObjectExpression: emitObject,
  ParenthesizedExpression: emitParenthesized,
  ReturnStatement: emitReturn,
  SequenceExpression: emitSequence,
  SpreadElement: emitSpread,
  SwitchStatement: emitSwitch,
  TaggedTemplateExpression: emitTagged,
  TemplateLiteral: emitTemplate,
  ThisExpression: emitThis,
  ThrowStatement: emitThrow,
  TryStatement: emitTry,
  UnaryExpression: (r: Context, node: Node & { type: 'UnaryExpression' }) =>
    node.operator === 'delete' ? emitUnaryDelete(r, node) : emitUnary(r, node),
  UpdateExpression: emitUpdate,
  VariableDeclaration: emitVariables,
  WhileStatement: emitWhile,
  WithStatement: emitWith,
  YieldExpression: emitYield,
};

/** Emitters with further parameters are called with the node alone from the general walk. */
const table: Record<string, Emitter> = Object.fromEntries(
  Object.entries(emitters).map(([type, emit]) => [
    type,
    (r: Context, node: never) => (emit as (r: Context, node: never) => string)(r, node),
  ]),
);

export function rewrite(input: RewriteInput): Rewritten {
  const shape = input.shape ?? parseFunction(input.source);
  const node = shape.node as Node;
  const analysis = analyze(node, { strict: input.strict });
  const r = new Context(input, shape, analysis, table);
  const outside: FunctionFrame = {
    info: undefined,
    strict: input.strict,
    async: false,
    generator: false,
    activation: false,
    makesThis: false,
  };
  const { made, names } = r.withTemporaries(() => r.within(outside, () => emitRoot(r, shape.kind === 'class')));
  const { prefix } = r;
  const header = [
    input.strict ? "'use strict'; " : '',
    r.used.size === 0 ? '' : `const {${[...r.used].map((n) => `${n}: ${prefix}${n}`).join(', ')}} = ${prefix}; `,
    cells(r, names),
  ].join('');
  const marked = `function (${[prefix, ...r.parameters.values()].join(', ')}) { ${header}return ${made}; }`;
  const { text, entries } = strip(marked, r.marks);
  return {
    factory: text,
    source: input.source,
    parameters: [...r.parameters.keys()],
    live: [...r.live],
    privateNames: [...analysis.freePrivateNames],
    usesSuper: r.usesSuper,
    usesKindOf: r.used.has('kindOf'),
    writes: [...r.writes],
    headerLines: 0,
    positions: new PositionTable(entries, input.source, input.line, input.column),
    functions: r.functions,
  };
}

/** The variables of a factory: what each place in the code has called last, and temporaries of a class's computed keys. */
function cells(r: Context, temporaries: readonly string[]): string {
  const { prefix } = r;
  const names: string[] = [...temporaries];
  // A cache begins with something that is never called.
  for (let n = 1; n <= r.sites; n++) names.push(`${prefix}s${n} = ${prefix}`, `${prefix}t${n}`);
  const places = Array.from({ length: r.propertySites }, (_, n) => `${prefix}p${n + 1} = ${prefix}newSite()`);
  const variables = names.length === 0 ? '' : `let ${names.join(', ')}; `;
  return places.length === 0 ? variables : `${variables}const ${places.join(', ')}; `;
}

function emitRoot(r: Context, isClass: boolean): string {
  const { shape } = r;
  if (isClass) return emitRootClass(r, shape.node as ClassNode);
  const node = shape.node as FunctionNode;
  switch (shape.kind) {
    case 'arrow':
      r.superIsOutside = true;
      r.lexicalOutside = true;
      return emitFunction(r, node, { root: true });
    case 'function':
      return emitFunction(r, node, { root: true });
    default: {
      // A method stands alone: an object literal makes it a method again (it can not be constructed).
      r.superIsOutside = true;
      const key = JSON.stringify(shape.name?.replace(/^#/, '') ?? 'method');
      const prefix = `${node.async ? 'async ' : ''}${node.generator ? '*' : ''}`;
      return `({${prefix}${key}${emitMethodRest(r, node, { root: true, whole: whole(r) })}})[${key}]`;
    }
  }
}

/** The whole of the source, for the record of a method. */
function whole(r: Context): Node {
  const start = r.shape.offset;
  return { ...(r.shape.node as Node), start, end: start + r.input.source.length } as Node;
}
