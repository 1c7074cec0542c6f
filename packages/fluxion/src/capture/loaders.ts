/**
 * The functions by which code gets its modules: `require`, and what bundlers and test runners put in place of `import()`.
 * They belong to the host and run as they are, though they are written in JavaScript.
 * Invariant: a function counts as a loader only if code has it under one of the names below.
 */
const names =
  /^(?:require|__(?:vite_ssr_(?:dynamic_import|import|exportAll)|webpack_require|non_webpack_require|require)__)$/;

const loaders = new WeakSet<Function>();

/** Looks at a captured variable and what it holds. */
export function noteLoader(name: string, value: unknown): void {
  if (typeof value === 'function' && names.test(name)) loaders.add(value);
}

export function isLoader(fn: Function): boolean {
  return loaders.has(fn);
}
