/**
 * Derivatives that functions of the program take themselves: each derive operation becomes a call of what forward or reverse mode gives.
 * Invariant: innermost first, so what is differentiated is a program without derive operations; derivatives that nest have levels of their
 * own, in that order, and those that do not share one, as they never run inside each other.
 */
import {
  type Derivation,
  type Derive,
  type DerivePart,
  type Func,
  type Module,
  type Op,
  type Region,
  withRegions,
} from '../ir/ops.ts';
import { type Level, type Space, shadowOf } from '../ir/types.ts';
import { Decline } from '../lower/decline.ts';
import { eachOp } from './activity.ts';
import { forward } from './forward.ts';
import { innerOf } from './inner.ts';
import { reverse } from './reverse.ts';

/** Makes a module that is about to be differentiated better; the function named is what is called. */
export type Prepare = (module: Module, entry: string) => Module;

/** The module with every derivative written that `entry` takes. Throws Decline where one can't be. */
export function expand(module: Module, entry: string, prepare: Prepare): Module {
  const nesting = new Nesting(module);
  nesting.function(entry);
  if (nesting.depths.size === 0) return module;
  const { levels, levelOf } = nesting.levels();
  const groups = groupsOf(nesting.depths);
  const names = new Map<Group, ReadonlyMap<DerivePart, string>>();
  const groupOf = new Map<Derivation, Group>();
  for (const group of groups) for (const one of group.all) groupOf.set(one, group);
  const moved = new Map<Space, Space>();
  const space = (old: Space): Space => {
    if (old.shadows === undefined) return old;
    const known = moved.get(old);
    if (known !== undefined) return known;
    const { space: below, level, lane } = old.shadows;
    const next = shadowOf(space(below), levelOf.get(level) ?? level, lane);
    moved.set(old, next);
    return next;
  };
  let now: Module = { ...module, levels };
  /** The functions as they are once the derivatives so far have been written. */
  const withCalls = (): Module => {
    const functions = new Map(now.functions);
    for (const [name, func] of module.functions) {
      if (!nesting.visited.has(name)) functions.delete(name);
      else functions.set(name, { ...func, body: replaced(func.body, space, (op) => names.get(groupOf.get(op.of)!)) });
    }
    return { ...now, functions };
  };
  groups.forEach((group, n) => {
    const [first] = group.all;
    const level = levelOf.get(first.level)!;
    const alone = renamed(withCalls(), first.callee, `:${n}`);
    const own = prepare(alone.module, alone.entry);
    const made = derived(own, alone.entry, group, level, space);
    names.set(group, made.names);
    const functions = new Map(now.functions);
    for (const [name, func] of made.module.functions) functions.set(name, func);
    now = { ...now, functions };
  });
  return withCalls();
}

/** Derivations that come to the same functions. */
interface Group {
  readonly all: Derivation[];
  readonly parts: Set<DerivePart>;
  readonly depth: number;
}

interface Named {
  readonly module: Module;
  readonly names: ReadonlyMap<DerivePart, string>;
}

function derived(
  module: Module,
  entry: string,
  { all: [of], parts }: Group,
  level: Level,
  space: (s: Space) => Space,
): Named {
  const spaces = new Set([...of.spaces].map(space));
  const inner = innerOf(module, entry, of.params);
  const params = of.params.map((role) => role === 'active');
  const active = { params, spaces, still: inner.still };
  inner.check();
  const names = new Map<DerivePart, string>();
  if (level.mode === 'forward') {
    const made = forward(module, entry, active, level);
    names.set('tangent', made.entry);
    return { module: made.module, names };
  }
  let now = module;
  if (parts.has('gradient')) {
    const made = reverse(now, entry, active, level, { pullback: false });
    names.set('gradient', made.gradient);
    now = made.module;
  }
  if (parts.has('forward')) {
    const again = renamed(now, entry, '.kept');
    const made = reverse(again.module, again.entry, active, level, { gradient: false, lasting: inner.lasting });
    names.set('forward', made.forward).set('reverse', made.reverse);
    now = { ...made.module, functions: new Map([...now.functions, ...made.module.functions]) };
  }
  return { module: now, names };
}

/** What is called from a function on, under names of its own. */
function renamed(module: Module, entry: string, mark: string): { readonly module: Module; readonly entry: string } {
  const functions = new Map<string, Func>();
  const copy = (name: string): void => {
    const own = `${name}${mark}`;
    const func = module.functions.get(name);
    if (functions.has(own) || func === undefined) return;
    // In its place before what it calls is looked at: functions may call themselves.
    functions.set(own, func);
    const called = (op: Op): Op => {
      if (op.op !== 'call') return op;
      copy(op.callee);
      return { ...op, callee: `${op.callee}${mark}` };
    };
    functions.set(own, { ...func, name: own, body: mapOps(func.body, called) });
  };
  copy(entry);
  return { module: { ...module, functions }, entry: `${entry}${mark}` };
}

