/**
 * What the load hooks for Node do with one module's text.
 * Invariant: a module that can't be parsed is handed on as it was, so that the engine reports the mistake.
 */
import * as nodeModule from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chained, inlineMap, mapComment, withoutMapComments } from './maps.ts';
import { isLeftAlone } from './own.ts';
import { transform } from './transform.ts';

/** Names of packages to leave alone, and parts of paths. */
const excluded = (process.env.FLUXION_EXCLUDE ?? '').split(',').filter((part) => part !== '');

export function isIncludedUrl(url: string): boolean {
  if (!url.startsWith('file:')) return false;
  const file = fileURLToPath(url.replace(/[?#].*$/, ''));
  return !excluded.some((part) => file.includes(part)) && !isLeftAlone(file);
}

/** `undefined`: leave it as it is. */
export function instrument(code: string, url: string, format: 'module' | 'commonjs'): string | undefined {
  const inPackage = url.includes('/node_modules/');
  const earlier = inlineMap(code);
  try {
    // A package without a map keeps its lines anyway, and most are large.
    const map = !inPackage || earlier !== undefined;
    const result = transform(code, url, { format, node: true, map });
    if (result === null) return undefined;
    const text = withoutMapComments(result.code);
    return result.map === null ? text : `${text}${mapComment(chained(result.map, earlier))}\n`;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface TypeStripper {
  stripTypeScriptTypes?(code: string, options?: { mode?: 'strip' | 'transform'; sourceMap?: boolean }): string;
}

/** Types out of a TypeScript module, as Node would take them out after the hooks. */
export function withoutTypes(code: string): string | undefined {
  const strip = (nodeModule as TypeStripper).stripTypeScriptTypes;
  if (strip === undefined) return undefined;
  const mode = (process.features as { typescript?: string | false }).typescript === 'transform' ? 'transform' : 'strip';
  return strip(code, { mode, sourceMap: mode === 'transform' });
}

export interface Loaded {
  readonly format?: string | null | undefined;
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray | null | undefined;
  readonly shortCircuit?: boolean | undefined;
}

/** A load hook's answer, instrumented. */
export function instrumentLoaded<T extends Loaded>(loaded: T, url: string): T {
  const { source, format } = loaded;
  if (source == null || format == null || !isIncludedUrl(url)) return loaded;
  const isTypeScript = format.endsWith('-typescript');
  const plainFormat = isTypeScript ? format.slice(0, -'-typescript'.length) : format;
  if (plainFormat !== 'module' && plainFormat !== 'commonjs') return loaded;
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source as ArrayBuffer);
  const code = isTypeScript ? withoutTypes(text) : text;
  const instrumented = code === undefined ? undefined : instrument(code, url, plainFormat);
  return instrumented === undefined ? loaded : { ...loaded, format: plainFormat, source: instrumented };
}

interface CommonJsModule {
  _compile(content: string, filename: string, ...rest: unknown[]): unknown;
}

/** `require` and `import` of CommonJS both compile here, after loaders such as tsx have done their part. */
export function hookCommonJs(): void {
  const prototype = (nodeModule.Module as unknown as { prototype: CommonJsModule }).prototype;
  const compile = prototype._compile;
  prototype._compile = function (this: CommonJsModule, content, filename, ...rest) {
    let code = content;
    const format = typeof rest[0] === 'string' ? rest[0] : undefined;
    if (typeof content === 'string' && filename.includes(sep) && (format === undefined || format === 'commonjs')) {
      const url = pathToFileURL(filename).href;
      if (isIncludedUrl(url)) code = instrument(content, url, 'commonjs') ?? content;
    }
    return compile.call(this, code, filename, ...rest);
  };
}
