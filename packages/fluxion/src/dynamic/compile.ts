/**
 * Turns the text of a rewritten function into a function of the right realm, under the original's file name and lines.
 * Invariant: line n of the twin is line n of the original file, so that stacks and breakpoints are the user's.
 */
import type { SourcePosition } from '../capture/captured.ts';
import { builtinModule } from '../capture/environment.ts';
import { fluxionError } from '../errors/error.ts';
import { OwnMap } from './own.ts';
import { registerScript } from './positions.ts';
import type { Rewritten } from './rewrite/rewrite.ts';

/** A factory takes the instance runtime and the constant captures, and gives the twin. */
export type Factory = (runtime: object, ...constants: unknown[]) => unknown;

const compiled = new WeakMap<Rewritten, Map<unknown, Factory>>();

/** Compiles (once per realm) what the rewriter made of `fn`. */
export function factoryOf(rewritten: Rewritten, fn: object, location: SourcePosition | undefined): Factory {
  const realm = functionConstructor(fn);
  let perRealm = compiled.get(rewritten);
  if (perRealm === undefined) compiled.set(rewritten, (perRealm = new OwnMap()));
  let factory = perRealm.get(realm);
  if (factory === undefined) {
    factory = compile(rewritten, realm, location);
    perRealm.set(realm, factory);
  }
  return factory;
}

function compile(rewritten: Rewritten, realm: FunctionConstructor, location: SourcePosition | undefined): Factory {
  const url = location?.url ?? `fluxion:function-${++anonymous}`;
  const line = location?.line ?? 0;
  const text = `(${rewritten.factory})`;
  const vm = builtinModule('node:vm') as typeof import('node:vm') | undefined;
  if (vm !== undefined && mainFunction(vm) === realm) {
    // A Script takes a negative offset too, so that the header can stand above the first line of a file.
    registerScript(url, line, rewritten, text);
    const script = new vm.Script(text, { filename: url, lineOffset: line - rewritten.headerLines });
    return script.runInThisContext() as Factory;
  }
  const padding = '\n'.repeat(Math.max(0, line - rewritten.headerLines));
  const code = `${padding}${text}\n//# sourceURL=${url}`;
  registerScript(url, line, rewritten, code);
  try {
    const indirectEval = realm('return (0, eval)(arguments[0])') as (code: string) => unknown;
    return indirectEval(code) as Factory;
  } catch (e) {
    if (e instanceof Error && e.name === 'EvalError') {
      throw fluxionError('UnsupportedEnvironment', {
        missing: 'code generation from strings (a content-security policy forbids it)',
      });
    }
    throw e;
  }
}

let anonymous = 0;
let main: unknown;

function mainFunction(vm: typeof import('node:vm')): unknown {
  return (main ??= vm.runInThisContext('Function'));
}

/** The Function constructor of the realm `fn` was made in: its literals must be that realm's arrays and objects. */
function functionConstructor(fn: object): FunctionConstructor {
  let proto: object = fn;
  for (let next = Object.getPrototypeOf(proto); next !== null && Object.getPrototypeOf(next) !== null; ) {
    proto = next;
    next = Object.getPrototypeOf(proto);
  }
  const made = Object.hasOwn(proto, 'constructor') ? (proto as { constructor: unknown }).constructor : undefined;
  return typeof made === 'function' &&
    Object.hasOwn(made, 'prototype') &&
    (made as FunctionConstructor).prototype === proto
    ? (made as FunctionConstructor)
    : Function;
}
