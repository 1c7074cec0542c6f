/**
 * Proves that a captured binding is never assigned again, from the text of the script that declares it.
 * Invariant: whatever can't be proved is not constant; a text is believed only as `location.ts` has it.
 */
import { capturedCodeOf, type Surroundings } from './code.ts';
import { declarationOf } from './module-scopes.ts';

/** What CommonJS modules are wrapped in. */
const wrapper = new Set(['exports', 'require', 'module', '__filename', '__dirname']);

/** Whether nothing can give `name`, whose value is `value` now, another one. */
export function isConstant(name: string, value: unknown, { scopes, around, url }: Surroundings): boolean {
  const declaration = declarationOf(around, name);
  if (declaration === 'dynamic') return false;
  if (declaration === undefined) return wrapper.has(name) && !scopes.writesOutside.has(name);
  if (declaration.assigned) return false;
  if (declaration.kind === 'import') {
    return declaration.imported === '*' || exportIsConstant(declaration.source!, declaration.imported!, value, url);
  }
  // Declared but perhaps not yet initialised, as long as it is undefined.
  return value !== undefined;
}

/**
 * Whether an import is of a binding that its module never assigns. Shown for functions, whose own place tells the module's
 * text: the import must lead by relative addresses to the very module the function stands in.
 */
function exportIsConstant(source: string, imported: string, value: unknown, from: () => string): boolean {
  if (typeof value !== 'function') return false;
  const there = capturedCodeOf(value);
  const target = there?.surroundings;
  if (target === undefined || there === undefined || !leadsTo(source, from, target.url)) return false;
  const exported = target.scopes.exports.get(imported);
  if (exported === undefined || exported.source !== undefined) return false;
  if (exported.local === undefined) return true;
  const declaration = declarationOf(target.scopes.root, exported.local);
  if (declaration === undefined || declaration === 'dynamic' || declaration.assigned) return false;
  return declaration.kind !== 'import';
}

function leadsTo(specifier: string, from: () => string, to: () => string): boolean {
  if (!/^\.{0,2}\/|^file:/.test(specifier)) return false;
  try {
    return new URL(specifier, from()).href === to();
  } catch {
    return false;
  }
}
