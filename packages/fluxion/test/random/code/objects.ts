/** Objects: points, classes, objects told apart by a tag, ones that may be missing, lists, trees and cycles. */
import { type Code, has, type Place, type Statement, type Variable, type Writer } from './writer.ts';

const parts = ['u', 'v', 'q.w'];

export const objects: Code = {
  atoms(w, place) {
    const { c } = w;
    const points = w.of(place, 'point');
    const perhaps = w.of(place, 'perhaps');
    const texts = w.of(place, 'text');
    return [
      [has(points, 2), () => `${c.pick(points).name}.${c.pick(parts)}`],
      [has(perhaps, 0.7), () => `(${c.pick(perhaps).name}?.${c.pick(parts)} ?? ${c.pick(['0', '1.5'])})`],
      [has(texts, 0.3), () => `(${c.pick(texts).name} === '${c.pick(['up', 'down'])}' ? 1 : 0.5)`],
    ];
  },

  numbers(w, place, depth) {
    const { c } = w;
    const points = w.of(place, 'point');
    const shapes = w.of(place, 'shape');
    const trees = w.of(place, 'tree');
    const e = () => w.number(place, depth - 1);
    return [
      [w.classes.has('Point') ? 0.4 : 0, () => `new Point(${e()}, ${e()}).size`],
      [w.classes.has('Far') ? 0.4 : 0, () => `new Far(${e()}, ${e()}, ${w.atom(place)}).move(${w.bounded(place, 1)})`],
      [w.classes.has('Box') ? 0.4 : 0, () => `new Box(${e()}).${c.pick(['value', 'twice()', 'add(1).value'])}`],
      [w.classes.has('Box') ? 0.2 : 0, () => `Box.mix(${e()}, ${e()})`],
      [has(points, 0.3), () => `(({ u, v, ...rest }) => u * v + rest.q.w)(${c.pick(points).name})`],
      [
        has(points, 0.2),
        () => `((s, p) => ({ ...p, v: s }))(${w.atom(place)}, ${c.pick(points).name}).${c.pick(['u', 'v'])}`,
      ],
      [has(shapes, 2), () => `area(${c.pick(shapes).name})`],
      [has(trees, 2), () => `total(${c.pick(trees).name}, ${w.bounded(place, 1)})`],
    ];
  },

  conditions(w, place) {
    const { c } = w;
    const perhaps = w.of(place, 'perhaps');
    const shapes = w.of(place, 'shape');
    const texts = w.of(place, 'text');
    return [
      [has(perhaps, 0.7), () => `${c.pick(perhaps).name} ${c.pick(['===', '!==', '=='])} null`],
      [has(shapes, 0.5), () => `${c.pick(shapes).name}.kind === '${c.pick(['disc', 'bar'])}'`],
      [has(texts, 0.5), () => `${c.pick(texts).name} ${c.pick(['===', '!=='])} '${c.pick(['up', 'down', 'left'])}'`],
    ];
  },

  statements(w, place) {
    const { c } = w;
    const points = w.of(place, 'point');
    const perhaps = w.of(place, 'perhaps');
    const shapes = w.of(place, 'shape');
    const trees = w.of(place, 'tree');
    const texts = w.of(place, 'text');
    const numbers = w.mutable(place, 'number');
    return [
      [has(points, 2), () => [w.assignment(place, `${c.pick(points).name}.${c.pick(parts)}`)]],
      [1, () => newPoint(w, place)],
      [has(points, 0.4), () => [`const ${w.declare(place, 'point', 'p')} = ${c.pick(points).name};`]],
      [has(points, 0.3), () => copied(w, place, c.pick(points))],
      [has(points, 0.3), () => apart(w, place, c.pick(points))],
      [has(points, 0.2), () => [`${c.pick(points).name}.q = { w: ${w.bounded(place, 1)} };`]],
      [points.length > 1 ? 0.2 : 0, () => [`${c.pick(points).name}.q = ${c.pick(points).name}.q;`]],
      [has(points, 0.4), () => maybePoint(w, place, c.pick(points))],
      [has(perhaps, 0.4), () => [ifThere(w, place, c.pick(perhaps))]],
      [has(perhaps, 0.2), () => [`if (${w.condition(place, 1)}) ${c.pick(perhaps).name} = null;`]],
      [w.classes.has('area') && !place.isInner ? 0.8 : 0, () => newShape(w, place)],
      [has(shapes, 0.5), () => [ofKind(w, place, c.pick(shapes))]],
      [w.classes.has('total') && !place.isInner ? 0.4 : 0, () => newTree(w, place)],
      [has(trees, 0.3), () => [`${c.pick(trees).name}.w += ${w.bounded(place, 1)};`]],
      [place.isInner ? 0 : 0.5, () => linked(w, place)],
      [place.isInner ? 0 : 0.2, () => ring(w, place)],
      [
        0.3,
        () =>
          ((by) => [`let ${w.declare(place, 'text', 's', 0, true)} = ${by} ? 'up' : 'down';`])(w.condition(place, 1)),
      ],
      [
        has(w.mutable(place, 'text'), 0.2),
        () => [`${c.pick(w.mutable(place, 'text')).name} = '${c.pick(['up', 'left'])}';`],
      ],
      [has(texts, numbers.length > 0 && place.depth < 3 ? 0.4 : 0), () => [byText(w, place, c.pick(texts))]],
    ];
  },
};

