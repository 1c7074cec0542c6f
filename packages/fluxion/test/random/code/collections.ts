/** Maps, Sets, objects whose names are found out at run time, lists of functions, and lists of several kinds of values. */
import { type Code, has, type Place, type Statement, type Variable, type Writer } from './writer.ts';

export const collections: Code = {
  numbers(w, place, depth) {
    const { c } = w;
    const maps = w.of(place, 'map');
    const sets = w.of(place, 'set');
    const records = w.of(place, 'record');
    const functions = place.isInner ? [] : w.of(place, 'functions');
    const mixed = w.of(place, 'mixed');
    const given = () => w.bounded(place, depth - 1);
    const sum = (list: string) => `${list}.reduce((s, e) => s + ${w.callback(place, depth)}, 0)`;
    return [
      [has(maps, 1), () => `(${c.pick(maps).name}.get(${key(w, place)}) ?? ${w.atom(place)})`],
      [has(maps, 0.3), () => `(${c.pick(maps).name}.has(${key(w, place)}) ? ${given()} : ${w.atom(place)})`],
      [has(maps, 0.3), () => sum(`[...${c.pick(maps).name}.values()]`)],
      [has(maps, 0.2), () => `${c.pick(maps).name}.size`],
      [has(sets, 0.5), () => sum(c.pick([`[...${c.pick(sets).name}]`, `Array.from(${c.pick(sets).name})`]))],
      [has(sets, 0.2), () => `(${c.pick(sets).name}.has(${w.atom(place)}) ? ${given()} : ${c.pick(sets).name}.size)`],
      [has(records, 0.7), () => `(${c.pick(records).name}[${name(w, place)}] ?? ${w.atom(place)})`],
      [has(records, 0.2), () => sum(`Object.values(${c.pick(records).name})`)],
      [has(functions, 0.7), () => `${c.pick(functions).name}.reduce((s, g) => s + g(${given()}), 0)`],
      [has(functions, 0.5), () => `${c.pick(functions).name}[${w.index(place, 2)}](${given()})`],
      [has(mixed, 0.5), () => `${c.pick(mixed).name}.reduce((s, v) => s + ${told(w, place)}, 0)`],
    ];
  },

  conditions(w, place) {
    const { c } = w;
    const maps = w.of(place, 'map');
    const records = w.of(place, 'record');
    return [
      [has(maps, 0.3), () => `${c.pick(maps).name}.has(${key(w, place)})`],
      [has(records, 0.3), () => `${name(w, place)} in ${c.pick(records).name}`],
    ];
  },

  statements(w, place) {
    const { c } = w;
    const [maps, sets, records] = [w.of(place, 'map'), w.of(place, 'set'), w.of(place, 'record')];
    const [functions, mixed] = [w.of(place, 'functions'), w.of(place, 'mixed')];
    const numbers = w.mutable(place, 'number');
    const mayMake = place.depth < 2 && !place.isInner ? 1 : 0;
    return [
      [0.25 * mayMake, () => newMap(w, place)],
      [0.15 * mayMake, () => newSet(w, place)],
      [0.15 * mayMake, () => newRecord(w, place)],
      [0.2 * mayMake, () => newFunctions(w, place)],
      [0.2 * mayMake, () => [`const ${w.declare(place, 'mixed', 'mixed')} = [${w.atom(place)}, null];`]],
      [has(maps, 0.7), () => [`${c.pick(maps).name}.set(${key(w, place)}, ${w.bounded(place, 1)});`]],
      [has(maps, 0.1), () => [`${c.pick(maps).name}.${c.pick([`delete(${key(w, place)})`, 'clear()'])};`]],
      [has(sets, 0.4), () => [`${c.pick(sets).name}.${c.pick(['add', 'add', 'delete'])}(${w.bounded(place, 1)});`]],
      [has(records, 0.7), () => [recorded(w, place, c.pick(records))]],
      [has(functions, mayMake * 0.4), () => [`${c.pick(functions).name}.push(${arrow(w, place)});`]],
      [
        has(mixed, 0.4),
        () => [`${c.pick(mixed).name}.push(${c.pick([w.bounded(place, 1), 'null', "'text'", `[${w.atom(place)}]`])});`],
      ],
      [maps.length > 0 ? has(numbers, 0.4) : 0, () => overEntries(w, place, c.pick(maps), c.pick(numbers))],
      [records.length > 0 ? has(numbers, 0.2) : 0, () => overNames(w, place, c.pick(records), c.pick(numbers))],
    ];
  },
};

