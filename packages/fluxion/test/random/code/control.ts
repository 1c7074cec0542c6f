/** Branches, loops of every kind, switches, and the ways out of them. */
import { type Code, has, type Place, type Statement, type Variable, type Writer } from './writer.ts';

export const control: Code = {
  statements(w, place) {
    const { c } = w;
    const mayNest = place.depth < 3;
    return [
      [mayNest ? 3 : 0, () => branch(w, place)],
      [mayNest ? 3.5 : 0, () => loop(w, place)],
      [mayNest ? 0.7 : 0, () => choice(w, place)],
      [mayNest ? 0.5 : 0, () => block(w, place)],
      [has(place.loops, 1.5), () => [jump(w, place)]],
      [has(place.blocks, 1), () => [`if (${w.condition(place, 1)}) break ${c.pick(place.blocks)};`]],
      [place.returns ? 0.8 : 0, () => [`if (${w.condition(place, 1)}) return ${w.number(place, 1)};`]],
      [place.returns ? 0.1 : 0, () => [`if (${w.number(place, 1)} > 2) throw new RangeError('too ' + 'large');`]],
    ];
  },
};

function branch(w: Writer, place: Place): Statement[] {
  const arm = (head: string): Statement => ({ head, body: w.inside(place), tail: '}' });
  const made = [arm(`if (${w.condition(place, 2)}) {`)];
  if (w.c.is(0.2)) made.push(arm(`else if (${w.condition(place, 1)}) {`));
  if (w.c.is(0.6)) made.push(arm('else {'));
  return made;
}

/** Lists that grow in a round would be walked for ever. */
function fixed(place: Place): Variable[] {
  return place.variables.flatMap((v) => (v.kind === 'rows' ? [] : [v.kind === 'array' ? { ...v, kind: 'fixed' } : v]));
}

function loop(w: Writer, place: Place): Statement[] {
  const { c } = w;
  const label = w.name('l');
  const loops = [...place.loops, label];
  const lists = w.of(place, 'array', 'fixed', 'floats', 'ints');
  const count = 1 + c.below(place.depth > 0 ? 3 : 5);
  const index = (name: string, size: number): Variable => ({ name, kind: 'index', mutable: false, size });
  const around = (head: string, variables: readonly Variable[], more: Partial<Place> = {}, tail = '}'): Statement => ({
    head: `${label}: ${head}`,
    body: w.inside(place, { loops, ...more }, variables),
    tail,
  });
  const counted = (): Statement[] => {
    const i = w.name('i');
    const head = c.way(
      [5, () => `for (let ${i} = 0; ${i} < ${count}; ${i}++) {`],
      [1, () => `for (let ${i} = 0; ${i} < ${count}; ${i} += 2) {`],
      [2, () => `for (let ${i} = ${count - 1}; ${i} >= 0; ${i}--) {`],
      [0.5, () => `for (var ${i} = 0; ${i} <= ${count - 1}; ++${i}) {`],
      [0.5, () => `for (let ${i} = 0; ${i} !== ${count}; ${i}++) {`],
      [0.5, () => `for (let ${i} = ${count}; ${i}-- > 0; ) {`],
      [0.4, () => `for (let ${i} = 0, j${i} = ${count}; ${i} < j${i}; ${i}++, j${i}--) {`],
      [0.4, () => `for (let ${i} = 1; ${i} < ${2 ** (count - 1)}; ${i} *= 2) {`],
    );
    const size = head.includes('*= 2') ? 2 ** count : count;
    return [around(head, [index(i, size)])];
  };
  const overLength = (): Statement[] => {
    const i = w.name('i');
    const list = c.pick(lists);
    const bound =
      list.kind === 'array' || list.kind === 'fixed'
        ? `Math.min(${list.name}.length, ${list.size})`
        : `${list.name}.length`;
    return [
      around(`for (let ${i} = 0; ${i} < ${bound}; ${i}++) {`, [index(i, list.size)], { variables: fixed(place) }),
    ];
  };
  const overElements = (): Statement[] => {
    const list = c.pick(lists);
    const [e, i] = [w.name('e'), w.name('i')];
    const element: Variable = { name: e, kind: 'number', mutable: false, size: 0 };
    const variables = fixed(place);
    if (list.kind === 'array' && c.is(0.25)) {
      return [
        around(`for (const [${i}, ${e}] of ${list.name}.entries()) {`, [element, index(i, list.size)], { variables }),
      ];
    }
    return [around(`for (const ${e} of ${list.name}) {`, [element], { variables })];
  };
  const guarded = (): Statement[] => {
    const k = w.name('k');
    const condition = `${k} < ${count} && ${w.condition(place, 1)}`;
    const made = c.is(0.3)
      ? around('do {', [], {}, `} while (${condition});`)
      : around(`while (${condition}) {`, [], {});
    return [
      `let ${k} = 0;`,
      { ...(made as Statement & object), body: [`${k}++;`, ...(made as Statement & object).body] },
    ];
  };
  const endless = (): Statement[] => {
    const k = w.name('k');
    const made = around(c.pick(['while (true) {', 'for (;;) {']), []) as Statement & object;
    return [`let ${k} = 0;`, { ...made, body: [`if (++${k} > ${count}) break;`, ...made.body] }];
  };
  return c.way<Statement[]>(
    [4, counted],
    [has(lists, 2), overLength],
    [has(lists, 1), overElements],
    [2, guarded],
    [0.7, endless],
  );
}

function jump(w: Writer, place: Place): Statement {
  const { c } = w;
  const word = c.pick(['break', 'continue']);
  const label = c.is(0.4) ? ` ${c.pick(place.loops)}` : '';
  const leave = `${word}${label};`;
  if (c.is(0.7)) return `if (${w.condition(place, 1)}) ${leave}`;
  return { head: `if (${w.condition(place, 1)}) {`, body: [...w.inside(place), leave], tail: '}' };
}

function block(w: Writer, place: Place): Statement[] {
  const label = w.name('b');
  const body = w.inside(place, { blocks: [...place.blocks, label] });
  const more = w.inside(place, { blocks: [...place.blocks, label] });
  return [
    {
      head: `${label}: {`,
      body: [...body, `if (${w.condition(place, 1)}) break ${label};`, { head: '{', body: more, tail: '}' }],
      tail: '}',
    },
  ];
}

/** With labels in any order, some of them falling through. A `continue` inside is one of the loop around. */
function choice(w: Writer, place: Place): Statement[] {
  const { c } = w;
  const wholes = w.of(place, 'index', 'int');
  const by = c.way(
    [has(wholes, 2), () => `${c.pick(wholes).name} % 3`],
    [1, () => `Math.floor(${w.number(place, 1)})`],
    [0.3, () => `${w.condition(place, 1)} ? 1 : 0`],
  );
  const arm = (label: string): Statement => ({
    head: `${label}: {`,
    body: [...w.inside(place, { loops: [] }), ...(c.is(0.65) ? ['break;'] : [])],
    tail: '}',
  });
  const arms = [arm(c.pick(['case 0', 'case 0: case 2'])), arm('case 1'), arm('default')];
  if (c.is(0.3)) arms.unshift(arms.pop()!);
  if (c.is(0.2)) arms.pop();
  return [{ head: `switch (${by}) {`, body: arms, tail: '}' }];
}
