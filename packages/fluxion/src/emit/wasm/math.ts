/**
 * How the operations on numbers are written: native instructions where WebAssembly means exactly what JavaScript means, else functions of
 * our own ("assistants") that are exact, else the engine's own function, imported.
 * Invariant: results are those of JavaScript bit for bit.
 */
import type { Compare, Convert, IntegerName, Op, Test } from '../../ir/ops.ts';
import type { Space } from '../../ir/types.ts';
import type { PrimitiveName } from '../../rules/rule.ts';
import type { Code, Instruction, Wasm } from './instructions.ts';
import type { Links } from './links.ts';
import { addressingOf } from './memory.ts';
import { release } from './release.ts';

/** A function written by us beside those of the module, with its parameters in the first locals. */
export interface Assistant {
  readonly name: string;
  readonly params: readonly Wasm[];
  readonly results: readonly Wasm[];
  readonly locals: readonly Wasm[];
  readonly imports?: readonly (readonly [fn: PrimitiveName, arity: number])[];
  readonly write: (code: Code, links: Links) => void;
}

const direct: Partial<Record<PrimitiveName, readonly Instruction[]>> = {
  add: ['f64.add'],
  sub: ['f64.sub'],
  mul: ['f64.mul'],
  div: ['f64.div'],
  neg: ['f64.neg'],
  abs: ['f64.abs'],
  sqrt: ['f64.sqrt'],
  ceil: ['f64.ceil'],
  floor: ['f64.floor'],
  trunc: ['f64.trunc'],
  fround: ['f32.demote_f64', 'f64.promote_f32'],
};

const folded: Partial<Record<PrimitiveName, readonly [empty: number, instruction: Instruction]>> = {
  max: [Number.NEGATIVE_INFINITY, 'f64.max'],
  min: [Number.POSITIVE_INFINITY, 'f64.min'],
};

/** x % y: by integers where both are (the sign is that of x), by the engine where not. */
const mod: Assistant = {
  name: 'mod',
  params: ['f64', 'f64'],
  results: ['f64'],
  locals: ['i32', 'i32'],
  imports: [['mod', 2]],
  write(code, links) {
    const integer = (from: number, to: number) => {
      code.index('local.get', from);
      code.op('i32.trunc_sat_f64_s');
      code.index('local.tee', to);
      code.op('f64.convert_i32_s');
      code.index('local.get', from);
      code.op('f64.eq');
    };
    integer(0, 2);
    integer(1, 3);
    code.op('i32.and');
    code.index('local.get', 3);
    code.int(0);
    code.op('i32.ne');
    code.op('i32.and');
    code.open('if', 'f64');
    code.index('local.get', 2);
    code.index('local.get', 3);
    code.op('i32.rem_s');
    code.op('f64.convert_i32_s');
    code.index('local.get', 0);
    code.op('f64.copysign');
    code.op('else');
    code.index('local.get', 0);
    code.index('local.get', 1);
    code.index('call', links.math('mod', 2));
    code.op('end');
  },
};

/** Halves go up, and what rounds to zero keeps its sign. */
const round: Assistant = {
  name: 'round',
  params: ['f64'],
  results: ['f64'],
  locals: ['f64'],
  write(code) {
    code.index('local.get', 0);
    code.op('f64.ceil');
    code.index('local.tee', 1);
    code.number(1);
    code.op('f64.sub');
    code.index('local.get', 1);
    code.index('local.get', 1);
    code.number(0.5);
    code.op('f64.sub');
    code.index('local.get', 0);
    code.op('f64.gt');
    code.op('select');
  },
};

const sign: Assistant = {
  name: 'sign',
  params: ['f64'],
  results: ['f64'],
  locals: [],
  write(code) {
    code.number(1);
    code.number(-1);
    code.index('local.get', 0);
    code.index('local.get', 0);
    code.number(0);
    code.op('f64.lt');
    code.op('select');
    code.index('local.get', 0);
    code.number(0);
    code.op('f64.gt');
    code.op('select');
  },
};

