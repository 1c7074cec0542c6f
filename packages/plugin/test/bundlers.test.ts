import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import * as esbuild from 'esbuild';
import { rollup } from 'rollup';
import { createServer, build as viteBuild } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import webpack from 'webpack';
import { pluginCapture } from '../../fluxion/src/capture/plugin.ts';
import esbuildPlugin from '../src/esbuild.ts';
import rollupPlugin from '../src/rollup.ts';
import vitePlugin from '../src/vite.ts';
import webpackPlugin from '../src/webpack.ts';

const folder = fileURLToPath(new URL('./fixtures/bundle/', import.meta.url));
const entry = `${folder}main.ts`;
let out: string;
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'fluxion-bundlers-'));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** What every bundle must be able to do. `minified` ones as well. */
async function check(file: string) {
  checkModule(await import(/* @vite-ignore */ pathToFileURL(file).href));
}

function checkModule(m: Record<string, any>) {
  expect(m.f(1)).toBe(2 * 3 + 1 + 4);
  const captured = pluginCapture(m.f)!;
  expect(captured.source).toMatch(/^function f\(x, options = ?\{ factor: 3 \}\) ?\{\n\s+step\(\);/);
  expect(captured.location!.url).toMatch(/bundle\/main\.ts$/);
  expect(captured.strict).toBe(true);
  const scale = captured.binding('scale');
  if (scale?.kind !== 'live') throw new Error(scale?.kind);
  expect(scale.get()).toBe(2);
  m.step();
  expect(scale.get()).toBe(4);
  const ofStep = pluginCapture(m.step)!.binding('scale');
  if (ofStep?.kind === 'live') ofStep.set!(10);
  expect(m.f(1)).toBe(20 * 3 + 1 + 4);
  const area = captured.binding('area');
  const areaFunction = area?.kind === 'live' ? (area.get() as Function) : undefined;
  expect(pluginCapture(areaFunction!)!.source).toMatch(/^\(x\) => x \* x \* parts\.half\(2\)$/);
  const parts = pluginCapture(areaFunction!)!.binding('parts')!;
  const half = ((parts.kind === 'live' ? parts.get() : parts.value) as { half: Function }).half;
  expect(pluginCapture(half)!.source).toBe('(x) => x * factor');
  expect(pluginCapture(half)!.binding('factor')).toEqual({ kind: 'constant', value: 0.5 });
  const counter = new m.Counter();
  pluginCapture(m.Counter)!.privateName('#count')!.set!(counter, 5);
  expect(counter.add(1)).toBe(6);
}

describe.each([false, true])('minified: %s', (minify) => {
  it('Vite', async () => {
    await viteBuild({
      root: folder,
      configFile: false,
      logLevel: 'error',
      plugins: [vitePlugin()],
      build: {
        lib: { entry, formats: ['es'], fileName: 'vite' },
        minify,
        outDir: join(out, `vite-${minify}`),
        emptyOutDir: false,
        sourcemap: true,
      },
    });
    const file = join(out, `vite-${minify}`, 'vite.js');
    await check(file);
    const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
    const main = map.sources.findIndex((source: string) => source.endsWith('main.ts'));
    expect(map.sourcesContent[main]).toBe(readFileSync(entry, 'utf8'));
  });

  it('esbuild', async () => {
    const outfile = join(out, `esbuild-${minify}.mjs`);
    const plugins = [esbuildPlugin()];
    const options: esbuild.BuildOptions = { entryPoints: [entry], outfile, format: 'esm', minify, sourcemap: true };
    await esbuild.build({ ...options, bundle: true, plugins, logLevel: 'error' });
    await check(outfile);
    const map = JSON.parse(readFileSync(`${outfile}.map`, 'utf8'));
    const main = map.sources.findIndex((source: string) => source.endsWith('main.ts'));
    expect(map.sourcesContent[main]).toBe(readFileSync(entry, 'utf8'));
  });
});

it('Vite, serving', async () => {
  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: 'error',
    server: { middlewareMode: true, ws: false },
    appType: 'custom',
    plugins: [preparation, vitePlugin()],
    optimizeDeps: { noDiscovery: true },
  });
  try {
    checkModule(await server.ssrLoadModule('/main.ts'));
    const forBrowsers = await server.transformRequest('/main.ts');
    expect(forBrowsers!.code).toContain('.$fx(');
    expect((forBrowsers!.map as { sourcesContent?: string[] }).sourcesContent).toEqual([readFileSync(entry, 'utf8')]);
  } finally {
    await server.close();
  }
});