function newPoint(w: Writer, place: Place): Statement[] {
  const { c } = w;
  const [u, v, q] = [w.number(place, 1), w.number(place, 1), w.bounded(place, 1)];
  const isInstance = w.classes.has('Point') && c.is(0.5);
  const isFar = isInstance && w.classes.has('Far') && c.is(0.4);
  const name = w.declare(place, 'point', 'p');
  if (!isInstance) return [`const ${name} = { u: ${u}, v: ${v}, q: { w: ${q} } };`];
  const made = isFar ? `const ${name} = new Far(${u}, ${v}, ${q});` : `const ${name} = new Point(${u}, ${v});`;
  const set = c.is(0.2) ? [`${name}.scale = ${q};`] : [];
  if (c.is(0.5)) return [made, ...set];
  return [made, ...set, `let ${w.declare(place, 'number', 'n', 0, true)} = ${name}.move(${q});`];
}

function copied(w: Writer, place: Place, { name }: Variable): Statement[] {
  const value = w.c.pick([
    `{ ...${name} }`,
    `{ ...${name}, u: ${w.atom(place)} }`,
    `{ u: ${name}.v, v: ${name}.u, q: { ...${name}.q } }`,
  ]);
  return [`const ${w.declare(place, 'point', 'p')} = ${value};`];
}

function apart(w: Writer, place: Place, { name }: Variable): Statement[] {
  const [u, q] = [w.declare(place, 'number', 'n', 0, true), w.declare(place, 'number', 'n', 0, true)];
  return [`let { u: ${u}, q: { w: ${q} = 1 } } = ${name};`];
}

function maybePoint(w: Writer, place: Place, { name }: Variable): Statement[] {
  const condition = w.condition(place, 1);
  return [`let ${w.declare(place, 'perhaps', 'p', 0, true)} = ${condition} ? ${name} : null;`];
}

function ifThere(w: Writer, place: Place, variable: Variable): Statement {
  const variables = place.variables.map(
    (v): Variable => (v === variable ? { ...v, kind: 'point', mutable: false } : v),
  );
  return { head: `if (${variable.name} !== null) {`, body: w.inside(place, { variables }), tail: '}' };
}

// Objects told apart by a tag.

export function shapeFunction(w: Writer): Statement {
  w.classes.add('area');
  const arm = (kind: string, value: string): Statement => ({
    head: `case '${kind}':`,
    body: [`return ${value};`],
    tail: '',
  });
  return {
    head: 'function area(s) {',
    body: [
      {
        head: 'switch (s.kind) {',
        body: [
          arm('disc', w.c.pick(['Math.PI * s.r * s.r', 's.r ** 2', 'Math.sin(s.r)'])),
          arm('bar', 's.a * s.b'),
          { head: 'default:', body: ['return 0.5;'], tail: '' },
        ],
        tail: '}',
      },
    ],
    tail: '}',
  };
}

function newShape(w: Writer, place: Place): Statement[] {
  const disc = `{ kind: 'disc', r: ${w.number(place, 1)} }`;
  const bar = `{ kind: 'bar', a: ${w.number(place, 1)}, b: ${w.bounded(place, 1)} }`;
  const value = w.c.pick([
    disc,
    bar,
    `${w.condition(place, 1)} ? ${disc} : ${bar}`,
    `${w.condition(place, 1)} ? ${bar} : ${disc}`,
  ]);
  return [`const ${w.declare(place, 'shape', 's')} = ${value};`];
}

function ofKind(w: Writer, place: Place, { name }: Variable): Statement {
  return w.c.is(0.5)
    ? { head: `if (${name}.kind === 'disc') {`, body: [w.assignment(place, `${name}.r`)], tail: '}' }
    : { head: `if (${name}.kind === 'bar') {`, body: [w.assignment(place, `${name}.b`)], tail: '}' };
}

function byText(w: Writer, place: Place, { name }: Variable): Statement {
  const arm = (label: string): Statement => ({
    head: `${label}: {`,
    body: [...w.inside(place, { loops: [] }), ...(w.c.is(0.7) ? ['break;'] : [])],
    tail: '}',
  });
  return { head: `switch (${name}) {`, body: [arm("case 'up'"), arm("case 'down'"), arm('default')], tail: '}' };
}

// What holds others of its kind.

