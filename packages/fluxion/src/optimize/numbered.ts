/**
 * Values by what they are computed from, as numbers: a table in which each region sees what those around it have put in.
 * Invariant: after `back`, the table is as it was when `mark` was asked.
 */
import type { Value } from '../ir/ops.ts';

/** A hash table with chains: entries are found last in, first out, so that taking back is taking off. */
export class Numbered {
  private heads = new Int32Array(256).fill(-1);
  /** Four numbers an entry: the key. */
  private keys = new Int32Array(4 * 256);
  private next = new Int32Array(256);
  private readonly values: Value[] = [];

  find(code: number, a: number, b: number, c: number): Value | undefined {
    const { keys } = this;
    for (let n = this.heads[this.place(code, a, b, c)]; n >= 0; n = this.next[n]) {
      const at = 4 * n;
      if (keys[at] === code && keys[at + 1] === a && keys[at + 2] === b && keys[at + 3] === c) return this.values[n];
    }
    return undefined;
  }

  set(code: number, a: number, b: number, c: number, value: Value): void {
    const n = this.values.length;
    if (n >= this.heads.length) this.grow();
    const place = this.place(code, a, b, c);
    const { keys } = this;
    const at = 4 * n;
    keys[at] = code;
    keys[at + 1] = a;
    keys[at + 2] = b;
    keys[at + 3] = c;
    this.values.push(value);
    this.next[n] = this.heads[place];
    this.heads[place] = n;
  }

  get mark(): number {
    return this.values.length;
  }

  back(mark: number): void {
    const { keys } = this;
    for (let n = this.values.length - 1; n >= mark; n--) {
      const at = 4 * n;
      this.heads[this.place(keys[at], keys[at + 1], keys[at + 2], keys[at + 3])] = this.next[n];
    }
    this.values.length = mark;
  }

  private place(code: number, a: number, b: number, c: number): number {
    let hash =
      Math.imul(code, 0x9e3779b1) ^ Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35) ^ Math.imul(c, 0x27d4eb2f);
    hash ^= hash >>> 15;
    return hash & (this.heads.length - 1);
  }

  private grow(): void {
    const room = 4 * this.heads.length;
    const { keys, next } = this;
    this.keys = new Int32Array(4 * room);
    this.keys.set(keys);
    this.next = new Int32Array(room);
    this.next.set(next);
    this.heads = new Int32Array(room).fill(-1);
    for (let n = 0; n < this.values.length; n++) {
      const at = 4 * n;
      const place = this.place(this.keys[at], this.keys[at + 1], this.keys[at + 2], this.keys[at + 3]);
      this.next[n] = this.heads[place];
      this.heads[place] = n;
    }
  }
}
