/**
 * The plugin for esbuild: `import fluxion from 'fluxion-plugin/esbuild'`. A plugin of esbuild sees files as they are on
 * disk, so TypeScript and JSX are first made JavaScript, by esbuild itself and with the build's own settings.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { Loader, OnLoadArgs, OnLoadResult, Plugin, PluginBuild, TransformOptions } from 'esbuild';
import { isIncluded, type PluginOptions, urlOf, wantsMaps } from './bundle.ts';
import { chained, inlineMap, mapComment, withoutMapComments } from './maps.ts';
import { transform } from './transform.ts';

export type { PluginOptions };

const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.jsx': 'jsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
};

export default function fluxion(options: PluginOptions = {}): Plugin {
  return {
    name: 'fluxion',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, (args) => load(args, build, options));
    },
  };
}

async function load(args: OnLoadArgs, build: PluginBuild, options: PluginOptions): Promise<OnLoadResult | undefined> {
  if (args.namespace !== 'file' || !isIncluded(args.path, options)) return undefined;
  const text = await readFile(args.path, 'utf8');
  const loader = build.initialOptions.loader?.[extname(args.path)] ?? LOADERS[extname(args.path)]!;
  if (!/^[jt]sx?$/.test(loader)) return undefined;
  const code = loader === 'js' ? text : await stripped(text, args.path, loader, build);
  try {
    const result = transform(code, args.path, {
      url: urlOf(args.path),
      source: wantsMaps(options) ? code : withoutMapComments(code),
    });
    if (result === null) return loader === 'js' ? undefined : { contents: code, loader: 'js' };
    const map = chained(result.map!, inlineMap(code));
    return { contents: `${withoutMapComments(result.code)}\n${mapComment(map)}`, loader: 'js' };
  } catch (error) {
    // JSX in a .js file, or a true mistake: esbuild says it better.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function stripped(text: string, path: string, loader: Loader, build: PluginBuild): Promise<string> {
  const { initialOptions: set } = build;
  const options: TransformOptions = { loader, sourcefile: path, sourcemap: 'inline', sourcesContent: true };
  const tsconfig = set.tsconfigRaw ?? readTsconfig(path, set.tsconfig);
  if (tsconfig !== undefined) options.tsconfigRaw = tsconfig;
  if (set.jsx !== undefined) options.jsx = set.jsx;
  if (set.jsxFactory !== undefined) options.jsxFactory = set.jsxFactory;
  if (set.jsxFragment !== undefined) options.jsxFragment = set.jsxFragment;
  if (set.jsxImportSource !== undefined) options.jsxImportSource = set.jsxImportSource;
  if (set.jsxDev !== undefined) options.jsxDev = set.jsxDev;
  const { code } = await build.esbuild.transform(text, options);
  return code;
}

/** The nearest tsconfig.json; what it extends is not looked up. */
function readTsconfig(path: string, named: string | undefined): string | undefined {
  if (named !== undefined) return readFileSync(named, 'utf8');
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const file = join(folder, 'tsconfig.json');
    if (existsSync(file)) return readFileSync(file, 'utf8');
    if (dirname(folder) === folder) return undefined;
  }
}