export function treeFunction(w: Writer): Statement {
  w.classes.add('total');
  const rest = w.c.pick(['total(t.left, k * 0.5) + total(t.right, k)', 'total(t.left, k) * total(t.right, -k)']);
  return {
    head: 'function total(t, k) {',
    body: [
      w.c.pick(['if (t === null) return 1;', 'if (!t) return k;']),
      `const here = t.w * k;`,
      `return here + ${rest};`,
    ],
    tail: '}',
  };
}

function newTree(w: Writer, place: Place): Statement[] {
  const node = (depth: number): string =>
    depth === 0 || w.c.is(0.2)
      ? 'null'
      : `{ w: ${w.atom(place)}, left: ${node(depth - 1)}, right: ${node(depth - 1)} }`;
  const value = `{ w: ${w.bounded(place, 1)}, left: ${node(2)}, right: ${node(1)} }`;
  return [`const ${w.declare(place, 'tree', 't')} = ${value};`];
}

/** A list of nodes, followed to its end. */
function linked(w: Writer, place: Place): Statement[] {
  const [head, node, i] = [w.name('list'), w.name('node'), w.name('i')];
  const { into, declared } = sumOf(w, place);
  const value = w.bounded(w.with(place, {}, [{ name: i, kind: 'index', mutable: false, size: 3 }]), 1);
  return [
    ...declared,
    `let ${head} = null;`,
    { head: `for (let ${i} = 0; ${i} < 3; ${i}++) {`, body: [`${head} = { w: ${value}, next: ${head} };`], tail: '}' },
    {
      head: `for (let ${node} = ${head}; ${node} !== null; ${node} = ${node}.next) {`,
      body: [`${node}.w *= ${w.bounded(place, 1)};`, `${into} += ${node}.w;`],
      tail: '}',
    },
  ];
}

/** Nodes in a circle, gone round more than once. */
function ring(w: Writer, place: Place): Statement[] {
  const [one, two, at, i] = [w.name('one'), w.name('two'), w.name('at'), w.name('i')];
  const { into, declared } = sumOf(w, place);
  return [
    ...declared,
    `const ${one} = { w: ${w.bounded(place, 1)}, next: null };`,
    `const ${two} = { w: ${w.bounded(place, 1)}, next: ${one} };`,
    `${one}.next = ${two};`,
    `let ${at} = ${one};`,
    {
      head: `for (let ${i} = 0; ${i} < ${2 + w.c.below(4)}; ${i}++) {`,
      body: [`${at}.w += ${at}.next.w * ${w.bounded(place, 1)};`, `${into} += ${at}.w;`, `${at} = ${at}.next;`],
      tail: '}',
    },
  ];
}

function sumOf(w: Writer, place: Place): { into: string; declared: Statement[] } {
  const numbers = w.mutable(place, 'number');
  if (numbers.length > 0) return { into: w.c.pick(numbers).name, declared: [] };
  const into = w.name('n');
  return { into, declared: [`let ${into} = 0;`] };
}

// Classes.

export function classes(w: Writer): Statement[] {
  const { c } = w;
  w.classes.add('Point');
  const scale = c.pick(['this.u *= k;', 'this.u += Math.sin(k);', 'this.v = this.u * k;']);
  const made: Statement[] = [
    {
      head: 'class Point {',
      body: [
        { head: 'constructor(u, v) {', body: ['this.u = u;', 'this.v = v;', 'this.q = { w: u * v };'], tail: '}' },
        { head: 'move(k) {', body: [scale, 'return this.v - k;'], tail: '}' },
        { head: 'get size() {', body: ['return Math.hypot(this.u, this.v, 0.1);'], tail: '}' },
        { head: 'set scale(k) {', body: [c.pick(['this.u *= k;', 'this.q.w = k;'])], tail: '}' },
      ],
      tail: '}',
    },
  ];
  if (c.is(0.5)) {
    w.classes.add('Far');
    made.push({
      head: 'class Far extends Point {',
      body: [
        { head: 'constructor(u, v, far) {', body: ['super(u, v);', 'this.far = far;'], tail: '}' },
        {
          head: 'move(k) {',
          body: [
            `return ${c.pick(['super.move(k) * this.far', 'this.far - k', 'super.move(k) + super.move(this.far)'])};`,
          ],
          tail: '}',
        },
      ],
      tail: '}',
    });
  }
  if (c.is(0.5)) {
    w.classes.add('Box');
    made.push({
      head: 'class Box {',
      body: [
        '#held;',
        `count = ${c.pick(['0', '1'])};`,
        { head: 'constructor(held) {', body: ['this.#held = held;'], tail: '}' },
        { head: 'get value() {', body: ['return this.#held * 0.5 + this.count;'], tail: '}' },
        { head: 'twice() {', body: ['this.count++;', 'return this.#held + this.value;'], tail: '}' },
        { head: 'add(k) {', body: ['this.#held += k;', 'return this;'], tail: '}' },
        { head: 'static mix(a, b) {', body: ['return new Box(a).value * new Box(b).twice();'], tail: '}' },
      ],
      tail: '}',
    });
  }
  return made;
}
