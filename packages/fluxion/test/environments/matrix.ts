// Every environment on every version of Node: `npm run test:matrix`. With `--smoke`, each once.
// The other versions of Node, and jest, come from npm into a folder of their own, which is removed again.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, environments, isAtLeast, isRight, type NodeVersion } from './environments.ts';
import { makeProject } from './project.ts';

const smoke = process.argv.includes('--smoke');
/** The oldest of each line that is supported, and the newest. */
const versions = smoke ? ['22', '24', '26'] : ['20.16', '20', '22.3', '22', '24', '26'];
const smokes = ['modules', 'type stripping'];

const jest: Environment = {
  name: 'jest',
  args: () => [
    '--experimental-vm-modules',
    join(tools, 'node_modules/jest/bin/jest.js'),
    '--rootDir=.',
    '--testMatch=**/jest.test.mjs',
    '--transform={}',
  ],
};

const tools = realpathSync(mkdtempSync(join(tmpdir(), 'fluxion-tools-')));
const project = await makeProject();
let failures = 0;

function install(): NodeVersion[] {
  writeFileSync(join(tools, 'package.json'), '{ "private": true }');
  const wanted = versions.map((version) => `node-${version.replace('.', '-')}@npm:node@${version}`);
  console.log(`Installing Node ${versions.join(', ')} and jest …`);
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--loglevel=error', ...wanted, 'jest@30'];
  execFileSync('npm', args, { cwd: tools, stdio: 'inherit', shell: process.platform === 'win32' });
  symlinkSync(join(tools, 'node_modules/jest'), join(project.folder, 'node_modules/jest'), 'dir');
  return versions.map((version) => {
    const folder = join(tools, 'node_modules', `node-${version.replace('.', '-')}`);
    const exact: string = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
    const [major = 0, minor = 0] = exact.split('.').map(Number);
    return { path: join(folder, 'bin/node'), major, minor };
  });
}

/** Tools that need a newer Node than the library does. */
function toolRuns(environment: Environment, node: NodeVersion): boolean {
  if (!/vitest|plugin/.test(environment.name)) return true;
  return node.major === 20 ? node.minor >= 19 : isAtLeast(node, 22, 12);
}

try {
  const nodes = install();
  for (const node of nodes) {
    const name = `Node ${node.major}.${node.minor}`;
    const isLast = node === nodes.at(-1);
    for (const environment of [...environments, jest]) {
      const args = environment.args(project, node);
      if (args === undefined || !toolRuns(environment, node)) continue;
      if (smoke && !smokes.includes(environment.name) && !(environment === jest && isLast)) continue;
      const start = performance.now();
      const { output } = await project.run(node.path, args, environment.env);
      const right = isRight(output);
      if (!right) failures++;
      const time = `${((performance.now() - start) / 1000).toFixed(1)} s`;
      console.log(`${name.padEnd(12)} ${environment.name.padEnd(24)} ${right ? 'right' : 'WRONG'} ${time.padStart(8)}`);
      if (!right) console.log(output.replaceAll(/^/gm, '    '));
    }
  }
} finally {
  project.remove();
  rmSync(tools, { recursive: true, force: true });
}
console.log(failures === 0 ? 'All right.' : `${failures} wrong.`);
process.exitCode = failures === 0 ? 0 : 1;
