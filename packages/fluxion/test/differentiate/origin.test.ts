/** What was there before the call, and does not move. */
import { describe, expect, test } from 'vitest';
import { eachOp } from '../../src/differentiate/activity.ts';
import { stillLoads, writtenBefore } from '../../src/differentiate/origin.ts';
import type { Module } from '../../src/ir/ops.ts';
import { parse } from '../../src/ir/parse.ts';

const head = `space cells: f64 elements
space data: ref field 0
space other: ref field 1
shape list { data, other }
`;

/** The loads of numbers in the order of the text: whether they are still where the first parameter leads to what is active. */
function still(module: Module): boolean[] {
  const found: boolean[] = [];
  const isStill = stillLoads(module, 'f', [true, false]);
  for (const { body } of module.functions.values())
    eachOp(body, (op) => {
      if (op.op === 'load' && op.space.cell === 'f64') found.push(isStill(op));
    });
  return found;
}

describe('loads that give what does not move', () => {
  test('of what a parameter leads to that is not active', () => {
    const module = parse(`${head}
func f(%x: ref, %y: ref) -> f64 {
  %i: i32 = const 0
  %a: ref = load data[%x]
  %b: ref = load data[%y]
  %u: f64 = load cells[%a, %i]
  %v: f64 = load cells[%b, %i]
  %w: f64 = call g(%a, %b)
  %s: f64 = math.add %u, %v
  %t: f64 = math.add %s, %w
  yield %t
}

func g(%a: ref, %b: ref) -> f64 {
  %i: i32 = const 0
  %u: f64 = load cells[%a, %i]
  %v: f64 = load cells[%b, %i]
  %s: f64 = math.add %u, %v
  yield %s
}
`);
    expect(still(module)).toEqual([false, true, false, true]);
    expect(writtenBefore(module, 'f').size).toBe(0);
  });

  test('not where it may be written, or another may stand in its place', () => {
    const written = parse(`${head}
func f(%x: ref, %y: ref) -> f64 {
  %i: i32 = const 0
  %u: f64 = load cells[%x, %i]
  store cells[%y, %i] = %u
  %v: f64 = load cells[%y, %i]
  yield %v
}
`);
    expect(still(written)).toEqual([false, false]);
    expect([...writtenBefore(written, 'f')].map(({ name }) => name)).toEqual(['cells']);
    const replaced = parse(`${head}
func f(%x: ref, %y: ref) -> f64 {
  %i: i32 = const 0
  %a: ref = load data[%x]
  store data[%y] = %a
  %b: ref = load data[%y]
  %v: f64 = load cells[%b, %i]
  yield %v
}
`);
    expect(still(replaced)).toEqual([false]);
  });

  test('not of what is new, nor where a function is given either', () => {
    const module = parse(`${head}
func f(%x: ref, %y: ref) -> f64 {
  %i: i32 = const 0
  %one: i32 = const 1
  %n: ref = elements cells[%one]
  %u: f64 = call g(%x)
  %v: f64 = call g(%y)
  store cells[%n, %i] = %u
  %w: f64 = load cells[%n, %i]
  %s: f64 = math.add %w, %v
  yield %s
}

func g(%a: ref) -> f64 {
  %i: i32 = const 0
  %u: f64 = load cells[%a, %i]
  yield %u
}
`);
    expect(still(module)).toEqual([false, false]);
    expect(writtenBefore(module, 'f').size).toBe(0);
  });
});
