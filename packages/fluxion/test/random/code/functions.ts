/** Functions: helpers, recursion alone and between two, parameters of all kinds, closures over what changes, functions as values. */
import { type Callee, type Code, has, type Place, type Statement, type Variable, type Writer } from './writer.ts';

export const functions: Code = {
  numbers(w, place, depth) {
    const { c } = w;
    const closures = w.of(place, 'closure');
    const callees = w.callees.filter((f) => !place.isInner || !f.recursive);
    return [
      [has(callees, 2), () => call(w, place, depth, c.pick(callees))],
      [has(closures, 2), () => `${c.pick(closures).name}(${w.bounded(place, depth - 1)})`],
      [0.1, () => `((p) => p * ${w.atom(place)})(${w.bounded(place, depth - 1)})`],
    ];
  },

  statements(w, place) {
    const { c } = w;
    const closures = w.of(place, 'closure');
    return [
      [place.isInner ? 0 : 1, () => closure(w, place)],
      [place.isInner ? 0 : 0.2, () => factory(w, place)],
      [
        place.isInner || closures.length < 2 ? 0 : 0.2,
        () =>
          ((by) => [`const ${w.declare(place, 'closure', 'g')} = ${by} ? ${closures[0].name} : ${closures[1].name};`])(
            w.condition(place, 1),
          ),
      ],
      [0.3, () => several(w, place)],
      [has(closures, 0.3), () => [`${c.pick(closures).name}(${w.bounded(place, 1)});`]],
    ];
  },
};

function call(w: Writer, place: Place, depth: number, { name, parameters }: Callee): string {
  const { c } = w;
  const given = parameters.flatMap((kind): string[] => {
    switch (kind) {
      case 'bounded':
        return [w.bounded(place, depth - 1)];
      case 'number':
        return [w.number(place, depth - 1)];
      case 'depth':
        return [String(c.below(4))];
      case 'rest':
        return c.pick([[], [w.atom(place)], [w.atom(place), w.atom(place)]]);
      case 'optional':
        return c.pick([[], [w.atom(place)]]);
      case 'closure': {
        const closures = w.of(place, 'closure');
        return [closures.length > 0 && c.is(0.5) ? c.pick(closures).name : `(p) => p * ${w.atom(place)}`];
      }
      case 'array': {
        const arrays = w.of(place, 'array', 'fixed');
        return [arrays.length > 0 ? c.pick(arrays).name : `[${w.atom(place)}, ${w.atom(place)}]`];
      }
    }
  });
  return `${name}(${given.join(', ')})`;
}

function closure(w: Writer, place: Place): Statement[] {
  const { c } = w;
  const p = w.name('p');
  const parameter: Variable = { name: p, kind: 'number', mutable: false, size: 0 };
  const variables = place.variables.filter((v) => v.kind !== 'closure');
  const inner = w.with(place, { variables, loops: [], blocks: [], isInner: true, returns: false }, [parameter]);
  const result = w.number(inner, 2);
  const targets = [...w.mutable(place, 'number').map((v) => v.name), ...w.of(place, 'point').map((v) => `${v.name}.u`)];
  const effect = targets.length > 0 && c.is(0.6) ? [w.assignment(inner, c.pick(targets))] : [];
  const g = w.declare(place, 'closure', 'g');
  if (effect.length === 0) return [`const ${g} = (${p}) => ${result};`];
  if (c.is(0.2)) return [{ head: `function ${g}(${p}) {`, body: [...effect, `return ${result};`], tail: '}' }];
  return [{ head: `const ${g} = (${p}) => {`, body: [...effect, `return ${result};`], tail: '};' }];
}

/** A function that gives a function with a variable of its own. */
function factory(w: Writer, place: Place): Statement[] {
  const [make, start] = [w.name('make'), w.bounded(place, 1)];
  const step = w.c.pick(['held += p;', 'held *= 0.5;', 'held = Math.sin(held) + p;']);
  const g = w.declare(place, 'closure', 'g');
  return [
    {
      head: `const ${make} = (held) => {`,
      body: [{ head: 'return (p) => {', body: [step, 'return held * p;'], tail: '};' }],
      tail: '};',
    },
    `const ${g} = ${make}(${start});`,
  ];
}

/** Several results by destructuring. */
function several(w: Writer, place: Place): Statement[] {
  const f = w.name('f');
  const [a, b] = [w.number(place, 1), w.bounded(place, 1)];
  const argument = w.bounded(place, 1);
  const [p, q] = [w.declare(place, 'number', 'n', 0, true), w.declare(place, 'number', 'n', 0, true)];
  return w.c.is(0.5)
    ? [`const ${f} = (k) => [k * ${a}, ${b}];`, `let [${p}, ${q}] = ${f}(${argument});`]
    : [`const ${f} = (k) => ({ one: k * ${a}, two: ${b} });`, `let { one: ${p}, two: ${q} } = ${f}(${argument});`];
}

// Around the program.

const number = (name: string): Variable => ({ name, kind: 'number', mutable: true, size: 0 });

