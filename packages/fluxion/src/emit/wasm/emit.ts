/**
 * From a module of the IR to the bytes of a module of WebAssembly.
 * Invariant: the bytes depend on the IR alone, so they can be kept and instantiated again; everything that belongs to one run comes
 * in by `enter`, before the call.
 */
import type { Func, Module } from '../../ir/ops.ts';
import type { Level, Type } from '../../ir/types.ts';
import { Bytes } from './bytes.ts';
import { type Written, writeFunction } from './function.ts';
import { Code, type Wasm, wasmOf, wasmType } from './instructions.ts';
import { type Import, Links } from './links.ts';
import { reservedBytes } from './memory.ts';

export interface Emitted {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly levels: readonly Level[];
  readonly imports: readonly Import[];
  /** What can be called, by name. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** By number, imports included; for the text form. */
  readonly names: readonly string[];
}

export interface Entry {
  readonly params: readonly Type[];
  readonly results: readonly Type[];
}

/** `entries`: the functions that can be called from outside. */
export function emit(module: Module, entries: readonly string[]): Emitted {
  const links = new Links(module, entries);
  const types = new Types();
  const functions: Made[] = [];
  for (const func of links.functions) {
    functions.push({ name: func.name, type: types.of(...signature(func)), written: writeFunction(func, links) });
  }
  for (const { name, params, results, locals, write } of links.assistants) {
    const code = new Code();
    write(code, links);
    code.op('end');
    functions.push({ name: `${name}`, type: types.of(params, results), written: { locals, code } });
  }
  const first = links.imports.length;
  const exported: (readonly [name: string, number: number])[] = [];
  const add = (name: string, params: readonly Wasm[], results: readonly Wasm[], written: Written) => {
    written.code.op('end');
    exported.push([name, first + functions.length]);
    functions.push({ name, type: types.of(params, results), written });
  };
  for (const name of entries) {
    const func = module.functions.get(name)!;
    if (func.results.length <= 1) exported.push([`call ${name}`, links.func(name)]);
    else add(`call ${name}`, signature(func)[0], [], spread(func, links));
  }
  const globals = Array.from({ length: links.globals }, (): Wasm => 'i32');
  add('enter', globals, [], enter(links));
  for (let region = 0; region < links.regions; region++) {
    const code = new Code();
    code.index('global.get', links.top(region));
    add(`top ${region}`, [], ['i32'], { locals: [], code });
  }
  return {
    bytes: encode(links, types, functions, exported),
    levels: module.levels,
    imports: links.imports,
    entries: new Map(
      entries.map((name) => {
        const { params, results } = module.functions.get(name)!;
        return [name, { params: params.map(({ type }) => type), results }];
      }),
    ),
    names: [...links.imports.map(importName), ...functions.map(({ name }) => name)],
  };
}

interface Made {
  readonly name: string;
  readonly type: number;
  readonly written: Written;
}

function signature(func: Func): [params: Wasm[], results: Wasm[]] {
  return [func.params.map(({ type }) => wasmOf(type)), func.results.map(wasmOf)];
}

export function importName(what: Import): string {
  if (what.kind === 'leave') return 'leave';
  return what.kind === 'math' ? `${what.fn} ${what.arity}` : `host ${what.index}`;
}

/**
 * Calls a function of several results and puts them, each as f64, where JavaScript reads them: as results they would be made an
 * array of.
 */
function spread(func: Func, links: Links): Written {
  const { params, results } = func;
  const code = new Code();
  for (let n = 0; n < params.length; n++) code.index('local.get', n);
  code.index('call', links.func(func.name));
  for (let n = results.length - 1; n >= 0; n--) {
    if (results[n] !== 'f64') code.op(results[n] === 'i32' ? 'f64.convert_i32_s' : 'f64.convert_i32_u');
    code.index('local.set', params.length + n);
  }
  for (let n = 0; n < results.length; n++) {
    code.int(0);
    code.index('local.get', params.length + n);
    code.access('f64.store', 3, reservedBytes + 8 * n);
  }
  return { locals: results.map(() => 'f64'), code };
}

/** Takes the top and the limit of each region and then the shift of each level, in the order of the globals. */
function enter(links: Links): Written {
  const code = new Code();
  for (let n = 0; n < links.globals; n++) {
    code.index('local.get', n);
    code.index('global.set', n);
  }
  return { locals: [], code };
}

/** Function types, each once. */
class Types {
  readonly all: (readonly [params: readonly Wasm[], results: readonly Wasm[]])[] = [];
  private readonly numbers = new Map<string, number>();

  of(params: readonly Wasm[], results: readonly Wasm[]): number {
    const key = `${params.join()}>${results.join()}`;
    let number = this.numbers.get(key);
    if (number === undefined) this.numbers.set(key, (number = this.all.push([params, results]) - 1));
    return number;
  }
}

function importType({ kind, ...rest }: Import): [params: Wasm[], results: Wasm[]] {
  if (kind === 'leave') return [['i32', 'i32'], []];
  if ('arity' in rest) return [Array.from({ length: rest.arity }, (): Wasm => 'f64'), ['f64']];
  if ('host' in rest) return [rest.host.params.map(wasmOf), rest.host.results.map(wasmOf)];
  throw new Error(`${kind} has no type`);
}

function encode(
  links: Links,
  types: Types,
  functions: readonly Made[],
  exported: readonly (readonly [name: string, number: number])[],
): Uint8Array<ArrayBuffer> {
  const importTypes = links.imports.map((what) => types.of(...importType(what)));
  const out = new Bytes();
  for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.u8(byte);
  const section = (id: number, count: number, write: (to: Bytes) => void) => {
    const content = new Bytes();
    content.u32(count);
    write(content);
    out.u8(id);
    out.sized(content);
  };
  section(1, types.all.length, (to) => {
    for (const [params, results] of types.all) {
      to.u8(0x60);
      for (const list of [params, results]) {
        to.u32(list.length);
        for (const type of list) to.u8(wasmType[type]);
      }
    }
  });
  section(2, links.imports.length + 1, (to) => {
    links.imports.forEach((_, n) => {
      to.text('f');
      to.text(String(n));
      to.u8(0);
      to.u32(importTypes[n]);
    });
    to.text('m');
    to.text('m');
    to.u8(2);
    to.u8(0);
    to.u32(1);
  });
  section(3, functions.length, (to) => {
    for (const { type } of functions) to.u32(type);
  });
  section(6, links.globals, (to) => {
    for (let n = 0; n < links.globals; n++) for (const byte of [wasmType.i32, 1, 0x41, 0, 0x0b]) to.u8(byte);
  });
  section(7, exported.length, (to) => {
    for (const [name, number] of exported) {
      to.text(name);
      to.u8(0);
      to.u32(number);
    }
  });
  section(10, functions.length, (to) => {
    for (const { written } of functions) {
      const body = new Bytes();
      const runs = runsOf(written.locals);
      body.u32(runs.length);
      for (const [type, count] of runs) {
        body.u32(count);
        body.u8(wasmType[type]);
      }
      body.bytes(written.code.written);
      to.sized(body);
    }
  });
  return out.written;
}

function runsOf(types: readonly Wasm[]): (readonly [type: Wasm, count: number])[] {
  const runs: [Wasm, number][] = [];
  for (const type of types) {
    const last = runs[runs.length - 1];
    if (last !== undefined && last[0] === type) last[1]++;
    else runs.push([type, 1]);
  }
  return runs;
}
