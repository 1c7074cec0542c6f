/**
 * Scope analysis: which declaration each identifier means, what is free, what is written and where.
 * Invariant: every Identifier that is a reference has exactly one Reference; one without a binding is free in the unit.
 * Within simple parameter lists parameters and body share one scope, as the language has it.
 */
import {
  type CatchClause,
  type ClassNode,
  children,
  type ForInStatement,
  type ForOfStatement,
  type ForStatement,
  type FunctionNode,
  type Identifier,
  type Node,
  type Pattern,
  type PropertyDefinition,
  type StaticBlock,
  type SwitchStatement,
  unparen,
  type VariableDeclaration,
} from './ast.ts';
import { hasUseStrict } from './parse.ts';

export type ScopeKind = 'unit' | 'function' | 'name' | 'block' | 'for' | 'catch' | 'class' | 'switch';
export type BindingKind = 'var' | 'let' | 'const' | 'class' | 'function' | 'param' | 'catch' | 'self' | 'import';

/** A function, or what behaves like one: a field initialiser, a static block, the unit itself. */
export interface FunctionInfo {
  readonly node: Node;
  readonly parent: FunctionInfo | undefined;
  readonly arrow: boolean;
  readonly strict: boolean;
  usesThis: boolean;
  usesArguments: boolean;
  usesNewTarget: boolean;
  usesSuper: boolean;
  /** Contains an `await` or `for await` of its own. */
  awaits: boolean;
  yields: boolean;
  directEval: boolean;
  usesWith: boolean;
}

export interface Scope {
  readonly kind: ScopeKind;
  readonly node: Node;
  readonly parent: Scope | undefined;
  readonly fn: FunctionInfo;
  readonly strict: boolean;
  readonly bindings: Map<string, Binding>;
  /** For class scopes: the private names declared. */
  readonly privateNames?: ReadonlySet<string>;
}

export interface Assignment {
  readonly fn: FunctionInfo;
  readonly at: Node;
  /** The operator of the assignment: '=', '+=', '++' and so on. */
  readonly operator: string;
  /** What is assigned (or combined); undefined if that is not one expression. */
  readonly value: Node | undefined;
}

export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  readonly scope: Scope;
  readonly declarations: Node[];
  readonly references: Reference[];
  /** Writes other than the declaration's own initialiser. */
  readonly assignments: Assignment[];
  /** The initialisers of its declarations; 'unknown' where the value is not that of one expression. */
  readonly inits: (Node | 'undefined' | 'unknown')[];
}

export interface Reference {
  readonly node: Identifier;
  readonly scope: Scope;
  readonly read: boolean;
  readonly write: boolean;
  binding: Binding | undefined;
}

export interface Analysis {
  readonly unit: Scope;
  readonly references: ReadonlyMap<Node, Reference>;
  readonly scopes: ReadonlyMap<Node, Scope>;
  readonly functions: ReadonlyMap<Node, FunctionInfo>;
  /** Free names in order of first appearance, with what is done to them. */
  readonly free: ReadonlyMap<string, { read: boolean; write: boolean; references: Reference[] }>;
  /** Private names used but not declared within. */
  readonly freePrivateNames: ReadonlySet<string>;
  /** What arrows at the top take from around the unit. */
  readonly lexical: FunctionInfo;
}

/** True if anything but its own single initialiser ever writes the binding. */
export function isReassigned(binding: Binding): boolean {
  if (binding.assignments.length > 0) return true;
  if (binding.kind === 'var') return binding.inits.length !== 1 || binding.inits[0] === 'unknown';
  if (binding.kind === 'function') return binding.declarations.length !== 1;
  return false;
}

export function analyze(root: Node, options: { strict?: boolean } = {}): Analysis {
  return new Analyzer(root, options.strict ?? false).run();
}

class Analyzer {
  readonly references = new Map<Node, Reference>();
  readonly scopes = new Map<Node, Scope>();
  readonly functions = new Map<Node, FunctionInfo>();
  readonly freePrivateNames = new Set<string>();
  readonly unit: Scope;
  readonly lexical: FunctionInfo;
  private readonly root: Node;
  private readonly hoisted: { node: Identifier; block: Scope }[] = [];
  private readonly privateUses: { name: string; scope: Scope }[] = [];

