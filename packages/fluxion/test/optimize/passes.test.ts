/** Each pass on a text that it is for: what it makes of it, and that nothing it must keep is gone. */
import { expect, test } from 'vitest';
import { interpret } from '../../src/ir/interpret.ts';
import { parse } from '../../src/ir/parse.ts';
import { print } from '../../src/ir/print.ts';
import { verify } from '../../src/ir/verify.ts';
import { optimize, type PassName, passes } from '../../src/optimize/pipeline.ts';

/** The text after the passes; results at `args` are the same before and after. */
function after(text: string, names: readonly PassName[], args: readonly number[], entry = 'f'): string {
  const module = parse(text);
  verify(module);
  let now: ReturnType<typeof passes.simplify> = module;
  for (const name of names) {
    now = passes[name](now);
    verify(now);
  }
  expect(interpret(now, entry, args).results).toEqual(interpret(module, entry, args).results);
  return print(now);
}

const body = (text: string): string[] =>
  text
    .slice(text.indexOf('func'))
    .trim()
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim());

test('simplify: constants fold as the engine has them, and nothing that would change -0 or NaN', () => {
  const text = after(
    `func f(%x: f64) -> f64, f64, f64, f64, f64 {
      %zero: f64 = const 0
      %one: f64 = const 1
      %two: f64 = const 2
      %minus: f64 = const -0
      %a: f64 = math.sin %two
      %b: f64 = math.add %x, %zero
      %c: f64 = math.add %x, %minus
      %d: f64 = math.mul %x, %zero
      %e: f64 = math.mul %x, %one
      yield %a, %b, %c, %d, %e
    }`,
    ['simplify', 'dead'],
    [-0],
  );
  expect(body(text)).toEqual([
    '%zero: f64 = const 0',
    `%a: f64 = const ${Math.sin(2)}`,
    '%b: f64 = math.add %x, %zero',
    '%d: f64 = math.mul %x, %zero',
    'yield %a, %b, %x, %d, %x',
  ]);
});

test('simplify: branches that are decided, blocks that nothing leaves, cheap branches as select', () => {
  const text = after(
    `func f(%x: f64, %c: bool) -> f64, i32 {
      %yes: bool = const true
      %r: f64 = block L1 {
        %s: f64 = if %yes {
          yield %x
        } else {
          br L1 %x
        }
        yield %s
      }
      %n: i32 = if %c {
        %five: i32 = const 5
        yield %five
      } else {
        %six: i32 = const 6
        yield %six
      }
      yield %r, %n
    }`,
    ['simplify', 'dead'],
    [2, 0],
  );
  expect(body(text)).toEqual([
    '%five: i32 = const 5',
    '%six: i32 = const 6',
    '%n: i32 = select %c, %five, %six',
    'yield %x, %n',
  ]);
});

test('simplify: a value that goes round a loop unchanged is the one it began with', () => {
  const text = after(
    `func f(%x: f64, %n: i32) -> f64 {
      %zero: i32 = const 0
      %i3: i32, %a3: f64, %s3: f64 = loop %zero, %x, %x test (%i: i32, %a: f64, %s: f64) {
        %more: bool = compare.lt %i, %n
        yield %more, %i, %a, %s
      } body (%j: i32, %b: f64, %t: f64) {
        %one: i32 = const 1
        %k: i32 = int.add %j, %one
        %u: f64 = math.mul %t, %b
        yield %k, %b, %u
      }
      %r: f64 = math.add %s3, %a3
      yield %r
    }`,
    ['simplify', 'dead'],
    [3, 2],
  );
  expect(text).toContain('loop %zero, %x test (%i: i32, %s: f64)');
  expect(text).toContain('%u: f64 = math.mul %t, %x');
  expect(text).toContain('math.add %s3, %x');
});

