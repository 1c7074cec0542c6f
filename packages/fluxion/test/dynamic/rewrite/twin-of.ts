/** Makes the twin of a function on plain values. */
import { type Rewritten, rewrite } from '../../../src/dynamic/rewrite/rewrite.ts';
import { plainRuntime } from './plain-runtime.ts';

export interface TwinOptions {
  /** Constant captures. */
  constants?: Record<string, unknown>;
  /** Live captures: an object whose properties are the variables. */
  live?: Record<string, unknown>;
  strict?: boolean;
  self?: unknown;
  home?: object;
  parent?: unknown;
  env?: Record<string, unknown>;
}

export function rewriteText(source: string, options: TwinOptions = {}): Rewritten {
  const { constants = {}, live = {}, strict = true } = options;
  return rewrite({
    source,
    strict,
    bindings: (name) => (Object.hasOwn(constants, name) ? 'constant' : Object.hasOwn(live, name) ? 'live' : 'global'),
    lexical: true,
    unit: /^class\b/.test(source) ? 'class' : 'function',
    file: 'test.js',
    line: 0,
    column: 0,
  });
}

export function twinOfText(source: string, options: TwinOptions = {}): any {
  const rewritten = rewriteText(source, options);
  const runtime = Object.create(plainRuntime()) as Record<string, unknown>;
  const env = Object.create(null, Object.getOwnPropertyDescriptors(options.env ?? {}));
  for (const name of rewritten.live) {
    Object.defineProperty(env, name, {
      get: () => options.live![name],
      set: (v) => {
        options.live![name] = v;
      },
    });
  }
  const set = (key: string, value: unknown) => Object.defineProperty(runtime, key, { value });
  set('env', env);
  set('self', options.self);
  set('home', options.home);
  set('parent', options.parent);
  const factory = (0, eval)(`(${rewritten.factory})`);
  return factory(runtime, ...rewritten.parameters.map((name) => options.constants![name]));
}
