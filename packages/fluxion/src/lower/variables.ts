/**
 * The variables where the walk through a function is. Those of a path that is being written lie over the ones it began with, so that
 * beginning a path and ending it cost what it changes, not what there is.
 * Invariant: what lies under others is not written.
 */
import type { Binding } from '../syntax/scope.ts';
import type { Abstract } from './values.ts';

/** After so many layers all variables are listed again, so that finding one stays cheap however deep the paths are nested. */
const layers = 16;

export class Variables {
  private readonly own = new Map<Binding, Abstract>();
  private readonly under: Variables | undefined;
  private readonly depth: number;
  /** All that lies under this one, where they are listed here. */
  private readonly all: ReadonlyMap<Binding, Abstract> | undefined;

  constructor(under?: Variables) {
    this.under = under;
    this.depth = under === undefined ? 0 : under.depth + 1;
    if (under !== undefined && this.depth % layers === 0) this.all = under.since(undefined);
  }

  get(binding: Binding): Abstract | undefined {
    for (let at: Variables | undefined = this; at !== undefined; at = at.under) {
      const found = at.own.get(binding) ?? at.all?.get(binding);
      if (found !== undefined || at.all !== undefined) return found;
    }
    return undefined;
  }

  has(binding: Binding): boolean {
    return this.get(binding) !== undefined;
  }

  set(binding: Binding, value: Abstract): this {
    this.own.set(binding, value);
    return this;
  }

  /** The same variables, to be changed apart from these. */
  copy(): Variables {
    const copy = new Variables();
    for (const [binding, value] of this.since(undefined)) copy.own.set(binding, value);
    return copy;
  }

  /** What has been set over `below`, which lies under this one; everything if nothing is given. */
  since(below: Variables | undefined): Map<Binding, Abstract> {
    const parts: ReadonlyMap<Binding, Abstract>[] = [];
    for (let at: Variables | undefined = this; at !== below && at !== undefined; at = at.under) {
      parts.push(at.own);
      if (below === undefined && at.all !== undefined) {
        parts.push(at.all);
        break;
      }
    }
    const found = new Map<Binding, Abstract>();
    while (parts.length > 0) for (const [binding, value] of parts.pop()!) found.set(binding, value);
    return found;
  }

  /** What to call to have the variables again as they are now, but for those given; nothing may lie over them then. */
  mark(): (except?: readonly Binding[]) => void {
    const before = new Map(this.own);
    return (except = []) => {
      for (const binding of [...this.own.keys()]) {
        const had = before.get(binding);
        const isThere = had !== undefined || this.under?.has(binding) === true;
        if (isThere && except.includes(binding)) continue;
        if (had === undefined) this.own.delete(binding);
        else this.own.set(binding, had);
      }
    };
  }
}
