/**
 * Finds every function and class of a module, with what each closes over.
 * Invariant: a name that resolves to nothing in the module is a global and belongs to no owner.
 */
import type { AnyNode, Class, Function as FunctionSyntax, MethodDefinition, Pattern, Program, Property } from 'acorn';
import { type ClassInfo, declarePrivate, type FunctionInfo, type FunctionRole } from './owners.ts';
import { type Binding, type Owner, Scope } from './scope.ts';
import { hasUseStrict, isNode, namesOf } from './syntax.ts';

export interface Analysis {
  /** In the order of their beginning, outer before inner. */
  readonly owners: (FunctionInfo | ClassInfo)[];
  readonly usesImportMeta: boolean;
  /** Of each `import('…')` the specifier and the whole text, with the comments in it that bundlers obey. */
  readonly dynamicImports: Map<string, string>;
  /** Whether some `import(…)` has another operand than a literal. */
  readonly hasComputedImport: boolean;
}

interface Reference {
  readonly name: string;
  readonly scope: Scope;
  readonly write: boolean;
}

interface Hoisted {
  readonly name: string;
  readonly from: Scope;
}

/** @param wrapperNames variables of the function that the host wraps around the code, as Node does for CommonJS */
export function analyse(program: Program, code: string, isModule: boolean, wrapperNames: readonly string[]): Analysis {
  return new Analyser(code, isModule).run(program, wrapperNames);
}

class Analyser {
  private readonly owners: (FunctionInfo | ClassInfo)[] = [];
  private readonly references: Reference[] = [];
  private readonly annexB: Hoisted[] = [];
  private readonly evals: Scope[] = [];
  private readonly dynamicImports = new Map<string, string>();
  private readonly dynamicBindings = new Map<string, Binding>();
  private readonly functions: FunctionInfo[] = [];
  private readonly classes: ClassInfo[] = [];
  private readonly code: string;
  private readonly isModule: boolean;
  private usesImportMeta = false;
  private hasComputedImport = false;
  private scope: Scope;
  private strict: boolean;
  private loops = 0;
  /** Inside a function that is hoisted out of an ES module. */
  private early = false;

  constructor(code: string, isModule: boolean) {
    this.code = code;
    this.isModule = isModule;
    this.strict = isModule;
    this.scope = new Scope(undefined, true);
  }

