/**
 * Originals that native code calls while a gradient is active (a trap of an old Proxy, the target of a bound function, a
 * listener) run as their twins, where the engine can't be asked what a Proxy or a bound function is made of.
 * Invariant: a call is taken over whole, or runs natively; none is begun natively and then repeated.
 */
import { builtinModule, hostName } from '../capture/environment.ts';
import { type CaughtCall, type Redirection, redirect } from '../capture/redirect.ts';
import { currentRun, watchRuns } from './run.ts';
import { instantiate } from './twin.ts';

/** `super` and private names need the class, which a call does not tell. */
const needsClass = /\bsuper\b|#/;

const takeOver: Redirection = {
  takes: (source) => currentRun() !== undefined && !needsClass.test(source),
  run({ captured, thisValue, args, newTarget }: CaughtCall) {
    const twin = instantiate(captured) as Function;
    return newTarget === undefined
      ? Reflect.apply(twin, thisValue, args as unknown[])
      : Reflect.construct(twin, args as unknown[], newTarget);
  },
};

// Where there is a usable inspector, what native code may call is found beforehand.
if (builtinModule('node:inspector') === undefined || /^(?:bun|deno)\b/.test(hostName())) {
  watchRuns({
    begin() {
      redirect(takeOver);
    },
    end() {
      redirect(undefined);
    },
  });
}
