/**
 * The text form of emitted WebAssembly, read back from the bytes of its code.
 * Invariant: shows what was emitted and nothing else; only what this emitter writes can be read.
 */
import { numberText } from '../../ir/print.ts';
import type { Emitted } from './emit.ts';
import { type Immediate, type Instruction, instructions, type Wasm, wasmType } from './instructions.ts';

const byCode = new Map<number, readonly [name: Instruction, immediate: Immediate]>();
for (const [name, [code, immediate]] of Object.entries(instructions))
  byCode.set(code, [name as Instruction, immediate]);

const typeNames = new Map<number, Wasm>([
  [wasmType.i32, 'i32'],
  [wasmType.f64, 'f64'],
]);

interface Signature {
  readonly params: readonly Wasm[];
  readonly results: readonly Wasm[];
}

export function wasmText(emitted: Emitted): string {
  const from = new Reader(emitted.bytes);
  const types: Signature[] = [];
  const imports: number[] = [];
  const functions: number[] = [];
  const exported = new Map<number, string>();
  const lines: string[] = ['(module'];
  from.at = 8;
  while (from.at < emitted.bytes.length) {
    const section = from.u8();
    const size = from.u32();
    const end = from.at + size;
    const count = from.u32();
    for (let n = 0; n < count; n++) {
      if (section === 1) types.push(signature(from));
      else if (section === 2) importOf(from, imports);
      else if (section === 3) functions.push(from.u32());
      else if (section === 7) {
        const name = from.text();
        from.u8();
        exported.set(from.u32(), name);
      } else if (section === 10) {
        const number = imports.length + n;
        if (n === 0) {
          lines.push('  (import "m" "m" (memory 1))');
          imports.forEach((type, i) => {
            lines.push(`  (import "f" "${i}" (func ${nameOf(emitted, i)}${signatureText(types[type])}))`);
          });
        }
        body(from, emitted, number, types[functions[n]], exported.get(number), lines);
      }
    }
    from.at = end;
  }
  lines.push(')');
  return `${lines.join('\n')}\n`;
}

function signature(from: Reader): Signature {
  from.u8();
  const list = () => Array.from({ length: from.u32() }, () => typeNames.get(from.u8())!);
  const params = list();
  return { params, results: list() };
}

function importOf(from: Reader, imports: number[]): void {
  from.text();
  from.text();
  if (from.u8() === 0) imports.push(from.u32());
  else for (let n = 0; n < 2; n++) from.u32();
}

function signatureText({ params, results }: Signature): string {
  return [...params.map((type) => ` (param ${type})`), ...results.map((type) => ` (result ${type})`)].join('');
}

function nameOf({ names }: Emitted, number: number): string {
  return `$${(names[number] ?? String(number)).replaceAll(/[^\w.]/g, '_')}`;
}

function body(
  from: Reader,
  emitted: Emitted,
  number: number,
  type: Signature,
  exported: string | undefined,
  lines: string[],
): void {
  const end = from.u32() + from.at;
  const head = exported === undefined ? '' : ` (export ${JSON.stringify(exported)})`;
  lines.push(`  (func ${nameOf(emitted, number)}${head}${signatureText(type)}`);
  let locals = '';
  for (let groups = from.u32(); groups > 0; groups--) {
    const count = from.u32();
    locals += ` ${typeNames.get(from.u8())}`.repeat(count);
  }
  if (locals !== '') lines.push(`    (local${locals})`);
  let depth = 2;
  while (from.at < end - 1) {
    const { name, immediates } = instruction(from, emitted);
    if (name === 'end' || name === 'else') depth--;
    lines.push(`${'  '.repeat(depth)}${name}${immediates}`);
    if (name === 'block' || name === 'loop' || name === 'if' || name === 'else') depth++;
  }
  from.at = end;
  lines.push('  )');
}

function instruction(from: Reader, emitted: Emitted): { name: Instruction; immediates: string } {
  const first = from.u8();
  const code = first === 0xfc ? (first << 8) | from.u8() : first;
  const known = byCode.get(code);
  if (known === undefined) throw new Error(`No instruction has the code ${code.toString(16)}`);
  const [name, immediate] = known;
  return { name, immediates: immediatesOf(from, emitted, name, immediate) };
}

function immediatesOf(from: Reader, emitted: Emitted, name: Instruction, immediate: Immediate): string {
  switch (immediate) {
    case 'none':
      return '';
    case 'block': {
      const type = typeNames.get(from.u8());
      return type === undefined ? '' : ` (result ${type})`;
    }
    case 'index': {
      const index = from.u32();
      return ` ${name === 'call' ? nameOf(emitted, index) : index}`;
    }
    case 'access': {
      from.u32();
      const offset = from.u32();
      return offset === 0 ? '' : ` offset=${offset}`;
    }
    case 'i32':
      return ` ${from.s32()}`;
    case 'f64':
      return ` ${numberText(from.f64()).replace('Infinity', 'inf').replace('NaN', 'nan')}`;
    case 'zero':
      from.u8();
      return '';
    case 'zeros':
      from.u8();
      from.u8();
      return '';
  }
}

class Reader {
  at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  u8(): number {
    return this.bytes[this.at++];
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  s32(): number {
    let value = 0;
    for (let shift = 0; ; ) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) return shift < 32 && (byte & 0x40) !== 0 ? value | (-1 << shift) : value;
    }
  }

  f64(): number {
    const { bytes, at } = this;
    this.at += 8;
    return new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0, true);
  }

  text(): string {
    const length = this.u32();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }
}
