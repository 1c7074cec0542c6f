/**
 * From `FILE.ts#NAME` to the function it names. The file runs as it is, in this process: tsx takes the types out, and
 * Fluxion's plugin lets derivatives read and write what the functions capture.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { register } from 'tsx/esm/api';
import { UsageError } from './failure.ts';

export type AnyFunction = (...args: unknown[]) => unknown;

export interface Target {
  readonly file: string;
  /** The export, or a path into one: `loss`, `models.linear.loss`. */
  readonly name: string | undefined;
}

export function parseTarget(text: string): Target {
  const at = text.lastIndexOf('#');
  const file = resolve(at === -1 ? text : text.slice(0, at));
  const name = at === -1 ? undefined : text.slice(at + 1);
  if (name === '') throw new UsageError(`No name after the # of ${text}. Write FILE.ts#NAME.`);
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}`);
  return { file, name };
}

let hooked: Promise<unknown> | undefined;

/** From then on modules lose their types as they are loaded, and gain the probes by which captured variables can be written. */
function hookLoading(): Promise<unknown> {
  // A process that was started with tsx must not load it again: every file would be transformed twice.
  const hasTsx = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((flag) => /\btsx\b/.test(flag));
  if (!hasTsx) register();
  return import('fluxion-plugin/register');
}

export async function loadFunction({ file, name }: Target): Promise<AnyFunction> {
  await (hooked ??= hookLoading());
  const exports = exportsOf((await import(pathToFileURL(file).href)) as Record<string, unknown>);
  const names = Object.keys(exports).filter((key) => typeof exports[key] === 'function');
  const offer = names.length === 0 ? 'It exports no function.' : `Its functions: ${names.join(', ')}.`;

  const wanted = name ?? (names.includes('default') ? 'default' : names.length === 1 ? names[0] : undefined);
  if (wanted === undefined) throw new UsageError(`Which function of ${file}? Write FILE.ts#NAME. ${offer}`);

  const found = wanted
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], exports);
  if (found === undefined) throw new UsageError(`${file} does not export ${wanted}. ${offer}`);
  if (typeof found !== 'function') throw new UsageError(`${wanted} of ${file} is not a function. ${offer}`);
  return found as AnyFunction;
}

/** The exports of a CommonJS module lie in its default export as well. */
function exportsOf(module: Record<string, unknown>): Record<string, unknown> {
  const whole = module['module.exports'] ?? module.default;
  const inner = typeof whole === 'object' && whole !== null ? (whole as Record<string, unknown>) : {};
  return { ...inner, ...module };
}

/** The library as the user's file sees it, so that rules they define there are known; else the one installed with this. */
export async function loadLibrary({ file }: Target): Promise<typeof import('fluxion')> {
  let entry = 'fluxion';
  try {
    entry = pathToFileURL(createRequire(file).resolve('fluxion')).href;
  } catch {
    // Not installed beside the file.
  }
  return (await import(entry)) as typeof import('fluxion');
}
