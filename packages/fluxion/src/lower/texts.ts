/**
 * The texts that a module knows by number: those that it was compiled with, and those that its runs make.
 * Invariant: equal texts have one number, so that they are compared by it; a number means the same text while any run goes on.
 */

/** So many texts that runs have made are kept, since the next run may make them again. */
const mostKept = 1000;

export class Texts {
  readonly list: string[] = [];
  private readonly numbers = new Map<string, number>();
  private compiled = 0;
  private runs = 0;

  /** Those that there are now are there for good. */
  settle(): void {
    this.compiled = this.list.length;
  }

  begin(): void {
    this.runs++;
  }

  /** When no run goes on any more, what they have made is forgotten if it is much. */
  end(): void {
    this.runs--;
    if (this.runs > 0 || this.list.length <= this.compiled + mostKept) return;
    for (const text of this.list.splice(this.compiled)) this.numbers.delete(text);
  }

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
