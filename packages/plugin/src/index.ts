/**
 * Fluxion's capture by transform. Use one of the doors beside this one: `fluxion-plugin/vite`, `/rollup`, `/esbuild`,
 * `/webpack`, or `node --import fluxion-plugin/register`.
 */
export { type TransformOptions, type TransformResult, transform } from './transform.ts';
