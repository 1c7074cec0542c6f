/**
 * Which code is left as it is: Fluxion's own, which must not be taken over while it takes calls over, and tools that
 * build programs but are no part of them.
 * Invariant: everything else is instrumented, packages in node_modules included.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** The library's run-time dependencies are among them. */
const OWN = new Set(['fluxion', 'fluxion-plugin', 'fluxion-cli', 'acorn']);
const TOOLS = new Set(
  'typescript esbuild tsx get-tsconfig vite vitest vite-node rollup rolldown webpack tsdown unplugin magic-string'.split(
    ' ',
  ),
);
// @babel/runtime is no tool: its helpers run in programs.
const TOOL_SCOPES = /^@(?:babel(?!\/runtime)|vitest|rollup|rolldown|esbuild|webassemblyjs|jridgewell|oxc-[\w-]+|swc)\//;

interface Package {
  readonly name: string;
  readonly folder: string;
}

const packages = new Map<string, Package | undefined>();

export function isLeftAlone(file: string): boolean {
  const found = packageOf(dirname(file));
  if (found === undefined) return false;
  const { name, folder } = found;
  if (TOOLS.has(name) || TOOL_SCOPES.test(name)) return file.includes(`${sep}node_modules${sep}`);
  if (!OWN.has(name)) return false;
  const [top] = relative(folder, file).split(sep);
  // Tests and examples of Fluxion's packages are programs as any other.
  return name === 'acorn' || top === 'src' || top === 'dist';
}

function packageOf(folder: string): Package | undefined {
  if (packages.has(folder)) return packages.get(folder);
  let found: Package | undefined;
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown };
    // A package.json without a name only says how the files below it are to be read.
    if (typeof name === 'string') found = { name, folder };
  } catch {
    // None here.
  }
  const parent = dirname(folder);
  if (found === undefined && parent !== folder) found = packageOf(parent);
  packages.set(folder, found);
  return found;
}
