/** The parts of docs/ that are made from the code: each by the name of its file, from the text that is there. */
import { catalogue, type ErrorCode, texts } from '../packages/fluxion/src/errors/catalogue.ts';
import type { Rule } from '../packages/fluxion/src/rules/rule.ts';
import { table } from '../packages/fluxion/src/rules/table.ts';

export const generated: Record<string, (present: string) => string> = {
  'errors.md': errorsPage,
  'conventions.md': conventionsPage,
};

function errorsPage(): string {
  const codes = (Object.keys(catalogue) as ErrorCode[]).sort();
  const sections = codes.map((code) => {
    const { title, what, why, fix } = texts(code, catalogue[code].example as never);
    return `## ${code}\n\n**${title}.** For instance:\n\n> ${what}\n\nWhy: ${why}\n\nWhat to do: ${fix}\n`;
  });
  return `<!-- Made by \`npm run docs\` from packages/fluxion/src/errors/catalogue.ts. Edit that file. -->

# Errors and warnings

A gradient is right, or the call throws a \`FluxionError\`. Its \`code\` is one of the names below, \`where\` is the line of
your program (\`file\`, \`line\`, \`column\` and the lines around it, from the original TypeScript where there is a source map),
\`why\` and \`fix\` are the texts given here. An exception that your own function throws reaches you as the same object.

With the environment variable \`FLUXION_DEBUG=1\` the stack of a \`FluxionError\` keeps Fluxion's own frames.

${codes.map((code) => `- [${code}](#${code.toLowerCase()})`).join('\n')}

${sections.join('\n')}`;
}

const section = /(<!-- rules:.*?-->\n).*?(<!-- \/rules -->)/s;

/** The derivative chosen where there is none: each rule says it for itself. */
function conventionsPage(present: string): string {
  const rules = Object.values(table) as readonly Rule[];
  const conventions = new Set(rules.flatMap(({ convention }) => convention ?? []));
  const lines = [...conventions].map((convention) => `- ${convention}\n`).sort();
  return present.replace(section, (_, open: string, close: string) => `${open}\n${lines.join('')}\n${close}`);
}
