/**
 * The code of the user's functions as lowering sees it: texts parsed once, functions inside them with what they close over.
 * Invariant: one Unit for each JavaScript function met, one FunctionCode for each function node of it.
 */
import type { Captured } from '../capture/captured.ts';
import { type ClassNode, children, type FunctionNode, isFunction, type Node } from '../syntax/ast.ts';
import { type FunctionShape, parseFunction } from '../syntax/parse.ts';
import { type Analysis, analyze, type Binding, type FunctionInfo } from '../syntax/scope.ts';

export interface Unit {
  readonly index: number;
  readonly captured: Captured;
  readonly shape: FunctionShape;
  readonly analysis: Analysis;
  readonly codes: Map<Node, FunctionCode>;
}

export interface FunctionCode {
  readonly id: number;
  readonly unit: Unit;
  readonly node: FunctionNode | ClassNode;
  readonly info: FunctionInfo;
  /** Variables of enclosing functions that this one or a function inside it uses. */
  readonly free: readonly Binding[];
  readonly usesOuterThis: boolean;
}

const parsed = new Map<string, { shape: FunctionShape; analysis: Analysis }>();

export function unitOf(captured: Captured, index: number): Unit {
  const key = `${captured.strict ? 's' : ''}${captured.source}`;
  let known = parsed.get(key);
  if (known === undefined) {
    const shape = parseFunction(captured.source);
    known = { shape, analysis: analyze(shape.node, { strict: captured.strict }) };
    parsed.set(key, known);
  }
  return { index, captured, ...known, codes: new Map() };
}

let codes = 0;

export function codeOf(unit: Unit, node: FunctionNode | ClassNode): FunctionCode {
  let code = unit.codes.get(node);
  if (code === undefined) {
    const info = unit.analysis.functions.get(node)!;
    const free: Binding[] = [];
    for (const ref of unit.analysis.references.values()) {
      const { binding } = ref;
      if (binding === undefined || free.includes(binding)) continue;
      const at = ref.node.start;
      if (at < node.start || at >= node.end) continue;
      if (!declaredWithin(binding, node)) free.push(binding);
    }
    code = { id: ++codes, unit, node, info, free, usesOuterThis: info?.arrow === true && info.usesThis };
    unit.codes.set(node, code);
  }
  return code;
}

/** True if the variable belongs to the function or class itself (its parameters and own name included). */
export function declaredWithin(binding: Binding, node: Node): boolean {
  const scope = binding.scope.node;
  return scope.start >= node.start && scope.end <= node.end && !(scope === node && binding.scope.kind === 'unit');
}

/** A variable that is assigned after its declaration and used by a function inside lives in memory. */
export function livesInCell(binding: Binding): boolean {
  const assigned =
    binding.assignments.length > 0 || (binding.kind === 'var' && binding.inits.length > 1) || binding.kind === 'class';
  if (!assigned || binding.kind === 'class') return false;
  const owner = binding.scope.fn;
  return binding.references.some((r) => r.scope.fn !== owner);
}

/** Every function directly or deeper inside a node that is hoisted to its start. */
export function contains(node: Node, test: (n: Node) => boolean): boolean {
  if (test(node)) return true;
  return children(node).some((child) => !isFunction(child) && contains(child, test));
}
