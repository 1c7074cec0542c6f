/** Numbers, whole numbers and comparisons. */
import { type Code, has, type Place, type Writer } from './writer.ts';

const plain = ['1', '0.5', '2', '-1', '0.3', '-0.7', '1.5', '0.1', '3', '0'];
const edges = ['-0', 'NaN', 'Infinity', '-Infinity', '1e308', '2147483647', '-2147483648', '4294967296', '5e-324'];
const wholes = ['0', '1', '-1', '7', '255', '65536', '2147483647', '-2147483648', '1073741824'];

function constant(w: Writer): string {
  return w.c.pick(w.edgy && w.c.is(0.12) ? edges : plain);
}

const comparison = (w: Writer, place: Place): string =>
  `${w.number(place, 1)} ${w.c.pick(['<', '>', '<=', '>='])} ${w.number(place, 1)}`;

export const arithmetic: Code = {
  atoms(w, place) {
    const numbers = w.of(place, 'number');
    const wholes = w.of(place, 'index', 'int');
    const maybes = w.of(place, 'maybe');
    const flags = w.of(place, 'flag');
    return [
      [has(numbers, 5), () => w.c.pick(numbers).name],
      [has(wholes, 0.7), () => w.c.pick(wholes).name],
      [has(maybes, 1), () => `(${w.c.pick(maybes).name} ?? ${constant(w)})`],
      [has(flags, 0.3), () => `(${w.c.pick(flags).name} ? 1 : 0)`],
      [1.5, () => constant(w)],
    ];
  },

  numbers(w, place, depth) {
    const { c } = w;
    const e = () => w.number(place, depth - 1);
    const numbers = w.mutable(place, 'number');
    return [
      [3, () => w.atom(place)],
      [5, () => `(${e()} ${c.pick(['+', '-', '*', '+', '*'])} ${e()})`],
      [5, () => w.bounded(place, depth)],
      [0.7, () => `Math.exp(${w.bounded(place, depth - 1)})`],
      [0.7, () => `Math.sqrt(0.1 + Math.abs(${e()}))`],
      [0.7, () => `Math.log(1.1 + Math.abs(${e()}))`],
      [0.7, () => `Math.${c.pick(['max', 'min', 'hypot'])}(${e()}, ${e()})`],
      [0.4, () => `Math.atan2(${e()}, 2 + Math.abs(${e()}))`],
      [0.7, () => `(${w.atom(place)}) ** ${c.pick(['2', '3', '1', '0'])}`],
      [0.5, () => `Math.${c.pick(['floor', 'round', 'sign', 'abs', 'trunc', 'fround', 'ceil'])}(${e()})`],
      [0.4, () => `Math.${c.pick(['sinh', 'asinh', 'expm1', 'cbrt', 'tan', 'cosh'])}(${w.bounded(place, depth)})`],
      [0.2, () => `Math.${c.pick(['log1p', 'log2', 'log10'])}(1 + Math.abs(${e()}))`],
      [0.3, () => `(${e()}) % ${c.pick(['1.7', '2.3', '-1.1'])}`],
      [0.3, () => `-(${e()})`],
      [1.2, () => `(${w.condition(place, 1)} ? ${e()} : ${e()})`],
      [0.3, () => `(${w.condition(place, 0)} ? 1 : 0)`],
      [0.4, () => tie(w, place)],
      [0.3, () => `(${w.atom(place)} ${c.pick(['||', '&&'])} ${e()})`],
      [0.3, () => `(${e()}, ${e()})`],
      [has(numbers, 0.25), () => `(${c.pick(numbers).name} ${c.pick(['=', '+=', '*='])} ${w.bounded(place, 1)})`],
      [has(numbers, 0.15), () => `${c.pick(numbers).name}${c.pick(['++', '--'])}`],
      [0.8, () => w.int(place, Math.min(depth, 2))],
      [w.edgy ? 1 : 0, () => odd(w, place, depth)],
    ];
  },

  ints(w, place, depth) {
    const { c } = w;
    const wholeOnes = w.of(place, 'int', 'index');
    const e = () => w.int(place, depth - 1);
    const some = depth > 0 ? 1 : 0;
    return [
      [has(wholeOnes, 3), () => c.pick(wholeOnes).name],
      [0.5, () => c.pick(w.edgy ? wholes : wholes.slice(0, 4))],
      [some, () => `(${w.number(place, depth - 1)} | 0)`],
      [some, () => `((${e()} ${c.pick(['+', '-', '*'])} ${e()}) | 0)`],
      [some, () => `(${e()} ${c.pick(['&', '|', '^'])} ${e()})`],
      [0.6 * some, () => `(${e()} ${c.pick(['<<', '>>', '>>>'])} ${c.pick(['0', '1', '3', '31', '33'])})`],
      [0.3 * some, () => `~${e()}`],
      [0.4 * some, () => `Math.imul(${e()}, ${c.pick(['3', '-5', '16777619'])})`],
      [0.2 * some, () => `Math.clz32(${w.number(place, depth - 1)})`],
      [0.5 * some, () => `(${e()} % ${c.pick(['3', '5', '-4'])})`],
      [0.2 * some, () => `((${e()} / ${c.pick(['2', '3'])}) | 0)`],
    ];
  },

  conditions(w, place, depth) {
    const { c } = w;
    if (depth <= 0) return [[1, () => comparison(w, place)]];
    const indexes = w.of(place, 'index', 'int');
    const flags = w.of(place, 'flag');
    const maybes = w.of(place, 'maybe');
    const e = () => w.condition(place, depth - 1);
    return [
      [5, () => comparison(w, place)],
      [has(indexes, 1.5), () => `${c.pick(indexes).name} % 2 ${c.pick(['===', '!=='])} ${c.below(2)}`],
      [has(flags, 1), () => c.pick(flags).name],
      [has(maybes, 0.5), () => `${c.pick(maybes).name} ${c.pick(['===', '!==', '==', '!='])} undefined`],
      [1, () => `(${e()} && ${e()})`],
      [1, () => `(${e()} || ${e()})`],
      [0.5, () => `!(${e()})`],
      [0.3, () => `${w.number(place, 1)} ${c.pick(['===', '!=='])} ${w.atom(place)}`],
      [0.2, () => w.atom(place)],
      [0.2, () => `Number.${c.pick(['isFinite', 'isNaN', 'isInteger'])}(${w.number(place, 1)})`],
      [w.edgy ? 0.3 : 0, () => `Object.is(${w.number(place, 1)}, ${c.pick(['-0', '0', 'NaN'])})`],
      [w.edgy ? 0.2 : 0, () => `1 / ${w.atom(place)} < 0`],
    ];
  },

  statements(w, place) {
    const { c } = w;
    const numbers = w.mutable(place, 'number');
    const ints = w.mutable(place, 'int');
    const flags = w.mutable(place, 'flag');
    const maybes = w.mutable(place, 'maybe');
    return [
      [3, () => [`let ${late(w, place, 'number', 'n', w.number(place, 2))};`]],
      [has(numbers, 4), () => [w.assignment(place, c.pick(numbers).name)]],
      [
        has(numbers, 0.5),
        () => [`[${c.pick(numbers).name}, ${c.pick(numbers).name}] = [${w.bounded(place, 1)}, ${w.atom(place)}];`],
      ],
      [1, () => [`let ${late(w, place, 'int', 'k', w.int(place, 2))};`]],
      [has(ints, 1), () => [wholeAssignment(w, place, c.pick(ints).name)]],
      [0.4, () => [`let ${late(w, place, 'flag', 'c', w.condition(place, 1))};`]],
      [has(flags, 0.4), () => [`${c.pick(flags).name} = ${w.condition(place, 1)};`]],
      [0.3, () => [`let ${w.declare(place, 'maybe', 'm', 0, true)};`]],
      [has(maybes, 0.5), () => [`${c.pick(maybes).name} = ${w.number(place, 1)};`]],
      [has(maybes, 0.2), () => [`${c.pick(maybes).name} = undefined;`]],
      [has(maybes, 0.2), () => [`${c.pick(maybes).name} ??= ${w.number(place, 1)};`]],
    ];
  },
};

