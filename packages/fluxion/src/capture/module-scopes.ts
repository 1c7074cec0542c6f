/**
 * The scopes of a whole script, and for every binding in them whether anything assigns it after its declaration.
 * Invariant: `assigned` errs to the safe side: what can't be told is taken to be assigned.
 */
import { parse } from 'acorn';
import { hasUseStrict } from '../syntax/parse.ts';
import { childrenOf, type Node, nameOf, patternNames } from './script-tree.ts';

export interface Declaration {
  readonly kind: 'const' | 'let' | 'var' | 'function' | 'class' | 'parameter' | 'catch' | 'import';
  /** Something other than the one initialisation may write it. */
  assigned: boolean;
  /** For imports: from which module, and which of its exports (`*` for all of them as an object). */
  readonly source?: string;
  readonly imported?: string;
}

export interface ModuleScope {
  readonly start: number;
  readonly end: number;
  readonly parent: ModuleScope | undefined;
  readonly children: ModuleScope[];
  readonly names: Map<string, Declaration>;
  /** `var` and, in sloppy code, functions of blocks go to the next scope that has this. */
  readonly holdsVar: boolean;
  readonly strict: boolean;
  /** The parameters that `arguments` inside is an alias of; `undefined`: it means the `arguments` of further out. */
  argumentsOf?: readonly string[];
  /** Direct eval inside, or `with` around: what a name means here, or who writes it, is not to be known. */
  dynamic: boolean;
}

export interface ScriptScopes {
  readonly root: ModuleScope;
  /** What the exports of a module are called inside it, or in the module they are handed on from. */
  readonly exports: Map<string, { local?: string; source?: string; imported?: string }>;
  readonly stars: string[];
  /** Names that something in the script assigns without declaring them. */
  readonly writesOutside: Set<string>;
}

/** Parses and resolves a script; `undefined` if it is no JavaScript. */
export function scopesOfScript(text: string, module: boolean): ScriptScopes | undefined {
  for (const sourceType of module ? (['module'] as const) : (['script', 'module'] as const)) {
    try {
      const program = parse(text, {
        ecmaVersion: 'latest',
        sourceType,
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
        allowSuperOutsideMethod: true,
        allowHashBang: true,
      });
      return new Resolver(text, sourceType === 'module').run(program as Node);
    } catch {
      // Text of another language (TypeScript), or a module taken for a script.
    }
  }
  return undefined;
}

/** The innermost scope around the function or class whose source is text[start, end). */
export function scopeAround(root: ModuleScope, start: number, end: number): ModuleScope {
  let scope = root;
  for (;;) {
    const inner = scope.children.find(
      (child) => child.start <= start && child.end >= end && !(child.start >= start && child.end <= end),
    );
    if (inner === undefined) return scope;
    scope = inner;
  }
}