  constructor(root: Node, strict: boolean) {
    this.root = root;
    const isModule = root.type === 'Program' && root.sourceType === 'module';
    const directive = root.type === 'Program' && hasUseStrict(root.body as Node[]);
    this.lexical = info(root, undefined, true, strict || isModule || directive);
    this.unit = {
      kind: 'unit',
      node: root,
      parent: undefined,
      fn: this.lexical,
      strict: this.lexical.strict,
      bindings: new Map(),
    };
    this.scopes.set(root, this.unit);
  }

  run(): Analysis {
    if (this.root.type === 'Program') for (const statement of this.root.body) this.visit(statement as Node, this.unit);
    else this.visit(this.root, this.unit);
    for (const h of this.hoisted) this.hoistFunction(h.node, h.block);
    const free = new Map<string, { read: boolean; write: boolean; references: Reference[] }>();
    for (const ref of this.references.values()) {
      const binding = resolve(ref.scope, ref.node.name);
      if (binding !== undefined) {
        ref.binding = binding;
        binding.references.push(ref);
        continue;
      }
      if (ref.node.name === 'arguments' && this.useArguments(ref.scope.fn)) continue;
      const entry = free.get(ref.node.name);
      if (entry === undefined) {
        free.set(ref.node.name, { read: ref.read, write: ref.write, references: [ref] });
      } else {
        entry.read ||= ref.read;
        entry.write ||= ref.write;
        entry.references.push(ref);
      }
    }
    for (const { at, target, scope, operator, value } of this.assigned) {
      resolve(scope, target.name)?.assignments.push({ fn: scope.fn, at, operator, value });
    }
    for (const { name, scope } of this.privateUses) {
      let s: Scope | undefined = scope;
      while (s !== undefined && !s.privateNames?.has(name)) s = s.parent;
      if (s === undefined) this.freePrivateNames.add(name);
    }
    const { unit, references, scopes, functions, freePrivateNames, lexical } = this;
    return { unit, references, scopes, functions, free, freePrivateNames, lexical };
  }

  private readonly assigned: {
    at: Node;
    target: Identifier;
    scope: Scope;
    operator: string;
    value: Node | undefined;
  }[] = [];

  /** The function whose `arguments` is meant; false if that lies outside the unit. */
  private useArguments(fn: FunctionInfo): boolean {
    const owner = ownerOf(fn);
    owner.usesArguments = true;
    return owner !== this.lexical;
  }

  private scope(kind: ScopeKind, node: Node, parent: Scope, fn = parent.fn, privateNames?: ReadonlySet<string>): Scope {
    const strict = kind === 'class' || (fn === parent.fn ? parent.strict : fn.strict);
    const scope: Scope = { kind, node, parent, fn, strict, bindings: new Map(), ...(privateNames && { privateNames }) };
    this.scopes.set(node, scope);
    return scope;
  }

  private bind(
    scope: Scope,
    kind: BindingKind,
    id: Identifier,
    init: Node | 'undefined' | 'unknown' | undefined,
  ): void {
    let binding = scope.bindings.get(id.name);
    if (binding === undefined) {
      binding = { name: id.name, kind, scope, declarations: [], references: [], assignments: [], inits: [] };
      scope.bindings.set(id.name, binding);
    } else if (binding.kind !== kind) {
      // A var or function that repeats a parameter's name, or a var that repeats a function's: one variable.
      binding.inits.push('unknown');
    }
    binding.declarations.push(id);
    if (init !== undefined) binding.inits.push(init);
  }

  private hoistFunction(id: Identifier, block: Scope): void {
    // Sloppy code also binds a block's function in the enclosing function, unless a lexical binding is in the way.
    let s = block.parent;
    while (s !== undefined && !isVarScope(s)) {
      if (s.bindings.has(id.name) && s.kind !== 'catch') return;
      s = s.parent;
    }
    if (s === undefined) return;
    const found = s.bindings.get(id.name);
    if (found !== undefined && found.kind !== 'var' && found.kind !== 'function' && found.kind !== 'param') return;
    this.bind(s, found?.kind ?? 'var', id, 'unknown');
  }

  private visitAll(nodes: readonly (Node | null | undefined)[], scope: Scope): void {
    for (const node of nodes) if (node) this.visit(node, scope);
  }

