/**
 * Reverse mode: for each function an augmented forward function and a reverse, and for the entry the two in one as its gradient.
 * Invariant: the sweep of a function is written first and tells what it needs; the forward function then keeps just that. Callees come
 * before callers; functions that call each other in a circle keep all they need in their own frames.
 */
import type { Func, Load, Module, Op, Primitive, Value } from '../ir/ops.ts';
import type { Level, Space } from '../ir/types.ts';
import { type Active, type Activity, activityOf, eachOp } from './activity.ts';
import { Augment } from './augment.ts';
import { Available } from './available.ts';
import { checkCheckpoints } from './checkpoints.ts';
import { type Interface, interfaceOf } from './conventions.ts';
import { keepingOf } from './keep.ts';
import { type Liveness, livenessOf } from './liveness.ts';
import { untouchedLoads } from './origin.ts';
import { isMadeAgain, type Pair } from './pairs.ts';
import { stableLoads } from './stability.ts';
import { Structure } from './structure.ts';
import { Sweep } from './sweep.ts';
import { Tape } from './tape.ts';
import { type Partials, partialsOf } from './terms.ts';

/** What is written: both, unless one is not wanted. */
export interface Wanted {
  /** `forward` and `reverse`. */
  readonly pullback?: boolean;
  readonly gradient?: boolean;
  /**
   * The program goes on between the forward sweep and the reverse one: a load can be made again then only if this holds, too.
   */
  readonly lasting?: ((load: Load) => boolean) | undefined;
}

export interface Reversed {
  readonly module: Module;
  /** Takes what the entry takes; gives its results and the frame. */
  readonly forward: string;
  /** Takes the frame and the adjoint of each f64 result; gives the adjoint of each f64 parameter, zero for inactive ones. */
  readonly reverse: string;
  /** Takes what the entry takes and the adjoint of each f64 result; gives its results and the adjoint of each f64 parameter. */
  readonly gradient: string;
}

/**
 * The entry's pullback and gradient. Adjoints of memory are in the shadows: `reverse` adds to those of what was there before and leaves those
 * of what the entry made as they were, zero, so it may be called again.
 */
export function reverse(module: Module, entry: string, active: Active, level: Level, wanted: Wanted = {}): Reversed {
  const activity = activityOf(module, entry, active);
  const functions = new Map(module.functions);
  checkCheckpoints(activity.functions, module.hosts);
  const stable = stableLoads(activity.functions);
  const untouched = untouchedLoads(activity.functions, entry);
  const { lasting } = wanted;
  const shared = {
    activity,
    // A sweep that is made once need not clear the shadows of what the entry made.
    liveness: livenessOf(activity, wanted.pullback !== false),
    stable: (load: Load) => (stable(load) || untouched(load)) && (lasting === undefined || lasting(load)),
    level,
    pairs: new Map<string, Pair>(),
    functions,
    tapes: innerTapes(activity),
  };
  const called = calleesFirst(activity, shared.liveness)
    .filter(({ isCalled }) => isCalled)
    .map(({ func, isCircular }) => ({ isCircular, reversal: new Reversal(shared, func, interfaceOf(func, activity)) }));
  for (const { reversal, isCircular } of called) if (isCircular) reversal.declare();
  for (const { reversal, isCircular } of called) reversal.pair('internal', isCircular);
  const own = module.functions.get(entry)!;
  const outside = interfaceOf(own, undefined);
  const entries = new Reversal(shared, own, outside);
  if (wanted.pullback !== false) entries.pair('entry', true);
  if (wanted.gradient !== false) {
    const once = wanted.pullback === false ? shared.liveness : livenessOf(activity, false);
    new Reversal({ ...shared, liveness: once }, own, outside).joined();
  }
  const levels = module.levels.includes(level) ? module.levels : [...module.levels, level];
  return {
    module: { ...module, functions, levels },
    forward: entries.name('entry', 'forward'),
    reverse: entries.name('entry', 'reverse'),
    gradient: entries.name('entry', 'gradient'),
  };
}

