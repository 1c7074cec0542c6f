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

test('values: what has left by a branch has decided its condition for what follows', () => {
  const source = (then: string, otherwise: string): string => `func f(%c: bool, %x: f64, %y: f64) -> f64 {
    %r: f64 = block L1 {
      if %c {
        ${then}
      } else {
        ${otherwise}
      }
      %s: f64 = if %c {
        yield %x
      } else {
        yield %y
      }
      yield %s
    }
    yield %r
  }`;
  const leave = 'br L1 %x';
  for (const c of [0, 1]) {
    expect(after(source(leave, 'yield'), ['values', 'simplify'], [c, 3, 4])).toContain('yield %y');
    expect(after(source('yield', 'br L1 %y'), ['values', 'simplify'], [c, 3, 4])).toContain('yield %x');
  }
});

test('values: elements at two indexes are two only if that is known', () => {
  const text = after(
    `space s: f64 elements
    func f(%x: f64, %y: f64, %i: i32, %j: i32) -> f64, f64, f64 {
      %one: i32 = const 1
      %ten: i32 = const 10
      %a: ref = elements s[%ten]
      store s[%a, %i] = %x
      %k: i32 = int.add %j, %one
      store s[%a, %k] = %y
      %first: f64 = load s[%a, %i]
      %next: i32 = int.add %i, %one
      store s[%a, %next] = %x
      %second: f64 = load s[%a, %i]
      %last: f64 = load s[%a, %next]
      yield %first, %second, %last
    }`,
    ['values'],
    [3, 4, 6, 5],
  );
  expect(body(text).filter((line) => line.includes('load'))).toEqual(['%first: f64 = load s[%a, %i]']);
  expect(text).toContain('yield %first, %first, %x');
});

