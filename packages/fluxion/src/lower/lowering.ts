/**
 * One lowering: from a function and the types of its arguments to a module. What is found out about types is kept while the
 * functions are lowered again and again, until nothing grows any more.
 * Invariant: the module that is handed out was lowered from beginning to end with the types it ends with.
 */
import { capture } from '../capture/capture.ts';
import {
  type Derivation,
  type Func,
  type Host,
  type Module,
  type Place,
  type Reason,
  type Region,
  regionsOf,
  type Value,
} from '../ir/ops.ts';
import { field, type Level, type Shape, type Space, type Type } from '../ir/types.ts';
import { userRule } from '../rules/user.ts';
import type { Node } from '../syntax/ast.ts';
import type { Binding } from '../syntax/scope.ts';
import { Decline } from './decline.ts';
import { closureOfDerived } from './derivatives/derived.ts';
import { lowerFunction } from './function.ts';
import { Dictionaries } from './objects/dictionaries.ts';
import { type Guard, Guards } from './outside/guards.ts';
import { TypesOfValues } from './outside/known.ts';
import { codeOf, type FunctionCode, type Unit, unitOf } from './program/code.ts';
import { functionAround, positionOf, startOf } from './program/places.ts';
import { Texts } from './texts.ts';
import { cellFor } from './types/cells.ts';
import { Effects } from './types/effects.ts';
import { Growth } from './types/growth.ts';
import { sameType, unite } from './types/join.ts';
import type { Variant } from './types/record.ts';
import { type JsType, never } from './types/types.ts';
import { type Abstract, type Closure, typeKey, typeOf } from './values.ts';
import { Variables } from './variables.ts';

/** One specialisation of a function: by its code, and the types of what it captured and is given. */
export interface Instance {
  readonly name: string;
  /** As it was called last: what it closes over is there while it is lowered. */
  closure: Closure;
  readonly self: JsType | undefined;
  readonly newTarget: boolean;
  /** The last argument is the list that the rest parameter gets. */
  readonly endsInRest: boolean;
  readonly args: readonly JsType[];
  result: JsType;
  /** Of which pass the function below is. */
  pass: number;
  func: Func | undefined;
  /** Its result has been asked for while it was not known yet: it calls itself. */
  early: boolean;
  /** Why it could not be lowered in that pass. */
  failure: Decline | undefined;
  /** The types of loop-carried and merged variables, by place. */
  readonly carried: Map<unknown, JsType>;
  /** What calling it changes. */
  readonly effects: Effects;
  /** What the rounds of each loop change, by its node. */
  readonly loops: Map<unknown, Effects>;
}

/** A value reached through a capture, given to each call through the globals object. */
export interface Global {
  /** What it is now: asked at each call. */
  readonly read: () => unknown;
  readonly type: JsType;
  readonly space: Space;
  readonly name: string;
}

export interface Lowered {
  readonly module: Module;
  readonly entry: string;
  readonly args: readonly JsType[];
  readonly result: JsType;
  readonly globals: readonly Global[];
  readonly globalsShape: Shape;
  readonly texts: Texts;
  readonly units: readonly Unit[];
  /** To be checked before each call. */
  readonly guards: readonly Guard[];
}

/** What a pullback has to know of the call that it goes back through. */
export interface KeptSweep {
  readonly of: Derivation;
  readonly values: readonly Value[];
  readonly at: readonly number[];
  readonly wrt: readonly number[];
  /** One argument was named, and not a list. */
  readonly single: boolean;
}

const mostPasses = 40;

export class Lowering {
  readonly growth: Growth;
  readonly types: TypesOfValues;
  readonly units: Unit[] = [];
  readonly reasons: Reason[] = [];
  readonly hosts: Host[] = [];
  readonly texts = new Texts();
  readonly globals: Global[] = [];
  readonly guards = new Guards();
  /** Captured variables that compiled code reads as they are when the call begins, and those that functions of the host write. */
  readonly liveNames = new Set<string>();
  readonly writtenNames = new Set<string>();
  /** Variables that functions in memory close over before they have a value. */
  readonly early = new Set<Binding>();
  /** What the classes of lowered code extend. */
  readonly parents = new Map<FunctionCode, Abstract>();
  /** The derivatives that lowered functions take: a level for each to be told by, until they are written. */
  readonly levels: Level[] = [];
  /** Of a function that keeps what its reverse sweep needs: what that sweep is of. */
  readonly pullbacks = new Map<Instance, KeptSweep>();
  /** The objects that methods were found on: where their `super` looks. */
  readonly homes = new Map<Function, object>();
  /** Types of objects by the place that makes them. */
  readonly sites = new Map<unknown, unknown>();
  pass = 0;
  /** Of the function that was asked for. */
  private entry: Instance | undefined;
  private readonly unitByFunction = new Map<Function, Unit>();
  private readonly instances = new Map<string, Instance>();
  private readonly globalByKey = new Map<unknown, Global>();

