/** Random programs with what the generator leaves out: host calls, guards that hold and guards that fail, counters that are f64. */
import { interpret, Left, Memory } from '../../src/ir/interpret.ts';
import type { Func, Module, Op, Region, Value } from '../../src/ir/ops.ts';
import { type Program, place } from '../differentiate/derivatives.ts';

export const log: number[] = [];

/** Notes every stored value with the host, checks every index, and leaves when a stored value is larger than `bound`. */
export function instrumented(module: Module, bound: number): Module {
  const functions = new Map<string, Func>();
  const reason = module.reasons.length;
  const note = module.hosts.length;
  for (const [name, func] of module.functions) {
    let next = 1_000_000;
    const value = (type: Value['type']): Value => ({ id: next++, type });
    const region = (r: Region): Region => ({ ...r, ops: r.ops.flatMap(op) });
    const constant = (type: Value['type'], c: number, ops: Op[]): Value => {
      const result = value(type);
      ops.push({ op: 'const', value: c, results: [result] });
      return result;
    };
    const guard = (condition: Op & { op: 'compare' }, code: number): Op[] => [
      condition,
      { op: 'guard', reason: code, args: [condition.results[0]], results: [] },
    ];
    const op = (o: Op): Op[] => {
      const ops: Op[] = [];
      if (o.op === 'load' && o.args.length === 2) {
        const limit = constant('i32', 4, ops);
        const args = [o.args[1], limit] as const;
        ops.push(...guard({ op: 'compare', test: 'lt', unsigned: true, args, results: [value('bool')] }, reason), o);
      } else if (o.op === 'store' && o.space.cell === 'f64') {
        const stored = o.args[o.args.length - 1];
        const number = value('f64');
        const index = value('i32');
        ops.push({ op: 'math', fn: 'mul', args: [stored, constant('f64', 4, ops)], results: [number] });
        ops.push({ op: 'convert', fn: 'toInt32', args: [number], results: [index] });
        const back = value('f64');
        ops.push({ op: 'convert', fn: 'toNumber', args: [index], results: [back] });
        const args = [back, constant('f64', bound, ops)] as const;
        ops.push(...guard({ op: 'compare', test: 'lt', args, results: [value('bool')] }, reason + 1), o);
        ops.push({ op: 'host', host: note, args: [stored], results: [] });
      } else if (o.op === 'if') ops.push({ ...o, then: region(o.then), else: region(o.else) });
      else if (o.op === 'block') ops.push({ ...o, body: region(o.body) });
      else if (o.op === 'loop') ops.push({ ...o, test: region(o.test), body: region(o.body) });
      else ops.push(o);
      return ops;
    };
    functions.set(name, { ...func, body: region(func.body) });
  }
  return {
    ...module,
    functions,
    reasons: [...module.reasons, { code: 'bounds', message: 'outside' }, { code: 'range', message: 'too large' }],
    hosts: [...module.hosts, { name: 'note', params: ['f64'], results: [], callee: (v) => log.push(v) }],
  };
}

/** What a run does, as far as anyone can see it: results, memory, what the host was told, and how it was left. */
export function behaviour(program: Program): { seen: unknown[]; ops: number } {
  log.length = 0;
  const memory = new Memory();
  const args = place(program, memory);
  const seen: unknown[] = [];
  let ops = 0;
  try {
    const run = interpret(program.module, program.entry, args, { memory, limit: 2e6 });
    ops = run.ops;
    seen.push(...run.results);
    program.args.forEach((a, i) => {
      if (typeof a === 'object' && 'space' in a) seen.push(memory.contents(a.space, args[i]));
    });
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    seen.push(error.reason.message);
  }
  return { seen: [...seen, [...log]], ops };
}
