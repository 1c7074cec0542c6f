// The time from the call to the first compiled gradient, of functions that are new to a process which has compiled others.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { grad } from 'fluxion';

const folder = process.argv[2];
const { runs } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
const load = async ({ file, depth }) => {
  const { f } = await import(pathToFileURL(join(folder, file)).href);
  return { f, rest: depth === undefined ? [] : [depth] };
};

const first = ({ f, rest }) => {
  const x = [0.3, -0.7, 1.1, 0.2];
  f(x, ...rest);
  const before = process.cpuUsage();
  const start = performance.now();
  const gradient = grad(f, { tier: 'compiled' })(x, ...rest);
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { gradient, milliseconds, processor: (user + system) / 1000 };
};

const given = {};
for (const { name, files } of runs) {
  given[name] = [];
  for (const program of files) {
    const loaded = await load(program);
    // What is left of the last one, by the engine's own threads, is not of this one.
    await new Promise((resolve) => setTimeout(resolve, 20));
    given[name].push({ program, loaded, ...first(loaded) });
  }
}
const measured = {};
for (const { name } of runs.filter((run) => run.measured)) {
  measured[name] = [];
  for (const { program, loaded, gradient, milliseconds, processor } of given[name]) {
    const expected = grad(loaded.f, { tier: 'dynamic' })([0.3, -0.7, 1.1, 0.2], ...loaded.rest);
    const largest = Math.max(...expected.map(Math.abs));
    if (!gradient.every((d, i) => Math.abs(d - expected[i]) <= 1e-9 * largest)) {
      throw new Error(`${program.file}: ${gradient} compiled, ${expected} by the dynamic tier`);
    }
    measured[name].push({ milliseconds, processor });
  }
}
console.log(JSON.stringify(measured));
