/**
 * GradBench's protocol, as a tool speaks it: one line of JSON for every line that comes. A function that fails is an answer
 * too; a message that is not understood is acknowledged, as the protocol asks.
 */
import type { Options, Problem, Timed } from './problem.ts';

interface Message {
  readonly id: number;
  readonly kind: string;
  readonly module?: string;
  readonly function?: string;
  readonly input?: unknown;
}

interface Timing {
  readonly name: string;
  readonly nanoseconds: number;
}

/** Answers the messages of one session. */
export function responder(problems: Readonly<Record<string, Problem>>, options?: Options): (line: string) => string {
  const defined = new Map<string, Readonly<Record<string, Timed>>>();
  const define = (name: string): object => {
    if (!Object.hasOwn(problems, name)) return { success: false, error: `there is no module ${name}` };
    defined.set(name, problems[name](options));
    return { success: true };
  };
  const answer = (message: Message): object => {
    switch (message.kind) {
      case 'start':
        return { tool: 'fluxion', config: { tier: options?.tier ?? 'auto' } };
      case 'define':
        return define(message.module ?? '');
      case 'evaluate': {
        const functions = defined.get(message.module ?? '');
        const name = message.function ?? '';
        if (functions === undefined || !Object.hasOwn(functions, name)) {
          return { success: false, error: `there is no function ${name} in ${message.module}` };
        }
        try {
          return { success: true, ...evaluate(functions[name], message.input) };
        } catch (error) {
          return { success: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
        }
      }
      default:
        return {};
    }
  };
  return (line) => {
    const message = JSON.parse(line) as Message;
    return JSON.stringify({ id: message.id, ...answer(message) }, listsForTypedArrays);
  };
}

/** Runs a function as often and as long as its input asks for. */
function evaluate({ read, run, write }: Timed, input: unknown): { output: unknown; timings: Timing[] } {
  const { min_runs: runs = 1, min_seconds: seconds = 0 } = input as { min_runs?: number; min_seconds?: number };
  const timings: Timing[] = [];
  const time = <T>(name: string, action: () => T): T => {
    const start = process.hrtime.bigint();
    const result = action();
    timings.push({ name, nanoseconds: Number(process.hrtime.bigint() - start) });
    return result;
  };
  const args = time('prepare', () => read(input));
  let result: unknown;
  let elapsed = 0;
  for (let i = 0; i < runs || elapsed < seconds * 1e9; i++) {
    result = time('evaluate', () => run(args));
    elapsed += timings[timings.length - 1].nanoseconds;
  }
  return { output: write(result), timings };
}

const listsForTypedArrays = (_key: string, value: unknown): unknown =>
  ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
