// One smoke test per environment, on the Node that runs the tests. The other versions: `npm run test:matrix`.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environments, isRight, type NodeVersion } from './environments.ts';
import { makeProject, type Project } from './project.ts';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const node: NodeVersion = { path: process.execPath, major, minor };
let project: Project;

beforeAll(async () => {
  project = await makeProject();
}, 120_000);
afterAll(() => project?.remove());

for (const environment of environments) {
  test(environment.name, { timeout: 240_000 }, async ({ skip }) => {
    const args = environment.args(project, node);
    if (args === undefined) return skip('not on this version of Node');
    const { output } = await project.run(node.path, args, environment.env);
    expect(isRight(output), output).toBe(true);
  });
}
