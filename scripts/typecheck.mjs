// Type-checks every workspace with its own tsconfig and reports all of their errors, not only the first workspace's. What is
// unchanged since the last time is not checked again.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const projects = ['.', 'packages/fluxion', 'packages/plugin', 'packages/cli', 'examples', 'bench'];

const check = (project) => {
  const known = `node_modules/.cache/types/${project.replace('/', '-')}.tsbuildinfo`;
  const args = [tsc, '--noEmit', '--incremental', '--tsBuildInfoFile', known, '-p', project];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;
};

const failed = projects.filter((project) => !check(project));
if (failed.length > 0) {
  console.error(`type errors in: ${failed.join(', ')}`);
  process.exit(1);
}