interface Shared {
  readonly activity: Activity;
  readonly liveness: Liveness;
  readonly stable: ReturnType<typeof stableLoads>;
  readonly level: Level;
  readonly pairs: Map<string, Pair>;
  readonly functions: Map<string, Func>;
  readonly tapes: ReadonlySet<Space>;
}

/** The spaces of the tapes that the program has already. */
function innerTapes(activity: Activity): Set<Space> {
  const found = new Set<Space>();
  for (const func of activity.functions.values())
    eachOp(func.body, (op) => {
      if (op.op === 'elements' && op.tape !== undefined) found.add(op.space);
      if (op.op === 'alloc' && op.shape.tape !== undefined) for (const space of op.shape.fields) found.add(space);
    });
  return found;
}

/** One way of writing the derivative of one function. */
class Reversal {
  private readonly shared: Shared;
  private readonly func: Func;
  private readonly outside: Interface;

  constructor(shared: Shared, func: Func, outside: Interface) {
    this.shared = shared;
    this.func = func;
    this.outside = outside;
  }

  name(kind: 'internal' | 'entry', part: 'forward' | 'reverse' | 'gradient'): string {
    return `${this.func.name}.${part}${this.shared.level.index}${kind === 'entry' ? '' : '.inner'}`;
  }

  /** Lets functions that it calls call it, before it is written. */
  declare(): void {
    const [forward, reverse] = [this.name('internal', 'forward'), this.name('internal', 'reverse')];
    this.shared.pairs.set(this.func.name, { ...this.outside, forward, reverse, frame: true, passed: [] });
  }

  /** Two functions. `self`: all that the reverse needs is in the frame. */
  pair(kind: 'internal' | 'entry', self: boolean): Pair {
    const { func, outside, shared } = this;
    const [forward, reverse] = [this.name(kind, 'forward'), this.name(kind, 'reverse')];
    const written = this.write(self ? 'frame' : 'passed', self);
    const hasFrame = self || written.hasFrame;
    const values = yielded(func);
    const types = func.results;
    let augmented = forward;
    if (!self && !written.changed) augmented = func.name;
    else
      shared.functions.set(forward, {
        name: forward,
        params: func.params,
        results: hasFrame ? [...types, 'ref'] : types,
        body: {
          params: [],
          ops: written.forward,
          end:
            values === undefined
              ? { kind: 'never' }
              : { kind: 'yield', values: hasFrame ? [...values, written.frame] : values },
        },
      });
    const passed = [...written.passed.keys()].sort((a, b) => a - b);
    shared.functions.set(reverse, {
      name: reverse,
      params: [...(hasFrame ? [written.frame] : []), ...passed.map((i) => written.passed.get(i)!), ...written.seeds],
      results: outside.params.map(() => 'f64'),
      body: { params: [], ops: written.reverse, end: { kind: 'yield', values: written.adjoints } },
    });
    const pair: Pair = { ...outside, forward: augmented, reverse, frame: hasFrame, passed };
    if (kind === 'internal') shared.pairs.set(func.name, pair);
    return pair;
  }

  /** One function, in which the values of the primal's own region are at hand when the sweep runs. */
  joined(): void {
    const { func, outside, shared } = this;
    const name = this.name('entry', 'gradient');
    const written = this.write('direct', false);
    const values = yielded(func);
    shared.functions.set(name, {
      name,
      params: [...func.params, ...written.seeds],
      results: [...func.results, ...outside.params.map(() => 'f64' as const)],
      body: {
        params: [],
        ops: values === undefined ? written.forward : [...written.forward, ...written.reverse],
        end: values === undefined ? { kind: 'never' } : { kind: 'yield', values: [...values, ...written.adjoints] },
      },
    });
  }

