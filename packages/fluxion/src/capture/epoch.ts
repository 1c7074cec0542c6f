/**
 * The clock of captured state. Whatever may have changed a variable or a private field behind the capture advances it.
 * Invariant: nothing read from a running program is used after the epoch in which it was read, nor after its job.
 */

const listeners: (() => void)[] = [];
let somethingRead = false;

/** What was read in an epoch is good as long as `clock.epoch` is the same. */
export const clock = { epoch: 0 };

/** What was read of live bindings and private fields must be read again. */
export function bumpEpoch(): void {
  if (!somethingRead) return;
  somethingRead = false;
  clock.epoch++;
  for (const listener of listeners) listener();
}

/** Registers what to forget. */
export function onBump(forget: () => void): void {
  listeners.push(forget);
}

/** To be called when something is read that `bumpEpoch` must make forgotten. */
export function noteRead(): void {
  if (somethingRead) return;
  somethingRead = true;
  // Between two jobs any code can run; and what was read must not be kept alive.
  Promise.resolve().then(bumpEpoch);
}
