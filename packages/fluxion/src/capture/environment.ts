/**
 * The built-in modules of the host, got without an import, so that bundles for browsers need not know them.
 * Invariant: where the host has none, the answer is `undefined`, never an exception.
 */

interface HostProcess {
  getBuiltinModule?(name: string): unknown;
  readonly versions?: Record<string, string | undefined>;
  readonly release?: { readonly name?: string };
  readonly execArgv?: readonly string[];
  readonly env?: Record<string, string | undefined>;
}

export function hostProcess(): HostProcess | undefined {
  return (globalThis as { process?: HostProcess }).process;
}

/** A built-in module such as `node:inspector`, or `undefined` on a host that has it not. */
export function builtinModule(name: string): unknown {
  try {
    return hostProcess()?.getBuiltinModule?.(name);
  } catch {
    return undefined;
  }
}

/** What the code runs on, for messages. */
export function hostName(): string {
  const versions = hostProcess()?.versions;
  for (const host of ['bun', 'deno', 'electron', 'node']) {
    if (versions?.[host] !== undefined) return `${host === 'node' ? 'Node' : host} ${versions[host]}`;
  }
  return 'this environment';
}
