/**
 * Writes one function of the IR as WebAssembly: regions become blocks, loops and ifs, values go by the plan (locals, or the stack).
 * Invariant: values that are set together are first all put on the stack and then set, so none is overwritten before it is read.
 */
import type { AllocateElements, End, Func, Label, Op, Primitive, Region, Value } from '../../ir/ops.ts';
import { bytesOfCell, type Space } from '../../ir/types.ts';
import { Code, type Wasm } from './instructions.ts';
import type { Links } from './links.ts';
import { comparison, isLaned, writeConversion, writeExtreme, writeIndex, writeInteger, writeMath } from './math.ts';
import { addressingOf, bytesOfShape, loads, plainRegion, regionOfElements, regionOfShape, stores } from './memory.ts';
import { isPure, type Plan, planOf } from './plan.ts';
import { bytesOfMark } from './release.ts';

export interface Written {
  /** Those behind the parameters. */
  readonly locals: readonly Wasm[];
  readonly code: Code;
}

export function writeFunction(func: Func, links: Links): Written {
  return new Writer(func, links).write();
}

interface Open {
  readonly label: Label;
  readonly results: readonly Value[];
  /** How many blocks of WebAssembly are around it, itself included. */
  readonly depth: number;
}

class Writer {
  private readonly func: Func;
  private readonly links: Links;
  private readonly plan: Plan;
  private readonly code = new Code();
  private readonly blocks: Open[] = [];
  private depth = 0;
  /** Locals that hold the shift of a level throughout the function. */
  private readonly shifts = new Map<number, number>();
  private readonly scratches: Record<Wasm, number[]> = { i32: [], f64: [] };

  constructor(func: Func, links: Links) {
    this.func = func;
    this.links = links;
    this.plan = planOf(func);
  }

  write(): Written {
    const { body } = this.func;
    this.ops(body);
    if (body.end.kind === 'yield') for (const value of body.end.values) this.push(value);
    else this.code.op('unreachable');
    this.code.op('end');
    const prologue = new Code();
    for (const [level, local] of this.shifts) {
      prologue.index('global.get', this.links.shift(level));
      prologue.index('local.set', local);
    }
    prologue.bytes(this.code.written);
    return { locals: this.plan.locals.slice(this.func.params.length), code: prologue };
  }

  private ops({ ops }: Region): void {
    for (let n = 0; n < ops.length; n++) {
      const op = ops[n];
      if (op.op !== 'elements') {
        this.op(op);
        continue;
      }
      // Elements of one count that are taken one after the other are taken at once.
      const taken = [op];
      for (let next = ops[n + 1]; next?.op === 'elements' && this.isAlike(op, next); next = ops[n + 1]) {
        taken.push(next);
        n++;
      }
      this.takeElements(taken);
    }
  }

  private isAlike(a: AllocateElements, b: AllocateElements): boolean {
    const region = ({ space, tape }: AllocateElements) => regionOfElements(this.links.levels, space, tape);
    return a.args[0] === b.args[0] && region(a) === region(b);
  }

  private op(op: Op): void {
    const { code, links } = this;
    if (isPure(op)) {
      const [result] = op.results;
      if (!this.plan.used(result) || this.plan.inline[result.id] !== undefined) return;
      this.compute(op);
      this.set(result);
      return;
    }
    switch (op.op) {
      case 'alloc':
        this.take(regionOfShape(links.levels, op.shape), bytesOfShape(op.shape));
        this.setAll(op.results);
        break;
      case 'store': {
        const offset = this.address(op.space, op.args.slice(0, -1));
        this.push(op.args[op.args.length - 1]);
        code.access(stores[op.space.cell], Math.log2(bytesOfCell(op.space.cell)), offset);
        break;
      }
      case 'copy':
        this.copy(op.space, op.args);
        break;
      case 'guard':
        this.push(op.args[0]);
        code.op('i32.eqz');
        code.open('if');
        code.int(op.reason);
        code.int(0);
        code.index('call', links.leave);
        code.op('unreachable');
        code.op('end');
        break;
      case 'mark':
        this.mark(op.results[0]);
        break;
      case 'release':
        this.push(op.args[0]);
        code.index('call', links.assistant('release'));
        break;
      case 'call':
        for (const arg of op.args) this.push(arg);
        code.index('call', links.func(op.callee));
        this.setAll(op.results);
        break;
      case 'host':
        for (const arg of op.args) this.push(arg);
        code.index('call', links.hostCall(op.host));
        this.setAll(op.results);
        break;
      case 'if':
        this.if(op);
        break;
      case 'loop':
        this.loop(op);
        break;
      case 'block':
        this.open('block');
        this.blocks.push({ label: op.label, results: op.results, depth: this.depth });
        this.ops(op.body);
        this.finish(op.body.end, op.results);
        this.blocks.pop();
        this.close();
        break;
    }
  }

