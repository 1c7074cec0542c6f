/** The frontmatter of a test262 file: as much of its YAML as the suite uses. */
export interface Metadata {
  readonly flags: ReadonlySet<string>;
  readonly includes: readonly string[];
  readonly features: readonly string[];
  readonly negative: { readonly phase: string; readonly type: string } | undefined;
}

export function metadataOf(source: string): Metadata {
  const text = /\/\*---\r?\n?([^]*?)---\*\//.exec(source)?.[1] ?? '';
  const negative = /^negative:\s*\n((?:[ \t]+.*\n?)+)/m.exec(text)?.[1];
  return {
    flags: new Set(listOf(text, 'flags')),
    includes: listOf(text, 'includes'),
    features: listOf(text, 'features'),
    negative:
      negative === undefined
        ? undefined
        : { phase: /phase:\s*(\S+)/.exec(negative)?.[1] ?? '', type: /type:\s*(\S+)/.exec(negative)?.[1] ?? '' },
  };
}

function listOf(text: string, key: string): string[] {
  const inline = new RegExp(`^${key}:\\s*\\[([^\\]]*)\\]`, 'm').exec(text);
  if (inline)
    return inline[1]
      .split(',')
      .map((s) => s.trim())
      .filter(Boolean);
  const block = new RegExp(`^${key}:\\s*\\r?\\n((?:[ \\t]*-.*\\r?\\n?)+)`, 'm').exec(text);
  return block
    ? block[1]
        .split('\n')
        .map((s) => s.replace(/^[ \t]*-\s*/, '').trim())
        .filter(Boolean)
    : [];
}
