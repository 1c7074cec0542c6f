/** Texts: only what is known while lowering. */
import type { TemplateLiteral } from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { evaluate } from './expressions.ts';
import { type Abstract, constantValue } from './values.ts';

export function templateText(act: Activation, node: TemplateLiteral): Abstract {
  let text = node.quasis[0].value.cooked ?? '';
  for (const [i, e] of node.expressions.entries()) {
    const value = evaluate(act, e);
    if (value.kind !== 'constant') return act.decline('a text with a number in it is not compiled', node);
    text += String(value.value) + (node.quasis[i + 1].value.cooked ?? '');
  }
  return constantValue(text);
}
