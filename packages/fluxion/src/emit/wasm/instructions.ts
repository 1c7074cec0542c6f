/**
 * The instructions of WebAssembly that are emitted: names, codes and what stands behind the code.
 * Invariant: the one table for writing and for reading back, so the text form shows what was emitted.
 */
import type { Type } from '../../ir/types.ts';
import { Bytes } from './bytes.ts';

/**
 * none. block: a block type, always empty or one value. index: a number (of a local, a global, a function, a label). access: alignment and offset.
 * zeros: memory indexes that are 0.
 */
export type Immediate = 'none' | 'block' | 'index' | 'access' | 'i32' | 'f64' | 'zero' | 'zeros';

/** Codes above 0xff are those behind the prefix 0xfc. */
export const instructions = {
  unreachable: [0x00, 'none'],
  block: [0x02, 'block'],
  loop: [0x03, 'block'],
  if: [0x04, 'block'],
  else: [0x05, 'none'],
  end: [0x0b, 'none'],
  br: [0x0c, 'index'],
  br_if: [0x0d, 'index'],
  return: [0x0f, 'none'],
  call: [0x10, 'index'],
  drop: [0x1a, 'none'],
  select: [0x1b, 'none'],
  'local.get': [0x20, 'index'],
  'local.set': [0x21, 'index'],
  'local.tee': [0x22, 'index'],
  'global.get': [0x23, 'index'],
  'global.set': [0x24, 'index'],
  'i32.load': [0x28, 'access'],
  'f64.load': [0x2b, 'access'],
  'i32.load8_s': [0x2c, 'access'],
  'i32.load8_u': [0x2d, 'access'],
  'i32.load16_s': [0x2e, 'access'],
  'i32.load16_u': [0x2f, 'access'],
  'i32.store': [0x36, 'access'],
  'f64.store': [0x39, 'access'],
  'i32.store8': [0x3a, 'access'],
  'i32.store16': [0x3b, 'access'],
  'i32.const': [0x41, 'i32'],
  'f64.const': [0x44, 'f64'],
  'i32.eqz': [0x45, 'none'],
  'i32.eq': [0x46, 'none'],
  'i32.ne': [0x47, 'none'],
  'i32.lt_s': [0x48, 'none'],
  'i32.lt_u': [0x49, 'none'],
  'i32.gt_s': [0x4a, 'none'],
  'i32.gt_u': [0x4b, 'none'],
  'i32.le_s': [0x4c, 'none'],
  'i32.le_u': [0x4d, 'none'],
  'i32.ge_s': [0x4e, 'none'],
  'i32.ge_u': [0x4f, 'none'],
  'f64.eq': [0x61, 'none'],
  'f64.ne': [0x62, 'none'],
  'f64.lt': [0x63, 'none'],
  'f64.gt': [0x64, 'none'],
  'f64.le': [0x65, 'none'],
  'f64.ge': [0x66, 'none'],
  'i32.clz': [0x67, 'none'],
  'i32.add': [0x6a, 'none'],
  'i32.sub': [0x6b, 'none'],
  'i32.mul': [0x6c, 'none'],
  'i32.rem_s': [0x6f, 'none'],
  'i32.and': [0x71, 'none'],
  'i32.or': [0x72, 'none'],
  'i32.xor': [0x73, 'none'],
  'i32.shl': [0x74, 'none'],
  'i32.shr_s': [0x75, 'none'],
  'i32.shr_u': [0x76, 'none'],
  'f64.abs': [0x99, 'none'],
  'f64.neg': [0x9a, 'none'],
  'f64.ceil': [0x9b, 'none'],
  'f64.floor': [0x9c, 'none'],
  'f64.trunc': [0x9d, 'none'],
  'f64.sqrt': [0x9f, 'none'],
  'f64.add': [0xa0, 'none'],
  'f64.sub': [0xa1, 'none'],
  'f64.mul': [0xa2, 'none'],
  'f64.div': [0xa3, 'none'],
  'f64.min': [0xa4, 'none'],
  'f64.max': [0xa5, 'none'],
  'f64.copysign': [0xa6, 'none'],
  'i32.wrap_i64': [0xa7, 'none'],
  'f32.demote_f64': [0xb6, 'none'],
  'f64.convert_i32_s': [0xb7, 'none'],
  'f64.convert_i32_u': [0xb8, 'none'],
  'f64.promote_f32': [0xbb, 'none'],
  'i32.trunc_sat_f64_s': [0xfc02, 'none'],
  'i32.trunc_sat_f64_u': [0xfc03, 'none'],
  'i64.trunc_sat_f64_s': [0xfc06, 'none'],
  'memory.copy': [0xfc0a, 'zeros'],
  'memory.fill': [0xfc0b, 'zero'],
} as const satisfies Readonly<Record<string, readonly [code: number, immediate: Immediate]>>;

export type Instruction = keyof typeof instructions;

export type Wasm = 'i32' | 'f64';

export const wasmType = { i32: 0x7f, f64: 0x7c } as const satisfies Record<Wasm, number>;

export function wasmOf(type: Type): Wasm {
  return type === 'f64' ? 'f64' : 'i32';
}

/** Instructions of one function, one behind the other. */
export class Code extends Bytes {
  op(name: Instruction): void {
    const code = instructions[name][0];
    if (code > 0xff) this.u8(code >> 8);
    this.u8(code & 0xff);
  }

  /** An instruction with a number behind it: of a local, a global, a function, a label. */
  index(name: Instruction, index: number): void {
    this.op(name);
    this.u32(index);
  }

  int(value: number): void {
    this.op('i32.const');
    this.s32(value);
  }

  number(value: number): void {
    this.op('f64.const');
    this.f64(value);
  }

  /** Starts a block, loop or if; without a type it leaves nothing on the stack. */
  open(name: 'block' | 'loop' | 'if', type?: Wasm): void {
    this.op(name);
    this.u8(type === undefined ? 0x40 : wasmType[type]);
  }

  access(name: Instruction, alignment: number, offset: number): void {
    this.op(name);
    this.u32(alignment);
    this.u32(offset);
  }
}
