/**
 * Texts: joined, compared and made of numbers. What is not known while lowering is done by the engine, on the numbers of the texts.
 * Invariant: no number is read from a text that a run has made, so that no derivative is lost in one.
 */
import type { Host, Value } from '../ir/ops.ts';
import type { Type } from '../ir/types.ts';
import type { Node, TemplateLiteral } from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { evaluate } from './expressions.ts';
import { toPrimitive } from './primitive.ts';
import { describeType } from './types/types.ts';
import { split } from './unions.ts';
import { type Abstract, constantValue, neverValue, typeOf } from './values.ts';

export function isText(v: Abstract): boolean {
  return v.kind === 'string' || (v.kind === 'constant' && typeof v.value === 'string');
}

/** Something that the engine does with texts: what is asked of it depends on its arguments alone. */
export function onTexts(
  act: Activation,
  name: string,
  callee: Host['callee'],
  args: readonly Value[],
  result: Type,
): Value {
  const { lowering } = act;
  const types = args.map((a) => a.type);
  const key = `text ${name} ${types.join()}`;
  const host = lowering.site(key, () => ({ index: lowering.pureHost(name, callee, types, [result]) }));
  return act.b.host(host.index, args, [result])[0];
}

/** The number of a text. */
export function tagOf(act: Activation, text: Abstract): Value {
  if (text.kind === 'string') return text.tag;
  return act.b.int(act.lowering.tag(text.kind === 'constant' ? String(text.value) : ''));
}

/** ToString. */
export function toText(act: Activation, given: Abstract, node: Node): Abstract {
  const { lowering, b } = act;
  const value = toPrimitive(act, given, 'string', node);
  switch (value.kind) {
    case 'never':
    case 'string':
      return value;
    case 'constant':
      if (typeof value.value === 'function' || typeof value.value === 'symbol') break;
      return constantValue(String(value.value));
    case 'number': {
      const { texts } = lowering;
      const tag = onTexts(act, 'text of a number', (x) => texts.tag(String(x)), [value.value], 'i32');
      return { kind: 'string', tag };
    }
    case 'boolean':
      return { kind: 'string', tag: b.select(value.value, b.int(lowering.tag('true')), b.int(lowering.tag('false'))) };
    case 'maybe':
      return act.branch(
        value.defined,
        () => toText(act, { kind: 'number', value: value.value }, node),
        () => constantValue('undefined'),
      );
    case 'union':
      return split(act, value, node, (one) => toText(act, one, node));
  }
  return act.decline(`the text of a ${describeType(typeOf(value))} is not compiled`, node);
}

export function joined(act: Activation, a: Abstract, b: Abstract, node: Node): Abstract {
  const [x, y] = [toText(act, a, node), toText(act, b, node)];
  if (x.kind === 'never' || y.kind === 'never') return neverValue;
  if (x.kind === 'constant' && y.kind === 'constant') return constantValue(`${x.value}${y.value}`);
  if (x.kind === 'constant' && x.value === '') return y;
  if (y.kind === 'constant' && y.value === '') return x;
  const { texts } = act.lowering;
  const tags = [tagOf(act, x), tagOf(act, y)];
  const tag = onTexts(act, 'joined', (p, q) => texts.tag(texts.text(p) + texts.text(q)), tags, 'i32');
  return { kind: 'string', tag };
}

/** Below 0, 0 or above 0 as the first text comes before the second, is the same or comes after it. */
export function order(act: Activation, a: Abstract, b: Abstract): Value {
  const { texts } = act.lowering;
  const callee = (p: number, q: number): number => {
    const [s, t] = [texts.text(p), texts.text(q)];
    return s < t ? -1 : s === t ? 0 : 1;
  };
  return onTexts(act, 'order', callee, [tagOf(act, a), tagOf(act, b)], 'i32');
}

export function templateText(act: Activation, node: TemplateLiteral): Abstract {
  let text: Abstract = constantValue(node.quasis[0].value.cooked ?? '');
  for (const [i, e] of node.expressions.entries()) {
    // Each is made a text before the next one is evaluated.
    const value = toText(act, evaluate(act, e), node);
    text = joined(act, text, value, node);
    text = joined(act, text, constantValue(node.quasis[i + 1].value.cooked ?? ''), node);
    if (act.dead) return neverValue;
  }
  return text;
}
