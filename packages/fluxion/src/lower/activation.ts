/**
 * One function while it is lowered: the operations written so far, the variables as they are here, and the ways out that have been taken.
 * Invariant: after a construct with several ways through it, each variable has one value that is right on all of them.
 */
import { type Builder, newLabel } from '../ir/build.ts';
import type { End, Label, Op, Place, Region, Value } from '../ir/ops.ts';
import type { ClassNode, Node } from '../syntax/ast.ts';
import type { Binding } from '../syntax/scope.ts';
import { Decline } from './decline.ts';
import type { Attempted } from './flow/exceptions.ts';
import type { Going } from './flow/generators.ts';
import type { Global, Instance, Lowering } from './lowering.ts';
import type { Unit } from './program/code.ts';
import { irTypes } from './types/cells.ts';
import { Effects } from './types/effects.ts';
import { sameType, unite } from './types/join.ts';
import type { JsType } from './types/types.ts';
import {
  type Abstract,
  type Closure,
  coerce,
  type Env,
  flatten,
  frozen,
  neverValue,
  rebuild,
  typeOf,
  undefinedValue,
} from './values.ts';
import { Variables } from './variables.ts';

interface MutableRegion {
  params: readonly Value[];
  ops: Op[];
  end: End;
}

/** A way that ends somewhere: the operations it consists of, the variables it has changed, and a value. */
export interface Path {
  readonly region: MutableRegion;
  readonly vars: ReadonlyMap<Binding, Abstract>;
  readonly value: Abstract;
}

/** A block that may be left from inside: by break, continue or return. */
export interface Target {
  readonly kind: 'break' | 'continue' | 'return' | 'chain';
  readonly names: readonly string[];
  readonly label: Label;
  readonly sites: Path[];
  /** The variables when the block began. */
  readonly before: Variables;
}

interface Seen {
  readonly around: Seen | undefined;
  readonly values: Map<string, { readonly value: Abstract; readonly depends: { what: unknown; stamp: number }[] }>;
}

export class Activation {
  readonly lowering: Lowering;
  readonly instance: Instance;
  /** The function that the code being lowered was written in; another one's in generators that are gone through in place. */
  unit: Unit;
  readonly b: Builder;
  env: Env;
  readonly globals: Value;
  readonly targets: Target[] = [];
  /** The try blocks around here, innermost last. */
  readonly tries: Attempted[] = [];
  /** The optional chains around here, innermost last. */
  readonly chains: Target[] = [];
  /** What is told of changes: the function's own effects, and those of the loops around here. */
  private effects: readonly Effects[];
  private readonly stamps = new Map<unknown, number>();
  /** Operations that every path through the function begins with. */
  readonly entry: Op[] = [];
  private readonly loaded = new Map<Global, Value>();
  /** What has been read in the regions around here, innermost last. */
  private seen: Seen = { around: undefined, values: new Map() };
  /** Nothing gets here: what follows is not lowered. */
  dead = false;
  /** `arguments`, where the function uses it. */
  given: Abstract | undefined;
  /** In constructors: the object, and whether it may be seen yet. */
  constructing: { readonly self: Abstract; readonly node: ClassNode | undefined; ready: boolean } | undefined;
  /** The region being written, whose end may be set by who leaves it. */
  private region: MutableRegion;

  /** The function itself, with what it closes over as it is here. */
  closure: Closure;

  /** The generator whose code is being lowered in place. */
  going: Going | undefined;

  constructor(lowering: Lowering, instance: Instance, b: Builder, globals: Value, env: Env, closure: Closure) {
    this.closure = closure;
    this.lowering = lowering;
    this.instance = instance;
    this.unit = instance.closure.code.unit;
    this.b = b;
    this.globals = globals;
    this.env = env;
    this.effects = [instance.effects];
    this.region = { params: [], ops: [], end: { kind: 'never' } };
  }

  place(node: Node): Place {
    return { unit: this.unit.index, offset: node.start };
  }

  decline(message: string, node: Node): never {
    throw new Decline(message, this.place(node));
  }

