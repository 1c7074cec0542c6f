/** Arrays of numbers, of any length, and arrays of them. */
import { type Code, has, type Place, type Statement, type Variable, type Writer } from './writer.ts';

export const lists: Code = {
  atoms(w, place) {
    const { c } = w;
    const arrays = w.of(place, 'array', 'fixed');
    const rows = w.of(place, 'rows');
    return [
      [has(arrays, 3), () => element(w, place, c.pick(arrays))],
      [has(arrays, 0.2), () => `${c.pick(arrays).name}.length`],
      [has(rows, 1), () => cell(w, place, c.pick(rows))],
    ];
  },

  numbers(w, place, depth) {
    const { c } = w;
    const arrays = w.of(place, 'array', 'fixed');
    const rows = w.of(place, 'rows');
    const a = () => c.pick(arrays).name;
    const body = () => w.callback(place, depth);
    return [
      [has(arrays, 0.4), () => `${a()}.reduce((s, e) => s + ${body()}, 0)`],
      [has(arrays, 0.1), () => `${a()}.reduceRight((s, e) => s * 0.5 + ${body()}, ${w.atom(place)})`],
      [has(arrays, 0.1), () => `${a()}.reduce((s, e) => Math.max(s, e))`],
      [has(arrays, 0.15), () => `Math.${c.pick(['max', 'min', 'hypot'])}(...${a()})`],
      [has(arrays, 0.3), () => `(${a()}[${c.pick([0, 2, 9])}] ?? ${w.number(place, depth - 1)})`],
      [has(arrays, 0.15), () => `${a()}.at(${c.pick(['-1', '0', '1'])})`],
      [has(arrays, 0.1), () => `${a()}.${c.pick(['indexOf', 'lastIndexOf'])}(${element(w, place, c.pick(arrays))})`],
      [has(arrays, 0.1), () => `${a()}.${c.pick(['findIndex', 'findLastIndex'])}((e) => e > ${w.atom(place)})`],
      [
        has(arrays, 0.1),
        () => `(${a()}.${c.pick(['find', 'findLast'])}((e) => e > ${w.atom(place)}) ?? ${w.atom(place)})`,
      ],
      [has(rows, 0.3), () => `${c.pick(rows).name}.reduce((s, r) => s + r[0] * ${w.atom(place)}, 0)`],
      [has(rows, 0.1), () => `${c.pick(rows).name}.flat().reduce((s, e) => s + ${body()}, 0)`],
    ];
  },

  conditions(w, place) {
    const { c } = w;
    const arrays = w.of(place, 'array', 'fixed');
    const a = () => c.pick(arrays).name;
    return [
      [has(arrays, 0.2), () => `${a()}.${c.pick(['some', 'every'])}((e) => e > ${w.atom(place)})`],
      [has(arrays, 0.1), () => `${a()}.includes(${element(w, place, c.pick(arrays))})`],
      [has(arrays, 0.1), () => `${a()}[${c.pick(['7', '1'])}] === undefined`],
    ];
  },

  statements(w, place) {
    const { c } = w;
    const arrays = w.of(place, 'array');
    const rows = w.of(place, 'rows');
    const stores = w.of(place, 'array', 'fixed');
    return [
      [has(stores, 2), () => [w.assignment(place, element(w, place, c.pick(stores)))]],
      [0.8, () => newList(w, place)],
      [has(arrays, 1), () => [growth(w, place, c.pick(arrays))]],
      [has(arrays, 0.5), () => [rearranged(w, place, c.pick(arrays))]],
      [has(arrays, 0.5), () => [forEach(w, place, c.pick(arrays))]],
      [has(arrays, 0.2), () => [`const ${w.declare(place, 'array', 'a', 2)} = ${c.pick(arrays).name};`]],
      [has(arrays, 0.3), () => taken(w, place, c.pick(arrays))],
      [0.4, () => newRows(w, place)],
      [has(rows, 0.8), () => [w.assignment(place, cell(w, place, c.pick(rows)))]],
      [has(rows, 0.5), () => ofRows(w, place, c.pick(rows))],
    ];
  },
};

function element(w: Writer, place: Place, { name, size }: Variable): string {
  return `${name}[${w.index(place, size)}]`;
}

