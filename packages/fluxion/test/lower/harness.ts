/** Runs a function as lowered, by the interpreter, on values as JavaScript has them, to be compared with the function itself. */
import { expect } from 'vitest';
import { privateState } from '../../src/capture/capture.ts';
import { interpret, Memory } from '../../src/ir/interpret.ts';
import { nullRef, undefinedRef } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { Decline } from '../../src/lower/decline.ts';
import { type Lowered, lower } from '../../src/lower/lowering.ts';
import { guardHolds } from '../../src/lower/outside/guards.ts';
import { type ArrayType } from '../../src/lower/types/array.ts';
import {
  arrayCapacity,
  arrayData,
  arrayLength,
  arrayShape,
  arrayStates,
  elementStates,
  irTypes,
  presentState,
  typedData,
  typedLength,
  typedShape,
  typedSpaces,
} from '../../src/lower/types/cells.ts';
import { type RecordType, tupleLength } from '../../src/lower/types/record.ts';
import { type JsType, type ObjectTypeUse } from '../../src/lower/types/types.ts';

export class Machine {
  readonly lowered: Lowered;
  readonly memory = new Memory();
  private readonly refs = new Map<object, number>();
  private readonly objects = new Map<number, object>();

  constructor(lowered: Lowered) {
    this.lowered = lowered;
  }

  run(args: readonly unknown[]): unknown {
    const { lowered, memory } = this;
    verify(lowered.module);
    for (const guard of lowered.guards) expect(guardHolds(guard)).toBe(true);
    const globals = memory.object(lowered.globalsShape);
    for (const g of lowered.globals) {
      const [v] = this.encode(g.type, g.read());
      if (v !== undefined) memory.write(g.space, globals, v);
    }
    const cells = lowered.args.flatMap((type, i) => this.encode(type, args[i]));
    const { results } = interpret(lowered.module, lowered.entry, [globals, ...cells], { memory });
    return this.decode(lowered.result, results);
  }

  private tag(text: string): number {
    return this.lowered.texts.tag(text);
  }

  private fits(type: JsType, value: unknown): boolean {
    switch (type.kind) {
      case 'number':
      case 'boolean':
      case 'string':
        return typeof value === type.kind;
      case 'maybe':
        return typeof value === 'number' || value === undefined;
      case 'constant':
        return Object.is(type.value, value);
      case 'object':
        if (value === null) return type.orNull;
        if (value === undefined) return type.orUndefined;
        if (typeof value !== 'object') return false;
        if (type.type.kind === 'array') return Array.isArray(value);
        if (type.type.kind === 'typed') return value.constructor.name === type.type.name;
        return !Array.isArray(value) && !ArrayBuffer.isView(value);
      default:
        return false;
    }
  }

  encode(type: JsType, value: unknown): number[] {
    switch (type.kind) {
      case 'number':
        return [value as number];
      case 'boolean':
        return [value ? 1 : 0];
      case 'string':
        return [this.tag(value as string)];
      case 'maybe':
        return value === undefined ? [Number.NaN, 0] : [value as number, 1];
      case 'object':
        return [value === null ? nullRef : value === undefined ? undefinedRef : this.object(type, value as object)];
      case 'union': {
        const at = type.members.findIndex((m) => this.fits(m, value));
        if (at < 0) throw new Error('a value of no member');
        return [at, ...type.members.flatMap((m, i) => (i === at ? this.encode(m, value) : irTypes(m).map(() => 0)))];
      }
      default:
        return [];
    }
  }

  private object({ type }: ObjectTypeUse, value: object): number {
    const known = this.refs.get(value);
    if (known !== undefined) return known;
    const { memory } = this;
    if (type.kind === 'typed') {
      const list = value as Float64Array;
      const ref = this.note(value, memory.object(typedShape));
      memory.write(typedLength, ref, list.length);
      memory.write(typedData, ref, memory.elements(typedSpaces[type.name], list));
      return ref;
    }
    return type.kind === 'array' ? this.array(type.root, value as unknown[]) : this.record(type.root, value);
  }

  private array(type: ArrayType, list: unknown[]): number {
    const { memory } = this;
    const ref = this.note(list, memory.object(arrayShape));
    memory.write(arrayLength, ref, list.length);
    memory.write(arrayCapacity, ref, list.length);
    const data = memory.elements(type.space, list.length);
    memory.write(arrayData, ref, data);
    if (type.holey) {
      const states = memory.elements(elementStates, list.length);
      list.forEach((_, i) => void memory.write(elementStates, states, presentState, i));
      memory.write(arrayStates, ref, states);
    }
    list.forEach((v, i) => {
      const [cell] = this.encode(type.element.type, v);
      if (cell !== undefined) memory.write(type.space, data, cell, i);
    });
    return ref;
  }