/** `around`: what all functions of the program see. */
export function helpers(w: Writer, around: readonly Variable[]): Statement[] {
  const { c } = w;
  const made: Statement[] = [];
  if (c.is(0.6)) made.push(helper(w, around));
  if (c.is(0.35)) made.push(recursive(w, around));
  if (c.is(0.15)) made.push(...mutual(w, around));
  if (c.is(0.2)) made.push(branching(w));
  if (c.is(0.2)) made.push(withRest(w));
  if (c.is(0.2)) made.push(withDefaults(w));
  if (c.is(0.2)) made.push(higher(w));
  if (c.is(0.15)) made.push(overArray(w));
  return made;
}

function placeIn(variables: readonly Variable[], returns: boolean): Place {
  return { variables: [...variables], loops: [], blocks: [], returns, depth: 1, isInner: true };
}

function helper(w: Writer, around: readonly Variable[]): Statement {
  const name = w.name('help');
  w.budget = 3 + w.c.below(6);
  const place = placeIn([...around, number('p'), number('q')], true);
  const body = [...w.statements(place, 1 + w.c.below(3)), `return ${w.number(place, 2)};`];
  w.callees.push({ name, parameters: ['bounded', 'number'], recursive: false });
  return { head: `function ${name}(p, q) {`, body, tail: '}' };
}

function recursive(w: Writer, around: readonly Variable[]): Statement {
  const name = w.name('deep');
  w.budget = 3 + w.c.below(4);
  const place = placeIn([...around, number('p'), number('q')], false);
  const body: Statement[] = [`if (n <= 0) return ${w.number(place, 1)};`, ...w.statements(place, 1 + w.c.below(2))];
  body.push(`return ${w.bounded(place, 1)} + 0.5 * ${name}(n - 1, ${w.bounded(place, 1)}, ${w.bounded(place, 1)});`);
  w.callees.push({ name, parameters: ['depth', 'bounded', 'number'], recursive: true });
  return { head: `function ${name}(n, p, q) {`, body, tail: '}' };
}

/** Two functions that call each other. */
function mutual(w: Writer, around: readonly Variable[]): Statement[] {
  const [even, odd] = [w.name('even'), w.name('odd')];
  const one = (name: string, other: string): Statement => {
    const place = placeIn([...around, number('p')], false);
    const first = `if (n <= 0) return ${w.number(place, 1)};`;
    return {
      head: `function ${name}(n, p) {`,
      body: [first, `return ${w.bounded(place, 1)} * ${other}(n - 1, ${w.bounded(place, 1)});`],
      tail: '}',
    };
  };
  const made = [one(even, odd), one(odd, even)];
  w.callees.push({ name: even, parameters: ['depth', 'bounded'], recursive: true });
  return made;
}

/** It calls itself twice. */
function branching(w: Writer): Statement {
  const name = w.name('fork');
  const place = placeIn([number('p')], false);
  const body = [
    `if (n < 2) return ${w.number(place, 1)};`,
    `return ${name}(n - 1, ${w.bounded(place, 1)}) * 0.5 + ${name}(n - 2, ${w.atom(place)});`,
  ];
  w.callees.push({ name, parameters: ['depth', 'bounded'], recursive: true });
  return { head: `function ${name}(n, p) {`, body, tail: '}' };
}

function withRest(w: Writer): Statement {
  const name = w.name('rest');
  const body = w.c.pick<Statement[]>([
    ['let s = p;', 'for (const r of list) s += r * p;', 'return s;'],
    ['return list.length > 1 ? list[0] * list[1] : p;'],
    ['return Math.max(p, ...list);'],
  ]);
  w.callees.push({ name, parameters: ['number', 'rest'], recursive: false });
  return { head: `function ${name}(p, ...list) {`, body, tail: '}' };
}

function withDefaults(w: Writer): Statement {
  const name = w.name('given');
  const place = placeIn([number('p'), number('q')], true);
  const head = w.c.pick([`function ${name}(p, q = p * 2) {`, `function ${name}(p, q = 0.5) {`]);
  const body = [`return ${w.number(place, 2)};`];
  w.callees.push({ name, parameters: ['number', 'optional'], recursive: false });
  return { head, body, tail: '}' };
}

function higher(w: Writer): Statement {
  const name = w.name('apply');
  const body = w.c.pick<Statement[]>([
    ['return f(p) * f(0.5);'],
    ['return f(f(p));'],
    ['let s = 0;', 'for (let i = 0; i < 3; i++) s += f(p * i);', 'return s;'],
  ]);
  w.callees.push({ name, parameters: ['closure', 'bounded'], recursive: true });
  return { head: `function ${name}(f, p) {`, body, tail: '}' };
}

/** It changes the array that it is given. */
function overArray(w: Writer): Statement {
  const name = w.name('over');
  const body = w.c.pick<Statement[]>([
    ['list[0] += p;', 'return list[list.length - 1] * p;'],
    ['let s = 0;', 'for (const e of list) s = s * 0.5 + e;', 'return s;'],
    ['const [a, b = 1] = list;', 'return a * b;'],
  ]);
  w.callees.push({ name, parameters: ['array', 'bounded'], recursive: true });
  return { head: `function ${name}(list, p) {`, body, tail: '}' };
}
