/** Derivative rules of the user's own. */
import { forgetTwins, runsAsItIs } from '../dynamic/calls.ts';
import { onRule, registerRule } from '../rules/user.ts';
import { checkFunction } from './arguments.ts';
import type { DefineRuleOperator } from './types.ts';

onRule(forgetTwins);

/**
 * Gives `f` a derivative rule, which every derivative from now on uses in place of what f does. Test it with `checkRule`.
 *
 * @param rule `partials`: one function per argument, for number-valued functions of numbers; or `vjp(cotangent, value, ...args)`
 *   giving a list with a cotangent per argument; or `jvp(tangents, value, ...args)` giving the value's tangent. Each serves both
 *   modes; higher derivatives differentiate the rule itself
 * @returns f
 * @throws RuleShape if the rule has none of these, or (later, when it is used) gives something of the wrong structure
 *
 * @example
 * ```ts
 * const clip = defineRule((x: number) => Math.min(1, Math.max(0, x)), { partials: [() => 1] }); // straight through
 * grad((x: number) => clip(x) * 3)(7); // 3
 * ```
 */
export const defineRule: DefineRuleOperator = runsAsItIs((f: Function, rule: object) => {
  checkFunction('defineRule', f);
  registerRule(f, rule);
  return f;
}) as never;
