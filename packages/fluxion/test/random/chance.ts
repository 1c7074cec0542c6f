/** Random choices from a seed: the same ones for the same seed, in every process. */
export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = (seed * 2654435761) >>> 0 || 1;
    for (let i = 0; i < 4; i++) this.next();
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  is(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** One of several ways, each as often as its weight says. */
  way<T>(...ways: readonly (readonly [weight: number, way: () => T])[]): T {
    const total = ways.reduce((sum, [weight]) => sum + weight, 0);
    let at = this.next() * total;
    for (const [weight, way] of ways) {
      at -= weight;
      if (at < 0) return way();
    }
    return ways[ways.length - 1][1]();
  }
}
