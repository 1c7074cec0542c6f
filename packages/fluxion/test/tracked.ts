/** Finds tracked numbers reachable from a value; every test that takes a gradient holds its objects to having none. */
import { isBox, S } from '../src/dynamic/numbers/box.ts';

/** The paths at which tracked numbers (or typed arrays still marked as holding some) are found. */
export function trackedIn(root: unknown, limit = 100_000): string[] {
  const found: string[] = [];
  const seen = new Set<unknown>();
  const open: [unknown, string][] = [[root, '']];
  while (open.length > 0 && seen.size < limit) {
    const [value, path] = open.pop() as [unknown, string];
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') continue;
    if (seen.has(value)) continue;
    seen.add(value);
    // A typed array that was looked at in vain is marked with undefined.
    if (isBox(value) || Object.getOwnPropertyDescriptor(value, S)?.value !== undefined) {
      found.push(path === '' ? 'itself' : path);
      continue;
    }
    if (ArrayBuffer.isView(value)) continue;
    if (value instanceof Map) for (const [k, v] of value) open.push([k, `${path}.key`], [v, `${path}.get(…)`]);
    if (value instanceof Set) for (const v of value) open.push([v, `${path}{…}`]);
    for (const key of Reflect.ownKeys(value)) {
      const d = Object.getOwnPropertyDescriptor(value, key);
      if (d !== undefined && 'value' in d) open.push([d.value, `${path}.${String(key)}`]);
    }
  }
  return found;
}
