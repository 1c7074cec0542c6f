/**
 * Source maps as comments, and two of them in a row made one.
 */
import remapping from '@jridgewell/remapping';
import type { SourceMap } from 'magic-string';

const COMMENT = /^[ \t]*\/[/*][#@] sourceMappingURL=([^\s'"*]+)[ \t]*(?:\*\/)?[ \t]*$/gm;

interface MapShape {
  readonly mappings?: unknown;
  readonly sources?: readonly unknown[];
  readonly sourcesContent?: readonly unknown[];
}

/** `code` with a comment that holds `map`, unless it has one or the map says nothing. */
export function withMapComment(code: string, map: unknown): string {
  const { mappings, sources, sourcesContent } = (map ?? {}) as MapShape;
  if (typeof mappings !== 'string' || mappings === '' || sources === undefined || sources.length === 0) return code;
  // Nothing has changed on the way here.
  if (sourcesContent?.length === 1 && sourcesContent[0] === code) return code;
  if (lastComment(code) !== undefined) return code;
  return `${code}\n${mapComment(JSON.stringify(map))}`;
}

export function mapComment(json: string): string {
  return `//# sourceMappingURL=data:application/json;charset=utf-8;base64,${Buffer.from(json).toString('base64')}`;
}

/** The text of the map that `code` carries in its last comment, if it carries one. */
export function inlineMap(code: string): string | undefined {
  const url = lastComment(code);
  const parts = url === undefined ? null : /^data:application\/json[^,]*?(;base64)?,(.*)$/.exec(url);
  if (parts === null) return undefined;
  return parts[1] === undefined ? decodeURIComponent(parts[2]!) : Buffer.from(parts[2]!, 'base64').toString();
}

/** Without the comments that name maps; their lines stay. */
export function withoutMapComments(code: string): string {
  return code.replace(COMMENT, '');
}

function lastComment(code: string): string | undefined {
  if (!code.includes('sourceMappingURL=')) return undefined;
  return [...code.matchAll(COMMENT)].at(-1)?.[1];
}

/** From the last code to the first text: `earlier` led from the middle to the first. */
export function chained(later: SourceMap, earlier: string | undefined): string {
  if (earlier === undefined) return later.toString();
  let first = true;
  return remapping(later as never, () => {
    const map = first ? earlier : null;
    first = false;
    return map;
  }).toString();
}
