// A project as a user has it: the programs of `fixtures`, with the built library in its node_modules.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const library = join(here, '../..');
const plugin = join(library, '../plugin');

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

export interface Project {
  readonly folder: string;
  /** Runs a program to its end. Its output is that of both streams. */
  run(program: string, args: readonly string[], env?: Record<string, string>): Promise<Outcome>;
  /** Where a tool of the repository begins, such as `vitest/vitest.mjs`. */
  tool(path: string): string;
  remove(): void;
}

export async function makeProject(): Promise<Project> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fluxion-project-')));
  const modules = join(folder, 'node_modules');
  const tool = (path: string): string => {
    const [name = '', ...rest] = path.split('/');
    return join(packageFolder(name), ...rest);
  };
  const project: Project = {
    folder,
    tool,
    run: (program, args, env) => run(program, args, folder, env),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  cpSync(join(here, 'fixtures'), folder, { recursive: true });
  // Under these names they are tests; here they must not be.
  renameSync(join(folder, 'vitest-program.ts'), join(folder, 'vitest.test.ts'));
  renameSync(join(folder, 'jest-program.mjs'), join(folder, 'jest.test.mjs'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'project', private: true }));
  mkdirSync(modules);
  for (const name of ['acorn', 'magic-string', 'unplugin', 'vitest']) {
    symlinkSync(packageFolder(name), join(modules, name), 'dir');
  }
  mkdirSync(join(modules, '@jridgewell'));
  symlinkSync(packageFolder('@jridgewell/remapping'), join(modules, '@jridgewell/remapping'), 'dir');
  for (const [name, source] of Object.entries({ fluxion: library, 'fluxion-plugin': plugin })) {
    mkdirSync(join(modules, name));
    cpSync(join(source, 'package.json'), join(modules, name, 'package.json'));
    const args = [tool('tsdown/dist/run.mjs'), '--out-dir', join(modules, name, 'dist'), '--no-dts'];
    const built = await run(process.execPath, args, source);
    if (built.code !== 0) throw new Error(`${name} does not build:\n${built.output}`);
  }
  return project;
}

function packageFolder(name: string): string {
  const require = createRequire(import.meta.url);
  for (const modules of require.resolve.paths(name) ?? []) {
    try {
      return realpathSync(join(modules, name));
    } catch {
      // One folder up, then.
    }
  }
  throw new Error(`${name} is not installed`);
}

function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Outcome> {
  // What the runner of this test has set would reach into the programs.
  const inherited = Object.entries(process.env).filter(
    ([key]) => !/^(NODE_|VITEST|JEST_|TEST$|DEV$|PROD$|MODE$|npm_)/.test(key),
  );
  const options = { cwd, env: { ...Object.fromEntries(inherited), ...env }, maxBuffer: 1e8, timeout: 240_000 };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code) || 1, output: `${stdout}${stderr}` });
    });
  });
}
