/**
 * What a scope and a binding are, and whether a binding can change after it was first seen with a value.
 * Invariant: a binding is called constant only if nothing in the module's text assigns it after its declaration.
 */

export type BindingKind = 'import' | 'namespace' | 'let' | 'const' | 'class' | 'function' | 'var' | 'param' | 'dynamic';

export interface Binding {
  readonly name: string;
  kind: BindingKind;
  /** Assigned other than by its own declaration. */
  assigned: boolean;
  /** How many `var` declarations give it a value. */
  initialisers: number;
  /** A `var` given its value inside a loop: more than once, therefore. */
  inLoop: boolean;
}

/** What closes over bindings: a function, or a class as a whole. */
export interface Owner {
  /** Captured binding → whether the owner's text assigns it. */
  readonly free: Map<Binding, boolean>;
  /** Names that can't be reached from where the owner's probe stands. */
  readonly hidden: Set<string>;
  /** The scope of a function's body, where it is not that of its parameters. */
  bodyScope: Scope | undefined;
}

export class Scope {
  readonly bindings = new Map<string, Binding>();

  /**
   * @param isVarScope whether `var` stops here
   * @param owner the function or class whose outermost scope this is
   * @param isWith the scope of a `with`, where any name may be a property
   */
  readonly parent: Scope | undefined;
  readonly isVarScope: boolean;
  readonly owner: Owner | undefined;
  readonly isWith: boolean;

  constructor(parent: Scope | undefined, isVarScope = false, owner?: Owner, isWith = false) {
    this.parent = parent;
    this.isVarScope = isVarScope;
    this.owner = owner;
    this.isWith = isWith;
  }

  get varScope(): Scope {
    let scope: Scope = this;
    while (!scope.isVarScope && scope.parent !== undefined) scope = scope.parent;
    return scope;
  }

  declare(name: string, kind: BindingKind): Binding {
    const known = this.bindings.get(name);
    if (known === undefined) {
      const binding: Binding = { name, kind, assigned: false, initialisers: 0, inLoop: false };
      this.bindings.set(name, binding);
      return binding;
    }
    // A function wins over a `var` or a parameter of its name; an initialised `var` then assigns it.
    if (kind === 'function') {
      if (known.initialisers > 0) known.assigned = true;
      known.kind = 'function';
    }
    return known;
  }

  declareVar(name: string, initialised: boolean, inLoop: boolean): void {
    const binding = this.varScope.declare(name, 'var');
    if (!initialised) return;
    binding.initialisers++;
    if (inLoop) binding.inLoop = true;
    if (binding.kind !== 'var' || binding.initialisers > 1) binding.assigned = true;
  }
}

/** How often a binding takes a value: always the same, the same once it has one, or changing. */
export type Constancy = 'constant' | 'once' | 'live';

export function constancyOf(binding: Binding): Constancy {
  if (binding.assigned || binding.kind === 'import' || binding.kind === 'dynamic') return 'live';
  if (binding.kind !== 'var' || binding.initialisers === 0) return 'constant';
  return binding.inLoop ? 'live' : 'once';
}
