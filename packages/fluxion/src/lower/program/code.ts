/**
 * The code of the user's functions as lowering sees it: texts parsed once, functions inside them with what they close over.
 * Invariant: one Unit for each JavaScript function met, one FunctionCode for each function node of it.
 */
import type { Captured } from '../../capture/captured.ts';
import { type ClassNode, children, type FunctionNode, isFunction, type Node } from '../../syntax/ast.ts';
import { type FunctionShape, parseFunction } from '../../syntax/parse.ts';
import { type Analysis, analyze, type Binding, type FunctionInfo, type Reference } from '../../syntax/scope.ts';

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
  /** For functions that a derivative operator gives: which, instead of a body. */
  readonly derives?: Derives | undefined;
}

/** What a function that no text stands for does. `plain` and `pair` are inner parts of the others. */
export interface Derives {
  readonly operator: OperatorName | 'pullback' | 'plain' | 'pair';
  /** As the options have it. */
  readonly wrt?: number | readonly number[] | undefined;
  readonly aux?: boolean | undefined;
  /** For jvp: which arguments have a tangent; these come behind the arguments. */
  readonly moves?: readonly boolean[] | undefined;
  /** For pullbacks: the specialisation whose sweep is kept. */
  readonly kept?: unknown;
}

export type OperatorName = 'grad' | 'valueAndGrad' | 'derivative' | 'jvp' | 'vjp' | 'hvp' | 'jacobian' | 'hessian';

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
    const { references, classes } = placesIn(unit.analysis);
    const found = new Set<Binding>();
    const first = firstWhere(references.length, (n) => references[n].node.start >= node.start);
    for (let i = first; i < references.length && references[i].node.start < node.end; i++) {
      const { binding } = references[i];
      if (binding !== undefined && !declaredWithin(binding, node)) found.add(binding);
    }
    // What private methods and `super` need is not named.
    for (const around of classes) {
      if (around.start > node.start || around.end < node.end) continue;
      if (around !== node && needsClass(node)) found.add(classBinding(unit.analysis, around));
      if (around !== node) continue;
      if (around.superClass) found.add(superBinding(unit.analysis, around));
      if (hasStatics(around)) found.add(staticsBinding(unit.analysis, around));
    }
    code = { id: ++codes, unit, node, info, free: [...found], usesOuterThis: info?.arrow === true && info.usesThis };
    unit.codes.set(node, code);
  }
  return code;
}

/** The code of a function that a derivative operator gives: it closes over variables of these names, which no text has. */
export function derivedCode(unit: Unit, at: Node, derives: Derives, names: readonly string[]): FunctionCode {
  const [scope] = unit.analysis.scopes.values();
  const free = names.map(
    (name): Binding => ({ name, kind: 'self', scope, declarations: [], references: [], assignments: [], inits: [] }),
  );
  const { start, end } = at;
  const rest = { type: 'RestElement', argument: { type: 'Identifier', name: 'args', start, end }, start, end };
  const body = { type: 'BlockStatement', body: [], start, end };
  const node = {
    type: 'ArrowFunctionExpression',
    id: null,
    params: [rest],
    body,
    start,
    end,
  } as unknown as FunctionNode;
  const info: FunctionInfo = {
    node,
    parent: undefined,
    arrow: true,
    strict: true,
    usesThis: false,
    usesArguments: false,
    usesNewTarget: false,
    usesSuper: false,
    awaits: false,
    yields: false,
    directEval: false,
    usesWith: false,
  };
  return { id: ++codes, unit, node, info, free, usesOuterThis: false, derives };
}

interface Places {
  /** In the order of the text. */
  readonly references: readonly Reference[];
  readonly classes: readonly ClassNode[];
  /** The variables declared by identifiers and by function declarations. */
  readonly declarations: ReadonlyMap<Node, Binding>;
  /** In the order of the text; a `var` is assigned where it is declared, too. */
  readonly assignments: readonly { readonly at: Node; readonly binding: Binding }[];
}

const places = new WeakMap<Analysis, Places>();

