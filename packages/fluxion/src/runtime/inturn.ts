/**
 * Work that may or may not have to wait: a generator yields what may be promises, and goes on with what they hold.
 * Invariant: the outcome is a promise only if one was yielded; nothing is begun before what is before it has ended.
 */
export function inTurn<T>(work: Generator<unknown, T, unknown>): T | Promise<T> {
  const go = (step: IteratorResult<unknown, T>): T | Promise<T> => {
    let at = step;
    while (!at.done) {
      if (at.value instanceof Promise) {
        return at.value.then(
          (value: unknown) => go(work.next(value)),
          (error: unknown) => go(work.throw(error)),
        );
      }
      at = work.next(at.value);
    }
    return at.value;
  };
  return go(work.next());
}
