/**
 * `import(specifier)` as the module at an address does it.
 * Invariant: a package is looked up from that module's folder, never from Fluxion's own.
 */
import { builtinModule } from './environment.ts';

export function importFrom(url: string, specifier: string): Promise<unknown> | undefined {
  if (/^\.{0,2}\//.test(specifier)) return import(/* @vite-ignore */ new URL(specifier, url).href);
  if (/^[a-z][a-z\d+.-]+:/i.test(specifier)) return import(/* @vite-ignore */ specifier);
  const vm = builtinModule('node:vm') as typeof import('node:vm') | undefined;
  const loader = vm?.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  if (vm === undefined || loader === undefined) return undefined;
  const options = { filename: url, importModuleDynamically: loader };
  return (vm.compileFunction('return import(specifier)', ['specifier'], options) as typeof importThere)(specifier);
}

declare function importThere(specifier: string): Promise<unknown>;
