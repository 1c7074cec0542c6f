import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { hooks } from '../../src/dynamic/hooks.ts';
import { apply1, apply2 } from '../../src/dynamic/numbers/apply.ts';
import { Box, Dual, isBox, numberOf, Tracked, type Value } from '../../src/dynamic/numbers/box.ts';
import { forwardLevel, type LevelRun, reverseLevel } from '../../src/dynamic/numbers/level.ts';
import { operators as o } from '../../src/dynamic/operators.ts';
import { Tape } from '../../src/dynamic/tape.ts';
import { forgetTexts } from '../../src/dynamic/texts.ts';
import { binaryRules, unaryRules } from '../../src/rules/table.ts';
import { forward, newRun, reverse, type Scalar } from './numbers/derive.ts';

type Binary = (a: unknown, b: unknown) => unknown;

const natives: Record<string, Binary> = {
  add: (a: any, b: any) => a + b,
  sub: (a: any, b: any) => a - b,
  mul: (a: any, b: any) => a * b,
  div: (a: any, b: any) => a / b,
  mod: (a: any, b: any) => a % b,
  pow: (a: any, b: any) => a ** b,
  bitand: (a: any, b: any) => a & b,
  bitor: (a: any, b: any) => a | b,
  bitxor: (a: any, b: any) => a ^ b,
  shl: (a: any, b: any) => a << b,
  shr: (a: any, b: any) => a >> b,
  ushr: (a: any, b: any) => a >>> b,
  lt: (a: any, b: any) => a < b,
  gt: (a: any, b: any) => a > b,
  le: (a: any, b: any) => a <= b,
  ge: (a: any, b: any) => a >= b,
  eq: (a: any, b: any) => a == b,
  ne: (a: any, b: any) => a != b,
  seq: (a: any, b: any) => a === b,
  sne: (a: any, b: any) => a !== b,
};

const unaryNatives: Record<string, (a: unknown) => unknown> = {
  neg: (a: any) => -a,
  plus: (a: any) => +a,
  bitnot: (a: any) => ~a,
  inc: (a: any) => ++a,
  dec: (a: any) => --a,
  num: (a: any) => a++,
  not: (a: any) => !a,
  truthy: (a: any) => Boolean(a),
  typeof: (a: any) => typeof a,
  str: (a: any) => `${a}`,
};

type Outcome = { value: unknown } | { error: string; message: string };

function outcome(body: () => unknown): Outcome {
  try {
    return { value: body() };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: name, message };
  }
}

/** Objects whose conversions are watched, made afresh for each use. */
function operands(log: string[]): Record<string, unknown> {
  const watched = (name: string, valueOf: unknown, toString: unknown): object => ({
    valueOf() {
      log.push(`${name}.valueOf`);
      return valueOf;
    },
    toString() {
      log.push(`${name}.toString`);
      return toString;
    },
  });
  return {
    zero: 0,
    minusZero: -0,
    half: 0.5,
    seven: 7,
    minusThree: -3,
    nan: Number.NaN,
    infinity: Number.POSITIVE_INFINITY,
    big: 12n,
    minusBig: -3n,
    empty: '',
    text: 'abc',
    digits: ' 12 ',
    hex: '0x1f',
    yes: true,
    no: false,
    nothing: undefined,
    nil: null,
    symbol: Symbol('s'),
    array: [3],
    emptyArray: [],
    record: {},
    date: new Date(86_400_000),
    valueNumber: watched('valueNumber', 5, 'x'),
    valueBig: watched('valueBig', 5n, 'x'),
    valueObject: watched('valueObject', {}, '8'),
    valueSymbol: watched('valueSymbol', Symbol('t'), 'x'),
    neither: watched('neither', {}, {}),
    noMethods: Object.create(null),
    exotic: {
      [Symbol.toPrimitive](hint: string) {
        log.push(`exotic.${hint}`);
        return hint === 'string' ? 'e' : 9;
      },
    },
    exoticNull: { [Symbol.toPrimitive]: null, valueOf: () => 4 },
    exoticBad: { [Symbol.toPrimitive]: () => ({}) },
    wrapper: Object(6),
    throwing: {
      valueOf() {
        throw new RangeError('mine');
      },
    },
    fn: Math.abs,
  };
}

const names = Object.keys(operands([]));

