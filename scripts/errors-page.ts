/** Makes docs/errors.md from the catalogue of errors. */
import { catalogue, type ErrorCode, texts } from '../packages/fluxion/src/errors/catalogue.ts';

export function errorsPage(): string {
  const codes = (Object.keys(catalogue) as ErrorCode[]).sort();
  const sections = codes.map((code) => {
    const { title, what, why, fix } = texts(code, catalogue[code].example as never);
    return `## ${code}\n\n**${title}.** For instance:\n\n> ${what}\n\nWhy: ${why}\n\nWhat to do: ${fix}\n`;
  });
  return `<!-- Made by \`npm run docs:errors\` from packages/fluxion/src/errors/catalogue.ts. Edit that file. -->

# Errors and warnings

A gradient is right, or the call throws a \`FluxionError\`. Its \`code\` is one of the names below, \`where\` is the line of
your program (\`file\`, \`line\`, \`column\` and the lines around it, from the original TypeScript where there is a source map),
\`why\` and \`fix\` are the texts given here. An exception that your own function throws reaches you as the same object.

With the environment variable \`FLUXION_DEBUG=1\` the stack of a \`FluxionError\` keeps Fluxion's own frames.

${codes.map((code) => `- [${code}](#${code.toLowerCase()})`).join('\n')}

${sections.join('\n')}`;
}
