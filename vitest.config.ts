import { defineConfig } from 'vitest/config';
import fluxion from './packages/plugin/src/vite.ts';

// Tests run from source: the `fluxion-source` export condition of every package leads to its TypeScript.
const conditions = ['fluxion-source', 'module', 'node', 'development|production'];

const project = (name: string, root: string) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name,
    root,
    include: ['test/**/*.test.ts'],
    environment: 'node' as const,
    testTimeout: 30_000,
  },
});

type Project = ReturnType<typeof project>;

/** With a look at what every derivative has left behind. */
const audited = (base: Project) => ({ ...base, test: { ...base.test, setupFiles: ['test/audit.ts'] } });

/** The program shapes once more, captured by the plugin in place of the inspector. */
const shapes = audited(project('fluxion-by-plugin', 'packages/fluxion'));
const shapesByPlugin = {
  ...shapes,
  plugins: [fluxion()],
  test: { ...shapes.test, include: ['test/shapes/*.test.ts'], env: { FLUXION_PROVIDER: 'plugin' } },
};

export default defineConfig({
  test: {
    projects: [
      audited(project('fluxion', 'packages/fluxion')),
      shapesByPlugin,
      project('plugin', 'packages/plugin'),
      project('cli', 'packages/cli'),
      project('examples', 'examples'),
      project('bench', 'bench'),
    ],
    passWithNoTests: true,
  },
});