  /** Leaves the compiled tier here unless the condition holds. */
  guard(
    condition: Value,
    code: 'bounds' | 'hole' | 'shape' | 'range' | 'throw' | 'type' | 'alias',
    message: string,
    node: Node,
  ): void {
    this.b.guard(condition, this.lowering.reason(code, message, this.place(node)));
  }

  coerce(value: Abstract, type: JsType): Abstract {
    return coerce(this.b, value, type, this.lowering);
  }

  /** What is given to the call for a captured variable: loaded once, where the function begins. */
  global(global: Global): Value {
    let value = this.loaded.get(global);
    if (value === undefined) {
      this.b.draft(() => {
        value = this.b.load(global.space, this.globals);
      }, this.entry);
      this.loaded.set(global, value!);
    }
    return value!;
  }

  /** Something changes here that loops may rely on. */
  changes(...what: unknown[]): void {
    for (const one of what) {
      for (const effects of this.effects) effects.add(one);
      this.stamps.set(one, this.stampOf(one) + 1);
    }
  }

  /** Remembers what has been read under a key, until one of `depends` is changed. */
  remember(key: string, value: Abstract, depends: readonly unknown[]): void {
    this.seen.values.set(key, { value, depends: depends.map((what) => ({ what, stamp: this.stampOf(what) })) });
  }

  recall(key: string): Abstract | undefined {
    for (let seen: Seen | undefined = this.seen; seen !== undefined; seen = seen.around) {
      const found = seen.values.get(key);
      if (found === undefined) continue;
      const same = found.depends.every(({ what, stamp }) => this.stampOf(what) === stamp && this.isKeptAround(what));
      return same ? found.value : undefined;
    }
    return undefined;
  }

  /** What is read from here on can be forgotten by calling what this returns. */
  markSeen(): () => void {
    const around = this.seen;
    this.seen = { around, values: new Map() };
    return () => {
      this.seen = around;
    };
  }

  /** How often it has been changed in the code so far. */
  stampOf(what: unknown): number {
    return this.stamps.get(what) ?? 0;
  }

  /** Whether none of the loops around here changes it. */
  isKeptAround(what: unknown): boolean {
    return this.effects.slice(1).every((effects) => !effects.changes(what));
  }

  /** The effects of the rounds of a loop; what `write` changes is among them. */
  round<T>(key: unknown, write: (effects: Effects) => T): T {
    const { loops } = this.instance;
    let effects = loops.get(key);
    if (effects === undefined) loops.set(key, (effects = new Effects(this.lowering.growth)));
    const outer = this.effects;
    this.effects = [...outer, effects];
    try {
      return write(effects);
    } finally {
      this.effects = outer;
    }
  }

  /** What `use` makes, or why it can't: then nothing of it is left. */
  attempt(use: () => Abstract): Abstract | Decline {
    const { region, dead, effects } = this;
    const { vars, self } = this.env;
    const restore = vars.mark();
    const ops = region.ops.length;
    const targets = this.targets.map((t) => t.sites.length);
    const chains = this.chains.length;
    const forget = this.markSeen();
    try {
      return use();
    } catch (e) {
      if (!(e instanceof Decline)) throw e;
      forget();
      this.region = region;
      this.dead = dead;
      this.effects = effects;
      this.env.vars = vars;
      this.env.self = self;
      restore();
      region.ops.length = ops;
      this.targets.length = targets.length;
      this.targets.forEach((t, i) => {
        t.sites.length = targets[i];
      });
      this.chains.length = chains;
      return e;
    }
  }

  /** Writes a region of its own; the variables afterwards are those that the path has then, not this activation's. */
  path(write: () => Abstract | undefined, params: readonly Value[] = []): Path | undefined {
    const outer = this.region;
    const vars = this.env.vars;
    const region: MutableRegion = { params, ops: [], end: { kind: 'never' } };
    this.region = region;
    this.env.vars = new Variables(vars);
    let value: Abstract = undefinedValue;
    let ended = false;
    const forget = this.markSeen();
    const dead = this.dead;
    this.dead = false;
    try {
      this.b.draft(() => {
        value = write() ?? undefinedValue;
      }, region.ops);
      ended = this.dead;
    } finally {
      this.region = outer;
      this.dead = dead;
      forget();
    }
    const path = { region, vars: changedSince(this.env.vars, vars), value: frozen(value) };
    this.env.vars = vars;
    return ended ? Object.assign(path, { ended: true }) : path;
  }