it.each([false, true])('a script for a page, with nothing of Node; minified: %s', async (minify) => {
  const { outputFiles } = await esbuild.build({
    entryPoints: [fileURLToPath(new URL('./fixtures/browser/program.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    globalName: 'program',
    platform: 'browser',
    conditions: ['fluxion-source'],
    minify,
    write: false,
    logLevel: 'error',
    plugins: [esbuildPlugin()],
  });
  const page = createContext({});
  runInContext(`${outputFiles[0]!.text};globalThis.text = JSON.stringify(program.results)`, page);
  expect(JSON.parse(page.text)).toEqual({
    // d/dx of 2x² · 5 · 5
    proxy: 300,
    left: 'number',
    bound: 42,
    kept: 9,
    reassigned: 2,
    scale: 2,
    net: 18,
    nested: 1,
    object: { a: [3, 2] },
  });
});

/** TypeScript out and CommonJS to ES modules, as the plugins that projects use for it do. */
const preparation = {
  name: 'preparation',
  async transform(code: string, id: string) {
    if (id.endsWith('.ts')) {
      const result = await esbuild.transform(code, { loader: 'ts', sourcemap: true, sourcefile: id });
      return { code: result.code, map: result.map };
    }
    if (id.endsWith('.cjs')) return { code: `const exports = {};\n${code}\nexport default exports;`, map: null };
    return null;
  },
};

it('Rollup', async () => {
  const bundle = await rollup({
    input: entry,
    plugins: [preparation, rollupPlugin()],
    onwarn: (w) => expect(w).toBe(''),
  });
  const file = join(out, 'rollup.mjs');
  await bundle.write({ file, sourcemap: true });
  await check(file);
  const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  const main = map.sources.findIndex((source: string) => source.endsWith('main.ts'));
  expect(map.sourcesContent[main]).toBe(readFileSync(entry, 'utf8'));
});

it('webpack', async () => {
  const loader = join(out, 'strip-loader.cjs');
  const esbuildPath = fileURLToPath(import.meta.resolve('esbuild'));
  writeFileSync(
    loader,
    `const { transformSync } = require(${JSON.stringify(esbuildPath)});
     module.exports = function (code) {
       const result = transformSync(code, { loader: 'ts', sourcemap: true, sourcefile: this.resourcePath });
       this.callback(null, result.code, JSON.parse(result.map));
     };`,
  );
  const compiler = webpack({
    mode: 'development',
    devtool: 'source-map',
    context: folder,
    entry,
    experiments: { outputModule: true },
    output: { path: out, filename: 'webpack.mjs', library: { type: 'module' } },
    module: { rules: [{ test: /\.ts$/, use: loader }] },
    plugins: [webpackPlugin()],
  })!;
  const stats = await new Promise<webpack.Stats>((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result!)));
  });
  expect(stats.toJson({ warnings: true, errors: true })).toMatchObject({ warnings: [], errors: [] });
  await check(join(out, 'webpack.mjs'));
});

it('does not keep a module that nobody uses', async () => {
  const bundle = await rollup({
    input: 'entry',
    plugins: [
      {
        name: 'virtual',
        resolveId: (id) => (id === 'entry' ? '/entry.js' : id.endsWith('x.js') ? '/x.js' : null),
        load: (id) =>
          id === '/entry.js'
            ? 'import { a } from "/x.js"; export const b = () => 1;'
            : 'export class A { #p = 1; m() { return this.#p } } export function a() { return new A() }',
      },
      rollupPlugin(),
    ],
  });
  const { output } = await bundle.generate({});
  expect(output[0].code).not.toContain('class A');
});
