/** The Jacobian-vector product: forward mode along one direction. */
import { runsAsItIs } from '../dynamic/calls.ts';
import type { Value } from '../dynamic/numbers/box.ts';
import { fill, floatsFrom } from '../dynamic/outline.ts';
import { registerDerivative } from '../lower/builtins/derivative.ts';
import { inTurn } from '../runtime/inturn.ts';
import type { Options } from '../runtime/options.ts';
import { type Pushed, pushforwardOf } from '../runtime/pushforward.ts';
import { isInside, numbersIn, verifyTangent } from '../runtime/verify.ts';
import { checkFunction, checkOptions } from './arguments.ts';
import type { JvpOperator } from './types.ts';

/** Value, tangent, and the numbers of the tangent in a row. */
export interface TangentParts {
  readonly value: unknown;
  readonly tangent: unknown;
  readonly numbers: ArrayLike<Value>;
}

function partsOf({ value, outline, tangents }: Pushed): TangentParts {
  const floats = tangents instanceof Float64Array ? floatsFrom(tangents, 0) : undefined;
  return { value, tangent: fill(outline, (leaf) => tangents[leaf], floats), numbers: tangents };
}

/**
 * Value and tangent of f along `tangents`, one per argument.
 * @param path what a disagreement calls the direction
 */
export function evaluateTangent(
  f: Function,
  args: readonly unknown[],
  tangents: readonly unknown[],
  options: Options | undefined,
  path: string,
): TangentParts | Promise<TangentParts> {
  const pushed = pushforwardOf(f, args, tangents, options);
  const parts = pushed instanceof Promise ? pushed.then(partsOf) : partsOf(pushed);
  if (options?.verify !== true || isInside([...args, ...tangents])) return parts;
  return inTurn(
    (function* () {
      const done = (yield parts) as TangentParts;
      const moves = (i: number): boolean => tangents[i] !== undefined && tangents[i] !== null;
      const direction = args.map((arg, i) => (moves(i) ? numbersIn(arg, tangents[i]) : []));
      yield* verifyTangent(f, args, direction, Array.from(done.numbers as ArrayLike<number>), options, path);
      return done;
    })(),
  );
}

/**
 * Runs f in forward mode.
 *
 * @param args f's arguments, as a list
 * @param tangents one direction per argument, in its shape; missing parts are zero
 * @returns `{ value, tangent }`: the value and its derivative along the direction, in the value's shape
 *
 * @example
 * ```ts
 * jvp((x: number, y: number) => x * y, [3, 4], [1, 0]); // { value: 12, tangent: 4 }
 * ```
 */
export const jvp: JvpOperator = runsAsItIs((f: Function, args: unknown[], tangents: unknown[], options?: Options) => {
  checkFunction('jvp', f);
  checkOptions('jvp', options);
  const told = ({ value, tangent }: TangentParts): object => ({ value, tangent });
  const parts = evaluateTangent(f, args, tangents, options, 'the tangents given');
  return parts instanceof Promise ? parts.then(told) : told(parts);
}) as never;

registerDerivative(jvp as unknown as Function, 'jvp');
