// Type-checks every workspace with its own tsconfig and reports all of their errors, not only the first workspace's.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const projects = ['.', 'packages/fluxion', 'packages/plugin', 'packages/cli', 'examples', 'bench'];

const failed = projects.filter(
  (project) => spawnSync(process.execPath, [tsc, '--noEmit', '-p', project], { stdio: 'inherit' }).status !== 0,
);
if (failed.length > 0) {
  console.error(`type errors in: ${failed.join(', ')}`);
  process.exit(1);
}
