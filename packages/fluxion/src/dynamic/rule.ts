/**
 * A function that has a rule of the user's, run with tracked numbers: the value by the function itself on primals, the
 * derivative by the rule, for arguments and results of any structure, in both modes and at any depth.
 * Invariants: the rule's functions run as twins if a number they are given is tracked, so higher derivatives come from differentiating the
 * rule; what they give is held against the structure it must have before a number of it is used. Neither the function nor its rule
 * may use a number of the derivative that has not been given to it, nor change its arguments: the rule says nothing of those.
 */
import { fluxionError } from '../errors/error.ts';
import { kind, type UserRule } from '../rules/user.ts';
import { capturesTracked } from './captures.ts';
import { hooks } from './hooks.ts';
import { recordAny, values } from './numbers/apply.ts';
import { type Box, Dual, isBox, settle, Tracked, type Value } from './numbers/box.ts';
import type { Level } from './numbers/level.ts';
import { fill, type Outline, type Outlined, outlineOf, project } from './outline.ts';
import { copyWith } from './standin.ts';

type Callable = (this: unknown, ...args: unknown[]) => unknown;

/** One tracked number among the arguments. */
interface Input {
  readonly argument: number;
  readonly leaf: number;
  readonly box: Box;
}

/** What to run in place of `f`. Without a tracked number in its arguments it is the function without its rule. */
export function ruleTwin(f: Function, rule: UserRule): Callable {
  const twin: Callable = function (...args) {
    const given = args.map(outlineOf);
    const level = innermost(given);
    if (level === undefined) return hooks.callPlain(f, this, args);
    return new Application(f, rule, level, given, args, (primals) => Reflect.apply(twin, this, primals)).run();
  };
  return twin;
}

function settled(v: Value): Value {
  return typeof v === 'number' ? v : settle(v);
}

function innermost(given: readonly Outlined[]): Level | undefined {
  let level: Level | undefined;
  for (const { leaves } of given) {
    for (const leaf of leaves) {
      const v = settled(leaf);
      if (typeof v !== 'number' && (level === undefined || v.level.id > level.id)) level = v.level;
    }
  }
  return level;
}

class Application {
  readonly f: Function;
  readonly rule: UserRule;
  readonly level: Level;
  readonly given: readonly Outlined[];
  readonly primals: readonly unknown[];
  readonly inputs: Input[] = [];
  readonly value: unknown;

  constructor(
    f: Function,
    rule: UserRule,
    level: Level,
    given: readonly Outlined[],
    args: readonly unknown[],
    evaluate: (primals: readonly unknown[]) => unknown,
  ) {
    this.f = f;
    this.rule = rule;
    this.level = level;
    this.given = given;
    this.primals = given.map(({ outline, leaves }, argument) => {
      const own = leaves.map(settled);
      const before = this.inputs.length;
      own.forEach((v, leaf) => {
        if (typeof v !== 'number' && v.level === level) this.inputs.push({ argument, leaf, box: v });
      });
      if (this.inputs.length === before) return args[argument];
      return copyWith(outline, (leaf) => below(level, own[leaf]!));
    });
    this.value = evaluate(this.primals);
    if (this.value instanceof Promise)
      throw this.wrong('the function gives a promise; a rule is for the function that it awaits');
    this.given.forEach(({ leaves }, argument) => {
      if (this.primals[argument] === args[argument]) return;
      const now = outlineOf(this.primals[argument]).leaves;
      if (now.length === leaves.length && leaves.every((v, i) => isSame(below(level, settled(v)), now[i]!))) return;
      throw this.wrong(
        `the function changes argument ${argument}; a rule is for one that leaves its arguments as they are`,
      );
    });
  }

  run(): unknown {
    const { outline, leaves } = outlineOf(this.value);
    this.refuseUnasked(leaves, this.f, (level) => level.id >= this.level.id);
    if (leaves.length === 0) return this.value;
    const { vjp, jvp, partials } = this.rule;
    if (partials !== undefined) return this.byPartials(partials, outline);
    if (this.level.kind === 'reverse') {
      return vjp !== undefined ? this.pulledBack(vjp, outline, leaves) : this.byColumns(jvp!, outline, leaves);
    }
    return jvp !== undefined ? this.pushed(jvp, outline, leaves) : this.byRows(vjp!, outline, leaves);
  }