  private record(type: RecordType, value: object): number {
    const { memory } = this;
    const ref = this.note(value, memory.object(type.shape));
    const keys = Object.keys(value);
    const variant = type.variants.find(
      (v) =>
        v.prototype === Object.getPrototypeOf(value) &&
        v.closed &&
        v.keys.filter((k) => !k.startsWith('#')).join() === keys.join(),
    );
    if (variant === undefined) throw new Error('an object of no variant');
    if (type.tag !== undefined) memory.write(type.tag, ref, type.tagOf(variant));
    for (const { name, type: held } of type.fields) {
      if (!variant.has(name)) continue;
      const own = name.startsWith('#')
        ? privateState(value, value.constructor)?.get(name)
        : (value as Record<string, unknown>)[name];
      const cells = this.encode(held.type, own);
      type.spaces(name).forEach((space, i) => void memory.write(space, ref, cells[i]));
    }
    return ref;
  }

  private note(value: object, ref: number): number {
    this.refs.set(value, ref);
    this.objects.set(ref, value);
    return ref;
  }

  decode(type: JsType, cells: readonly number[]): unknown {
    switch (type.kind) {
      case 'number':
        return cells[0];
      case 'boolean':
        return cells[0] !== 0;
      case 'string':
        return this.lowered.texts.text(cells[0]);
      case 'maybe':
        return cells[1] ? cells[0] : undefined;
      case 'constant':
        return type.value;
      case 'union': {
        let at = 1;
        for (const m of type.members.slice(0, cells[0])) at += irTypes(m).length;
        return this.decode(type.members[cells[0]], cells.slice(at));
      }
      case 'object':
        return this.decodeObject(type, cells[0]);
      default:
        throw new Error(`a result of type ${type.kind}`);
    }
  }

  private decodeObject({ type }: ObjectTypeUse, ref: number): unknown {
    const { memory } = this;
    if (ref === nullRef) return null;
    if (ref === undefinedRef) return undefined;
    const known = this.objects.get(ref);
    if (known !== undefined) return known;
    if (type.kind === 'typed') {
      const list = new (globalThis[type.name] as Float64ArrayConstructor)(memory.read(typedLength, ref));
      const data = memory.read(typedData, ref);
      for (let i = 0; i < list.length; i++) list[i] = memory.read(typedSpaces[type.name], data, i);
      return list;
    }
    if (type.kind === 'array') {
      const list: unknown[] = [];
      this.objects.set(ref, list);
      const data = memory.read(arrayData, ref);
      const { type: element } = type.root.element;
      const carried = irTypes(element).length > 0;
      for (let i = 0; i < memory.read(arrayLength, ref); i++) {
        list.push(this.decode(element, carried ? [memory.read(type.root.space, data, i)] : []));
      }
      return list;
    }
    const { root } = type;
    const variant = root.variants[root.tag === undefined ? 0 : memory.read(root.tag, ref)];
    const tuple = tupleLength(root) >= 0;
    const made = (tuple ? [] : Object.create(variant.prototype)) as Record<string, unknown>;
    this.objects.set(ref, made);
    for (const { name, type: held } of root.fields) {
      if (!variant.keys.includes(name) || name.startsWith('#') || (tuple && name === 'length')) continue;
      if (held.type.kind === 'closure') continue;
      const cells = root.spaces(name).map((space) => memory.read(space, ref));
      made[name] = this.decode(held.type, cells);
    }
    return made;
  }
}

/** Runs the lowered function. */
export function lowered(f: Function, ...args: unknown[]): unknown {
  return new Machine(lower(f, args)).run(args);
}

/** The lowered function gives what the function gives, bit for bit, at each list of arguments. */
export function agrees(f: Function, ...lists: unknown[][]): void {
  for (const args of lists.length === 0 ? [[]] : lists) {
    const got = lowered(f, ...args);
    expect(got, `call ${lists.indexOf(args)}`).toStrictEqual(f(...args));
  }
}

/** Why it is not compiled. */
export function declined(f: Function, ...args: unknown[]): string {
  try {
    lower(f, args);
  } catch (e) {
    if (e instanceof Decline) return e.message;
    throw e;
  }
  return 'compiled';
}
