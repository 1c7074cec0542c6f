/**
 * Which values and spaces a derivative flows through: those that depend on an active input and that something asked for depends on.
 * Invariant: errs on the side of active. An inactive value has the derivative zero, so no code is written for it.
 */
import { lastId } from '../ir/ids.ts';
import type { Func, Load, Module, Op, Primitive, Region, Value } from '../ir/ops.ts';
import { regionsOf } from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import { Decline } from '../lower/decline.ts';
import { isIdle } from './terms.ts';

/** What is differentiated by. */
export interface Active {
  /** For each parameter of the entry whether it is active; those that are not f64 never are. */
  readonly params: readonly boolean[];
  /** The spaces whose cells are active when the entry is called. */
  readonly spaces: ReadonlySet<Space>;
  /** Loads that give what does not move, though their space is active. */
  readonly still?: ((load: Load) => boolean) | undefined;
}

export interface Activity {
  /** The functions that the entry may call, itself first. */
  readonly functions: ReadonlyMap<string, Func>;
  value(func: Func, value: Value): boolean;
  space(space: Space): boolean;
  /** The active spaces that are of the same objects: it, and shadows of it at the levels inside. */
  beside(space: Space): readonly Space[];
}

/** Throws Decline where an active value goes to the host and the result is wanted. */
export function activityOf(module: Module, entry: string, active: Active): Activity {
  const graph = new Flow(module, entry, active.still);
  const varied = graph.reach(graph.inputs(active), graph.next);
  const useful = graph.reach(graph.outputs(), graph.previous);
  for (const func of graph.functions.values()) {
    eachOp(func.body, (op) => {
      if (op.op !== 'host' || module.hosts[op.host].inactiveArguments !== true) return;
      const lost = op.args.some((v) => v.type === 'f64' && varied[graph.node(func, v)] === 1);
      if (!lost || !op.results.some((v) => useful[graph.node(func, v)] === 1)) return;
      throw new Decline(
        `${module.hosts[op.host].name} is called as it is, and depends on what is differentiated`,
        op.at,
      );
    });
  }
  const besides = new Map<Space, Space[]>();
  for (const [space, n] of graph.spaces) {
    if (varied[n] !== 1 || space.cell !== 'f64') continue;
    let root = space;
    while (root.shadows !== undefined) root = root.shadows.space;
    const known = besides.get(root);
    if (known === undefined) besides.set(root, [space]);
    else known.push(space);
  }
  return {
    functions: graph.functions,
    beside: (space) => besides.get(space) ?? [],
    value(func, value) {
      if (value.type !== 'f64') return false;
      const n = graph.node(func, value);
      return varied[n] === 1 && useful[n] === 1;
    },
    space(space) {
      const n = graph.spaces.get(space);
      return n === undefined ? active.spaces.has(space) : varied[n] === 1;
    },
  };
}

/** The constants of a function by the id of their value. */
export function constantsOf(func: Func): Map<number, number> {
  const found = new Map<number, number>();
  eachOp(func.body, (op) => {
    if (op.op === 'const') found.set(op.results[0].id, op.value);
  });
  return found;
}

export function eachOp(region: Region, visit: (op: Op) => void): void {
  for (const op of region.ops) {
    visit(op);
    for (const inner of regionsOf(op)) eachOp(inner, visit);
  }
}

/** Where derivatives can flow: an edge from each value and space to those that its derivative goes on to. */
class Flow {
  readonly functions = new Map<string, Func>();
  readonly spaces = new Map<Space, number>();
  readonly next = new Graph();
  readonly previous = new Graph();
  private readonly bases = new Map<Func, number>();
  private size = 0;
  readonly still: ((load: Load) => boolean) | undefined;
  private readonly entry: Func;

  constructor(module: Module, entry: string, still: Active['still']) {
    this.still = still;
    this.entry = module.functions.get(entry)!;
    this.functions.set(entry, this.entry);
    for (const func of this.functions.values()) {
      this.bases.set(func, this.size);
      this.size += lastId(func) + 1;
      eachOp(func.body, (op) => {
        if (op.op === 'call') this.functions.set(op.callee, module.functions.get(op.callee)!);
      });
    }
    for (const func of this.functions.values()) new Edges(this, func);
  }

  node(func: Func, value: Value): number {
    return this.bases.get(func)! + value.id;
  }

  space(space: Space): number {
    let n = this.spaces.get(space);
    if (n === undefined) this.spaces.set(space, (n = this.size++));
    return n;
  }

  edge(from: number, to: number): void {
    this.next.add(from, to);
    this.previous.add(to, from);
  }

