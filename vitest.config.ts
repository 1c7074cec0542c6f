import { defineConfig } from 'vitest/config';

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

export default defineConfig({
  test: {
    projects: [
      project('fluxion', 'packages/fluxion'),
      project('plugin', 'packages/plugin'),
      project('cli', 'packages/cli'),
      project('examples', 'examples'),
      project('bench', 'bench'),
    ],
    passWithNoTests: true,
  },
});
