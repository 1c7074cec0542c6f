// The environments a program may run in, and how each is started. A program prints `N right`.
import type { Project } from './project.ts';

export interface Environment {
  readonly name: string;
  /** The arguments after `node`, or `undefined` where this Node can't have it. */
  args(project: Project, node: NodeVersion): string[] | undefined;
  readonly env?: Record<string, string>;
}

export interface NodeVersion {
  readonly path: string;
  readonly major: number;
  readonly minor: number;
}

export function isAtLeast({ major, minor }: NodeVersion, wantedMajor: number, wantedMinor: number): boolean {
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

const vitest = (pool: string): Environment => ({
  name: `vitest, ${pool}`,
  // Vitest 4 runs from Node 20 on.
  args: (project) => [
    project.tool('vitest/vitest.mjs'),
    'run',
    '--root',
    project.folder,
    '--pool',
    pool,
    '--disable-console-intercept',
    'vitest.test.ts',
  ],
});

export const environments: readonly Environment[] = [
  { name: 'modules', args: () => ['plain.mjs'] },
  { name: 'CommonJS', args: () => ['commonjs.cjs'] },
  { name: 'source maps', args: () => ['--enable-source-maps', 'plain.mjs'] },
  { name: 'coverage', args: () => ['plain.mjs'], env: { NODE_V8_COVERAGE: 'coverage' } },
  { name: 'no code from strings', args: () => ['--disallow-code-generation-from-strings', 'plain.mjs'] },
  {
    name: 'type stripping',
    args: (_, node) => {
      if (!isAtLeast(node, 22, 6)) return undefined;
      return isAtLeast(node, 22, 18) ? ['typed.mts'] : ['--experimental-strip-types', 'typed.mts'];
    },
  },
  { name: 'tsx', args: (project) => [project.tool('tsx/dist/cli.mjs'), 'typed.mts'] },
  {
    name: 'tsx as a loader',
    args: (project) => ['--import', `file://${project.tool('tsx/dist/loader.mjs')}`, 'typed.mts'],
  },
  { name: 'the plugin', args: () => ['--import', 'fluxion-plugin/register', 'plain.mjs'] },
  {
    name: 'the plugin and tsx',
    args: (project) => {
      const tsx = `file://${project.tool('tsx/dist/loader.mjs')}`;
      return ['--import', tsx, '--import', 'fluxion-plugin/register', 'typed.mts'];
    },
  },
  { name: 'worker threads', args: () => ['worker.mjs'] },
  { name: 'a debugger', args: () => ['debugged.mjs'] },
  { name: 'node --test', args: () => ['--test', '--test-reporter=tap', 'node-test.mjs'] },
  {
    name: 'permissions',
    args: (_, node) =>
      isAtLeast(node, 24, 0) ? ['--permission', '--allow-fs-read=*', '--allow-inspector', 'plain.mjs'] : undefined,
  },
  ...['forks', 'threads', 'vmForks', 'vmThreads'].map(vitest),
];

/** Whether the program said that all is right. */
export function isRight(output: string): boolean {
  return /^(?:#)?\s*\d+ right$/m.test(output);
}
