/**
 * What code changes that loops may rely on: lengths and elements of arrays, properties, variables in cells; by type, since objects
 * of different types are different objects.
 * Invariant: whoever was told that something does not change is lowered again if it turns out that it does.
 */
import type { ArrayType } from './array.ts';
import type { Growth } from './growth.ts';
import type { RecordType } from './record.ts';

export class Effects {
  private readonly changed = new Set<unknown>();
  private readonly asked = new Set<unknown>();
  private handedOn = false;
  private readonly growth: Growth;

  constructor(growth: Growth) {
    this.growth = growth;
  }

  add(what: unknown): void {
    if (this.changed.has(what)) return;
    this.changed.add(what);
    if (this.handedOn || this.asked.has(what)) this.growth.changed = true;
  }

  /** Whether this is changed, as far as is known by now. */
  changes(what: unknown): boolean {
    this.asked.add(what);
    return this.changed.has(what);
  }

  /** Whether nothing at all is changed, as far as is known by now. */
  get isEmpty(): boolean {
    this.handedOn = true;
    return this.changed.size === 0;
  }

  /** All of it, for who calls the code. */
  all(): Iterable<unknown> {
    this.handedOn = true;
    return this.changed;
  }
}

/** The host is called, where that can be noticed. */
export const hostEffect = 'host';

export function lengthEffect(type: ArrayType): string {
  return `length ${type.root.id}`;
}

export function elementEffect(type: ArrayType): string {
  return `element ${type.root.id}`;
}

export function fieldEffect(type: RecordType, name: string): string {
  return `field ${type.root.id}.${name}`;
}