/** Few enough that they meet. */
function key(w: Writer, place: Place): string {
  return w.c.way([2, () => String(w.c.below(4))], [1, () => w.index(place, 4)], [0.2, () => 'Number.NaN']);
}

function name(w: Writer, place: Place): string {
  const known = () => w.c.pick(["'a'", "'b'", "'c'"]);
  return w.c.way([2, known], [1, () => `\`k\${${w.index(place, 3)}}\``]);
}

/** What a value of several kinds comes to. */
function told(w: Writer, place: Place): string {
  return `(typeof v === 'number' ? v * ${w.atom(place)} : v === null ? 1 : typeof v === 'string' ? v.length : v[0])`;
}

function newMap(w: Writer, place: Place): Statement[] {
  const entries = [`[0, ${w.bounded(place, 1)}]`, `[2, ${w.atom(place)}]`];
  const made = w.declare(place, 'map', 'map');
  return [`const ${made} = new Map(${w.c.pick(['', `[${entries.join(', ')}]`])});`];
}

function newSet(w: Writer, place: Place): Statement[] {
  const members = `[${w.atom(place)}, ${w.bounded(place, 1)}, ${w.atom(place)}]`;
  return [`const ${w.declare(place, 'set', 'set')} = new Set(${members});`];
}

function newRecord(w: Writer, place: Place): Statement[] {
  const parts = w.c.pick(['', ` a: ${w.atom(place)} `]);
  return [`const ${w.declare(place, 'record', 'by')} = {${parts}};`];
}

function recorded(w: Writer, place: Place, record: Variable): string {
  const at = `${record.name}[${name(w, place)}]`;
  return w.c.pick([`${at} = ${w.bounded(place, 1)};`, `${at} ??= ${w.bounded(place, 1)};`]);
}

function arrow(w: Writer, place: Place): string {
  const parameter: Variable = { name: 'p', kind: 'number', mutable: false, size: 0 };
  const variables = place.variables.filter((v) => v.kind !== 'closure' && v.kind !== 'functions');
  const inner = w.with(place, { variables, loops: [], blocks: [], isInner: true, returns: false }, [parameter]);
  return `(p) => ${w.bounded(inner, 2)}`;
}

function newFunctions(w: Writer, place: Place): Statement[] {
  const first = [arrow(w, place), arrow(w, place)];
  const list = w.declare(place, 'functions', 'calls');
  if (w.c.is(0.5)) return [`const ${list} = [];`, `${list}.push(${first[0]});`, `${list}.push(${first[1]});`];
  return [`const ${list} = [1, 2].map((k) => (p) => k * (${first[0]})(p));`];
}

function overEntries(w: Writer, place: Place, { name: map }: Variable, { name: into }: Variable): Statement[] {
  const [k, v] = [w.name('k'), w.name('v')];
  return w.c.pick<Statement[]>([
    [
      {
        head: `for (const [${k}, ${v}] of ${map}) {`,
        body: [`${into} += ${v} * (${k} + ${w.atom(place)});`],
        tail: '}',
      },
    ],
    [{ head: `${map}.forEach((${v}, ${k}) => {`, body: [`${into} += Math.sin(${v}) * ${k};`], tail: '});' }],
  ]);
}

function overNames(w: Writer, place: Place, { name: by }: Variable, { name: into }: Variable): Statement[] {
  const k = w.name('k');
  return [{ head: `for (const ${k} in ${by}) {`, body: [`${into} += ${by}[${k}] * ${w.atom(place)};`], tail: '}' }];
}
