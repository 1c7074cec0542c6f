/**
 * The plugin for bundlers whose plugins see JavaScript: Vite, Rollup, Rolldown and webpack.
 * Invariant: it runs after the plugins that make JavaScript of something else, so that it never meets TypeScript.
 */
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createUnplugin, type UnpluginInstance } from 'unplugin';
import { withMapComment } from './maps.ts';
import { isLeftAlone } from './own.ts';
import { transform } from './transform.ts';

export interface PluginOptions {
  /** Files to leave alone beside Fluxion's own. */
  readonly exclude?: ((file: string) => boolean) | RegExp | undefined;
  /**
   * Whether the modules carry what leads from their JavaScript to the file it was made of, so that errors can show the
   * user's TypeScript. Default: unless NODE_ENV is `production`.
   */
  readonly maps?: boolean | undefined;
}

const SCRIPT = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx)(?:$|\?)/;
const NOT_CODE = /[?&](?:raw|url|inline|commonjs-[\w-]+|type=style|lang\.(?:css|less|s[ac]ss))\b/;

/** Whether a bundler's module is a script to instrument. */
export function isIncluded(id: string, options: PluginOptions = {}): boolean {
  if (id.startsWith('\0') || !SCRIPT.test(id) || NOT_CODE.test(id)) return false;
  const file = fileOf(id);
  const { exclude } = options;
  if (exclude instanceof RegExp ? exclude.test(file) : exclude?.(file) === true) return false;
  return !isLeftAlone(file);
}

export function fileOf(id: string): string {
  return id.replace(/[?#].*$/, '').replace(/^\/@fs(?=\/)/, '');
}

/** A published bundle does not tell where it was built. */
export function urlOf(id: string): string {
  const file = fileOf(id);
  if (process.env.NODE_ENV !== 'production') return pathToFileURL(file).href;
  return relative(process.cwd(), file).replaceAll('\\', '/');
}

export const wantsMaps = (options: PluginOptions): boolean => options.maps ?? process.env.NODE_ENV !== 'production';

interface MapContext {
  getCombinedSourcemap?(): unknown;
}

export const unplugin: UnpluginInstance<PluginOptions | undefined, false> = createUnplugin(
  (options: PluginOptions | undefined = {}) => ({
    name: 'fluxion',
    enforce: 'post' as const,
    transformInclude: (id) => isIncluded(id, options),
    transform(code, id) {
      try {
        // Rollup's way to the map of the plugins before.
        const context = this as MapContext;
        const before = wantsMaps(options) ? context.getCombinedSourcemap?.() : undefined;
        return transform(code, id, { url: urlOf(id), source: withMapComment(code, before) });
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        this.warn(`${id}: left as it is, for it is no JavaScript yet: ${error.message}`);
        return null;
      }
    },
    vite: {
      // A bundle of several packages would hide the library from `isLeftAlone`.
      config: () => ({ optimizeDeps: { exclude: ['fluxion'] } }),
    },
  }),
);
