/** Typed arrays of every element type, and views of them. */
import { type Code, has, type Place, type Statement, type Variable, type Writer } from './writer.ts';

export const wholeTypes = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
] as const;

export const typed: Code = {
  atoms(w, place) {
    const { c } = w;
    const floats = w.of(place, 'floats');
    const ints = w.of(place, 'ints');
    return [
      [has(floats, 3), () => element(w, place, c.pick(floats))],
      [has(floats, 0.2), () => `${c.pick(floats).name}.length`],
      [has(ints, 1), () => element(w, place, c.pick(ints))],
    ];
  },

  numbers(w, place, depth) {
    const { c } = w;
    const floats = w.of(place, 'floats');
    const x = () => c.pick(floats).name;
    return [
      [has(floats, 0.3), () => `${x()}.reduce((s, e) => s + ${w.callback(place, depth)}, 0)`],
      [has(floats, 0.1), () => `Math.${c.pick(['max', 'min', 'hypot'])}(...${x()})`],
      [has(floats, 0.1), () => `(${x()}[9] ?? ${w.atom(place)})`],
      [has(floats, 0.1), () => `${x()}.at(-1)`],
      [has(floats, 0.1), () => `${x()}.findIndex((e) => e > ${w.atom(place)})`],
    ];
  },

  ints(w, place) {
    const ints = w.of(place, 'ints');
    return [[has(ints, 1), () => `(${element(w, place, w.c.pick(ints))} | 0)`]];
  },

  conditions(w, place) {
    const floats = w.of(place, 'floats');
    return [
      [has(floats, 0.2), () => `${w.c.pick(floats).name}.${w.c.pick(['some', 'every'])}((e) => e > ${w.atom(place)})`],
    ];
  },

  statements(w, place) {
    const { c } = w;
    const floats = w.of(place, 'floats');
    const ints = w.of(place, 'ints');
    const long = floats.filter((v) => v.size > 2);
    return [
      [has(floats, 2), () => [w.assignment(place, element(w, place, c.pick(floats)))]],
      [has(ints, 0.8), () => [storeWhole(w, place, c.pick(ints))]],
      [0.6, () => newTyped(w, place)],
      [0.4, () => newWhole(w, place)],
      [has(long, 0.8), () => view(w, place, c.pick(long))],
      [has(floats, 0.7), () => [moved(w, place, c.pick(floats))]],
      [has(floats, 0.2), () => [forEach(w, place, c.pick(floats))]],
    ];
  },
};

function element(w: Writer, place: Place, { name, size }: Variable): string {
  return `${name}[${w.index(place, size)}]`;
}

/** A number too large for it is cut to the element's bits, and rounded; so is one that moves. */
function storeWhole(w: Writer, place: Place, list: Variable): Statement {
  const { c } = w;
  const target = element(w, place, list);
  return c.way(
    [2, () => `${target} = ${w.int(place, 2)};`],
    [1, () => `${target} += ${w.int(place, 1)};`],
    [1, () => `${target} = ${w.number(place, 1)} * ${c.pick(['10', '300', '1e6'])};`],
    [0.5, () => `${target}${c.pick(['++', '--'])};`],
    [0.3, () => `${list.name}.fill(${w.int(place, 1)});`],
  );
}

function newTyped(w: Writer, place: Place): Statement[] {
  const { c } = w;
  const size = 2 + c.below(3);
  const floats = w.of(place, 'floats');
  const arrays = w.of(place, 'array', 'fixed');
  const Kind = c.is(0.75) ? 'Float64Array' : 'Float32Array';
  const made = (value: string, at: number): Statement[] => [`const ${w.declare(place, 'floats', 'x', at)} = ${value};`];
  const x = () => c.pick(floats);
  return c.way<Statement[]>(
    [1, () => made(`new ${Kind}(${size})`, size)],
    [1, () => made(`${Kind}.of(${Array.from({ length: size }, () => w.number(place, 1)).join(', ')})`, size)],
    [has(arrays, 0.5), () => ((a) => made(`${Kind}.from(${a.name})`, a.size))(c.pick(arrays))],
    [has(arrays, 0.5), () => ((a) => made(`new ${Kind}(${a.name})`, a.size))(c.pick(arrays))],
    [has(floats, 0.5), () => ((a) => made(`${a.name}.slice()`, a.size))(x())],
    [has(floats, 0.3), () => ((a) => made(`new ${Kind}(${a.name})`, a.size))(x())],
    [has(floats, 0.5), () => ((a) => made(`${a.name}.map((e) => ${w.callback(place, 1)})`, a.size))(x())],
    [has(floats, 0.2), () => ((a) => made(`${a.name}.filter((e) => e < 9)`, 0))(x())],
  );
}

function newWhole(w: Writer, place: Place): Statement[] {
  const { c } = w;
  const size = 2 + c.below(3);
  const Kind = c.pick(wholeTypes);
  const value = c.is(0.5)
    ? `new ${Kind}(${size})`
    : `${Kind}.of(${Array.from({ length: size }, () => w.int(place, 1)).join(', ')})`;
  return [`const ${w.declare(place, 'ints', 'z', size)} = ${value};`];
}

function view(w: Writer, place: Place, list: Variable): Statement[] {
  const { c } = w;
  const from = c.below(list.size - 1);
  const to = from + 1 + c.below(list.size - from);
  const bounds = c.pick([`${from}, ${to}`, `${from}, ${to}`, `${from}`]);
  const name = w.declare(place, 'floats', 'x', bounds.includes(',') ? to - from : list.size - from);
  return [`const ${name} = ${list.name}.subarray(${bounds});`];
}

function moved(w: Writer, place: Place, { name, size }: Variable): Statement {
  const { c } = w;
  const others = w.of(place, 'floats', 'array', 'fixed').filter((v) => v.size <= size);
  return c.way<Statement>(
    [1, () => `${name}.fill(${w.atom(place)}${c.pick(['', ', 1', ', 0, 1'])});`],
    [
      1,
      () =>
        `${name}.copyWithin(${c.below(Math.max(1, size))}, ${c.below(Math.max(1, size))}${c.pick(['', `, ${size}`])});`,
    ],
    [0.4, () => `${name}.reverse();`],
    [0.4, () => `${name}.sort();`],
    [has(others, 1), () => ((o) => `if (${o.name}.length <= ${name}.length) ${name}.set(${o.name});`)(c.pick(others))],
    [0.5, () => `${name}.set([${w.atom(place)}], ${c.below(Math.max(1, size))});`],
  );
}

function forEach(w: Writer, place: Place, { name }: Variable): Statement {
  const numbers = w.mutable(place, 'number');
  const target = numbers.length > 0 ? w.c.pick(numbers).name : `${name}[0]`;
  return { head: `${name}.forEach((e) => {`, body: [`${target} += ${w.callback(place, 1)};`], tail: '});' };
}
