/**
 * The texts that a module knows by number: those that it was compiled with, and those that its runs make.
 * Invariant: equal texts have one number, so that they are compared by it.
 */
export class Texts {
  readonly list: string[] = [];
  private readonly numbers = new Map<string, number>();

  /** The number of a text. */
  tag = (text: string): number => {
    let tag = this.numbers.get(text);
    if (tag === undefined) {
      tag = this.list.push(text) - 1;
      this.numbers.set(text, tag);
    }
    return tag;
  };

  text = (tag: number): string => this.list[tag];
}
