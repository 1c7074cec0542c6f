/**
 * Lines of text, and what can be told of statements by theirs.
 * Invariant: indentation is made once, when all lines are there.
 */

/** Lines, and lines that are indented. */
export type Lines = (string | Lines)[];

export function join(lines: Lines, indent = ''): string {
  return lines
    .flatMap((line, i) => {
      if (typeof line !== 'string') return line.length === 0 ? [] : [join(line, `${indent}  `)];
      // The user's line needs no mention where the text is that line.
      return line.startsWith('// ') && line.slice(3) === lines[i + 1] ? [] : [indent + line];
    })
    .join('\n');
}

export function compact(target: string, text: string, leading: { sign: string; rest: string } | undefined): string {
  return leading === undefined ? `${target} = ${text};` : `${target} ${leading.sign}= ${leading.rest};`;
}

/** Control does not go past the lines. */
export function leaves(lines: Lines): boolean {
  const last = lines[lines.length - 1];
  return typeof last === 'string' && /^(return\b|break\b|continue\b|leave\()/.test(last);
}

/** The lines are one `if` statement. */
export function isIf(lines: Lines): boolean {
  const [first] = lines;
  if (typeof first !== 'string' || !first.startsWith('if (') || !first.endsWith('{')) return false;
  return lines
    .slice(1)
    .every(
      (line, i, rest) =>
        typeof line !== 'string' || line.startsWith('} else') || (line === '}' && i === rest.length - 1),
    );
}
