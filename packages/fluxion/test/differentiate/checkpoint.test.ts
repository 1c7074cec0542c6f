/** Calls that the reverse sweep makes again: the derivatives of plain calls, to second order; and which it can't make again. */
import { expect, test } from 'vitest';
import { reverse } from '../../src/differentiate/reverse.ts';
import { parse } from '../../src/ir/parse.ts';
import { print } from '../../src/ir/print.ts';
import { verify } from '../../src/ir/verify.ts';
import { checkpointed } from './checkpointed.ts';
import { activeOf, apart, byForward, byGradient, byPullback, levelFor, run, weightsFor } from './derivatives.ts';
import { forwardOverReverse, reverseOverForward, reverseOverReverse } from './second.ts';

const weights = weightsFor(checkpointed);

test('the text form tells checkpoints', () => {
  const text = print(checkpointed.module);
  expect(text).toContain('call.checkpoint step(');
  expect(text).toMatch(/call\.checkpoint made\(.*\) array list\.length list\.data x/);
  expect(print(parse(text))).toBe(text);
});

test('reverse agrees with forward, and a pullback with itself', () => {
  verify(checkpointed.module);
  const forward = byForward(checkpointed, weights);
  const gradient = byGradient(checkpointed, weights);
  const pulled = byPullback(checkpointed, weights, 2);
  expect(gradient.outcome).toEqual(run(checkpointed));
  expect(apart(forward, gradient.gradients[0])).toBeLessThan(1e-12);
  expect(apart(forward, pulled.gradients[0])).toBeLessThan(1e-12);
  expect(pulled.gradients[1]).toEqual(pulled.gradients[0]);
});

test('the call is made again in the reverse, and its frame is in no tape', () => {
  const { params, spaces } = activeOf(checkpointed);
  const level = levelFor(checkpointed.module, 'reverse');
  const { module } = reverse(checkpointed.module, 'main', { params, spaces }, level);
  const text = print(module);
  const part = (name: string) => text.slice(text.indexOf(`func ${name}(`)).split('\n}')[0];
  expect(part('main.forward0')).toMatch(/mark[^]*call step\([^]*release/);
  expect(part('main.forward0')).not.toContain('step.forward0');
  expect(part('main.reverse0')).toMatch(/mark[^]*call step\.forward0\.inner[^]*call step\.reverse0\.inner[^]*release/);
});

test('second derivatives, by the four nestings', () => {
  const direction = Array.from({ length: 5 }, (_, i) => Math.cos(7.3 * i));
  const nested = { program: checkpointed, weights, direction };
  const expected = forwardOverReverse(nested);
  expect(apart(expected, reverseOverForward(nested))).toBeLessThan(1e-11);
  for (const found of reverseOverReverse(nested)) expect(apart(expected, found)).toBeLessThan(1e-11);
});

const head = `space x: f64 elements
host 0: "asked" (f64) -> f64
func main(%xs: ref, %p: f64) -> f64 {
  %zero: i32 = const 0
`;
const calling = `
  %a: f64 = call.checkpoint f(%xs, %p)`;
const reading = `
}
func f(%xs: ref, %p: f64) -> f64 {
  %zero: i32 = const 0
  %x: f64 = load x[%xs, %zero]
  %y: f64 = math.mul %x, %p
  %z: f64 = math.sin %y
  yield %z
}`;
const writing = reading.replace('%z: f64', 'store x[%xs, %zero] = %y\n  %z: f64');

const cases: [string, string, RegExp | undefined][] = [
  ['what it reads is not written', `${head}${calling}\n  yield %a${reading}`, undefined],
  ['what it reads is written before', `${head}  store x[%xs, %zero] = %p${calling}\n  yield %a${reading}`, undefined],
  [
    'what it reads is written after',
    `${head}${calling}\n  store x[%xs, %zero] = %a\n  yield %a${reading}`,
    /changed after/,
  ],
  [
    'something is written to what is made after',
    `${head}${calling}\n  %o: i32 = const 1\n  %n: ref = elements x[%o]\n  store x[%n, %zero] = %a\n  %b: f64 = load x[%n, %zero]\n  yield %b${reading}`,
    undefined,
  ],
  [
    'something is written to what is made before',
    `${head}  %o: i32 = const 1\n  %n: ref = elements x[%o]${calling}\n  store x[%n, %zero] = %a\n  %b: f64 = load x[%n, %zero]\n  yield %b${reading}`,
    /changed after/,
  ],
  ['it writes', `${head}${calling}\n  yield %a${writing}`, /changes what was made outside/],
  [
    'it calls what writes',
    `${head}${calling}\n  yield %a${reading.replace('%y: f64 = math.mul %x, %p', '%y: f64 = call g(%xs, %p)')}${writing.replace('func f', 'func g')}`.replace(
      /\n}\n}/,
      '\n}',
    ),
    /changes what was made outside/,
  ],
  ['it asks the host', `${head}${calling}\n  yield %a${reading.replace('math.sin %y', 'host 0(%y)')}`, /calls asked/],
];

test.each(cases)('made again or declined: %s', (_, text, reason) => {
  const module = parse(text, { hosts: { asked: (x: number) => x } } as never);
  verify(module);
  const level = levelFor(module, 'reverse');
  const active = { params: [false, true], spaces: new Set([module.spaces.get('x')!]) };
  const differentiate = () => reverse(module, 'main', active, level);
  if (reason === undefined) verify(differentiate().module);
  else expect(differentiate).toThrow(reason);
});