  /** A number-valued function of numbers. */
  byPartials(partials: readonly Function[], outline: Outline): Box {
    if (outline.kind !== 'leaf')
      throw this.wrong(`partials are for a function that gives a number, and it gave ${kind(this.value)}`);
    const derivatives = this.inputs.map(({ argument }) => {
      if (this.given[argument]!.outline.kind !== 'leaf') {
        throw this.wrong(
          `partials are for arguments that are numbers, and argument ${argument} is not: give vjp or jvp`,
        );
      }
      const partial = partials[argument];
      if (partial === undefined) {
        throw this.wrong(
          `it has ${count(partials.length, 'partial derivative')} for ${count(this.given.length, 'argument')}`,
        );
      }
      const d = this.call(partial, this.primals);
      this.refuseUnasked([d], partial, (level) => level.id >= this.level.id);
      if (typeof d !== 'number' && !isBox(d)) throw this.wrong(`partials[${argument}] gave ${kind(d)}, not a number`);
      return d;
    });
    return recordAny(
      this.name,
      this.level,
      this.inputs.map(({ box }) => box),
      this.value as Value,
      derivatives,
    );
  }

  /** Reverse by vjp: one node for the whole call. */
  pulledBack(vjp: Function, outline: Outline, leaves: readonly Value[]): unknown {
    const tape = this.level.tape!;
    const first = tape.joint(
      this.inputs.map(({ box }) => (box as Tracked).index),
      leaves.length,
      (adjoints) => this.cotangents(vjp, outline, adjoints),
    );
    if (tape.onRecord !== undefined) tape.onRecord(first, this.name);
    return copyWith(outline, (leaf) => new Tracked(this.level, leaves[leaf]!, first + leaf));
  }

  /** Forward by jvp. */
  pushed(jvp: Function, outline: Outline, leaves: readonly Value[]): unknown {
    const tangents = this.tangent(jvp, outline, leaves.length, ({ box }) => (box as Dual).tangent);
    return copyWith(outline, (leaf) => new Dual(this.level, leaves[leaf]!, tangents[leaf]!));
  }

  /** Reverse by jvp: the Jacobian column by column, one call for each tracked number given. */
  byColumns(jvp: Function, outline: Outline, leaves: readonly Value[]): unknown {
    const columns = this.inputs.map((input) => this.tangent(jvp, outline, leaves.length, (i) => (i === input ? 1 : 0)));
    const boxes = this.inputs.map(({ box }) => box);
    return copyWith(outline, (leaf) =>
      recordAny(
        this.name,
        this.level,
        boxes,
        leaves[leaf]!,
        columns.map((column) => column[leaf]!),
      ),
    );
  }

  /** Forward by vjp: the Jacobian row by row, one call for each number of the value. */
  byRows(vjp: Function, outline: Outline, leaves: readonly Value[]): unknown {
    const boxes = this.inputs.map(({ box }) => box);
    return copyWith(outline, (leaf) => {
      const row = this.cotangents(
        vjp,
        outline,
        leaves.map((_, k) => (k === leaf ? 1 : 0)),
      );
      return recordAny(this.name, this.level, boxes, leaves[leaf]!, row);
    });
  }

  /** The cotangent of each input, given those of the value's numbers. */
  cotangents(vjp: Function, outline: Outline, adjoints: readonly Value[]): Value[] {
    const cotangent = fill(outline, (leaf) => adjoints[leaf]);
    const list = this.call(vjp, [cotangent, this.value, ...this.primals]);
    if (!Array.isArray(list))
      throw this.wrong(`vjp gives a list with one cotangent for each argument, and it gave ${kind(list)}`);
    if (list.length !== this.given.length) {
      throw this.wrong(`vjp gave ${count(list.length, 'cotangent')} for ${count(this.given.length, 'argument')}`);
    }
    const parts = list.map((part, argument) =>
      this.numbersOf(
        vjp,
        this.given[argument]!.outline,
        this.given[argument]!.leaves.length,
        part,
        `the cotangent of argument ${argument}`,
      ),
    );
    return this.inputs.map(({ argument, leaf }) => parts[argument]![leaf]!);
  }