  constructor(growth: Growth, types: TypesOfValues, dictionaries: ReadonlySet<Node>) {
    this.dictionaries = dictionaries;
    this.growth = growth;
    this.types = types;
  }

  /** The number of a string; strings are compared by number. */
  tag(text: string): number {
    return this.texts.tag(text);
  }

  reason(code: Reason['code'], message: string, at: Place | undefined): number {
    const known = this.reasons.findIndex(
      (r) => r.code === code && r.message === message && r.at?.unit === at?.unit && r.at?.offset === at?.offset,
    );
    return known >= 0 ? known : this.reasons.push({ code, message, at }) - 1;
  }

  /** A function of the host that compiled code calls with primitives. */
  host(
    name: string,
    callee: Host['callee'],
    params: readonly Type[],
    results: readonly Type[],
    inactiveArguments = false,
  ): number {
    const known = this.hosts.findIndex((h) => h.callee === callee && h.params.length === params.length);
    return known >= 0 ? known : this.hosts.push({ name, callee, params, results, inactiveArguments }) - 1;
  }

  /** Something that the engine does for compiled code, and that nobody can notice. */
  pureHost(name: string, callee: Host['callee'], params: readonly Type[], results: readonly Type[]): number {
    return this.hosts.push({ name, callee, params, results, pure: true }) - 1;
  }

  /** A key for calls of one function of the host with arguments of these types. */
  hostKey(fn: Function, types: string): object {
    let byTypes = this.hostKeys.get(fn);
    if (byTypes === undefined) this.hostKeys.set(fn, (byTypes = new Map()));
    let key = byTypes.get(types);
    if (key === undefined) byTypes.set(types, (key = {}));
    return key;
  }
  /** Object literals that are written under names found out at run time; and the types of those that have been made so far. */
  readonly dictionaries: ReadonlySet<Node>;
  readonly literals: { readonly variant: Variant; readonly node: Node }[] = [];
  private readonly hostKeys = new Map<Function, Map<string, object>>();

  /** What is known of a function's text before it is lowered; undefined for those without one. */
  unitFor(fn: Function): Unit | undefined {
    let unit = this.unitByFunction.get(fn);
    if (unit === undefined) {
      const captured = capture(fn);
      if (captured.native) return undefined;
      unit = unitOf(captured, this.units.length);
      this.units.push(unit);
      this.unitByFunction.set(fn, unit);
    }
    return unit;
  }

  /** A level for the derivative that an instance takes in that mode. */
  level(instance: Instance, mode: Level['mode']): Level {
    return this.site(`level of ${instance.name}, ${mode}`, () => {
      const level: Level = { index: this.levels.length, mode, lanes: 1 };
      this.levels.push(level);
      return level;
    });
  }

  /** The type kept for a place that makes objects; made at the first pass. */
  site<T>(key: unknown, make: () => T): T {
    let known = this.sites.get(key) as T | undefined;
    if (known === undefined) this.sites.set(key, (known = this.growth.making(make)));
    return known;
  }

  global(key: unknown, name: string, read: () => unknown, type: JsType): Global {
    let known = this.globalByKey.get(key);
    if (known === undefined) {
      const space = field(`global.${name}${this.globals.length}`, cellFor(type) ?? 'i32', this.globals.length, true);
      known = { read, type, space, name };
      this.globals.push(known);
      this.globalByKey.set(key, known);
    }
    return known;
  }

  /** The code of a function that exists: of the user's modules. */
  closureOf(fn: Function, at: Place | undefined): Closure {
    const derived = closureOfDerived(this, fn);
    if (derived !== undefined) return derived;
    if (userRule(fn) !== undefined) throw new Decline(`${fn.name || 'a function'} has a rule of its own`, at);
    const unit = this.unitFor(fn);
    if (unit === undefined)
      throw new Decline(`${fn.name || 'a function'}, a function of the engine, is not compiled`, at);
    const { shape } = unit;
    if (shape.async) throw new Decline(`${fn.name || 'a function'} is async`, at);
    const closure: Closure = this.site(unit, () => ({
      code: codeOf(unit, shape.node),
      env: { vars: new Variables() },
    }));
    const home = this.homes.get(fn);
    if (home === undefined || !closure.code.info?.usesSuper) return closure;
    // `super` looks where a method was written; it may have been put elsewhere since.
    const made: unknown = typeof home === 'function' ? home : home.constructor;
    const text = Function.prototype.toString;
    if (typeof made !== 'function' || !text.call(made).includes(text.call(fn))) {
      throw new Decline(`where ${fn.name} was written is not known, and it uses super`, at);
    }
    return this.site(home, () => ({ ...closure, home: { kind: 'constant', value: home } }));
  }

