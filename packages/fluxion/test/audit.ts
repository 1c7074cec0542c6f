/**
 * Looks, after every derivative of every test, for tracked numbers reachable from its arguments, from what functions have
 * captured, and from globals.
 */
import { hooks } from '../src/dynamic/hooks.ts';
import { capturedRoots } from '../src/dynamic/twin.ts';
import { trackedIn } from './tracked.ts';

hooks.afterRun = (args) => {
  const roots: unknown[] = [...args];
  capturedRoots((value) => {
    if (typeof value === 'object' || typeof value === 'function') roots.push(value);
  });
  const found = trackedIn(roots, 5_000);
  if (found.length > 0) throw new Error(`Tracked numbers are left behind at ${found.slice(0, 5).join(', ')}`);
};