  /** The tangents of the value's numbers, given those of the inputs. */
  tangent(jvp: Function, outline: Outline, length: number, of: (input: Input) => Value): Value[] {
    const tangents = this.given.map(({ outline: own }, argument) => {
      const at = new Map<number, Value>();
      for (const input of this.inputs) if (input.argument === argument) at.set(input.leaf, of(input));
      return fill(own, (leaf) => at.get(leaf) ?? 0);
    });
    const result = this.call(jvp, [tangents, this.value, ...this.primals]);
    return this.numbersOf(jvp, outline, length, result, 'the tangent that jvp gave');
  }

  numbersOf(part: Function, outline: Outline, length: number, direction: unknown, what: string): Value[] {
    const wrong = misfit(outline, direction, new Set());
    if (wrong !== undefined) throw this.wrong(`${what} ${wrong}`);
    const numbers: Value[] = new Array(length).fill(0);
    project(outline, direction, (leaf, v) => {
      this.refuseUnasked([v], part, (level) => level === this.level);
      const old = numbers[leaf]!;
      numbers[leaf] = old === 0 ? v : values.add(old, v);
    });
    return numbers;
  }

  /** The rule's own code: as it is on plain numbers, as its twin on tracked ones. */
  call(part: Function, args: readonly unknown[]): unknown {
    const tracked = args.some((arg) => outlineOf(arg).leaves.some(isBox));
    if (tracked) return hooks.callTwin(part, this.rule, args);
    return hooks.callPlain(part, this.rule, args);
  }

  /** Numbers of a derivative that `from` was not given, and so has read somewhere. */
  refuseUnasked(numbers: readonly unknown[], from: Function, unasked: (level: Level) => boolean): void {
    for (const v of numbers) {
      const now = isBox(v) ? settle(v) : v;
      if (!isBox(now) || !unasked(now.level)) continue;
      throw fluxionError('LostDerivative', {
        operation: from === this.f ? `the rule of ${this.name}` : `${this.name}, in its rule,`,
        binding: capturesTracked(from)?.binding,
        detail: 'it says nothing of a number that the function reads from around it',
        fix: 'Pass that number, or the object that holds it, as an argument, and give its derivative in the rule as well.',
      });
    }
  }

  get name(): string {
    return this.f.name === '' ? 'a function with a rule' : this.f.name;
  }

  wrong(problem: string): Error {
    return fluxionError('RuleShape', { rule: this.f.name, problem });
  }
}

function isSame(a: Value, b: Value): boolean {
  return a === b || (typeof a === 'number' ? Object.is(a, b) : isBox(b) && settle(b) === a);
}

function below(level: Level, v: Value): Value {
  return typeof v !== 'number' && v.level === level ? v.primal : v;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

/** How `direction` does not have the structure of `outline`; `undefined` in it stands for zeros. */
function misfit(outline: Outline | undefined, direction: unknown, seen: Set<unknown>): string | undefined {
  if (outline === undefined || outline.kind === 'nothing' || outline.kind === 'bytes' || direction === undefined)
    return undefined;
  if (outline.kind === 'leaf') {
    return typeof direction === 'number' || isBox(direction)
      ? undefined
      : `should be a number, and is ${kind(direction)}`;
  }
  if (typeof direction !== 'object' || direction === null || isBox(direction)) {
    return `should have the shape of ${kind(outline.source)}, and is ${kind(direction)}`;
  }
  if (seen.has(outline)) return undefined;
  seen.add(outline);
  if (outline.kind === 'list' || outline.kind === 'floats') {
    const { length } = direction as { length?: unknown };
    const due = outline.source.length;
    if (length !== due) return `should have length ${due}, and has ${length === undefined ? 'none' : String(length)}`;
    if (outline.kind === 'floats') return undefined;
    return firstOf(outline.parts.map((part, i) => misfit(part, (direction as unknown[])[i], seen)));
  }
  if (outline.kind === 'record') {
    return firstOf(
      outline.keys.map((key, i) => misfit(outline.parts[i], (direction as Record<PropertyKey, unknown>)[key], seen)),
    );
  }
  if (outline.kind === 'map' && !(direction instanceof Map)) return `should be a Map, and is ${kind(direction)}`;
  if (outline.kind === 'set' && !(direction instanceof Map || direction instanceof Set)) {
    return `should be a Map from the members of the Set, and is ${kind(direction)}`;
  }
  return undefined;
}

function firstOf(found: readonly (string | undefined)[]): string | undefined {
  return found.find((problem) => problem !== undefined);
}
