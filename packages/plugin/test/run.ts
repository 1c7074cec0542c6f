/** Runs code as it is and transformed, in this process, so that the library's side of the capture can be asked. */
import { createRequire } from 'node:module';
import { transform } from '../src/transform.ts';

const require = createRequire(import.meta.url);

/** The exports of `code` run as a CommonJS module. */
export function runCommonJs(code: string, { instrument = true } = {}): Record<string, any> {
  const module = { exports: {} as Record<string, any> };
  const text = instrument
    ? (transform(code, 'file:///test.cjs', { format: 'commonjs', node: true })?.code ?? code)
    : code;
  const run = new Function('require', 'module', 'exports', '__filename', '__dirname', text);
  run(require, module, module.exports, '/test.cjs', '/');
  return module.exports;
}

let count = 0;

/** The namespace of `code` run as an ES module. */
export async function runModule(code: string, { instrument = true } = {}): Promise<Record<string, any>> {
  const text = instrument ? (transform(code, 'file:///test.mjs', { format: 'module' })?.code ?? code) : code;
  return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(`/* ${count++} */${text}`)}`);
}