test('dead: a loop that may not end stays, one that is counted goes, with what only it needed', () => {
  const source = (trips: string) => `func f(%x: f64, %n: i32) -> f64 {
    %zero: i32 = const 0
    %i2: i32, %s2: f64 = loop %zero, %x ${trips} test (%i: i32, %s: f64) {
      %more: bool = compare.lt %i, %n
      yield %more, %i, %s
    } body (%j: i32, %t: f64) {
      %one: i32 = const 1
      %k: i32 = int.add %j, %one
      %u: f64 = math.sin %t
      yield %k, %u
    }
    yield %x
  }`;
  expect(body(after(source('trips %n'), ['dead'], [3, 2]))).toEqual(['yield %x']);
  const kept = after(source(''), ['dead'], [3, 2]);
  expect(kept).toContain('loop %zero test (%i: i32)');
  expect(kept).not.toContain('math.sin');
});

test('dead: objects that are only written go with their stores; guards and host calls stay', () => {
  const text = after(
    `space p: f64 field 0
    shape P { p }
    reason 0: bounds "outside"
    func f(%x: f64, %c: bool) -> f64 {
      %o: ref = alloc P
      store p[%o] = %x
      guard %c else 0
      yield %x
    }`,
    ['dead'],
    [3, 1],
  );
  expect(body(text)).toEqual(['guard %c else 0', 'yield %x']);
});

test('values: sums once, loads until something may have written the cell, checks once', () => {
  const module = parse(`space x: f64 elements
    space y: f64 elements
    reason 0: bounds "outside"
    func f(%x: ref, %y: ref, %n: i32) -> f64, f64, f64 {
      %four: i32 = const 4
      %in: bool = compare.lt.unsigned %n, %four
      guard %in else 0
      %a: f64 = load x[%x, %n]
      %again: i32 = const 4
      %in2: bool = compare.lt.unsigned %n, %again
      guard %in2 else 0
      store y[%y, %n] = %a
      %b: f64 = load x[%x, %n]
      %s: f64 = math.add %a, %b
      %t: f64 = math.add %b, %a
      %c: f64 = load y[%y, %n]
      store x[%y, %n] = %s
      %d: f64 = load x[%x, %n]
      yield %t, %c, %d
    }`);
  const text = print(passes.dead(passes.values(module)));
  expect(body(text)).toEqual([
    '%four: i32 = const 4',
    '%in: bool = compare.lt.unsigned %n, %four',
    'guard %in else 0',
    '%a: f64 = load x[%x, %n]',
    'store y[%y, %n] = %a',
    '%s: f64 = math.add %a, %a',
    'store x[%y, %n] = %s',
    '%d: f64 = load x[%x, %n]',
    'yield %s, %a, %d',
  ]);
});

test('hoist: out of loops what can not fail, never a load that the loop writes or may not reach', () => {
  const text = print(
    passes.hoist(
      parse(`space length: i32 field 0
      space data: ref field 1
      space x: f64 elements
      func f(%o: ref, %k: i32, %q: f64) -> f64 {
        %zero: i32 = const 0
        %s0: f64 = const 0
        %i2: i32, %s2: f64 = loop %zero, %s0 test (%i: i32, %s: f64) {
          %n: i32 = load length[%o]
          %more: bool = compare.lt %i, %n
          yield %more, %i, %s
        } body (%j: i32, %t: f64) {
          %d: ref = load data[%o]
          %v: f64 = load x[%d, %k]
          %w: f64 = math.exp %q
          %u: f64 = math.mul %v, %w
          %one: i32 = const 1
          %next: i32 = int.add %j, %one
          yield %next, %u
        }
        yield %s2
      }`),
    ),
  );
  const lines = body(text);
  const loop = lines.findIndex((line) => line.includes('loop'));
  const outside = lines.slice(0, loop).join('\n');
  for (const moved of ['load length[%o]', 'load data[%o]', 'math.exp %q', 'const 1']) expect(outside).toContain(moved);
  expect(outside).not.toContain('load x[');
});