  private if(op: Op & { readonly op: 'if' }): void {
    this.push(op.args[0]);
    const empty = (region: Region) =>
      region.ops.length === 0 && region.end.kind === 'yield' && !op.results.some((v) => this.plan.used(v));
    const bare = empty(op.else);
    if (!bare && empty(op.then)) {
      this.code.op('i32.eqz');
      this.open('if');
      this.ops(op.else);
      this.finish(op.else.end, op.results);
      this.close();
      return;
    }
    this.open('if');
    this.ops(op.then);
    this.finish(op.then.end, op.results);
    if (!bare) {
      this.code.op('else');
      this.ops(op.else);
      this.finish(op.else.end, op.results);
    }
    this.close();
  }

  private loop({ args, test, body, results }: Op & { readonly op: 'loop' }): void {
    const { code } = this;
    const carried = (n: number) => this.plan.used(test.params[n]);
    this.move(args, test.params, carried);
    this.open('block');
    this.open('loop');
    this.ops(test);
    if (test.end.kind === 'yield') {
      const [again, ...passed] = test.end.values;
      this.push(again);
      // The condition waits on the stack while the values are set.
      this.move(passed, body.params, (n) => this.plan.used(body.params[n]) || this.plan.used(results[n]));
      code.op('i32.eqz');
      code.index('br_if', 1);
      this.ops(body);
      if (body.end.kind === 'yield') {
        this.move(body.end.values, test.params, carried);
        code.index('br', 0);
      } else this.finish(body.end, []);
    } else this.finish(test.end, []);
    this.close();
    this.close();
  }

  /** Ends a region whose values become `targets`. */
  private finish(end: End, targets: readonly Value[]): void {
    if (end.kind === 'never') {
      this.code.op('unreachable');
      return;
    }
    if (end.kind === 'yield') {
      this.move(end.values, targets, (n) => this.plan.used(targets[n]));
      return;
    }
    const block = this.blocks.find(({ label }) => label === end.label);
    if (block === undefined) throw new Error(`${this.func.name}: a branch to a block that is not open`);
    this.move(end.values, block.results, (n) => this.plan.used(block.results[n]));
    this.code.index('br', this.depth - block.depth);
  }

  private move(values: readonly Value[], targets: readonly Value[], wanted: (n: number) => boolean): void {
    const { local, inline } = this.plan;
    const moved: Value[] = [];
    targets.forEach((target, n) => {
      if (!wanted(n)) return;
      const value = values[n];
      if (inline[value.id] === undefined && local[value.id] === local[target.id]) return;
      this.push(value);
      moved.push(target);
    });
    for (let n = moved.length - 1; n >= 0; n--) this.code.index('local.set', local[moved[n].id]);
  }

  private push(value: Value): void {
    const op = this.plan.inline[value.id];
    if (op !== undefined) {
      this.compute(op);
      return;
    }
    const local = this.plan.local[value.id];
    if (local < 0) throw new Error(`${this.func.name}: %${value.id} has no place`);
    this.code.index('local.get', local);
  }

  private set(value: Value): void {
    this.code.index('local.set', this.plan.local[value.id]);
  }

  /** Sets what a call has left on the stack. */
  private setAll(results: readonly Value[]): void {
    for (let n = results.length - 1; n >= 0; n--) {
      if (this.plan.used(results[n])) this.set(results[n]);
      else this.code.op('drop');
    }
  }