/** Modulo 2^32. Below 2^63 by way of 64-bit integers; beyond it all steps in floating point are exact; NaN and infinities give 0. */
const toInt32: Assistant = {
  name: 'toInt32',
  params: ['f64'],
  results: ['i32'],
  locals: [],
  write(code) {
    code.index('local.get', 0);
    code.op('f64.abs');
    code.number(2 ** 63);
    code.op('f64.lt');
    code.open('if', 'i32');
    code.index('local.get', 0);
    code.op('i64.trunc_sat_f64_s');
    code.op('i32.wrap_i64');
    code.op('else');
    code.index('local.get', 0);
    code.index('local.get', 0);
    code.number(2 ** -32);
    code.op('f64.mul');
    code.op('f64.floor');
    code.number(2 ** 32);
    code.op('f64.mul');
    code.op('f64.sub');
    code.op('i32.trunc_sat_f64_u');
    code.op('end');
  },
};

/** Copies cells of 8 bytes that lie `stride` bytes apart (the lanes of a shadow), in the order that overlapping asks for. */
const copyLanes: Assistant = {
  name: 'copy lanes',
  params: ['i32', 'i32', 'i32', 'i32'],
  results: [],
  locals: [],
  write(code) {
    const [to, from, count, stride] = [0, 1, 2, 3];
    const move = (local: number) => {
      code.index('local.get', local);
      code.index('local.get', stride);
      code.op('i32.add');
      code.index('local.set', local);
    };
    // Backwards, with a negative stride, where the target lies behind the source.
    code.index('local.get', to);
    code.index('local.get', from);
    code.op('i32.gt_u');
    code.open('if');
    for (const local of [to, from]) {
      code.index('local.get', local);
      code.index('local.get', count);
      code.int(1);
      code.op('i32.sub');
      code.index('local.get', stride);
      code.op('i32.mul');
      code.op('i32.add');
      code.index('local.set', local);
    }
    code.int(0);
    code.index('local.get', stride);
    code.op('i32.sub');
    code.index('local.set', stride);
    code.op('end');
    code.open('block');
    code.open('loop');
    code.index('local.get', count);
    code.op('i32.eqz');
    code.index('br_if', 1);
    code.index('local.get', to);
    code.index('local.get', from);
    code.access('f64.load', 3, 0);
    code.access('f64.store', 3, 0);
    move(to);
    move(from);
    code.index('local.get', count);
    code.int(1);
    code.op('i32.sub');
    code.index('local.set', count);
    code.index('br', 0);
    code.op('end');
    code.op('end');
  },
};

const assisted: Partial<Record<PrimitiveName, Assistant>> = { mod, round, sign };

/** Whether a primitive is the engine's, imported. */
export function importsOf(fn: PrimitiveName, arity: number): boolean {
  if (folded[fn] !== undefined || direct[fn] !== undefined || assisted[fn] !== undefined) return false;
  return fn !== 'clz32' && fn !== 'imul' && !(fn === 'sumPrecise' && arity === 1);
}

const noAssistants: readonly Assistant[] = [];

/** Which functions of our own an operation calls. */
export function assistantsOf(op: Op): readonly Assistant[] {
  switch (op.op) {
    case 'math': {
      const found = assisted[op.fn];
      if (found !== undefined) return [found];
      return op.fn === 'clz32' || op.fn === 'imul' ? [toInt32] : noAssistants;
    }
    case 'convert':
      return op.fn === 'toInt32' ? [toInt32] : noAssistants;
    case 'copy':
      return isLaned(op.space) ? [copyLanes] : noAssistants;
    case 'release':
      return [release];
    default:
      return noAssistants;
  }
}

/** Whether the cells of a space do not lie side by side, having lanes of others between them. */
export function isLaned(space: Space): boolean {
  return addressingOf(space).scale > 1;
}