  /**
   * Two ways, one of which is taken. Gives their common value; variables are merged.
   */
  branch(condition: Value, then: () => Abstract | undefined, otherwise: () => Abstract | undefined): Abstract {
    const a = this.path(then)!;
    const c = this.path(otherwise)!;
    const live = [a, c].filter((p) => !isEnded(p));
    if (live.length === 0) {
      this.b.if(condition, [], a.region, c.region);
      this.dead = true;
      return neverValue;
    }
    const merged = this.merge(live);
    for (const p of live) this.finish(p, merged, (values) => ({ kind: 'yield', values }));
    const results = this.b.if(condition, merged.irTypes, a.region, c.region);
    return this.adopt(merged, results);
  }

  /** A block that `write` may leave by the target it is given. */
  block(kind: Target['kind'], names: readonly string[], write: (target: Target) => Abstract | undefined): Abstract {
    const target: Target = { kind, names, label: newLabel(), sites: [], before: this.env.vars };
    this.targets.push(target);
    const through = this.path(() => write(target))!;
    this.targets.pop();
    const { sites } = target;
    const live = isEnded(through) ? [...sites] : [...sites, through];
    if (live.length === 0) {
      this.b.block(target.label, [], through.region);
      this.dead = true;
      return neverValue;
    }
    if (live.length === 1 && live[0].region === through.region) {
      // Nothing leaves from inside: no block is needed.
      for (const op of through.region.ops) this.b.append(op);
      for (const [binding, value] of live[0].vars) if (this.env.vars.has(binding)) this.env.vars.set(binding, value);
      return live[0].value;
    }
    const merged = this.merge(live);
    for (const p of sites) {
      this.finish(p, merged, (values) => ({ kind: 'br', label: target.label, values }));
    }
    if (!isEnded(through)) this.finish(through, merged, (values) => ({ kind: 'yield', values }));
    const results = this.b.block(target.label, merged.irTypes, through.region);
    return this.adopt(merged, results);
  }

  /** Leaves the block of this target from here. */
  leave(target: Target, value: Abstract = undefinedValue): void {
    target.sites.push({ region: this.region, vars: changedSince(this.env.vars, target.before), value: frozen(value) });
    this.dead = true;
  }

  /** Ends the way here: what was built before never gets further. */
  stop(): void {
    this.dead = true;
  }

  /**
   * A loop. `carried` are the variables that its rounds change; `hidden` values of its own go round with them. `test` gives the condition,
   * `body` the hidden values of the next round.
   */
  loop(
    key: Node,
    carried: readonly Binding[],
    hidden: readonly Value[],
    test: (hidden: readonly Value[]) => Value | undefined,
    body: (hidden: readonly Value[]) => readonly Value[],
    trips?: Value,
    hiddenNames: readonly string[] = [],
  ): readonly Value[] {
    const { env, b, lowering, instance } = this;
    const present = carried.filter((binding) => env.vars.has(binding));
    const types = present.map((binding) => {
      const at = carriedKey(instance, key, binding);
      const type = unite(instance.carried.get(at) ?? { kind: 'never' }, carriedType(typeOf(env.vars.get(binding)!)));
      instance.carried.set(at, type);
      return type;
    });
    const inits = present.map((binding, i) => this.coerce(env.vars.get(binding)!, types[i])).flatMap(flatten);
    const shapes = [...hidden.map((h) => h.type), ...types.flatMap(irTypes)];
    const names = [
      ...hidden.map((_, i) => hiddenNames[i]),
      ...present.flatMap((p, i) => irTypes(types[i]).map(() => p.name)),
    ];
    const values = (): Value[] => shapes.map((type, i) => b.value(type, names[i]));
    const enter = (params: readonly Value[]): void => {
      let at = hidden.length;
      present.forEach((binding, i) => {
        const count = irTypes(types[i]).length;
        env.vars.set(binding, rebuild(types[i], params.slice(at, at + count)));
        at += count;
      });
    };
    const leave = (): Value[] =>
      present.flatMap((binding, i) => {
        const value = env.vars.get(binding)!;
        const joined = unite(types[i], carriedType(typeOf(value)));
        if (!sameType(joined, types[i])) {
          instance.carried.set(carriedKey(instance, key, binding), joined);
          lowering.growth.changed = true;
        }
        return flatten(this.coerce(value, types[i]));
      });
    const tested = values();
    const testPath = this.path(() => {
      enter(tested);
      const own = tested.slice(0, hidden.length);
      const condition = test(own) ?? b.bool(true);
      if (this.dead) return undefined;
      this.region.end = { kind: 'yield', values: [condition, ...own, ...leave()] };
      return undefined;
    }, tested)!;
    const entered = values();
    const bodyPath = this.path(() => {
      enter(entered);
      const next = body(entered.slice(0, hidden.length));
      if (!this.dead) this.region.end = { kind: 'yield', values: [...next, ...leave()] };
      return undefined;
    }, entered)!;
    const results = b.loop([...hidden, ...inits], shapes, testPath.region, bodyPath.region, trips);
    enter(results);
    return results.slice(0, hidden.length);
  }