  inputs(active: Active): number[] {
    const found = this.entry.params.filter((_, i) => active.params[i]).map((v) => this.node(this.entry, v));
    for (const space of active.spaces) found.push(this.space(space));
    return found;
  }

  /** The entry's results, and all memory: which cells are results is known to the caller alone. */
  outputs(): number[] {
    const { end } = this.entry.body;
    const results = end.kind === 'yield' ? end.values.map((v) => this.node(this.entry, v)) : [];
    return [...results, ...this.spaces.values()];
  }

  reach(start: readonly number[], edges: Graph): Uint8Array {
    const seen = new Uint8Array(this.size);
    const work: number[] = [];
    const see = (n: number) => {
      if (seen[n] === 1) return;
      seen[n] = 1;
      work.push(n);
    };
    start.forEach(see);
    while (work.length > 0) edges.each(work.pop()!, see);
    return seen;
  }
}

/** Edges from nodes that are numbered: those of a node are a list from the last one to the first. */
class Graph {
  private readonly last: number[] = [];
  private readonly to: number[] = [];
  private readonly before: number[] = [];

  add(from: number, to: number): void {
    const { last } = this;
    while (last.length <= from) last.push(none);
    this.before.push(last[from]);
    last[from] = this.to.push(to) - 1;
  }

  each(from: number, see: (to: number) => void): void {
    for (let edge = this.last[from] ?? none; edge !== none; edge = this.before[edge]) see(this.to[edge]);
  }
}

const none = -1;

class Edges {
  private readonly labels = new Map<number, readonly Value[]>();
  private readonly constant: (value: Value) => number | undefined;
  private readonly flow: Flow;
  private readonly func: Func;

  constructor(flow: Flow, func: Func) {
    this.flow = flow;
    this.func = func;
    const constants = constantsOf(func);
    this.constant = (value) => constants.get(value.id);
    this.region(func.body, []);
  }

  private edge(from: Value, to: Value): void {
    if (from.type === 'f64') this.flow.edge(this.flow.node(this.func, from), this.flow.node(this.func, to));
  }

  private edges(from: readonly Value[], to: readonly Value[]): void {
    to.forEach((value, i) => {
      this.edge(from[i], value);
    });
  }

  /** `out`: what the values that the region yields become. */
  private region(region: Region, ...out: (readonly Value[])[]): void {
    for (const op of region.ops) this.op(op);
    const { end } = region;
    if (end.kind === 'yield') for (const to of out) this.edges(end.values, to);
    else if (end.kind === 'br') this.edges(end.values, this.labels.get(end.label.id)!);
  }

  private op(op: Op): void {
    switch (op.op) {
      case 'math':
        this.math(op);
        return;
      case 'select':
        this.edge(op.args[1], op.results[0]);
        this.edge(op.args[2], op.results[0]);
        return;
      case 'load':
        if (op.space.cell === 'f64' && this.flow.still?.(op) !== true)
          this.flow.edge(this.flow.space(op.space), this.flow.node(this.func, op.results[0]));
        return;
      case 'store': {
        const value = op.args[op.args.length - 1];
        if (op.space.cell === 'f64') this.flow.edge(this.flow.node(this.func, value), this.flow.space(op.space));
        return;
      }
      case 'if':
        this.region(op.then, op.results);
        this.region(op.else, op.results);
        return;
      case 'loop': {
        this.edges(op.args, op.test.params);
        const { end } = op.test;
        this.region(op.test);
        if (end.kind === 'yield') {
          this.edges(end.values.slice(1), op.body.params);
          this.edges(end.values.slice(1), op.results);
        }
        this.region(op.body, op.test.params);
        return;
      }
      case 'block':
        this.labels.set(op.label.id, op.results);
        this.region(op.body, op.results);
        return;
      case 'call':
        this.call(op.callee, op.args, op.results);
        return;
    }
  }

  private math(op: Primitive): void {
    for (let i = 0; i < op.args.length; i++) {
      if (!isIdle(op, i, this.constant)) this.edge(op.args[i], op.results[0]);
    }
  }

  private call(callee: string, args: readonly Value[], results: readonly Value[]): void {
    const func = this.flow.functions.get(callee)!;
    func.params.forEach((param, i) => {
      if (param.type === 'f64') this.flow.edge(this.flow.node(this.func, args[i]), this.flow.node(func, param));
    });
    const { end } = func.body;
    if (end.kind !== 'yield') return;
    end.values.forEach((value, i) => {
      if (value.type === 'f64') this.flow.edge(this.flow.node(func, value), this.flow.node(this.func, results[i]));
    });
  }
}
