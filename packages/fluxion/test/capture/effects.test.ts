// What the capture leaves behind in the process: nothing.
import { Session } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { capture, privateState } from '../../src/capture/capture.ts';

const collect = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
};

/** Captures `fn` and everything of it. */
function use(fn: Function): void {
  const captured = capture(fn);
  if (captured.native) return;
  captured.binding('big');
  captured.binding('count');
  void captured.location;
  void captured.strict;
}

it('keeps no captured function, variable or object alive', async () => {
  const gc = collect();
  const made: WeakRef<object>[] = [];
  for (let i = 0; i < 50; i++) {
    const big = new Float64Array(1000).fill(i);
    let count = 0;
    const f = () => {
      count++;
      return big.length + count;
    };
    class C {
      #big = big;
      read() {
        return this.#big;
      }
    }
    const c = new C();
    use(f);
    use(f.bind(big));
    use(c.read);
    privateState(c, C)!.get('#big');
    made.push(new WeakRef(f), new WeakRef(big), new WeakRef(c), new WeakRef(C));
  }
  for (let round = 0; round < 10 && made.some((ref) => ref.deref() !== undefined); round++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    gc();
  }
  // The last iteration may still be held by the stack of this function.
  expect(made.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(4);
});

it('leaves a coverage that someone else has started as it is', () => {
  const session = new Session();
  session.connect();
  const post = (method: string, params = {}): any => {
    let answer: unknown;
    session.post(method, params, (_, result) => {
      answer = result;
    });
    return answer;
  };
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const counted = new Function('return function counted(x) { return x; }\n//# sourceURL=fluxion-counted.js')();
  for (let i = 0; i < 3; i++) counted(i);
  const big = 1;
  const count = 2;
  use((x: number) => x + big + count);
  for (let i = 0; i < 4; i++) counted(i);
  const script = post('Profiler.takePreciseCoverage').result.find((s: any) => s.url === 'fluxion-counted.js');
  const { ranges } = script.functions.find((f: any) => f.functionName === 'counted');
  expect(ranges[0].count).toBe(7);
  session.disconnect();
});

it('ends no session and no breakpoint of a debugger', () => {
  const session = new Session();
  session.connect();
  let enabled: unknown;
  session.post('Debugger.enable');
  use((x: number) => x);
  session.post('Debugger.setBreakpointsActive', { active: false }, (error) => {
    enabled = error === null;
  });
  expect(enabled).toBe(true);
  session.disconnect();
});

it('leaves the parser as it was', () => {
  use((x: number) => x);
  expect(() => new Function('return %HeapObjectVerify(1)')).toThrow(SyntaxError);
});
