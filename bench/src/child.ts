/** Measurements that need a process of their own: a fresh one, with the built library, that prints one line of JSON. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export function measureInChild<T>(script: string, args: readonly string[] = [], flags: readonly string[] = []): T {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawnSync(process.execPath, [...flags, file, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const line = child.stdout.trim().split('\n').at(-1) ?? '';
  if (child.status !== 0 || !line.startsWith('{')) throw new Error(`${script} failed:\n${child.stdout}${child.stderr}`);
  return JSON.parse(line) as T;
}