test('inline and scalars: a variable shared with a closure becomes a value, round loops and out of blocks', () => {
  const text = `space v: f64 field 0
    shape V { v }
    func add(%cell: ref, %d: f64) {
      %old: f64 = load v[%cell]
      %new: f64 = math.add %old, %d
      store v[%cell] = %new
      yield
    }
    func f(%x: f64, %n: i32) -> f64 {
      %cell: ref = alloc V
      %zero: i32 = const 0
      %five: f64 = const 5
      block L1 {
        %i2: i32 = loop %zero test (%i: i32) {
          %more: bool = compare.lt %i, %n
          yield %more, %i
        } body (%j: i32) {
          call add(%cell, %x)
          %now: f64 = load v[%cell]
          %much: bool = compare.gt %now, %five
          if %much {
            br L1
          } else {
            yield
          }
          %one: i32 = const 1
          %k: i32 = int.add %j, %one
          yield %k
        }
        yield
      }
      %r: f64 = load v[%cell]
      yield %r
    }`;
  for (const n of [1, 3, 10]) {
    const made = after(text, ['inline', 'scalars', 'simplify', 'dead'], [2, n]);
    expect(made.slice(made.indexOf('func f'))).not.toMatch(/alloc|load|store|call/);
  }
});

test('structure: an early return has the rest on its other side', () => {
  const text = `func f(%x: f64) -> f64 {
    %r: f64 = block L1 {
      %zero: f64 = const 0
      %one: f64 = const 1
      %below: bool = compare.lt %x, %zero
      if %below {
        %m: f64 = math.neg %x
        br L1 %m
      } else {
        yield
      }
      %above: bool = compare.gt %x, %one
      if %above {
        br L1 %one
      } else {
        yield
      }
      %s: f64 = math.sin %x
      yield %s
    }
    yield %r
  }`;
  for (const x of [-2, 0.5, 3]) expect(after(text, ['structure'], [x])).not.toMatch(/block|br/);
});

test('structure: blocks that are left from loops stay', () => {
  const text = `func f(%x: f64) -> f64 {
    %r: f64 = block L1 {
      %s2: f64 = loop %x test (%s: f64) {
        %yes: bool = const true
        yield %yes, %s
      } body (%t: f64) {
        %ten: f64 = const 10
        %stop: bool = compare.gt %t, %ten
        if %stop {
          br L1 %t
        } else {
          yield
        }
        %u: f64 = math.add %t, %t
        yield %u
      }
      never
    }
    yield %r
  }`;
  expect(after(text, ['structure'], [1])).toContain('br L1');
});

test('recursion is not inlined, and functions that nothing calls any more are dropped when the entries are told', () => {
  const module = parse(`func twice(%x: f64) -> f64 {
      %y: f64 = math.add %x, %x
      yield %y
    }
    func down(%x: f64) -> f64 {
      %one: f64 = const 1
      %small: bool = compare.lt %x, %one
      %r: f64 = if %small {
        yield %x
      } else {
        %y: f64 = math.sub %x, %one
        %z: f64 = call down(%y)
        yield %z
      }
      yield %r
    }
    func f(%x: f64) -> f64 {
      %a: f64 = call twice(%x)
      %b: f64 = call down(%a)
      yield %b
    }`);
  const next = optimize(module, 'before', { entries: ['f'], see: (_, now) => verify(now) });
  expect([...next.functions.keys()]).toEqual(['down', 'f']);
  expect(interpret(next, 'f', [2.25]).results).toEqual(interpret(module, 'f', [2.25]).results);
});

test('inline: arguments whose ids are those of other values of the callee stay the arguments', () => {
  const text = `func g(%0: f64, %1: f64) -> f64 {
      %2: f64 = math.sub %0, %1
      yield %2
    }
    func f(%0: f64, %1: f64) -> f64 {
      %2: f64 = call g(%1, %0)
      yield %2
    }`;
  expect(after(text, ['inline'], [5, 2])).not.toContain('call');
});

test('simplify: the larger of a number and what is at least as large is known', () => {
  const text = `func f(%n: i32) -> i32 {
      %zero: i32 = const 0
      %a: i32 = int.max %n, %zero
      %b: i32 = int.max %zero, %a
      yield %b
    }`;
  expect(body(after(text, ['simplify'], [-3])).at(-1)).toBe('yield %a');
});