  /** The specialisation for these types, lowered as far as it is known in this pass. */
  instance(
    closure: Closure,
    self: Abstract | undefined,
    args: readonly JsType[],
    newTarget = false,
    endsInRest = false,
  ): Instance {
    const selfType = self && typeOf(self);
    const parts = [
      typeKey(typeOf({ kind: 'closure', closure })),
      selfType ? typeKey(selfType) : '',
      ...args.map(typeKey),
    ];
    const key = `${newTarget ? 'new ' : ''}${endsInRest ? 'rest ' : ''}${parts.join('|')}`;
    let known = this.instances.get(key);
    if (known === undefined) {
      const name = `${nameOf(closure.code)}.${this.instances.size}`;
      known = {
        name,
        closure,
        self: selfType,
        newTarget,
        endsInRest,
        args,
        result: never,
        pass: 0,
        func: undefined,
        early: false,
        failure: undefined,
        carried: new Map(),
        effects: new Effects(this.growth),
        loops: new Map(),
      };
      this.instances.set(key, known);
      this.entry ??= known;
    }
    if (known.pass !== this.pass) {
      known.pass = this.pass;
      known.closure = closure;
      known.func = undefined;
      known.failure = undefined;
      known.early = false;
      try {
        known.func = lowerFunction(this, known);
      } catch (e) {
        if (e instanceof Decline) known.failure = e;
        throw e;
      }
    } else if (known.func === undefined) known.early = true;
    if (known.failure !== undefined) throw known.failure;
    return known;
  }

  /** A result of this type has been seen. */
  returns(instance: Instance, type: JsType): void {
    const joined = unite(instance.result, type);
    if (sameType(joined, instance.result)) return;
    instance.result = joined;
    this.growth.grew(instance.early);
  }

  /** Whether this is the function that was asked for, so that a number is what it has to give. */
  isEntry(instance: Instance): boolean {
    return instance === this.entry;
  }

  finish(entry: Instance): Module {
    const all = new Map<string, Func>();
    for (const i of this.instances.values()) {
      if (i.pass === this.pass && i.func !== undefined) all.set(i.func.name, i.func);
    }
    const functions = new Map<string, Func>();
    const visit = (name: string): void => {
      if (functions.has(name)) return;
      const func = all.get(name);
      if (func === undefined) throw new Decline('a function it calls is not compiled');
      functions.set(name, func);
      callees(func.body, visit);
    };
    visit(entry.name);
    return { functions, levels: this.levels, reasons: this.reasons, hosts: this.hosts };
  }
}

function callees(region: Region, found: (name: string) => void): void {
  for (const op of region.ops) {
    if (op.op === 'call') found(op.callee);
    if (op.op === 'derive') found(op.of.callee);
    for (const inner of regionsOf(op)) callees(inner, found);
  }
}

function nameOf(code: FunctionCode): string {
  const { node, unit } = code;
  if (code.derives !== undefined) return code.derives.operator;
  if (node.id) return node.id.name;
  return (node === unit.shape.node ? unit.captured.fn.name : '') || 'anonymous';
}

/** Lowers f for arguments like these. Throws Decline with the reason if it can't. */
export function lower(f: Function, args: readonly unknown[]): Lowered {
  const dictionaries = new Set<Node>();
  for (;;) {
    try {
      return lowered(f, args, dictionaries);
    } catch (e) {
      if (!(e instanceof Dictionaries)) throw e;
      for (const node of e.nodes) dictionaries.add(node);
    }
  }
}

function lowered(f: Function, args: readonly unknown[], dictionaries: ReadonlySet<Node>): Lowered {
  const growth = new Growth();
  const types = new TypesOfValues(growth);
  const lowering = new Lowering(growth, types, dictionaries);
  try {
    return settle(lowering, f, args);
  } catch (e) {
    if (e instanceof Decline) {
      e.position ??= positionOf(lowering.units, e.at ?? startOf(lowering.units));
      e.functionName ??= functionAround(lowering.units, e.at);
    }
    throw e;
  }
}

function settle(lowering: Lowering, f: Function, args: readonly unknown[]): Lowered {
  const { growth, types } = lowering;
  // Numbers and booleans are given at each call; what they are now is nothing to rely on.
  const argTypes = args.map((a) => types.ofArgument(a));
  for (lowering.pass = 1; lowering.pass <= mostPasses; lowering.pass++) {
    growth.changed = false;
    const closure = lowering.closureOf(f, undefined);
    const entry = lowering.instance(closure, neverSelf, argTypes);
    if (growth.changed) continue;
    lowering.texts.settle();
    const globalsShape: Shape = { name: 'globals', fields: lowering.globals.map((g) => g.space) };
    return {
      module: lowering.finish(entry),
      entry: entry.name,
      args: argTypes,
      result: entry.result,
      globals: lowering.globals,
      globalsShape,
      texts: lowering.texts,
      units: lowering.units,
      guards: lowering.guards.list,
    };
  }
  throw new Decline('its types do not settle');
}

const neverSelf: Abstract = { kind: 'constant', value: undefined };
