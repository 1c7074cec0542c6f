/** The parts of docs/ that are made from the code: each by the name of its file, from the text that is there. */
import { catalogue, type ErrorCode, texts } from '../packages/fluxion/src/errors/catalogue.ts';
import type { Rule } from '../packages/fluxion/src/rules/rule.ts';
import { table } from '../packages/fluxion/src/rules/table.ts';
import { catalogue as shapes } from '../packages/fluxion/test/shapes/catalogue.ts';
import { knownTiers } from '../packages/fluxion/test/shapes/record.ts';

export const generated: Record<string, (present: string) => string> = {
  'errors.md': errorsPage,
  'conventions.md': conventionsPage,
  'shapes.md': shapesPage,
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

/** Each shape of the catalogue, and what the compiled tier makes of its programs. */
function shapesPage(): string {
  const programs = Object.entries(knownTiers());
  const rows = shapes.map((shape, i) => {
    const own = programs.filter(([name]) => Number.parseInt(name, 10) === i + 1);
    const declined = own.filter(([, reason]) => reason !== null);
    const tier = declined.length === 0 ? 'compiled' : declined.length < own.length ? 'partly' : 'declined';
    const reasons = declined.map(([name, reason]) => `${name.replace(/^\d+ /, '')}: ${reason}`).join('<br>');
    return { tier, line: `| ${i + 1} | ${escaped(shape)} | ${tier} | ${escaped(reasons)} |` };
  });
  const count = (tier: string): number => rows.filter((row) => row.tier === tier).length;
  return `<!-- Made by \`npm run docs\` from packages/fluxion/test/shapes/tiers.json, which \`npm run shapes\` writes. -->

# Program shapes, and what is compiled of them

The catalogue of ${shapes.length} shapes of programs in \`packages/fluxion/test/shapes\`. All of them are differentiated on the dynamic tier. On the compiled
tier every program of ${count('compiled')} shapes compiles, some programs of ${count('partly')} do, and none of ${count('declined')}: those are declined with the reason given here, and the
dynamic tier answers. A test holds each line, in both directions.

| | shape | compiled tier | declined |
|---|---|---|---|
${rows.map(({ line }) => line).join('\n')}
`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('&lt;br>', '<br>').replaceAll('*', '\\*');
}
