/**
 * Calls built-ins as twin code calls them, without any rewriting: what runs is what the registry holds, on dual numbers.
 */
import '../../src/dynamic/builtins/index.ts';
import { guard, guardConstruct } from '../../src/dynamic/builtins/guard.ts';
import { lookup } from '../../src/dynamic/builtins/registry.ts';
import { hooks } from '../../src/dynamic/hooks.ts';
import { Dual, isBox, primalOf } from '../../src/dynamic/numbers/box.ts';
import { forwardLevel } from '../../src/dynamic/numbers/level.ts';
import { get, set } from '../../src/dynamic/properties.ts';
import { beginRun, endRun, type Run } from '../../src/dynamic/run.ts';
import { fault, type Mode, outcome, plainly } from './judge.ts';
import type { Found } from './reflection.ts';
import { build, type Variant } from './variants.ts';

const native = /\{\s*\[native code\]\s*\}\s*$/;

function twinOf(f: Function): Function {
  return lookup(f) ?? (native.test(Function.prototype.toString.call(f)) ? guard(f) : f);
}

hooks.twinOf = (f) =>
  typeof f === 'function'
    ? twinOf(f)
    : () => {
        throw new TypeError('not a function');
      };
hooks.callTwin = (f, thisArg, args) => {
  if (typeof f !== 'function') throw new TypeError('not a function');
  return Reflect.apply(twinOf(f), thisArg, args as unknown[]);
};
hooks.constructTwin = (C, args, newTarget = C) => {
  const twin = lookup(C) ?? (native.test(Function.prototype.toString.call(C)) ? guardConstruct(C) : C);
  return Reflect.construct(twin, args as unknown[], newTarget);
};

const tracked: Mode = {
  call: (fn, receiver, args, constructing) =>
    constructing ? hooks.constructTwin(fn, args) : hooks.callTwin(fn, receiver, args),
  build(variant, x) {
    if (variant.form !== 'a typed element') return build(variant, x);
    const call = build(variant, 0);
    set(variant.at === 'receiver' ? call.receiver : call.args[variant.at], 0, x);
    return call;
  },
  get: (o, k) => get(o, k),
  isNumber: (v) => typeof v === 'number' || isBox(v),
};

/** The widest is for numbers that are stored in few bits. */
export const steps = [2 ** -4, 1e-3, 1e-5];

/** Judges one variant of a call at `x0`. */
export async function judgeDirectly(found: Found, variant: Variant, x0: number): Promise<string | undefined> {
  const plain = await outcome(plainly, found, variant, x0);
  const again = await outcome(plainly, found, variant, x0);
  if ('numbers' in plain && 'numbers' in again && plain.numbers.join() !== again.numbers.join()) return undefined;
  const plus = [];
  const minus = [];
  for (const h of steps) {
    plus.push(await outcome(plainly, found, variant, x0 + h));
    minus.push(await outcome(plainly, found, variant, x0 - h));
  }
  const run: Run = beginRun();
  const level = forwardLevel(run, undefined);
  const x = new Dual(level, x0, 1);
  try {
    const result = await outcome(tracked, found, variant, x);
    return fault(result, plain, plus, minus, steps, (v) => ({
      value: primalOf(v) as number,
      tangent: isBox(v) ? (primalOf((v as Dual).tangent) as number) : 0,
    }));
  } finally {
    level.ended = true;
    endRun(run);
  }
}
