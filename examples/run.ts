/** `npm run example -w fluxion-examples NAME`: runs the demo of the example of that name. */
import { readdirSync } from 'node:fs';

const names = readdirSync(new URL('src/', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const name = process.argv[2];
if (name !== undefined && names.includes(name)) {
  await import(`./src/${name}/demo.ts`);
} else {
  console.error(`Which one? ${names.join(', ')}`);
  process.exitCode = 1;
}