test('simplify: what is taken away leaves the number as it is only if it is 0, not -0', () => {
  const text = after(
    `func f(%x: f64) -> f64, f64 {
      %zero: f64 = const 0
      %minus: f64 = const -0
      %a: f64 = math.sub %x, %zero
      %b: f64 = math.sub %x, %minus
      yield %a, %b
    }`,
    ['simplify', 'dead'],
    [-0],
  );
  expect(body(text)).toEqual(['%minus: f64 = const -0', '%b: f64 = math.sub %x, %minus', 'yield %x, %b']);
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

test('hoist: a field of what may be null is not read before the program has looked', () => {
  const text = after(
    `space next: ref field 0
    space v: f64 field 1
    shape P { next, v }
    func f(%x: f64, %n: i32) -> f64 {
      %p: ref = alloc P
      %o: ref = load next[%p]
      %zero: i32 = const 0
      %i2: i32, %s2: f64 = loop %zero, %x trips %n test (%i: i32, %s: f64) {
        %more: bool = compare.lt %i, %n
        yield %more, %i, %s
      } body (%j: i32, %t: f64) {
        %gone: bool = convert.isNull %o
        %u: f64 = if %gone {
          yield %t
        } else {
          %w: f64 = load v[%o]
          yield %w
        }
        %one: i32 = const 1
        %k: i32 = int.add %j, %one
        yield %k, %u
      }
      yield %s2
    }`,
    ['hoist'],
    [3, 2],
  );
  const lines = body(text);
  expect(lines.indexOf('%w: f64 = load v[%o]')).toBeGreaterThan(lines.findIndex((line) => line.includes('if %gone')));
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

// The index by its counter i, by the outer numbers %p and %q and the integer %k.
const indexes: Record<string, string> = {
  'the counter': '%x: i32 = int.add %i, %zero',
  'the counter and an integer': '%x: i32 = int.add %i, %k',
  'the counter less an integer': '%x: i32 = int.sub %i, %k',
  'the counter and a number': '%a: f64 = math.add %n, %p\n%x: i32 = convert.toIndex %a',
  'a number and the counter': '%a: f64 = math.add %p, %n\n%x: i32 = convert.toIndex %a',
  'the counter less a number': '%a: f64 = math.sub %n, %p\n%x: i32 = convert.toIndex %a',
  'the counter times a number': '%a: f64 = math.mul %n, %q\n%x: i32 = convert.toIndex %a',
  'a number and the counter times another':
    '%a: f64 = math.mul %q, %n\n%b: f64 = math.add %p, %a\n%x: i32 = convert.toIndex %b',
  'the counter times a number less another':
    '%a: f64 = math.mul %n, %q\n%b: f64 = math.sub %a, %p\n%x: i32 = convert.toIndex %b',
};

/** Sums index · (round + 1), of which each is checked to be below %limit. */
const checking = (index: string, from: string): string => `reason 0: bounds "beyond"
  func f(%from0: i32, %trips: i32, %limit: i32, %k: i32, %p: f64, %q: f64) -> i32 {
    %zero: i32 = const 0
    %one: i32 = const 1
    %from: i32 = int.add ${from}, %zero
    %to: i32 = int.add %from, %trips
    %rounds: i32 = int.max %trips, %zero
    %r: i32, %s: i32 = loop %from, %zero trips %rounds test (%j: i32, %t: i32) {
      %goes: bool = compare.lt %j, %to
      yield %goes, %j, %t
    } body (%i: i32, %u: i32) {
      %n: f64 = convert.toNumber %i
      ${index}
      %inside: bool = compare.lt.unsigned %x, %limit
      guard %inside else 0
      %v: i32 = int.add %u, %x
      %w: i32 = int.mul %v, %trips
      %next: i32 = int.add %i, %one
      yield %next, %w
    }
    yield %s
  }`;

test.each(Object.keys(indexes))(
  'bounds: %s is checked before the loop, and exactly where a round would be left',
  (name) => {
    for (const from of ['%from0', '%zero']) {
      const module = parse(
        checking(indexes[name], from).replace('%from: i32 = int.add %zero, %zero', '%from: i32 = const 0'),
      );
      const moved = passes.bounds(passes.simplify(module));
      verify(moved);
      const text = print(moved);
      expect(text.slice(text.indexOf('body'))).not.toContain('guard');
      const run = (m: typeof moved, args: number[]): unknown => {
        try {
          return interpret(m, 'f', args).results;
        } catch (e) {
          return String(e);
        }
      };
      const [ints, numbers] = [
        [-2147483648, -3, -1, 0, 1, 2, 5, 2147483647],
        [-3, -1, -0, 0, 1, 2, 6, 0.5, 1e-20, 2 ** 31, -(2 ** 53), Infinity, NaN],
      ];
      let left = 0;
      let ran = 0;
      for (const start of from === '%zero' ? [0] : [-4, 0, 1, 7])
        for (const trips of [-1, 0, 1, 2, 4])
          for (const limit of [0, 1, 6, 100])
            for (const k of ints)
              for (const p of numbers)
                for (const q of numbers) {
                  // What the index does not depend on need not be tried in all its values.
                  if ((!indexes[name].includes('%k') && k !== 0) || (!indexes[name].includes('%p') && p !== 0))
                    continue;
                  if (!indexes[name].includes('%q') && q !== 0) continue;
                  const args = [start, trips, limit, k, p, q];
                  const expected = run(module, args);
                  // A fraction that is lost in rounding: the dynamic tier may answer.
                  if ((p === 1e-20 || q === 1e-20) && typeof expected !== 'string') continue;
                  expect(run(moved, args), `${args}`).toEqual(expected);
                  if (typeof expected === 'string') left++;
                  else ran++;
                }
      expect(left).toBeGreaterThan(0);
      expect(ran).toBeGreaterThan(0);
    }
  },
);

test('bounds: checks stay in loops that may be left early, or in which the program may throw', () => {
  const text = checking(indexes['the counter'], '%from0');
  const throwing = text
    .replace('reason 0: bounds "beyond"', 'reason 0: bounds "beyond"\nreason 1: throw "thrown"')
    .replace('%v: i32 =', '%fine: bool = compare.ne %u, %limit\nguard %fine else 1\n%v: i32 =');
  const left = text
    .replace('%r: i32, %s: i32 = loop', '%s: i32 = block L1 {\n%r: i32, %y: i32 = loop')
    .replace('%v: i32 =', '%done: bool = compare.gt %u, %limit\nif %done {\nbr L1 %u\n} else {\nyield\n}\n%v: i32 =')
    .replace('yield %next, %w\n    }', 'yield %next, %w\n    }\n    yield %y\n    }');
  for (const program of [throwing, left]) {
    const module = passes.simplify(parse(program));
    verify(module);
    const before = print(module);
    expect(before.slice(before.indexOf('body'))).toContain('guard');
    const moved = print(passes.bounds(module));
    expect(moved.slice(moved.indexOf('body'))).toContain('guard %inside');
  }
});