describe('on untracked values an operator is the language’s own', () => {
  test.each(Object.keys(natives))('%s', (name) => {
    for (const left of names) {
      for (const right of names) {
        const ours: string[] = [];
        const theirs: string[] = [];
        const a = operands(ours);
        const b = operands(theirs);
        // Symbols and identity: the same object on both sides is a case of its own.
        const got = outcome(() => (o[name as 'add'] as Binary)(a[left], a[right]));
        const due = outcome(() => natives[name]!(b[left], b[right]));
        if ('error' in due) {
          expect(got, `${left} ${name} ${right}`).toMatchObject({ error: due.error });
          if (!/undefined|Symbol\(|#</.test(due.message)) expect((got as any).message).toBe(due.message);
        } else {
          expect(got, `${left} ${name} ${right}`).toEqual(due);
        }
        expect(ours).toEqual(theirs);
      }
    }
  });

  test.each(Object.keys(unaryNatives))('%s', (name) => {
    for (const operand of names) {
      const ours: string[] = [];
      const theirs: string[] = [];
      const a = operands(ours)[operand];
      const got = outcome(() => (o[name as 'neg'] as (a: unknown) => unknown)(a));
      const due = outcome(() => unaryNatives[name]!(operands(theirs)[operand]));
      if ('error' in due) expect(got, `${name} ${operand}`).toMatchObject({ error: due.error });
      else expect(got, `${name} ${operand}`).toEqual(due);
      expect(ours).toEqual(theirs);
    }
  });

  test('no Proxy trap runs to find out what an operand is', () => {
    const traps: string[] = [];
    const proxy = new Proxy(
      {},
      {
        get(target, key) {
          traps.push(`get ${String(key)}`);
          return Reflect.get(target, key);
        },
        getPrototypeOf() {
          traps.push('getPrototypeOf');
          return Object.prototype;
        },
        has(target, key) {
          traps.push(`has ${String(key)}`);
          return key in target;
        },
      },
    );
    o.typeof(proxy);
    o.truthy(proxy);
    o.seq(proxy, 1);
    o.key(proxy);
    isBox(proxy);
    expect(traps).toEqual([]);
    expect(o.add(proxy, '')).toBe('[object Object]');
    const ours = traps.splice(0);
    expect(`${'' + (proxy as any)}`).toBe('[object Object]');
    expect(ours).toEqual(traps);
  });
});

const run = newRun();
const levels = {
  reverse: (run: LevelRun) => reverseLevel(run, undefined, new Tape()),
  forward: (run: LevelRun) => forwardLevel(run, undefined),
};

function box(kind: 'reverse' | 'forward', level: any, primal: Value): Box {
  return kind === 'reverse' ? new Tracked(level, primal, level.tape.leaf()) : new Dual(level, primal, 1);
}

describe.each(['reverse', 'forward'] as const)('with a tracked operand, %s', (kind) => {
  const own = newRun();
  const level = levels[kind](own);
  afterAll(() => {
    own.ended = true;
  });

  const numbers = [0, -0, 1, -1, 0.5, 7, -3, 12, 2 ** 33, Number.NaN, Number.POSITIVE_INFINITY];
  const others = [...numbers, '', 'a', '12', true, false, null, undefined];

  test('every operator gives the primal of what it gives natively', () => {
    for (const [name, native] of Object.entries(natives)) {
      for (const x of numbers) {
        for (const y of others) {
          const op = o[name as 'add'] as Binary;
          const read = (v: unknown): unknown => (isBox(v) ? numberOf(v) : v);
          if (name !== 'add' || typeof y !== 'string') {
            expect(read(op(box(kind, level, x), y)), `${x} ${name} ${String(y)}`).toEqual(native(x, y));
            expect(read(op(y, box(kind, level, x))), `${String(y)} ${name} ${x}`).toEqual(native(y, x));
          }
          if (typeof y === 'number') {
            expect(read(op(box(kind, level, x), box(kind, level, y)))).toEqual(native(x, y));
          }
        }
      }
    }
    for (const [name, native] of Object.entries(unaryNatives)) {
      for (const x of numbers) {
        const v = (o[name as 'neg'] as (a: unknown) => unknown)(box(kind, level, x));
        expect(isBox(v) ? numberOf(v) : v).toEqual(native(x));
      }
    }
  });

  test('arithmetic is tracked, comparisons and bits are not', () => {
    const x = box(kind, level, 2);
    for (const name of ['add', 'sub', 'mul', 'div', 'mod', 'pow'] as const) expect(isBox(o[name](x, 3))).toBe(true);
    for (const name of ['neg', 'plus', 'num', 'inc', 'dec'] as const) expect(isBox(o[name](x))).toBe(true);
    for (const name of ['lt', 'eq', 'seq', 'sne'] as const) expect(typeof o[name](x, 3)).toBe('boolean');
    for (const name of ['bitor', 'shl', 'ushr'] as const) expect(typeof o[name](x, 3)).toBe('number');
    expect(typeof o.bitnot(x)).toBe('number');
  });

  test('mixing with BigInt and symbols is the language’s error', () => {
    const x = box(kind, level, 2);
    expect(() => o.add(x, 1n)).toThrow('Cannot mix BigInt and other types, use explicit conversions');
    expect(() => o.mul(1n, x)).toThrow('Cannot mix BigInt and other types, use explicit conversions');
    expect(() => o.bitor(x, 1n)).toThrow(TypeError);
    expect(() => o.add(x, Symbol('s'))).toThrow('Cannot convert a Symbol value to a number');
    expect(o.lt(x, 3n)).toBe(true);
    expect(o.eq(x, 2n)).toBe(true);
  });

  test('an object’s valueOf may give a tracked number', () => {
    const thing = { valueOf: () => box(kind, level, 3) };
    expect(isBox(o.mul(thing, 2))).toBe(true);
    expect(numberOf(o.add(thing, 2) as Box)).toBe(5);
    expect(o.lt(thing, 4)).toBe(true);
    expect(o.eq(thing, 3)).toBe(true);
  });

  test('identity is by primal', () => {
    expect(o.seq(box(kind, level, 1), box(kind, level, 1))).toBe(true);
    expect(o.seq(box(kind, level, 1), 1)).toBe(true);
    const nan = box(kind, level, Number.NaN);
    expect(o.seq(nan, nan)).toBe(false);
    expect(o.key(nan)).toBeNaN();
    expect(o.truthy(box(kind, level, 0))).toBe(false);
    expect(o.typeof(nan)).toBe('number');
  });
});

describe('the operators written out equal the table', () => {
  const xs = [0, -0, 0.5, -2, 1e200, Number.POSITIVE_INFINITY, Number.NaN];
  const rules = { add: binaryRules.add, sub: binaryRules.sub, mul: binaryRules.mul, div: binaryRules.div };

  test.each(Object.entries(rules))('%s', (name, rule) => {
    const hot = o[name as 'add'] as (...v: Value[]) => unknown;
    const slow = (...v: Value[]): Value => apply2(rule, v[0]!, v[1]!);
    for (const x of xs) {
      for (const y of xs) {
        expect(reverse(hot, [x, y])).toEqual(reverse(slow, [x, y]));
        expect(reverse((v) => hot(v, y), [x])).toEqual(reverse((v) => slow(v, y), [x]));
        expect(reverse((v) => hot(x, v), [y])).toEqual(reverse((v) => slow(x, v), [y]));
        expect(reverse((v) => hot(v, v), [y])).toEqual(reverse((v) => slow(v, v), [y]));
        for (const t of xs) {
          // A zero tangent of either sign is the same.
          const along = (f: Scalar, at: number[], direction: number[]): number =>
            (forward(f, at, direction) as number) + 0;
          expect(along(hot, [x, y], [t, 3])).toBe(along(slow, [x, y], [t, 3]));
          expect(along((v) => hot(v!, y), [x], [t])).toBe(along((v) => slow(v!, y), [x], [t]));
          expect(along((v) => hot(x, v!), [y], [t])).toBe(along((v) => slow(x, v!), [y], [t]));
        }
      }
    }
  });

  test('neg', () => {
    for (const x of xs) {
      expect(reverse((v) => o.neg(v), [x])).toEqual(reverse((v) => apply1(unaryRules.neg, v), [x]));
      expect(forward((v) => o.neg(v), [x], [2])).toEqual(forward((v) => apply1(unaryRules.neg, v), [x], [2]));
    }
  });

  test('a listener of the tape hears of every operation', () => {
    const tape = new Tape();
    const heard: string[] = [];
    tape.onRecord = (_, operation) => heard.push(operation);
    const level = reverseLevel(run, undefined, tape);
    const x = new Tracked(level, 2, tape.leaf());
    o.div(o.neg(o.add(o.mul(x, x), 1)), o.sub(x, 3));
    expect(heard).toEqual(['mul', 'add', 'neg', 'sub', 'div']);
  });
});

describe('strings', () => {
  const level = reverseLevel(run, undefined, new Tape());
  const x = new Tracked(level, 2.5, level.tape!.leaf());

  test('are of the primal', () => {
    expect(o.str(x)).toBe('2.5');
    expect(o.add('x = ', x)).toBe('x = 2.5');
    expect(o.add(x, 'px')).toBe('2.5px');
    expect(o.add('', x)).toBe('2.5');
  });

  test('read back as numbers are refused', () => {
    const text = o.str(x);
    expect(() => o.plus(text)).toThrow(expect.objectContaining({ code: 'LostDerivative' }));
    expect(() => o.mul(text, 1)).toThrow(expect.objectContaining({ code: 'LostDerivative' }));
    expect(() => o.sub(` ${text}`, 1)).toThrow(expect.objectContaining({ code: 'LostDerivative' }));
    expect(o.plus('2.75')).toBe(2.75);
  });

  test('and free again when the run has ended', () => {
    forgetTexts();
    const other = newRun();
    const here = reverseLevel(other, undefined, new Tape());
    o.str(new Tracked(here, 17.25, here.tape!.leaf()));
    expect(() => o.plus('17.25')).toThrow();
    other.ended = true;
    expect(o.plus('17.25')).toBe(17.25);
  });
});

describe('inactive uses', () => {
  afterEach(() => {
    hooks.noteInactive = undefined;
  });

  test('are noted while somebody listens', () => {
    const noted: string[] = [];
    hooks.noteInactive = (what) => noted.push(what);
    const level = reverseLevel(run, undefined, new Tape());
    const x = new Tracked(level, 2.5, level.tape!.leaf());
    o.bitor(x, 0);
    o.str(x);
    o.add('a', x);
    o.lt(x, 1);
    o.mul(x, 2);
    expect(noted).toEqual(['a bit operator', 'conversion to a string', 'conversion to a string']);
  });
});
