/** Reads the frames of a stack that has been made into text, as V8, Firefox and Safari write it. */

export interface TextFrame {
  readonly name: string | undefined;
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

export function framesOfText(stack: string): TextFrame[] {
  const frames: TextFrame[] = [];
  for (const text of stack.split('\n')) {
    // V8: `at f (url:1:2)` or `at url:1:2`; the others: `f@url:1:2`.
    const match = /^\s*at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/.exec(text) ?? /^([^@\s]*)@(.*?):(\d+):(\d+)$/.exec(text);
    if (!match) continue;
    const [, name, url, line, column] = match;
    frames.push({ url, line: Number(line), column: Number(column), name: name || undefined });
  }
  return frames;
}