/** Rows have two elements at least. */
function cell(w: Writer, place: Place, { name, size }: Variable): string {
  return `${name}[${w.index(place, size)}][${w.index(place, 2)}]`;
}

function newList(w: Writer, place: Place): Statement[] {
  const { c } = w;
  const size = 2 + c.below(3);
  const arrays = w.of(place, 'array');
  const floats = w.of(place, 'floats');
  const numbers = () => Array.from({ length: size }, () => w.number(place, 1)).join(', ');
  // The name comes after the elements, which can not use it.
  const list = (value: string, at: number, mutable = false): Statement[] => [
    `${mutable ? 'let' : 'const'} ${w.declare(place, 'array', 'a', at, mutable)} = ${value};`,
  ];
  const from = () => c.pick(arrays);
  return c.way<Statement[]>(
    [2, () => list(`[${numbers()}]`, size)],
    [0.4, () => list(`new Array(${size}).fill(${w.number(place, 1)})`, size)],
    [0.4, () => list(`Array.from({ length: ${size} }, (_, i) => ${w.bounded(place, 1)} * i)`, size)],
    [
      0.4,
      () => {
        const i = w.name('i');
        const value = w.bounded(w.with(place, {}, [{ name: i, kind: 'index', mutable: false, size }]), 1);
        const [made] = list('[]', size);
        const { name } = place.variables[place.variables.length - 1];
        return [
          made,
          {
            head: `for (let ${i} = 0; ${i} < ${size}; ${i}++) {`,
            body: [`${name}${c.pick([`[${i}] = ${value}`, `.push(${value})`])};`],
            tail: '}',
          },
        ];
      },
    ],
    [
      has(arrays, 0.7),
      () => ((a) => list(`${a.name}.map((e${c.pick(['', ', i'])}) => ${w.callback(place, 1)})`, a.size))(from()),
    ],
    [has(arrays, 0.3), () => ((a) => list(`[...${a.name}]`, a.size))(from())],
    [has(arrays, 0.3), () => ((a) => list(`[${w.atom(place)}, ...${a.name}]`, a.size + 1))(from())],
    [has(arrays, 0.3), () => ((a) => list(`${a.name}.slice(${c.pick(['', '0', `0, ${a.size}`])})`, a.size))(from())],
    [has(arrays, 0.2), () => ((a) => list(`${a.name}.slice(-${Math.min(2, a.size)})`, Math.min(2, a.size)))(from())],
    [
      has(arrays, 0.3),
      () =>
        ((a) => list(`${a.name}.concat(${c.pick([`[${w.atom(place)}]`, from().name, w.atom(place)])})`, a.size))(
          from(),
        ),
    ],
    [has(arrays, 0.2), () => ((a) => list(`${a.name}.filter((e) => e > ${w.atom(place)}).concat([1, 2])`, 2))(from())],
    [
      has(arrays, 0.2),
      () => ((a) => list(`${a.name}.toSorted((p, q) => ${c.pick(['p - q', 'q - p'])})`, a.size))(from()),
    ],
    [has(arrays, 0.1), () => ((a) => list(`${a.name}.flatMap((e) => [e, ${w.atom(place)}])`, a.size))(from())],
    [has(arrays, 0.1), () => ((a) => list(`${a.name}.${c.pick(['toReversed()', 'with(0, 0.5)'])}`, a.size))(from())],
    [
      has(floats, 0.3),
      () => ((x) => list(`${c.pick([`[...${x.name}]`, `Array.from(${x.name})`])}`, x.size))(c.pick(floats)),
    ],
  );
}

/** Arrays get longer; what they lose again is what they got. */
function growth(w: Writer, place: Place, { name, size }: Variable): Statement {
  const { c } = w;
  return c.way<Statement>(
    [2, () => `${name}.push(${w.bounded(place, 1)});`],
    [0.3, () => `${name}.push(${w.bounded(place, 1)}, ${w.atom(place)});`],
    [1, () => `${name}[${name}.length] = ${w.bounded(place, 1)};`],
    [0.4, () => `${name}.unshift(${w.bounded(place, 1)});`],
    [1, () => `if (${name}.length > ${size}) ${name}.pop();`],
    [0.4, () => `if (${name}.length > ${size}) ${name}.shift();`],
    [0.3, () => `if (${name}.length > ${size}) ${name}.length = ${size};`],
    [0.3, () => `if (${name}.length > ${size}) ${name}.splice(1, 1);`],
    [0.2, () => `${name}.splice(1, 0, ${w.atom(place)});`],
    [w.edgy ? 0.2 : 0, () => `${name}[${name}.length + 1] = ${w.atom(place)};`],
  );
}

