/** A function differentiated many times at inputs of one shape. */
import { isBox } from '../dynamic/numbers/box.ts';
import { configurable } from './configurable.ts';
import type { GradOptions, PrepareOperator, Wrt } from './types.ts';
import { evaluateGradient } from './valueAndGrad.ts';

/** Writes the numbers of `fresh` into `buffer` where the two have one structure; otherwise `fresh` is the new buffer. */
function into(buffer: unknown, fresh: unknown): unknown {
  if (typeof fresh !== 'object' || fresh === null || typeof buffer !== 'object' || buffer === null || isBox(fresh))
    return fresh;
  if (Object.getPrototypeOf(buffer) !== Object.getPrototypeOf(fresh)) return fresh;
  if (fresh instanceof Float64Array || fresh instanceof Float32Array) {
    if ((buffer as Float64Array).length !== fresh.length) return fresh;
    (buffer as Float64Array).set(fresh);
    return buffer;
  }
  if (fresh instanceof Map) {
    const map = buffer as Map<unknown, unknown>;
    for (const key of [...map.keys()]) if (!fresh.has(key)) map.delete(key);
    for (const [key, value] of fresh) map.set(key, into(map.get(key), value));
    return buffer;
  }
  const target = buffer as Record<PropertyKey, unknown>;
  if (Array.isArray(fresh)) (buffer as unknown[]).length = fresh.length;
  for (const key of Reflect.ownKeys(target)) if (key !== 'length' && !Object.hasOwn(fresh, key)) delete target[key];
  for (const key of Reflect.ownKeys(fresh)) {
    if (key !== 'length' || !Array.isArray(fresh))
      target[key] = into(target[key], (fresh as Record<PropertyKey, unknown>)[key]);
  }
  return buffer;
}

/**
 * The derivative of f with respect to its first argument, made ready once for arguments like `example`.
 * `prepare.with(options)` takes options, `wrt` among them. Results are buffers that the next call overwrites: copy what you want to keep.
 *
 * @param example arguments of the shapes that will come; f is evaluated once at them
 *
 * @example
 * ```ts
 * const p = prepare((x: Float64Array) => x[0] * x[1], new Float64Array([1, 2]));
 * p.grad(new Float64Array([3, 4])); // Float64Array [4, 3]
 * ```
 */
export const prepare = configurable<GradOptions<Wrt>>('prepare', ['wrt'], (f, example, options) => {
  let gradient: unknown;
  const result: { value: unknown; grad: unknown } = { value: undefined, grad: undefined };
  const evaluate = (args: unknown[]): typeof result | Promise<typeof result> => {
    const keep = (parts: { value: unknown; grad: unknown }): typeof result => {
      gradient = into(gradient, parts.grad);
      result.value = parts.value;
      result.grad = gradient;
      return result;
    };
    const parts = evaluateGradient('prepare', f, args, options);
    return parts instanceof Promise ? parts.then(keep) : keep(parts);
  };
  if (example.length > 0) void evaluate(example);
  return {
    value: (...args: unknown[]) => f(...args),
    grad: (...args: unknown[]) => {
      const parts = evaluate(args);
      return parts instanceof Promise ? parts.then((p) => p.grad) : parts.grad;
    },
    valueAndGrad: (...args: unknown[]) => evaluate(args),
  };
}) as unknown as PrepareOperator;
