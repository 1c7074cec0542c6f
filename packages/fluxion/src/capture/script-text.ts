/**
 * The text of the script a function was compiled from, asked of V8 itself.
 * The engine's own intrinsics answer in microseconds; the way by the Debugger domain, which stands in where they can't be
 * had, takes 20 ms to 150 ms, since it hashes every script that is loaded.
 * Invariant: the switch that makes the intrinsics known to the parser is on for the compilation of one line and no longer,
 * and only in a plain Node of a version it was tried on (see `test/environments`).
 */
import { builtinModule, hostProcess } from './environment.ts';

/** A text, and the offset in it that the engine gives as the place of the function. */
export interface ScriptText {
  readonly text: string;
  readonly offset: number;
}

type Intrinsics = (fn: Function) => [text: unknown, offset: unknown];

const line = '((fn) => [%FunctionGetScriptSource(fn), %FunctionGetScriptSourcePosition(fn)])';

let intrinsics: Intrinsics | undefined;
let refused = false;

/** `undefined` where the engine does not tell. */
export function scriptTextOf(fn: Function): ScriptText | undefined {
  if (refused) return undefined;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      intrinsics ??= compileIntrinsics();
      const [text, offset] = intrinsics(fn);
      return typeof text === 'string' && typeof offset === 'number' && offset >= 0 ? { text, offset } : undefined;
    } catch {
      // The engine may have dropped the compiled code of the line, and can't compile it again as things are.
      intrinsics = undefined;
    }
  }
  refused = true;
  return undefined;
}

function compileIntrinsics(): Intrinsics {
  const vm = builtinModule('node:vm') as typeof import('node:vm');
  const v8 = builtinModule('node:v8') as typeof import('node:v8');
  const options = engineOptions();
  if (options === undefined || /freeze[-_]flags/.test(options))
    throw new Error('The flags of this V8 are not to be changed');
  const isOn = /allow[-_]natives[-_]syntax/.test(options);
  if (!isOn) v8.setFlagsFromString('--allow-natives-syntax');
  try {
    const made = new vm.Script(line).runInThisContext() as Intrinsics;
    made(compileIntrinsics); // compiles it now, while the parser knows the names
    return made;
  } finally {
    if (!isOn) v8.setFlagsFromString('--no-allow-natives-syntax');
  }
}

/** An intrinsic that changes its ways ends the process where it is misused, so only versions it was tried on are asked. */
const triedOn = { from: 20, to: 26 };

/** What Node was started with. Elsewhere V8 may have sealed its flags, and ends the process when one is set. */
function engineOptions(): string | undefined {
  const { versions = {}, release, execArgv = [], env = {} } = hostProcess() ?? {};
  if (release?.name !== 'node' || versions.electron !== undefined || versions.bun !== undefined) return undefined;
  const major = Number.parseInt(versions.node ?? '', 10);
  if (!(major >= triedOn.from && major <= triedOn.to)) return undefined;
  return [...execArgv, env.NODE_OPTIONS ?? ''].join(' ');
}
