// The time from the first call to the first gradient, in a process that has loaded a hundred other scripts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { grad } from 'fluxion';
import { example, flight } from './projectile.mjs';

const folder = mkdtempSync(join(tmpdir(), 'fluxion-bench-'));
for (let i = 0; i < 100; i++) {
  const file = join(folder, `script-${i}.mjs`);
  const lines = Array.from({ length: 60 }, (_, n) => `export function f${n}(x) { return x + ${i} * ${n}; }`);
  writeFileSync(file, lines.join('\n'));
  await import(pathToFileURL(file).href);
}
rmSync(folder, { recursive: true });

const session = new Session();
session.connect();

const before = process.cpuUsage();
const start = performance.now();
const first = grad(flight)(...example);
const end = performance.now();
const { user, system } = process.cpuUsage(before);
const again = grad(flight)(...example);
const second = performance.now() - end;

for (const key of ['angle', 'speed', 'drag', 'height', 'restitution']) {
  const h = 1e-6 * Math.max(1, Math.abs(example[0][key]));
  const at = (d) => flight({ ...example[0], [key]: example[0][key] + d }, example[1]);
  const difference = (at(h) - at(-h)) / (2 * h);
  if (!(Math.abs(first[key] - difference) < 1e-4 * Math.max(1, Math.abs(difference))) || first[key] !== again[key]) {
    throw new Error(`wrong: d/d${key} is ${first[key]}, differences give ${difference}`);
  }
}
console.log(JSON.stringify({ milliseconds: end - start, processor: (user + system) / 1000, second }));
