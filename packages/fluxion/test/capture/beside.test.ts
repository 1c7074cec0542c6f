// Functions that a module declares, captured along with one that uses them: nothing differs from what the inspector says of them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'fluxion-beside-')));
  writeFileSync(
    join(folder, 'helpers.mjs'),
    `// λ
import { elsewhere } from './elsewhere.mjs';
let scale = 2; const offset = 1;
export function setScale(to) { scale = to; }
const squash = (u) => u / (scale + Math.abs(u)); const second = (u) => squash(u) - offset;
function blend(a, b) {
  return scale * a + offset * b;
}
async function later() {}
const made = ((k) => (u) => u * k)(3);
function base(a, b) { return a - b; }
const bound = base.bind(null, 1);
const named = function named(u) { return u < 1 ? u : named(u / 2); };
const Kind = class { static own = 1; static of(u) { return u + Kind.own; } };
const alias = elsewhere;
const twin = (u) => u / 2;
{
  const twin = (u) => u / 2;
  globalThis.inner = twin;
}
export function f(x) {
  return second(blend(squash(x), named(x))) + made(x) + bound(x) + twin(x) + elsewhere(x) + alias(x) + (later() === 0) + new Kind().x;
}
`,
  );
  writeFileSync(
    join(folder, 'elsewhere.mjs'),
    `let scale = 'elsewhere';
export function elsewhere(u) { return scale === 'elsewhere' ? u : 0; }
export const change = () => { scale = 'changed'; };
`,
  );
  writeFileSync(
    join(folder, 'main.mts'),
    `
const { capture } = await import(process.argv[2]);
const { inspected } = await import(process.argv[3]);
const { Session } = await import('node:inspector');
let messages = 0;
const { post } = Session.prototype;
Session.prototype.post = function (...args) {
  messages++;
  return post.apply(this, args);
};
const names = ['squash', 'second', 'blend', 'later', 'made', 'named', 'Kind', 'bound', 'twin'];
const said = (fn) => {
  const captured = capture(fn);
  if (captured.native) return { bound: captured.bound !== undefined };
  const { location, source, strict } = captured;
  const bindings = ['scale', 'offset', 'k', 'squash', 'nothing', 'named'].map((name) => {
    const binding = captured.binding(name);
    const value = binding?.kind === 'constant' ? binding.value : binding?.get();
    return [binding?.kind, typeof value === 'function' ? value.name : value];
  });
  return { line: location.line, column: location.column, source, strict, bindings };
};
const found = [];
for (const [instance, together] of [['a', true], ['b', false]]) {
  const { f, setScale } = await import(new URL('helpers.mjs?' + instance, import.meta.url).href);
  setScale(together ? 5 : 7);
  const outer = capture(f);
  const values = names.map((name) => {
    if (together) return outer.binding(name).value;
    // As they are read without proofs.
    return inspected(f, name);
  });
  const asked = names.filter((_, n) => {
    messages = 0;
    capture(values[n]);
    return messages > 0;
  });
  found.push({ asked, said: names.map((name, n) => [name, said(values[n])]) });
  setScale(together ? 6 : 8);
}
// The proof for the one looks at a function of another module, of which the other is then another name.
const { f } = await import(new URL('helpers.mjs?c', import.meta.url).href);
const [import_, alias] = ['elsewhere', 'alias'].map((name) => capture(f).binding(name));
const scale = capture(alias.value).binding('scale').get();
console.log(JSON.stringify([...found, [import_.kind, alias.kind, scale]]));
`,
  );
  writeFileSync(
    join(folder, 'inspected.mts'),
    `
const { functionParts } = await import(process.argv[4]);
export const inspected = (fn, name) => functionParts(fn).scopes.find((s) => name in s.object).object[name];
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Found {
  /** Those that the inspector was asked of. */
  readonly asked: readonly string[];
  readonly said: readonly (readonly [
    name: string,
    said: { readonly bindings?: readonly (readonly [string, unknown])[] },
  ])[];
}

describe('functions captured beside another', () => {
  it('are what they are by themselves', () => {
    const source = (path: string): string => new URL(`../../src/capture/${path}`, import.meta.url).href;
    const args = ['--import', import.meta.resolve('tsx'), join(folder, 'main.mts'), source('capture.ts')];
    args.push(join(folder, 'inspected.mts'), source('inspector.ts'));
    const [together, alone, renamed] = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as [
      Found,
      Found,
      unknown,
    ];
    expect(renamed).toEqual(['constant', 'constant', 'elsewhere']);
    expect(together.asked).toEqual(['made', 'named', 'Kind', 'bound', 'twin']);
    expect(alone.asked).toHaveLength(9);
    // `scale` is what it is in each instance of the module.
    const without = ({ said }: Found) => said.map(([name, { bindings, ...rest }]) => [name, rest, bindings?.slice(1)]);
    expect(without(together)).toEqual(without(alone));
    const scales = ({ said }: Found) => new Set(said.flatMap(([, { bindings }]) => (bindings ? [bindings[0][1]] : [])));
    expect([...scales(together)]).toEqual([5]);
    expect([...scales(alone)]).toEqual([7]);
  });
});