function rearranged(w: Writer, place: Place, { name, size }: Variable): Statement {
  const { c } = w;
  return c.way<Statement>(
    [0.5, () => `${name}.fill(${w.atom(place)}${c.pick(['', ', 1', ', 0, 1'])});`],
    [0.5, () => `${name}.reverse();`],
    [0.5, () => `${name}.sort((p, q) => ${c.pick(['p - q', 'q - p'])});`],
    [0.4, () => `${name}.copyWithin(${c.below(size)}, ${c.below(size)});`],
    [
      0.7,
      () =>
        ((i, j) => `[${name}[${i}], ${name}[${j}]] = [${name}[${j}], ${name}[${i}]];`)(c.below(size), c.below(size)),
    ],
  );
}

function forEach(w: Writer, place: Place, list: Variable): Statement {
  const numbers = w.mutable(place, 'number');
  const target = numbers.length > 0 ? w.c.pick(numbers).name : `${list.name}[0]`;
  return { head: `${list.name}.forEach((e) => {`, body: [`${target} += ${w.callback(place, 1)};`], tail: '});' };
}

/** Elements taken by destructuring. */
function taken(w: Writer, place: Place, { name, size }: Variable): Statement[] {
  const { c } = w;
  const [p, q] = [w.declare(place, 'number', 'n', 0, true), w.declare(place, 'number', 'n', 0, true)];
  return c.way<Statement[]>(
    [1, () => [`let [${p}, ${q}] = ${name};`]],
    [0.5, () => [`let [, ${p}, ${q} = ${p}] = ${name};`]],
    [0.5, () => [`let [${p}, ...rest${p}] = ${name};`, `let ${q} = rest${p}[${c.below(Math.max(1, size - 1))}] ?? 0;`]],
  );
}

function newRows(w: Writer, place: Place): Statement[] {
  const { c } = w;
  const size = 2 + c.below(2);
  const row = () => `[${w.atom(place)}, ${w.bounded(place, 1)}]`;
  const arrays = w.of(place, 'array');
  const value = c.way(
    [2, () => `[${Array.from({ length: size }, row).join(', ')}]`],
    [0.5, () => `Array.from({ length: ${size} }, () => ${row()})`],
    [has(arrays, 0.5), () => `[${Array.from({ length: size }, () => c.pick(arrays).name).join(', ')}]`],
    [has(arrays, 0.5), () => `[${Array.from({ length: size }, () => `${c.pick(arrays).name}.slice()`).join(', ')}]`],
  );
  return [`const ${w.declare(place, 'rows', 'm', size)} = ${value};`];
}

function ofRows(w: Writer, place: Place, { name, size }: Variable): Statement[] {
  const { c } = w;
  const [i, j] = [c.below(size), c.below(size)];
  const mapped = () => {
    const body = w.callback(place, 1);
    return `const ${w.declare(place, 'rows', 'm', size)} = ${name}.map((r) => r.map((e) => ${body}));`;
  };
  return c.way<Statement[]>(
    [1, () => [`const ${w.declare(place, 'array', 'a', 2)} = ${name}[${i}];`]],
    [0.5, () => [`${name}[${i}] = [${w.atom(place)}, ${w.bounded(place, 1)}];`]],
    [0.5, () => [`[${name}[${i}], ${name}[${j}]] = [${name}[${j}], ${name}[${i}]];`]],
    [0.4, () => [`${name}.push([${w.atom(place)}, ${w.atom(place)}]);`]],
    [0.3, () => [`${name}[${i}].push(${w.atom(place)});`]],
    [0.4, () => [mapped()]],
    [0.3, () => [`for (const r of ${name}) r[0] ${c.pick(['+=', '*='])} ${w.bounded(place, 1)};`]],
  );
}