  private reference(node: Identifier, scope: Scope, read: boolean, write: boolean): void {
    this.references.set(node, { node, scope, read, write, binding: undefined });
  }

  private visit(node: Node, scope: Scope): void {
    switch (node.type) {
      case 'Identifier':
        this.reference(node, scope, true, false);
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.visitFunction(node as FunctionNode, scope);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.visitClass(node as ClassNode, scope);
        return;
      case 'BlockStatement': {
        const block = this.scope('block', node, scope);
        this.visitAll(node.body, block);
        return;
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        this.visitFor(node, scope);
        return;
      case 'SwitchStatement':
        this.visitSwitch(node, scope);
        return;
      case 'CatchClause':
        this.visitCatch(node, scope);
        return;
      case 'VariableDeclaration':
        this.visitDeclaration(node, scope, 'undefined');
        return;
      case 'LabeledStatement':
        this.visit(node.body, scope);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'MemberExpression':
        this.visit(node.object, scope);
        if (node.computed || node.property.type === 'PrivateIdentifier') this.visit(node.property, scope);
        return;
      case 'Property':
        if (node.computed) this.visit(node.key, scope);
        this.visit(node.value, scope);
        return;
      case 'PrivateIdentifier':
        this.privateUses.push({ name: `#${node.name}`, scope });
        return;
      case 'AssignmentExpression':
        if (node.operator === '=') this.assignPattern(node.left, scope, node, node.right);
        else this.assignTarget(node.left, scope, node, node.operator, node.right, true);
        this.visit(node.right, scope);
        return;
      case 'UpdateExpression':
        this.assignTarget(node.argument as Pattern, scope, node, node.operator, undefined, true);
        return;
      case 'ThisExpression':
        this.mark(scope.fn, (f) => {
          f.usesThis = true;
        });
        return;
      case 'Super':
        this.mark(scope.fn, (f) => {
          f.usesSuper = true;
          f.usesThis = true;
        });
        return;
      case 'MetaProperty':
        if (node.meta.name === 'new') {
          this.mark(scope.fn, (f) => {
            f.usesNewTarget = true;
          });
        }
        return;
      case 'AwaitExpression':
        scope.fn.awaits = true;
        break;
      case 'YieldExpression':
        scope.fn.yields = true;
        break;
      case 'WithStatement':
        scope.fn.usesWith = true;
        break;
      case 'CallExpression': {
        const callee = unparen(node.callee as Node);
        if (callee.type === 'Identifier' && callee.name === 'eval') scope.fn.directEval = true;
        break;
      }
      case 'ImportDeclaration':
        for (const s of node.specifiers) this.bind(scope, 'import', s.local, 'unknown');
        return;
      case 'ExportNamedDeclaration':
        if (node.declaration) this.visit(node.declaration, scope);
        else if (!node.source) {
          for (const s of node.specifiers) {
            if (s.local.type === 'Identifier') this.reference(s.local, scope, true, false);
          }
        }
        return;
      case 'ExportDefaultDeclaration': {
        const d = node.declaration as Node;
        this.visit(d, scope);
        return;
      }
      case 'ExportAllDeclaration':
        return;
    }
    for (const child of children(node)) this.visit(child, scope);
  }

  /** `this`, `super` and `new.target` in arrows belong to the function around them; every arrow on the way is marked too. */
  private mark(fn: FunctionInfo, set: (fn: FunctionInfo) => void): void {
    let f: FunctionInfo | undefined = fn;
    while (f !== undefined) {
      set(f);
      if (!f.arrow) return;
      f = f.parent;
    }
  }

  private visitFunction(node: FunctionNode, outer: Scope): void {
    let scope = outer;
    if (node.type === 'FunctionDeclaration') {
      if (node.id) {
        this.bind(outer, 'function', node.id, node);
        if (!isVarScope(outer) && !outer.strict && !node.async && !node.generator) {
          this.hoisted.push({ node: node.id, block: outer });
        }
      }
    } else if (node.type === 'FunctionExpression' && node.id) {
      scope = this.scope('name', node.id, outer);
      this.bind(scope, 'self', node.id, node);
    }
    const body = node.body;
    const strict = outer.strict || (body.type === 'BlockStatement' && hasUseStrict(body.body as Node[]));
    const fn = info(node, outer.fn, node.type === 'ArrowFunctionExpression', strict);
    this.functions.set(node, fn);
    const params = this.scope('function', node, scope, fn);
    for (const p of node.params) {
      bound(p, (id) => this.bind(params, 'param', id, 'unknown'));
      this.visitBound(p, params);
    }
    if (body.type !== 'BlockStatement') {
      this.visit(body, params);
      return;
    }
    const simple = node.params.every((p) => p.type === 'Identifier');
    if (simple) {
      this.scopes.set(body, params);
      this.visitAll(body.body, params);
    } else {
      const inner = this.scope('function', body, params);
      this.visitAll(body.body, inner);
      // A var that repeats a parameter's name begins with its value.
      for (const [name, binding] of inner.bindings) if (params.bindings.has(name)) binding.inits.push('unknown');
    }
  }

  private visitClass(node: ClassNode, outer: Scope): void {
    if (node.type === 'ClassDeclaration' && node.id) this.bind(outer, 'class', node.id, node);
    const names = new Set<string>();
    for (const m of node.body.body) {
      if (m.type !== 'StaticBlock' && m.key.type === 'PrivateIdentifier') names.add(`#${m.key.name}`);
    }
    const classScope = this.scope('class', node, outer, outer.fn, names);
    if (node.id) this.bind(classScope, 'self', node.id, node);
    if (node.superClass) this.visit(node.superClass, classScope);
    for (const m of node.body.body) {
      if (m.type === 'StaticBlock') {
        this.visitInitialiser(m, m.body as Node[], classScope);
        continue;
      }
      if (m.computed) this.visit(m.key, classScope);
      if (m.type === 'MethodDefinition') this.visitFunction(m.value, classScope);
      else if (m.value) this.visitInitialiser(m, [m.value], classScope);
    }
  }

  private visitInitialiser(node: PropertyDefinition | StaticBlock, body: readonly Node[], outer: Scope): void {
    const fn = info(node, outer.fn, false, true);
    this.functions.set(node, fn);
    const scope = this.scope('function', node, outer, fn);
    this.visitAll(body, scope);
  }

  private visitFor(node: ForStatement | ForInStatement | ForOfStatement, outer: Scope): void {
    const scope = this.scope('for', node, outer);
    if (node.type === 'ForStatement') {
      this.visitAll([node.init, node.test, node.update], scope);
    } else {
      if (node.type === 'ForOfStatement' && node.await) scope.fn.awaits = true;
      if (node.left.type === 'VariableDeclaration') this.visitDeclaration(node.left, scope, 'unknown');
      else this.assignPattern(node.left, scope, node, undefined);
      this.visit(node.right, scope);
    }
    this.visit(node.body, scope);
  }

  private visitSwitch(node: SwitchStatement, outer: Scope): void {
    this.visit(node.discriminant, outer);
    const scope = this.scope('switch', node, outer);
    for (const c of node.cases) this.visitAll([c.test, ...c.consequent], scope);
  }

  private visitCatch(node: CatchClause, outer: Scope): void {
    const scope = this.scope('catch', node, outer);
    if (node.param) {
      bound(node.param, (id) => this.bind(scope, 'catch', id, 'unknown'));
      this.visitBound(node.param, scope);
    }
    this.visit(node.body, scope);
  }

  private visitDeclaration(node: VariableDeclaration, scope: Scope, missing: 'undefined' | 'unknown'): void {
    const kind: BindingKind = node.kind === 'var' ? 'var' : node.kind === 'let' ? 'let' : 'const';
    let home = scope;
    if (kind === 'var') while (!isVarScope(home)) home = home.parent!;
    for (const d of node.declarations) {
      if (d.id.type === 'Identifier') {
        const init = d.init ?? (missing === 'undefined' && kind === 'var' ? undefined : missing);
        this.bind(home, kind, d.id, init);
        if (kind === 'var' && (d.init || missing === 'unknown')) this.noteCatchVar(d.id, scope, d.init ?? undefined);
      } else {
        bound(d.id, (id) => this.bind(home, kind, id, 'unknown'));
        this.visitBound(d.id, scope);
      }
      if (d.init) this.visit(d.init, scope);
    }
  }

  /** `catch (e) { var e = 1 }` writes the parameter of the catch. */
  private noteCatchVar(id: Identifier, scope: Scope, value: Node | undefined): void {
    for (let s: Scope | undefined = scope; s !== undefined && !isVarScope(s); s = s.parent) {
      if (s.bindings.has(id.name)) {
        this.assigned.push({ at: id, target: id, scope, operator: '=', value });
        return;
      }
    }
  }

  /** Expressions within a binding pattern: defaults and computed keys. */
  private visitBound(pattern: Pattern, scope: Scope): void {
    switch (pattern.type) {
      case 'ObjectPattern':
        for (const p of pattern.properties) {
          if (p.type === 'RestElement') this.visitBound(p.argument, scope);
          else {
            if (p.computed) this.visit(p.key, scope);
            this.visitBound(p.value, scope);
          }
        }
        return;
      case 'ArrayPattern':
        for (const e of pattern.elements) if (e) this.visitBound(e, scope);
        return;
      case 'AssignmentPattern':
        this.visitBound(pattern.left, scope);
        this.visit(pattern.right, scope);
        return;
      case 'RestElement':
        this.visitBound(pattern.argument, scope);
        return;
    }
  }

  private assignPattern(pattern: Pattern, scope: Scope, at: Node, value: Node | undefined): void {
    const target = unparen(pattern as Node);
    switch (target.type) {
      case 'ObjectPattern':
        for (const p of target.properties) {
          if (p.type === 'RestElement') this.assignPattern(p.argument, scope, at, undefined);
          else {
            if (p.computed) this.visit(p.key, scope);
            this.assignPattern(p.value, scope, at, undefined);
          }
        }
        return;
      case 'ArrayPattern':
        for (const e of target.elements) if (e) this.assignPattern(e, scope, at, undefined);
        return;
      case 'AssignmentPattern':
        this.assignPattern(target.left, scope, at, undefined);
        this.visit(target.right, scope);
        return;
      case 'RestElement':
        this.assignPattern(target.argument, scope, at, undefined);
        return;
      default:
        this.assignTarget(pattern, scope, at, '=', value, false);
    }
  }

  private assignTarget(
    pattern: Pattern,
    scope: Scope,
    at: Node,
    operator: string,
    value: Node | undefined,
    read: boolean,
  ): void {
    const target = unparen(pattern as Node);
    if (target.type === 'Identifier') {
      this.reference(target, scope, read, true);
      this.assigned.push({ at, target, scope, operator, value });
    } else {
      this.visit(target, scope);
    }
  }
}

function info(node: Node, parent: FunctionInfo | undefined, arrow: boolean, strict: boolean): FunctionInfo {
  return {
    node,
    parent,
    arrow,
    strict,
    usesThis: false,
    usesArguments: false,
    usesNewTarget: false,
    usesSuper: false,
    awaits: false,
    yields: false,
    directEval: false,
    usesWith: false,
  };
}

function ownerOf(fn: FunctionInfo): FunctionInfo {
  let f = fn;
  while (f.arrow && f.parent !== undefined) f = f.parent;
  return f;
}

function isVarScope(scope: Scope): boolean {
  return scope.kind === 'function' || scope.kind === 'unit';
}

export function resolve(scope: Scope, name: string): Binding | undefined {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const binding = s.bindings.get(name);
    if (binding !== undefined) return binding;
    // A function's own `arguments` hides one further out.
    if (name === 'arguments' && s.kind === 'function' && !s.fn.arrow && s.parent?.fn !== s.fn) return undefined;
  }
  return undefined;
}

/** Calls `found` for each name that a pattern binds. */
export function bound(pattern: Pattern, found: (id: Identifier) => void): void {
  switch (pattern.type) {
    case 'Identifier':
      found(pattern);
      return;
    case 'ObjectPattern':
      for (const p of pattern.properties) bound(p.type === 'RestElement' ? p.argument : p.value, found);
      return;
    case 'ArrayPattern':
      for (const e of pattern.elements) if (e) bound(e, found);
      return;
    case 'AssignmentPattern':
      bound(pattern.left, found);
      return;
    case 'RestElement':
      bound(pattern.argument, found);
      return;
  }
}