/** What `name` means in `scope`: a declaration, `undefined` if the script has none, `'dynamic'` if it can't be told. */
export function declarationOf(scope: ModuleScope, name: string): Declaration | 'dynamic' | undefined {
  for (let at: ModuleScope | undefined = scope; at !== undefined; at = at.parent) {
    if (at.dynamic) return 'dynamic';
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Write {
  readonly scope: ModuleScope;
  readonly name: string;
  /** The scope whose variable is initialised rather than assigned, for the `var x = …` of a block. */
  readonly target?: ModuleScope;
}

class Resolver {
  private readonly text: string;
  private readonly module: boolean;
  private readonly writes: Write[] = [];
  private readonly result: ScriptScopes;
  private scope: ModuleScope;
  private inLoop = false;
  /** Names initialised by a `var` or present at entry, to notice a second time. */
  private readonly initialised = new Map<ModuleScope, Set<string>>();

  constructor(text: string, module: boolean) {
    this.text = text;
    this.module = module;
    this.scope = makeScope(0, text.length + 1, undefined, true, module);
    this.result = { root: this.scope, exports: new Map(), stars: [], writesOutside: new Set() };
  }

  run(program: Node): ScriptScopes {
    const body = program.body as Node[];
    if (!this.module && hasUseStrict(body)) {
      this.scope = makeScope(0, this.text.length + 1, undefined, true, true);
      (this.result as { root: ModuleScope }).root = this.scope;
    }
    this.declareAll(body, this.scope, true);
    for (const statement of body) this.visit(statement);
    for (const write of this.writes) this.resolve(write);
    return this.result;
  }

  private resolve({ scope, name, target }: Write): void {
    for (let at: ModuleScope | undefined = scope; at !== undefined; at = at.parent) {
      const found = at.names.get(name);
      if (found === undefined) continue;
      if (at !== target) found.assigned = true;
      return;
    }
    this.result.writesOutside.add(name);
  }

  private inside(scope: ModuleScope, visit: () => void): void {
    const outer = this.scope;
    this.scope = scope;
    visit();
    this.scope = outer;
  }

  private open(node: Node, holdsVar = false, strict = this.scope.strict): ModuleScope {
    const scope = makeScope(node.start, node.end, this.scope, holdsVar, strict);
    this.scope.children.push(scope);
    return scope;
  }

  private introduce(scope: ModuleScope, name: string, kind: Declaration['kind'], from?: Partial<Declaration>): void {
    const known = scope.names.get(name);
    if (known === undefined) scope.names.set(name, { kind, assigned: false, ...from });
    else if (kind !== 'var' && !(kind === 'function' && known.kind === 'function')) known.assigned = true;
    else if (known.kind === 'var' && kind === 'function') known.assigned = true;
    if (kind === 'function' || kind === 'parameter') this.initialise(scope, name, kind === 'function');
  }

  private initialise(scope: ModuleScope, name: string, again = false): void {
    let names = this.initialised.get(scope);
    if (names === undefined) this.initialised.set(scope, (names = new Set()));
    if (names.has(name) && !again) scope.names.get(name)!.assigned = true;
    names.add(name);
  }

  private varScope(): ModuleScope {
    let scope = this.scope;
    while (!scope.holdsVar) scope = scope.parent!;
    return scope;
  }

  /** Declares what the statements of one block declare, and the `var`s of all that is inside them. */
  private declareAll(body: readonly Node[], scope: ModuleScope, top: boolean): void {
    for (const outer of body) {
      const statement = (
        /^Export(Named|Default)Declaration$/.test(outer.type) && outer.declaration ? outer.declaration : outer
      ) as Node;
      if (statement.type === 'FunctionDeclaration' && statement.id) {
        const { name } = statement.id as unknown as { name: string };
        this.introduce(scope, name, 'function');
        if (!top && !scope.strict) this.declareBlockFunction(scope, name);
      } else if (statement.type === 'ClassDeclaration' && statement.id) {
        this.introduce(scope, (statement.id as unknown as { name: string }).name, 'class');
      } else if (statement.type === 'VariableDeclaration' && (statement.kind as string) !== 'var') {
        const kind = statement.kind === 'let' ? 'let' : 'const';
        for (const { id } of statement.declarations as unknown as { id: Node }[]) {
          for (const name of patternNames(id)) this.introduce(scope, name, kind);
        }
      } else if (statement.type === 'ImportDeclaration') {
        const source = (statement.source as unknown as { value: string }).value;
        for (const specifier of statement.specifiers as unknown as Node[]) {
          const imported =
            specifier.type === 'ImportNamespaceSpecifier'
              ? '*'
              : specifier.type === 'ImportDefaultSpecifier'
                ? 'default'
                : nameOf(specifier.imported as unknown as Node);
          this.introduce(scope, nameOf(specifier.local as unknown as Node), 'import', { source, imported });
        }
      }
    }
    if (top) for (const statement of body) this.declareVars(statement, scope);
  }

  /** Annex B: a function of a block is also a variable of the function around, written when the block is entered. */
  private declareBlockFunction(scope: ModuleScope, name: string): void {
    let at = scope;
    while (!at.holdsVar) at = at.parent!;
    if (at !== scope) {
      this.introduce(at, name, 'var');
      at.names.get(name)!.assigned = true;
    }
  }

  private declareVars(node: Node, scope: ModuleScope): void {
    if (node.type === 'VariableDeclaration' && node.kind === 'var') {
      for (const { id } of node.declarations as unknown as { id: Node }[]) {
        for (const name of patternNames(id)) this.introduce(scope, name, 'var');
      }
    }
    if (/Function|^Class/.test(node.type) || /Expression$/.test(node.type)) return;
    for (const child of childrenOf(node)) this.declareVars(child, scope);
  }

  private visitAll(nodes: readonly (Node | null)[]): void {
    for (const node of nodes) if (node) this.visit(node);
  }

  private loop(visit: () => void): void {
    const outer = this.inLoop;
    this.inLoop = true;
    visit();
    this.inLoop = outer;
  }

  private write(pattern: Node): void {
    for (const name of patternNames(pattern)) this.writes.push({ scope: this.scope, name });
    if (pattern.type !== 'Identifier') this.visit(pattern);
  }

  private visit(node: Node): void {
    switch (node.type as string) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.visitFunction(node);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.visitClass(node);
        return;
      case 'StaticBlock':
        this.visitBlock(node, true);
        return;
      case 'BlockStatement':
        this.visitBlock(node, false);
        return;
      case 'SwitchStatement': {
        this.visit(node.discriminant as Node);
        const cases = node.cases as unknown as { test: Node | null; consequent: Node[] }[];
        const scope = this.open(node);
        this.inside(scope, () => {
          this.declareAll(
            cases.flatMap((one) => one.consequent),
            scope,
            false,
          );
          for (const { test, consequent } of cases) this.visitAll([test, ...consequent]);
        });
        return;
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        this.visitFor(node);
        return;
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.loop(() => this.visitAll(childrenOf(node)));
        return;
      case 'CatchClause': {
        const scope = this.open(node);
        this.inside(scope, () => {
          if (node.param) {
            for (const name of patternNames(node.param as Node)) this.introduce(scope, name, 'catch');
            this.visit(node.param as Node);
          }
          this.visit(node.body as Node);
        });
        return;
      }
      case 'WithStatement': {
        this.visit(node.object as Node);
        const scope = this.open(node.body as Node);
        scope.dynamic = true;
        this.inside(scope, () => this.visit(node.body as Node));
        return;
      }
      case 'VariableDeclaration':
        this.visitVariables(node);
        return;
      case 'AssignmentExpression':
        this.write(node.left as Node);
        this.visit(node.right as Node);
        return;
      case 'UpdateExpression':
        this.write(node.argument as Node);
        return;
      case 'CallExpression': {
        const callee = node.callee as Node;
        if (callee.type === 'Identifier' && (callee as unknown as { name: string }).name === 'eval') {
          for (let at: ModuleScope | undefined = this.scope; at !== undefined; at = at.parent) at.dynamic = true;
        }
        this.visitAll(childrenOf(node));
        return;
      }
      case 'Identifier':
        if ((node as unknown as { name: string }).name === 'arguments') this.sawArguments();
        return;
      case 'ExportNamedDeclaration':
      case 'ExportDefaultDeclaration':
      case 'ExportAllDeclaration':
        this.visitExport(node);
        return;
      case 'ImportDeclaration':
        return;
      default:
        this.visitAll(childrenOf(node));
        return;
    }
  }

  private visitBlock(node: Node, holdsVar: boolean): void {
    const scope = this.open(node, holdsVar);
    const body = node.body as Node[];
    this.inside(scope, () => {
      this.declareAll(body, scope, holdsVar);
      this.visitAll(body);
    });
  }

  private visitFor(node: Node): void {
    const scope = this.open(node);
    const { left, init } = node as { left?: Node; init?: Node | null };
    const head = left ?? init;
    this.inside(scope, () => {
      if (head?.type === 'VariableDeclaration') this.declareAll([head], scope, false);
      this.loop(() => {
        if (left !== undefined && left.type !== 'VariableDeclaration') this.write(left);
        else if (left !== undefined && left.kind === 'var') {
          for (const { id } of left.declarations as unknown as { id: Node }[]) this.write(id);
        } else if (left !== undefined) this.visit(left);
      });
      if (init) this.visit(init);
      const { right, test, update, body } = node as unknown as Record<string, Node | null | undefined>;
      if (right) this.visit(right);
      this.loop(() => this.visitAll([test ?? null, update ?? null, body ?? null]));
    });
  }

  private visitVariables(node: Node): void {
    for (const { id, init } of node.declarations as unknown as { id: Node; init: Node | null }[]) {
      if (node.kind === 'var' && init) {
        const target = this.varScope();
        for (const name of patternNames(id)) {
          if (this.inLoop) this.writes.push({ scope: this.scope, name });
          else {
            this.initialise(target, name);
            this.writes.push({ scope: this.scope, name, target });
          }
        }
      }
      if (id.type !== 'Identifier') this.visit(id);
      if (init) this.visit(init);
    }
  }

  private visitFunction(node: Node): void {
    const params = node.params as Node[];
    const body = node.body as Node;
    const statements = body.type === 'BlockStatement' ? (body.body as unknown as Node[]) : undefined;
    const strict = this.scope.strict || (statements !== undefined && hasUseStrict(statements));
    const outerLoop = this.inLoop;
    this.inLoop = false;
    const around = this.scope;
    const id = node.id as { name: string } | null | undefined;
    if (node.type === 'FunctionExpression' && id) {
      // The name of a function expression has a scope of its own, which anything inside may hide.
      this.scope = this.open(node, true, strict);
      this.introduce(this.scope, id.name, 'function');
    }
    const outer = this.open(node, true, strict);
    this.inside(outer, () => {
      const names = params.flatMap(patternNames);
      for (const name of names) this.introduce(outer, name, 'parameter');
      const simple = params.every((p) => p.type === 'Identifier');
      if (node.type !== 'ArrowFunctionExpression') outer.argumentsOf = simple && !strict ? names : [];
      this.visitAll(params);
      if (statements === undefined) {
        this.visit(body);
        return;
      }
      const scope = simple ? outer : this.open(body, true, strict);
      this.inside(scope, () => {
        this.declareAll(statements, scope, true);
        this.visitAll(statements);
      });
    });
    this.scope = around;
    this.inLoop = outerLoop;
  }

  /** In sloppy functions with plain parameters `arguments[0] = …` writes the parameter. */
  private sawArguments(): void {
    let at: ModuleScope | undefined = this.scope;
    while (at !== undefined && at.argumentsOf === undefined) at = at.parent;
    for (const name of at?.argumentsOf ?? []) at!.names.get(name)!.assigned = true;
  }

  private visitClass(node: Node): void {
    const outerLoop = this.inLoop;
    this.inLoop = false;
    const scope = this.open(node, true, true);
    this.inside(scope, () => {
      const id = node.id as { name: string } | null;
      if (id) this.introduce(scope, id.name, 'const');
      if (node.superClass) this.visit(node.superClass as Node);
      this.visit(node.body as Node);
    });
    this.inLoop = outerLoop;
  }

  private visitExport(node: Node): void {
    const source = (node.source as { value: string } | null | undefined)?.value;
    if (node.type === 'ExportAllDeclaration') {
      if (node.exported) this.result.exports.set(nameOf(node.exported as Node), { source: source!, imported: '*' });
      else this.result.stars.push(source!);
      return;
    }
    for (const specifier of (node.specifiers ?? []) as unknown as Node[]) {
      const local = nameOf(specifier.local as Node);
      const exported = nameOf(specifier.exported as Node);
      this.result.exports.set(exported, source === undefined ? { local } : { source, imported: local });
    }
    const declaration = node.declaration as Node | null | undefined;
    if (!declaration) return;
    if (node.type === 'ExportDefaultDeclaration') {
      const id = /Declaration$/.test(declaration.type) ? (declaration.id as { name: string } | null) : null;
      // The value of an expression is exported once and for all.
      this.result.exports.set('default', id ? { local: id.name } : {});
    } else if (declaration.type === 'VariableDeclaration') {
      for (const { id } of declaration.declarations as unknown as { id: Node }[]) {
        for (const name of patternNames(id)) this.result.exports.set(name, { local: name });
      }
    } else {
      const { name } = declaration.id as unknown as { name: string };
      this.result.exports.set(name, { local: name });
    }
    this.visit(declaration);
  }
}

function makeScope(
  start: number,
  end: number,
  parent: ModuleScope | undefined,
  holdsVar: boolean,
  strict: boolean,
): ModuleScope {
  return { start, end, parent, children: [], names: new Map(), holdsVar, strict, dynamic: false };
}