  private write(
    params: 'frame' | 'passed' | 'direct',
    mustHaveFrame: boolean,
  ): {
    forward: readonly Op[];
    reverse: readonly Op[];
    adjoints: readonly Value[];
    seeds: readonly Value[];
    frame: Value;
    hasFrame: boolean;
    changed: boolean;
    passed: ReadonlyMap<number, Value>;
  } {
    const { func, outside, shared } = this;
    const { activity, liveness, stable, level, pairs, tapes } = shared;
    const structure = new Structure(func);
    const value = (type: Value['type'], name?: string): Value => ({ id: structure.ids.next++, type, name });
    const direct = params === 'direct';
    const partials = remembering((op) =>
      partialsOf(
        op,
        (v) => structure.constant(v),
        (v) => activity.value(func, v),
      ),
    );
    const keeping = keepingOf({
      func,
      structure,
      partials,
      liveness,
      stable,
      direct,
      passed: (op) => {
        if (op.op !== 'call') return [];
        const pair = pairs.get(op.callee);
        if (isMadeAgain(op, pair)) return op.args;
        return (pair?.passed ?? []).map((i) => op.args[i]);
      },
    });
    const tape = new Tape(structure, level);
    const frame = value('ref', 'frame');
    const passed = new Map<number, Value>();
    const available = new Available(structure, tape, keeping, {
      direct,
      frame: () => frame,
      param: (index) => {
        if (params !== 'passed') return undefined;
        const known = passed.get(index) ?? value(func.params[index].type, func.params[index].name);
        passed.set(index, known);
        return known;
      },
    });
    const parts = { func, structure, activity, liveness, available, tape, level, pairs, partials };
    const names = yielded(func)?.map((v) => v.name);
    const seeds = outside.results.map((i) => value('f64', names?.[i] === undefined ? undefined : `d${names[i]}`));
    const bySeed = new Map(outside.results.map((i, k) => [i, seeds[k]]));
    const swept = new Sweep(parts).function(
      func.results.map((_, i) => bySeed.get(i)),
      outside.params,
    );
    const augment = new Augment({ ...parts, frame, tapes });
    const forward = augment.function(mustHaveFrame);
    return {
      forward,
      reverse: swept.ops,
      adjoints: swept.adjoints,
      seeds,
      frame,
      hasFrame: tape.isUsed(structure.root.activation),
      changed: augment.changed,
      passed,
    };
  }
}

function yielded(func: Func): readonly Value[] | undefined {
  return func.body.end.kind === 'yield' ? func.body.end.values : undefined;
}

/** Of each operation they are asked for twice: for what they need, and to be written. */
function remembering(partials: (op: Primitive) => Partials): (op: Primitive) => Partials {
  const known = new Map<Primitive, Partials>();
  return (op) => {
    let found = known.get(op);
    if (found === undefined) known.set(op, (found = partials(op)));
    return found;
  };
}

/** The functions with a reverse, each after those that it calls except where they call each other. */
function calleesFirst(
  activity: Activity,
  liveness: Liveness,
): { readonly func: Func; readonly isCalled: boolean; readonly isCircular: boolean }[] {
  const callees = new Map<string, Set<string>>();
  const called = new Set<string>();
  for (const func of activity.functions.values()) {
    const own = new Set<string>();
    eachOp(func.body, (op) => {
      if (op.op !== 'call' || !liveness.func(op.callee)) return;
      own.add(op.callee);
      called.add(op.callee);
    });
    callees.set(func.name, own);
  }
  const found: { func: Func; isCalled: boolean; isCircular: boolean }[] = [];
  // Tarjan's strongly connected components.
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (name: string): void => {
    order.set(name, order.size);
    low.set(name, order.get(name)!);
    stack.push(name);
    for (const callee of callees.get(name)!) {
      if (!order.has(callee)) visit(callee);
      if (stack.includes(callee)) low.set(name, Math.min(low.get(name)!, low.get(callee)!));
    }
    if (low.get(name) !== order.get(name)) return;
    const circle = stack.splice(stack.indexOf(name));
    const isCircular = circle.length > 1 || callees.get(name)!.has(name);
    for (const member of circle)
      found.push({ func: activity.functions.get(member)!, isCalled: called.has(member), isCircular });
  };
  for (const func of activity.functions.values())
    if (!order.has(func.name) && liveness.func(func.name)) visit(func.name);
  return found;
}