/** A variable that is in sight only after its own value. */
function late(w: Writer, place: Place, kind: 'number' | 'int' | 'flag', letter: string, value: string): string {
  return `${w.declare(place, kind, letter, 0, true)} = ${value}`;
}

function wholeAssignment(w: Writer, place: Place, name: string): string {
  const { c } = w;
  return c.way(
    [2, () => `${name} = ${w.int(place, 2)};`],
    [1, () => `${name}++;`],
    [0.5, () => `${name} += ${c.pick(['2', '-3'])};`],
    [1, () => `${name} ${c.pick(['^=', '|=', '&='])} ${w.int(place, 1)};`],
    [0.5, () => `${name} ${c.pick(['<<=', '>>=', '>>>='])} ${c.pick(['1', '2', '30'])};`],
    // It leaves the 32 bits.
    [w.edgy ? 0.7 : 0.05, () => `${name} ${c.pick(['*=', '+='])} ${c.pick(['65537', '1073741824', '-3'])};`],
  );
}

/** Arguments of max and min that are equal. */
function tie(w: Writer, place: Place): string {
  const a = w.atom(place);
  const b = w.c.pick([a, `(${a} + 0)`, `${a} * 1`, w.atom(place)]);
  return `Math.${w.c.pick(['max', 'min'])}(${a}, ${b}${w.c.is(0.3) ? `, ${w.atom(place)}` : ''})`;
}

/** Where conventions decide. */
function odd(w: Writer, place: Place, depth: number): string {
  const { c } = w;
  const a = w.atom(place);
  const e = () => w.number(place, depth - 1);
  return c.way(
    [1, () => `(${a}) ** ${c.pick(['0', '0.5', '-1', '-2', '1.5', 'NaN'])}`],
    [0.5, () => `Math.pow(${e()}, ${a})`],
    [1, () => `(${a} * ${c.pick(['0', 'Infinity', '-0'])})`],
    [1, () => `(${e()} / ${a})`],
    [0.7, () => `Math.${c.pick(['log', 'sqrt', 'acos', 'asin', 'acosh', 'atanh', 'log1p'])}(${e()})`],
    [0.7, () => `Math.${c.pick(['abs', 'sign', 'cbrt', 'sqrt'])}(${a} - ${a})`],
    [0.5, () => `Math.hypot(${a} - ${a}, ${c.pick(['0', '-0', e()])})`],
    [0.5, () => `(${a} % ${w.atom(place)})`],
    [0.3, () => `(${e()} >>> 0)`],
    [0.3, () => `Math.${c.pick(['max', 'min'])}(${c.pick(['', a])})`],
    [0.3, () => `Math.${c.pick(['max', 'min'])}(0, -0, ${a} * 0)`],
    [0.3, () => `(-(${a}) | 0)`],
    [0.3, () => `(${w.int(place, 1)} * ${w.int(place, 1)})`],
    [0.3, () => `-(${w.int(place, 1)})`],
    [0.3, () => `(${w.int(place, 1)} % ${w.int(place, 1)})`],
    [0.3, () => `(${w.int(place, 1)} / ${w.int(place, 1)})`],
  );
}
