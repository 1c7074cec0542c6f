/** `npm run docs`: writes the generated parts of docs/ again. */
import { readFileSync, writeFileSync } from 'node:fs';
import { generated } from './generated.ts';

for (const [name, make] of Object.entries(generated)) {
  const file = new URL(`../docs/${name}`, import.meta.url);
  writeFileSync(file, make(readFileSync(file, 'utf8')));
}