/** What is inside what: found by following calls and derivatives from a function. */
class Nesting {
  readonly depths = new Map<Derivation, { depth: number; readonly parts: Set<DerivePart> }>();
  readonly visited = new Map<string, readonly Derivation[]>();
  private readonly open: Derivation[] = [];
  private readonly module: Module;

  constructor(module: Module) {
    this.module = module;
  }

  /** Visits what the function calls; gives the derivations that are taken in it. */
  function(name: string): readonly Derivation[] {
    const known = this.visited.get(name);
    if (known !== undefined) return known;
    const found = new Set<Derivation>();
    const reached = new Set<string>();
    const walk = (next: string): void => {
      if (reached.has(next)) return;
      reached.add(next);
      eachOp(this.module.functions.get(next)!.body, (op) => {
        if (op.op === 'call') walk(op.callee);
        else if (op.op === 'derive') found.add(this.derivation(op));
      });
    };
    walk(name);
    const all = [...found];
    this.visited.set(name, all);
    for (const other of reached) if (!this.visited.has(other)) this.function(other);
    return all;
  }

  private derivation({ of, part, at }: Derive): Derivation {
    const known = this.depths.get(of);
    if (known !== undefined) {
      known.parts.add(part);
      return of;
    }
    if (this.open.includes(of)) throw new Decline('a derivative that contains itself is not compiled', at);
    this.open.push(of);
    const depth = this.function(of.callee).reduce((most, one) => Math.max(most, this.depths.get(one)!.depth + 1), 0);
    this.open.pop();
    this.depths.set(of, { depth, parts: new Set([part]) });
    return of;
  }

  /** One level for each depth and mode that there is. */
  levels(): { readonly levels: readonly Level[]; readonly levelOf: ReadonlyMap<Level, Level> } {
    const levels: Level[] = [];
    const byKind = new Map<string, Level>();
    const levelOf = new Map<Level, Level>();
    for (const [{ level }, { depth }] of [...this.depths].sort(([, a], [, b]) => a.depth - b.depth)) {
      const kind = `${depth} ${level.mode}`;
      let own = byKind.get(kind);
      if (own === undefined) {
        own = { index: levels.length, mode: level.mode, lanes: 1 };
        levels.push(own);
        byKind.set(kind, own);
      }
      levelOf.set(level, own);
    }
    return { levels, levelOf };
  }
}

/** Derivations of one function in one mode by the same, innermost first. */
function groupsOf(
  depths: ReadonlyMap<Derivation, { readonly depth: number; readonly parts: ReadonlySet<DerivePart> }>,
): readonly Group[] {
  const groups: Group[] = [];
  for (const [one, { depth, parts }] of depths) {
    const known = groups.find(({ all: [other] }) => isSame(one, other));
    const group = known ?? { all: [], parts: new Set<DerivePart>(), depth };
    if (known === undefined) groups.push(group);
    group.all.push(one);
    for (const part of parts) group.parts.add(part);
  }
  for (const { parts } of groups) {
    if (parts.has('reverse')) parts.add('forward');
  }
  return groups.sort((a, b) => a.depth - b.depth);
}

function isSame(a: Derivation, b: Derivation): boolean {
  return (
    a.callee === b.callee &&
    a.level.mode === b.level.mode &&
    a.params.every((role, i) => role === b.params[i]) &&
    a.spaces.size === b.spaces.size &&
    [...a.spaces].every((space) => b.spaces.has(space))
  );
}

/** With calls in the place of derivatives that have been written, and the shadows of the levels that there are. */
function replaced(
  region: Region,
  space: (old: Space) => Space,
  names: (op: Derive) => ReadonlyMap<DerivePart, string> | undefined,
): Region {
  return mapOps(region, (op) => {
    if (op.op === 'derive') {
      const callee = names(op)?.get(op.part);
      return callee === undefined ? op : { op: 'call', callee, args: op.args, results: op.results, at: op.at };
    }
    // Memory is given back where nothing else is beside it: not among levels that are shared.
    if (op.op === 'call' && op.checkpoint !== undefined) return { ...op, checkpoint: undefined };
    if (!('space' in op) || op.space.shadows === undefined) return op;
    return { ...op, space: space(op.space) } as Op;
  });
}

function mapOps(region: Region, change: (op: Op) => Op): Region {
  const ops = region.ops.map((op) => {
    const inner = withRegions(op, (part) => mapOps(part, change));
    return inner === op ? change(op) : inner;
  });
  return ops.every((op, i) => op === region.ops[i]) ? region : { ...region, ops };
}
