import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: Object.fromEntries(
    ['index', 'vite', 'rollup', 'rolldown', 'webpack', 'esbuild', 'register', 'hooks'].map((name) => [
      name,
      `src/${name}.ts`,
    ]),
  ),
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: true,
  sourcemap: true,
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
});