  /** A pure operation, its result on the stack. */
  private compute(op: Op): void {
    const { code, links } = this;
    switch (op.op) {
      case 'const':
        if (op.results[0].type === 'f64') code.number(op.value);
        else code.int(op.value);
        break;
      case 'math':
        this.math(op);
        break;
      case 'compare':
        for (const arg of op.args) this.push(arg);
        code.op(comparison(op));
        break;
      case 'int':
        for (const arg of op.args) this.push(arg);
        if (op.fn === 'min' || op.fn === 'max')
          writeExtreme(code, op.fn, this.scratch('i32', 0), this.scratch('i32', 1));
        else writeInteger(code, op.fn);
        break;
      case 'convert':
        this.push(op.args[0]);
        if (op.fn === 'toIndex') writeIndex(code, this.scratch('f64', 0), this.scratch('i32', 0));
        else if (op.fn === 'toInt32' && this.isWithin32(op.args[0])) code.op('i32.trunc_sat_f64_s');
        else writeConversion(code, links, op);
        break;
      case 'select':
        this.push(op.args[1]);
        this.push(op.args[2]);
        this.push(op.args[0]);
        code.op('select');
        break;
      case 'offset':
        this.element(op.args[0], op.args[1], bytesOfCell(rootOf(op.space).cell));
        break;
      case 'load': {
        const offset = this.address(op.space, op.args);
        code.access(loads[op.space.cell], Math.log2(bytesOfCell(op.space.cell)), offset);
        break;
      }
      default:
        throw new Error(`${op.op} is not pure`);
    }
  }

  /** Apart from `compute`, which makes no function of its own for what is not of this kind. */
  private math({ fn, args }: Primitive): void {
    writeMath(this.code, this.links, fn, args.length, (n) => this.push(args[n]));
  }

  /** Puts the address of a cell on the stack, up to the offset that is returned. */
  private address(space: Space, [object, index]: readonly Value[]): number {
    const { stride, offset, scale } = addressingOf(space);
    const fixed = index === undefined ? 0 : this.fixedIndex(index);
    if (index === undefined || fixed !== undefined) this.push(object);
    else this.element(object, index, stride);
    this.shadowed(space);
    return offset + (fixed ?? 0) * stride * scale;
  }

  /** An index known now and small enough to be part of the instruction. */
  private fixedIndex(index: Value): number | undefined {
    const op = this.plan.inline[index.id];
    return op?.op === 'const' && op.value >= 0 && op.value < 2 ** 16 ? op.value : undefined;
  }

  private element(object: Value, index: Value, stride: number): void {
    this.push(object);
    this.push(index);
    if (stride > 1) {
      this.code.int(Math.log2(stride));
      this.code.op('i32.shl');
    }
    this.code.op('i32.add');
  }

  /** From the address of a cell to that of its shadow, except for the offset. */
  private shadowed(space: Space): void {
    for (const { level, lanes } of addressingOf(space).steps) {
      if (lanes > 1) {
        const power = Math.log2(lanes);
        this.code.int(Number.isInteger(power) ? power : lanes);
        this.code.op(Number.isInteger(power) ? 'i32.shl' : 'i32.mul');
      }
      let local = this.shifts.get(level);
      if (local === undefined) this.shifts.set(level, (local = this.plan.locals.push('i32') - 1));
      this.code.index('local.get', local);
      this.code.op('i32.add');
    }
  }

  private copy(space: Space, [to, toIndex, from, fromIndex, count]: readonly Value[]): void {
    const { code } = this;
    const { stride, offset, scale } = addressingOf(space);
    const place = (object: Value, index: Value) => {
      this.element(object, index, stride);
      this.shadowed(space);
      if (offset !== 0) {
        code.int(offset);
        code.op('i32.add');
      }
    };
    place(to, toIndex);
    place(from, fromIndex);
    this.push(count);
    if (isLaned(space)) {
      code.int(8 * scale);
      code.index('call', this.links.assistant('copy lanes'));
      return;
    }
    if (stride > 1) {
      code.int(Math.log2(stride));
      code.op('i32.shl');
    }
    code.op('memory.copy');
    code.u8(0);
    code.u8(0);
  }

  /** Whether a number is known to be within the 32-bit integers, or NaN, by how it is made. */
  private isWithin32(value: Value): boolean {
    const op = this.plan.inline[value.id];
    if (op?.op === 'select') return this.isWithin32(op.args[1]) && this.isWithin32(op.args[2]);
    if (op?.op === 'const') return op.value >= -(2 ** 31) && op.value < 2 ** 31;
    if (op?.op !== 'math') return false;
    const bound = (of: Op | undefined, fn: 'max' | 'min') => {
      if (of?.op !== 'math' || of.fn !== fn || of.args.length !== 2) return undefined;
      const at = of.args.findIndex((arg) => this.plan.inline[arg.id]?.op === 'const');
      return at < 0 ? undefined : { constant: of.args[at], other: this.plan.inline[of.args[1 - at].id] };
    };
    const outer = bound(op, 'max');
    const inner = bound(outer?.other, 'min');
    return inner !== undefined && this.isWithin32(outer!.constant) && this.isWithin32(inner.constant);
  }