  run(program: Program, wrapperNames: readonly string[]): Analysis {
    for (const name of wrapperNames) this.scope.declare(name, 'param');
    this.strict ||= hasUseStrict(program.body);
    this.body(program.body);
    this.hoistBlockFunctions();
    for (const scope of this.evals) {
      for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
        for (const binding of s.bindings.values()) binding.assigned = true;
      }
    }
    for (const reference of this.references) {
      const binding = reference.write ? this.find(reference) : undefined;
      if (binding !== undefined) binding.assigned = true;
    }
    for (const reference of this.references) this.resolve(reference);
    return {
      owners: this.owners,
      usesImportMeta: this.usesImportMeta,
      dynamicImports: this.dynamicImports,
      hasComputedImport: this.hasComputedImport,
    };
  }

  /** Sloppy functions in blocks are variables of the function around as well (Annex B.3.3). */
  private hoistBlockFunctions(): void {
    for (const { name, from } of this.annexB) {
      const target = from.varScope;
      let scope = from.parent;
      let clash = false;
      while (scope !== undefined && scope !== target) {
        if (scope.bindings.has(name)) clash = true;
        scope = scope.parent;
      }
      const known = target.bindings.get(name);
      if (clash || (known !== undefined && ['let', 'const', 'class', 'import', 'namespace'].includes(known.kind)))
        continue;
      target.declare(name, 'var').assigned = true;
    }
  }

  private find(reference: Reference): Binding | undefined {
    for (let scope: Scope | undefined = reference.scope; scope !== undefined; scope = scope.parent) {
      const binding = scope.bindings.get(reference.name);
      if (binding !== undefined) return binding;
    }
    return undefined;
  }

  private resolve({ name, scope: from, write }: Reference): void {
    const crossed: Owner[] = [];
    let dynamic = false;
    let scope: Scope | undefined = from;
    let binding: Binding | undefined;
    while (scope !== undefined) {
      binding = scope.bindings.get(name);
      if (binding !== undefined) break;
      if (scope.owner !== undefined) {
        crossed.push(scope.owner);
        // Seen from the parameters only: a variable of the body hides it from the probe.
        if (scope.owner.bodyScope?.bindings.has(name)) scope.owner.hidden.add(name);
      }
      dynamic ||= scope.isWith;
      scope = scope.parent;
    }
    if (dynamic) binding = this.dynamicBinding(name);
    if (binding === undefined) return;
    for (const owner of crossed) owner.free.set(binding, write || owner.free.get(binding) === true);
  }

  private dynamicBinding(name: string): Binding {
    let binding = this.dynamicBindings.get(name);
    if (binding === undefined) {
      binding = { name, kind: 'dynamic', assigned: true, initialisers: 0, inLoop: false };
      this.dynamicBindings.set(name, binding);
    }
    return binding;
  }

  private within(scope: Scope, visit: () => void): void {
    const outer = this.scope;
    this.scope = scope;
    visit();
    this.scope = outer;
  }

  private refer(name: string, write = false): void {
    this.references.push({ name, scope: this.scope, write });
    if (name === 'arguments') this.useOfFunction((info) => (info.usesArguments = true));
  }

  /** Marks the arrows around and the function they stand in. */
  private useOfFunction(mark: (info: FunctionInfo) => void): void {
    for (let i = this.functions.length - 1; i >= 0; i--) {
      const info = this.functions[i]!;
      if (info === BARRIER) return;
      mark(info);
      if (info.role !== 'arrow') return;
    }
  }

  private body(statements: readonly AnyNode[]): void {
    for (const statement of statements) this.hoist(statement);
    for (const statement of statements) this.visit(statement);
  }

  /** Lexical and function declarations of a statement list. */
  private hoist(node: AnyNode): void {
    switch (node.type) {
      case 'ImportDeclaration':
        for (const specifier of node.specifiers) {
          const kind = specifier.type === 'ImportNamespaceSpecifier' ? 'namespace' : 'import';
          this.scope.declare(specifier.local.name, kind);
        }
        break;
      case 'ExportNamedDeclaration':
      case 'ExportDefaultDeclaration':
        if (node.declaration != null) this.hoist(node.declaration as AnyNode);
        break;
      case 'LabeledStatement':
        this.hoist(node.body);
        break;
      case 'FunctionDeclaration':
        if (node.id != null) {
          this.scope.declare(node.id.name, 'function');
          if (!this.scope.isVarScope && !this.strict && !node.async && !node.generator) {
            this.annexB.push({ name: node.id.name, from: this.scope });
          }
        }
        break;
      case 'ClassDeclaration':
        if (node.id != null) this.scope.declare(node.id.name, 'class');
        break;
      case 'VariableDeclaration':
        if (node.kind !== 'var') {
          for (const declarator of node.declarations) {
            this.declarePattern(declarator.id, node.kind === 'let' ? 'let' : 'const');
          }
        }
        break;
    }
  }

  private declarePattern(pattern: Pattern, kind: 'let' | 'const' | 'param'): void {
    for (const name of namesOf(pattern)) this.scope.declare(name, kind);
  }

  private visitAll(nodes: readonly (AnyNode | null | undefined)[]): void {
    for (const node of nodes) if (node != null) this.visit(node);
  }

  private visit(node: AnyNode): void {
    switch (node.type) {
      case 'Identifier':
        this.refer(node.name);
        return;
      case 'ThisExpression':
        this.useOfFunction((info) => (info.usesThis = true));
        return;
      case 'Super':
        this.useOfFunction((info) => (info.usesSuper = true));
        this.useOfFunction((info) => (info.usesThis = true));
        return;
      case 'MetaProperty':
        if (node.meta.name === 'import') this.usesImportMeta = true;
        else this.useOfFunction((info) => (info.usesNewTarget = true));
        return;
      case 'ImportExpression':
        if (node.source.type === 'Literal' && typeof node.source.value === 'string' && node.options == null) {
          this.dynamicImports.set(node.source.value, this.code.slice(node.start, node.end));
        } else this.hasComputedImport = true;
        break;
      case 'PrivateIdentifier':
        this.usePrivate(node.name);
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.function(node, node.type === 'ArrowFunctionExpression' ? 'arrow' : 'plain', node.start, node.end);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.class(node);
        return;
      case 'MemberExpression':
        this.visit(node.object);
        if (node.computed || node.property.type === 'PrivateIdentifier') this.visit(node.property);
        return;
      case 'Property':
        this.property(node as Property);
        return;
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval') this.directEval();
        break;
      case 'AssignmentExpression':
        this.assign(node.left);
        this.visit(node.right);
        return;
      case 'UpdateExpression':
        this.assign(node.argument as Pattern);
        return;
      case 'AssignmentPattern':
        this.visit(node.left);
        this.visit(node.right);
        return;
      case 'VariableDeclaration':
        for (const declarator of node.declarations) {
          if (node.kind === 'var') {
            for (const name of namesOf(declarator.id)) {
              this.scope.declareVar(name, declarator.init != null, this.loops > 0);
            }
          }
          this.patternParts(declarator.id);
          if (declarator.init != null) this.visit(declarator.init);
        }
        return;
      case 'BlockStatement':
        this.within(new Scope(this.scope), () => this.body(node.body));
        return;
      case 'SwitchStatement':
        this.visit(node.discriminant);
        this.within(new Scope(this.scope), () => {
          for (const { consequent } of node.cases) for (const statement of consequent) this.hoist(statement);
          for (const { test, consequent } of node.cases) this.visitAll([test, ...consequent]);
        });
        return;
      case 'CatchClause':
        this.within(new Scope(this.scope), () => {
          if (node.param != null) {
            this.declarePattern(node.param, 'let');
            this.patternParts(node.param);
          }
          this.visit(node.body);
        });
        return;
      case 'IfStatement':
        this.visit(node.test);
        this.branch(node.consequent);
        if (node.alternate != null) this.branch(node.alternate);
        return;
      case 'ForStatement':
        this.loop(() => {
          if (node.init != null) this.hoist(node.init);
          this.visitAll([node.init, node.test, node.update, node.body]);
        });
        return;
      case 'ForInStatement':
      case 'ForOfStatement':
        this.loop(() => {
          this.hoist(node.left as AnyNode);
          if (node.left.type === 'VariableDeclaration') {
            if (node.left.kind === 'var') {
              for (const name of namesOf(node.left.declarations[0]!.id)) this.scope.declareVar(name, true, true);
            }
            this.visit(node.left);
          } else this.assign(node.left);
          this.visit(node.right);
          this.visit(node.body);
        });
        return;
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.loop(() => this.visitAll([node.test, node.body]));
        return;
      case 'WithStatement':
        this.visit(node.object);
        this.within(new Scope(this.scope, false, undefined, true), () => this.visit(node.body));
        return;
      case 'LabeledStatement':
        this.visit(node.body);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
        return;
      case 'ExportNamedDeclaration':
        if (node.declaration != null) this.visit(node.declaration);
        return;
      case 'ExportDefaultDeclaration':
        this.visit(node.declaration as AnyNode);
        return;
    }
    this.children(node);
  }

  private children(node: AnyNode): void {
    for (const value of Object.values(node) as unknown[]) {
      if (Array.isArray(value)) {
        for (const element of value as unknown[]) if (isNode(element)) this.visit(element);
      } else if (isNode(value)) this.visit(value);
    }
  }

  /** A statement that stands without a block; sloppy code may declare a function in it. */
  private branch(node: AnyNode): void {
    if (node.type !== 'FunctionDeclaration') this.visit(node);
    else this.within(new Scope(this.scope), () => this.body([node]));
  }

  private loop(visit: () => void): void {
    this.loops++;
    this.within(new Scope(this.scope), visit);
    this.loops--;
  }

  private directEval(): void {
    this.evals.push(this.scope);
    this.useOfFunction((info) => {
      info.usesThis = true;
      if (info.role !== 'arrow') info.usesArguments = true;
    });
  }

  private property(node: Property): void {
    if (node.computed) this.visit(node.key);
    if (node.value.type === 'FunctionExpression' && (node.method || node.kind !== 'init')) {
      this.function(node.value, 'method', node.start, node.end);
    } else this.visit(node.value);
  }

  /** The expressions in a pattern that declares: defaults and computed keys. */
  private patternParts(pattern: Pattern): void {
    switch (pattern.type) {
      case 'AssignmentPattern':
        this.patternParts(pattern.left);
        this.visit(pattern.right);
        return;
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element != null) this.patternParts(element);
        return;
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') this.patternParts(property.argument);
          else {
            if (property.computed) this.visit(property.key);
            this.patternParts(property.value);
          }
        }
        return;
      case 'RestElement':
        this.patternParts(pattern.argument);
        return;
    }
  }

  /** An assignment's target. */
  private assign(target: Pattern): void {
    switch (target.type) {
      case 'Identifier':
        this.refer(target.name, true);
        return;
      case 'AssignmentPattern':
        this.assign(target.left);
        this.visit(target.right);
        return;
      case 'ArrayPattern':
        for (const element of target.elements) if (element != null) this.assign(element);
        return;
      case 'ObjectPattern':
        for (const property of target.properties) {
          if (property.type === 'RestElement') this.assign(property.argument);
          else {
            if (property.computed) this.visit(property.key);
            this.assign(property.value);
          }
        }
        return;
      case 'RestElement':
        this.assign(target.argument);
        return;
      default:
        this.visit(target as AnyNode);
    }
  }

  private function(node: FunctionSyntax, role: FunctionRole, start: number, end: number): void {
    const outerStrict = this.strict;
    const outerLoops = this.loops;
    const outerEarly = this.early;
    const block = node.body.type === 'BlockStatement' ? node.body : undefined;
    this.strict ||= block !== undefined && hasUseStrict(block.body);
    this.loops = 0;
    const isDeclaration = node.type === 'FunctionDeclaration';
    this.early ||= this.isModule && isDeclaration && this.scope.parent === undefined;
    const info: FunctionInfo = {
      type: 'function',
      node,
      start,
      end,
      role,
      strict: this.strict,
      early: this.early,
      free: new Map(),
      hidden: new Set(),
      privates: new Map(),
      bodyScope: undefined,
      usesThis: false,
      usesArguments: false,
      usesNewTarget: false,
      usesSuper: false,
      declaresArguments: false,
    };
    this.owners.push(info);

    let outer = this.scope;
    if (!isDeclaration && node.id != null) {
      outer = new Scope(outer);
      outer.declare(node.id.name, 'const');
    }
    const scope = new Scope(outer, true, info);
    this.functions.push(info);
    this.within(scope, () => {
      for (const param of node.params) this.declarePattern(param, 'param');
      for (const param of node.params) this.patternParts(param);
      if (block === undefined) this.visit(node.body);
      else if (node.params.every((param) => param.type === 'Identifier')) this.body(block.body);
      else {
        info.bodyScope = new Scope(scope, true);
        this.within(info.bodyScope, () => this.body(block.body));
      }
    });
    this.functions.pop();
    info.declaresArguments = scope.bindings.has('arguments') || info.bodyScope?.bindings.has('arguments') === true;
    if (role !== 'arrow' && info.usesArguments && !this.strict) {
      // `arguments[0] = …` assigns the parameter.
      for (const binding of scope.bindings.values()) if (binding.kind === 'param') binding.assigned = true;
    }
    this.strict = outerStrict;
    this.loops = outerLoops;
    this.early = outerEarly;
  }

  private class(node: Class): void {
    const outerStrict = this.strict;
    this.strict = true;
    const info: ClassInfo = {
      type: 'class',
      node,
      start: node.start,
      end: node.end,
      early: this.early,
      free: new Map(),
      hidden: new Set(),
      declared: new Map(),
      privates: new Map(),
      bodyScope: undefined,
    };
    for (const member of node.body.body) declarePrivate(info, member);
    this.owners.push(info);
    const scope = new Scope(this.scope, false, info);
    this.within(scope, () => {
      if (node.id != null) scope.declare(node.id.name, 'const');
      if (node.superClass != null) this.visit(node.superClass);
      this.classes.push(info);
      for (const member of node.body.body) {
        switch (member.type) {
          case 'MethodDefinition': {
            if (member.computed) this.visit(member.key);
            const role = member.kind === 'constructor' ? 'constructor' : 'method';
            this.function(member.value, role, this.methodStart(member), member.end);
            break;
          }
          case 'PropertyDefinition':
            if (member.computed) this.visit(member.key);
            if (member.value != null) this.initialiser([member.value]);
            break;
          case 'StaticBlock':
            this.initialiser(member.body);
        }
      }
      this.classes.pop();
    });
    this.strict = outerStrict;
  }

  /** A field's initialiser or a static block: a function of its own for `this` and `var`, but none that can be had. */
  private initialiser(body: readonly AnyNode[]): void {
    const outerLoops = this.loops;
    this.loops = 0;
    this.functions.push(BARRIER);
    this.within(new Scope(this.scope, true), () => this.body(body));
    this.functions.pop();
    this.loops = outerLoops;
  }

  /** `toString` of a static method begins after the `static`. */
  private methodStart(member: MethodDefinition): number {
    if (!member.static) return member.start;
    let at = member.start + 'static'.length;
    for (;;) {
      const rest = /^(?:\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/)/.exec(this.code.slice(at, at + 1000));
      if (rest === null) return at;
      at += rest[0].length;
    }
  }

  private usePrivate(name: string): void {
    let declaring: ClassInfo | undefined;
    for (let i = this.classes.length - 1; i >= 0 && declaring === undefined; i--) {
      if (this.classes[i]!.declared.has(name)) declaring = this.classes[i];
    }
    const declared = declaring?.declared.get(name);
    const inside = (owner: { start: number; end: number }) =>
      declaring === undefined || (owner.start > declaring.start && owner.end < declaring.end);
    for (const info of this.functions) if (info !== BARRIER && inside(info)) info.privates.set(name, declared);
    for (const info of this.classes) if (inside(info)) info.privates.set(name, declared);
  }
}

/** Stands on the stack of functions for what has a `this` of its own but is no function. */
const BARRIER = { role: 'method' } as FunctionInfo;