  private merge(paths: readonly Path[]): Merged {
    const { vars } = this.env;
    const bindings: Binding[] = [];
    const types: JsType[] = [];
    for (const binding of new Set(paths.flatMap((p) => [...p.vars.keys()]))) {
      const before = vars.get(binding);
      // What a path declares is its own.
      if (before === undefined) continue;
      const values = paths.map((p) => p.vars.get(binding) ?? before);
      if (values.every((v) => v === before)) continue;
      bindings.push(binding);
      types.push(joinAll(values));
    }
    const value = joinAll(paths.map((p) => p.value));
    return { bindings, types, value, irTypes: [...irTypes(value), ...types.flatMap(irTypes)] };
  }

  private finish(path: Path, merged: Merged, end: (values: Value[]) => End): void {
    this.b.draft(() => {
      const value = this.coerce(path.value, merged.value);
      const { vars: before } = this.env;
      const vars = merged.bindings.map((binding, i) =>
        this.coerce(path.vars.get(binding) ?? before.get(binding)!, merged.types[i]),
      );
      path.region.end = end([value, ...vars].flatMap(flatten));
    }, path.region.ops);
  }

  private adopt(merged: Merged, results: readonly Value[]): Abstract {
    let at = irTypes(merged.value).length;
    const value = rebuild(merged.value, results.slice(0, at));
    merged.bindings.forEach((binding, i) => {
      const count = irTypes(merged.types[i]).length;
      this.env.vars.set(binding, rebuild(merged.types[i], results.slice(at, at + count)));
      at += count;
    });
    return value;
  }

  /** The operations of the body as they are written; for the outermost region. */
  get outermost(): Region {
    return this.region;
  }
}

interface Merged {
  readonly bindings: readonly Binding[];
  readonly types: readonly JsType[];
  readonly value: JsType;
  readonly irTypes: readonly Value['type'][];
}

/** Functions made on the way keep what they close over. */
function changedSince(vars: Variables, before: Variables): Map<Binding, Abstract> {
  const changed = vars.since(before);
  for (const [binding, value] of changed) {
    if (value.kind === 'closure' && before.get(binding) !== value) changed.set(binding, frozen(value));
  }
  return changed;
}

function isEnded(path: Path): boolean {
  return (path as { ended?: boolean }).ended === true;
}

function joinAll(values: readonly Abstract[]): JsType {
  return values.map(typeOf).reduce(unite);
}

/** A number that is known now changes in the next round. */
function carriedType(type: JsType): JsType {
  if (type.kind !== 'constant') return type;
  if (typeof type.value === 'number') return { kind: 'number' };
  if (typeof type.value === 'boolean') return { kind: 'boolean' };
  if (typeof type.value === 'string') return { kind: 'string' };
  return type;
}

const carriedKeys = new WeakMap<Node, Map<Binding, object>>();
function carriedKey(_instance: Instance, node: Node, binding: Binding): object {
  let byBinding = carriedKeys.get(node);
  if (byBinding === undefined) carriedKeys.set(node, (byBinding = new Map()));
  let key = byBinding.get(binding);
  if (key === undefined) byBinding.set(binding, (key = {}));
  return key;
}