  /** A local for what is needed for a moment only: nothing that is written in between may use it. */
  private scratch(type: Wasm, n: number): number {
    const known = this.scratches[type];
    known[n] ??= this.plan.locals.push(type) - 1;
    return known[n];
  }

  /** Takes bytes from a region: its old top stays on the stack. */
  private take(region: number, bytes: number): void {
    const { code, links } = this;
    const [start, end] = [this.scratch('i32', 0), this.scratch('i32', 1)];
    code.index('global.get', links.top(region));
    code.index('local.tee', start);
    code.int(bytes);
    code.op('i32.add');
    code.index('local.tee', end);
    code.index('global.get', links.limit(region));
    code.op('i32.gt_u');
    this.leaveIf(region, () => code.int(bytes));
    code.index('local.get', end);
    code.index('global.set', links.top(region));
    code.index('local.get', start);
  }

  /** An object that holds how far each region was filled before it was made itself. */
  private mark(result: Value): void {
    const { code, links } = this;
    const mark = this.scratch('i32', 0);
    this.take(plainRegion, bytesOfMark(links));
    code.index('local.set', mark);
    for (let region = 0; region < links.regions; region++) {
      code.index('local.get', mark);
      if (region === plainRegion) code.index('local.get', mark);
      else code.index('global.get', links.top(region));
      code.access('i32.store', 2, 4 * region);
    }
    code.index('local.get', mark);
    this.set(result);
  }

  /** Takes elements of several spaces, all of one count and from one region, or leaves, telling how much was needed. */
  private takeElements(ops: readonly AllocateElements[]): void {
    const { code, links } = this;
    const [{ space, tape, args }] = ops;
    const region = regionOfElements(links.levels, space, tape);
    const [count, bytes] = [this.scratch('i32', 0), this.scratch('i32', 1)];
    const shifts = ops.map((op) => Math.log2(bytesOfCell(op.space.cell)));
    const each = shifts.reduce((sum, shift) => sum + 2 ** shift, 0);
    const rounding = shifts.reduce((sum, shift) => sum + (shift < 3 ? 7 : 0), 0);
    this.push(args[0]);
    code.index('local.tee', count);
    code.int(each);
    code.op('i32.mul');
    if (rounding > 0) {
      code.int(rounding);
      code.op('i32.add');
    }
    code.index('local.set', bytes);
    code.index('global.get', links.limit(region));
    code.index('global.get', links.top(region));
    code.op('i32.sub');
    code.index('local.get', bytes);
    code.op('i32.lt_u');
    // Beyond this many the number of bytes would not be right.
    const many = 2 ** Math.floor(31 - Math.log2(each + 1));
    code.index('local.get', count);
    code.int(many);
    code.op('i32.ge_u');
    code.op('i32.or');
    this.leaveIf(region, () => {
      code.int(-(2 ** 31));
      code.index('local.get', bytes);
      code.index('local.get', count);
      code.int(many);
      code.op('i32.ge_u');
      code.op('select');
    });
    // What is wanted of a result may be nothing; the room is taken all the same.
    code.index('global.get', links.top(region));
    ops.forEach(({ results: [result] }, n) => {
      code.index('local.set', bytes);
      if (this.plan.used(result)) {
        code.index('local.get', bytes);
        this.set(result);
      }
      code.index('local.get', bytes);
      code.index('local.get', count);
      if (shifts[n] > 0) {
        code.int(shifts[n]);
        code.op('i32.shl');
      }
      code.op('i32.add');
      if (shifts[n] < 3) {
        code.int(7);
        code.op('i32.add');
        code.int(-8);
        code.op('i32.and');
      }
    });
    code.index('global.set', links.top(region));
  }

  /** Leaves if what is on the stack holds, for want of the bytes that `push` puts there. */
  private leaveIf(region: number, push: () => void): void {
    const { code, links } = this;
    code.open('if');
    code.int(~region);
    push();
    code.index('call', links.leave);
    code.op('unreachable');
    code.op('end');
  }

  private open(name: 'block' | 'loop' | 'if'): void {
    this.code.open(name);
    this.depth++;
  }

  private close(): void {
    this.code.op('end');
    this.depth--;
  }
}

function rootOf(space: Space): Space {
  return space.shadows === undefined ? space : rootOf(space.shadows.space);
}
