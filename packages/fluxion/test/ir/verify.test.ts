import { describe, expect, test } from 'vitest';
import { parse } from '../../src/ir/parse.ts';
import { faultsOf, verify } from '../../src/ir/verify.ts';

const head = `level 0: reverse
level 1: forward 2
space x: f64 elements
space k: i32 elements
space p.y: f64 field 0
shape P { p.y }
reason 0: bounds "out"
host 0: "now" () -> f64
derivation 0: g level 0 (active)
derivation 1: g level 0 (copy)
derivation 2: h level 0 ()
derivation 3: g level 0 (active) spaces { k }
func g(%a: f64) -> f64 {
  yield %a
}
`;

function faults(body: string): string[] {
  return faultsOf(parse(`${head}func f(%x: f64, %n: i32, %o: ref, %b: bool) -> f64 {\n${body}\n}\n`));
}

describe('the verifier', () => {
  test('passes what is right', () => {
    expect(faults('%y: f64 = call g(%x)\nyield %y')).toEqual([]);
    expect(faults('%y: f64, %d: f64 = derive gradient 0(%x, %x)\nyield %d')).toEqual([]);
    expect(faults('%y: f64, %r: ref = derive forward 0(%x)\n%d: f64 = derive reverse 0(%r, %x)\nyield %d')).toEqual([]);
  });

  test.each([
    ['%y: f64 = math.sin %n\nyield %y', 'takes (f64), is given (i32)'],
    ['%y: f64, %d: f64 = derive gradient 0(%x)\nyield %d', 'takes (f64, f64), is given (f64)'],
    ['%y: f64, %d: f64 = derive tangent 0(%x, %x)\nyield %d', 'is no tangent of that level'],
    ['%y: f64, %d: f64 = derive gradient 1(%x, %x)\nyield %d', 'parameter 0 is f64, and copy'],
    ['%y: f64, %d: f64 = derive gradient 2(%x, %x)\nyield %d', 'no such function'],
    ['%y: f64, %d: f64 = derive gradient 3(%x, %x)\nyield %d', 'k is not active'],
    ['%y: i32 = math.sin %x\nyield %x', 'gives (f64), is read as (i32)'],
    ['%y: f64 = math.atan2 %x\nyield %x', 'takes 2 arguments'],
    ['%y: f64 = math.nothing %x\nyield %x', 'no such primitive'],
    ['%y: bool = compare.lt %b, %b\nyield %x', 'bool has no order'],
    ['%y: bool = compare.lt.unsigned %x, %x\nyield %x', 'f64 is not unsigned'],
    ['%y: bool = compare.eq %x, %n\nyield %x', 'takes (f64, f64), is given (f64, i32)'],
    ['%y: bool = int.add %b, %b\nyield %x', 'not for bool'],
    ['%y: f64 = convert.toNumber %x\nyield %x', 'takes (i32)'],
    ['%y: bool = const 2\nyield %x', 'a bool is 0 or 1'],
    ['%y: i32 = const 4294967295\nyield %x', 'not an i32'],
    ['%y: ref = const 24\nyield %x', 'not one of the reserved references'],
    ['%y: f64 = load x[%o]\nyield %x', 'takes (ref, i32), is given (ref)'],
    ['%y: f64 = load p.y[%o, %n]\nyield %x', 'takes (ref), is given (ref, i32)'],
    ['store k[%o, %n] = %x\nyield %x', 'takes (ref, i32, i32), is given (ref, i32, f64)'],
    ['%y: ref = elements p.y[%n]\nyield %x', 'is not of kind elements'],
    ['%y: ref = elements d0(x)[%n]\nyield %x', 'a shadow is made with what it shadows'],
    ['%y: ref = elements x[%n] tape 1\nyield %x', 'level 1 has no tape'],
    ['%y: f64 = load d0(t1.0(x))[%o, %n]\nyield %x', 'shadows a level that is not below its own'],
    ['%y: f64 = load t1.2(x)[%o, %n]\nyield %x', 'is in lane 2 of 2'],
    ['guard %b else 1\nyield %x', 'no reason 1'],
    ['%y: f64 = call h(%x)\nyield %x', 'no such function'],
    ['%y: f64 = call g(%x, %x)\nyield %x', 'takes (f64), is given (f64, f64)'],
    ['%y: f64 = host 1()\nyield %x', 'no such host'],
    ['yield %n', 'the end of its body gives (i32) for (f64)'],
    ['yield', 'the end of its body gives () for (f64)'],
    ['%y: f64 = if %b {\nyield %x\n} else {\nyield %n\n}\nyield %y', ', else gives (i32) for (f64)'],
    ['%y: f64 = if %n {\nyield %x\n} else {\nyield %x\n}\nyield %y', 'its condition is no bool'],
    ['if %b {\n%y: f64 = const 1\nyield\n} else {\nyield\n}\nyield %y', '%4 is defined in another region'],
    ['%y: f64 = block L1 {\nbr L1 %n\n}\nyield %y', 'gives (i32) for (f64)'],
    [
      '%y: f64 = loop %x test (%s: f64) {\nyield %s, %s\n} body (%u: f64) {\nyield %u\n}\nyield %y',
      'gives (f64, f64) for (bool, f64)',
    ],
    [
      '%y: f64 = loop %n test (%s: f64) {\nyield %b, %s\n} body (%u: f64) {\nyield %u\n}\nyield %y',
      'starts with i32 and carries f64',
    ],
    [
      '%y: f64 = loop %x trips %x test (%s: f64) {\nyield %b, %s\n} body (%u: f64) {\nyield %u\n}\nyield %y',
      'its trips are no i32',
    ],
  ])('finds the fault in %s', (body, fault) => {
    const found = faults(body);
    expect(found.join('\n')).toContain(fault);
    expect(found).toHaveLength(1);
  });

  test('tells all of them at once', () => {
    expect(() => verify(parse('func f(%x: f64) -> f64 {\n%y: i32 = math.sin %x\nyield %y\n}'))).toThrow(/2 faults/);
  });

  test('finds values used before they are defined, and defined twice', () => {
    const module = parse('func f(%0: f64) -> f64 {\n%1: f64 = math.sin %0\n%2: f64 = math.sin %1\nyield %2\n}');
    const func = module.functions.get('f')!;
    const [first, second] = func.body.ops;
    const swapped = { ...func, body: { ...func.body, ops: [second, first, first] } };
    const found = faultsOf({ ...module, functions: new Map([['f', swapped]]) });
    expect(found.join('\n')).toMatch(/%1 is not defined where it is used[^]*%1 is defined a second time/);
  });

  test('finds a branch to a block that was closed', () => {
    const module = parse('func f(%0: f64) -> f64 {\n%1: f64 = block L1 {\nbr L1 %0\n}\nyield %1\n}');
    const func = module.functions.get('f')!;
    const block = func.body.ops[0];
    if (block.op !== 'block') throw new Error('no block');
    const body = { ...func.body, ops: [block], end: { ...block.body.end } };
    const found = faultsOf({ ...module, functions: new Map([['f', { ...func, body }]]) });
    expect(found.join('\n')).toContain('its body branches to a block that does not enclose it');
  });
});