function placesIn(analysis: Analysis): Places {
  let known = places.get(analysis);
  if (known === undefined) {
    const references = [...analysis.references.values()].sort((a, b) => a.node.start - b.node.start);
    const classes: ClassNode[] = [];
    const declarations = new Map<Node, Binding>();
    const assignments: { at: Node; binding: Binding }[] = [];
    for (const scope of new Set(analysis.scopes.values())) {
      if (scope.kind === 'class') {
        // Its name inside is another variable than the one it declares.
        classes.push(scope.node as ClassNode);
        continue;
      }
      for (const binding of scope.bindings.values()) {
        for (const d of binding.declarations) declarations.set(d, binding);
        for (const { at } of binding.assignments) assignments.push({ at, binding });
        if (binding.kind === 'var') for (const at of binding.declarations) assignments.push({ at, binding });
      }
    }
    assignments.sort((a, b) => a.at.start - b.at.start);
    places.set(analysis, (known = { references, classes, declarations, assignments }));
  }
  return known;
}

/** The variable that a declaring identifier declares. */
export function declarationOf(unit: Unit, id: Node): Binding | undefined {
  return placesIn(unit.analysis).declarations.get(id);
}

/** The variables that something in one of the nodes assigns. */
export function assignedWithin(unit: Unit, nodes: readonly Node[]): Set<Binding> {
  const { assignments } = placesIn(unit.analysis);
  const found = new Set<Binding>();
  for (const { start, end } of nodes) {
    const first = firstWhere(assignments.length, (n) => assignments[n].at.start >= start);
    for (let n = first; n < assignments.length && assignments[n].at.start < end; n++) {
      if (assignments[n].at.end <= end) found.add(assignments[n].binding);
    }
  }
  return found;
}

/** The first of so many places in order from which on something holds. */
function firstWhere(count: number, holds: (n: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function needsClass(node: Node): boolean {
  return node.type === 'PrivateIdentifier' || node.type === 'Super' || children(node).some(needsClass);
}

/** The class whose body a node stands in, innermost, and the member it belongs to. */
export function classAround(unit: Unit, node: Node): { readonly node: ClassNode; readonly member: Node } | undefined {
  let best: { node: ClassNode; member: Node } | undefined;
  for (const around of placesIn(unit.analysis).classes) {
    if (best !== undefined && around.start < best.node.start) continue;
    const member = around.body.body.find((m) => m.start <= node.start && m.end >= node.end);
    if (member !== undefined) best = { node: around, member };
  }
  return best;
}

interface Hidden {
  self?: Binding;
  parent?: Binding;
  statics?: Binding;
}
const synthetic = new WeakMap<Node, Hidden>();
function syntheticOf(node: Node): Hidden {
  let known = synthetic.get(node);
  if (known === undefined) synthetic.set(node, (known = {}));
  return known;
}

function hiddenBinding(analysis: Analysis, node: ClassNode, name: string): Binding {
  const scope = analysis.scopes.get(node)!;
  return { name, kind: 'self', scope, declarations: [], references: [], assignments: [], inits: [] };
}

/** The variable that holds a class inside it: its own name, or one that nobody sees. */
export function classBinding(analysis: Analysis, node: ClassNode): Binding {
  const named = node.id && analysis.scopes.get(node)?.bindings.get(node.id.name);
  if (named) return named;
  const known = syntheticOf(node);
  known.self ??= hiddenBinding(analysis, node, 'class');
  return known.self;
}

/** What stood after `extends`. */
export function superBinding(analysis: Analysis, node: ClassNode): Binding {
  const known = syntheticOf(node);
  known.parent ??= hiddenBinding(analysis, node, 'super');
  return known.parent;
}

/** The object that holds the static fields of a class. */
export function staticsBinding(analysis: Analysis, node: ClassNode): Binding {
  const known = syntheticOf(node);
  known.statics ??= hiddenBinding(analysis, node, 'statics');
  return known.statics;
}

function hasStatics(node: ClassNode): boolean {
  return node.body.body.some((m) => m.type === 'PropertyDefinition' && m.static);
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