/** Writes a primitive whose arguments `push` puts on the stack one by one. */
export function writeMath(
  code: Code,
  links: Links,
  fn: PrimitiveName,
  arity: number,
  push: (argument: number) => void,
): void {
  const fold = folded[fn];
  if (fold !== undefined && arity === 0) {
    code.number(fold[0]);
    return;
  }
  if (fold !== undefined) {
    push(0);
    for (let n = 1; n < arity; n++) {
      push(n);
      code.op(fold[1]);
    }
    return;
  }
  if (fn === 'clz32' || fn === 'imul') {
    push(0);
    code.index('call', links.assistant('toInt32'));
    if (fn === 'clz32') code.op('i32.clz');
    else {
      push(1);
      code.index('call', links.assistant('toInt32'));
      code.op('i32.mul');
    }
    code.op('f64.convert_i32_s');
    return;
  }
  for (let n = 0; n < arity; n++) push(n);
  const instructions = direct[fn];
  if (instructions !== undefined) for (const instruction of instructions) code.op(instruction);
  else if (assisted[fn] !== undefined) code.index('call', links.assistant(fn));
  else if (importsOf(fn, arity)) code.index('call', links.math(fn, arity));
}

/** The instruction of a comparison whose two operands are on the stack. */
export function comparison({ test, unsigned, args }: Compare): Instruction {
  if (args[0].type === 'f64') return comparisons.f64[test];
  return unsigned === true ? comparisons.unsigned[test] : comparisons.i32[test];
}

const comparisons: Readonly<Record<'f64' | 'i32' | 'unsigned', Readonly<Record<Test, Instruction>>>> = {
  f64: { eq: 'f64.eq', ne: 'f64.ne', lt: 'f64.lt', le: 'f64.le', gt: 'f64.gt', ge: 'f64.ge' },
  i32: { eq: 'i32.eq', ne: 'i32.ne', lt: 'i32.lt_s', le: 'i32.le_s', gt: 'i32.gt_s', ge: 'i32.ge_s' },
  unsigned: { eq: 'i32.eq', ne: 'i32.ne', lt: 'i32.lt_u', le: 'i32.le_u', gt: 'i32.gt_u', ge: 'i32.ge_u' },
};

/** What follows the operands of integer arithmetic. */
export function writeInteger(code: Code, fn: Exclude<IntegerName, 'min' | 'max'>): void {
  if (fn === 'shr' || fn === 'shru') code.op(fn === 'shr' ? 'i32.shr_s' : 'i32.shr_u');
  else code.op(`i32.${fn}`);
}

/** The same for the smaller or larger of two; they are put into the locals `a` and `b`. */
export function writeExtreme(code: Code, fn: 'min' | 'max', a: number, b: number): void {
  code.index('local.set', b);
  code.index('local.tee', a);
  code.index('local.get', b);
  code.index('local.get', a);
  code.index('local.get', b);
  code.op(fn === 'min' ? 'i32.lt_s' : 'i32.gt_s');
  code.op('select');
}

/** `toIndex` of what is on the stack, which is put into the local `number`, and what it is cut to into `integer`. */
export function writeIndex(code: Code, number: number, integer: number): void {
  // With a negative number every bit is set, which is -1.
  code.index('local.tee', number);
  code.op('i32.trunc_sat_f64_s');
  code.index('local.tee', integer);
  code.index('local.get', integer);
  code.int(31);
  code.op('i32.shr_s');
  code.op('i32.or');
  code.int(-1);
  code.index('local.get', integer);
  code.op('f64.convert_i32_s');
  code.index('local.get', number);
  code.op('f64.eq');
  code.op('select');
}

/** What follows the operand of a conversion. */
export function writeConversion(code: Code, links: Links, { fn }: Convert): void {
  switch (fn) {
    case 'toNumber':
      code.op('f64.convert_i32_s');
      break;
    case 'toNumberUnsigned':
      code.op('f64.convert_i32_u');
      break;
    case 'toInt32':
      code.index('call', links.assistant(fn));
      break;
    case 'isNonzero':
      code.int(0);
      code.op('i32.ne');
      break;
    case 'isNull':
      code.op('i32.eqz');
      break;
    case 'booleanToInt':
      break;
  }
}
