/**
 * The gradients of arguments, read from the shadows of their copies.
 * Invariant: a gradient has the shape of the argument, and shares nothing with it.
 */
import type { Level, Space } from '../ir/types.ts';
import { boxOf } from '../lower/lists/boxes.ts';
import { collectionKind, keysField, listTypeIn, valuesField } from '../lower/lists/entries.ts';
import type { ArrayType } from '../lower/types/array.ts';
import { typedData } from '../lower/types/cells.ts';
import type { JsType } from '../lower/types/types.ts';
import { type CopyIn, Mismatch } from './copyin.ts';
import type { Entered } from './entering.ts';
import { fieldsOf } from './fields.ts';
import { type Heap, Left, readCell } from './heap.ts';
import { memberFor } from './leaves.ts';

/** The gradient of an argument, in its shape: adjoints for numbers, undefined for what is none. -0 counts as 0. */
export class GradientOut {
  private readonly heap: Heap;
  private readonly copied: CopyIn;
  private readonly level: Level;
  private readonly made = new Map<object, unknown>();
  /** Whether every number of it is finite. */
  finite = true;

  constructor(copied: CopyIn, level: Level) {
    this.heap = copied.heap;
    this.copied = copied;
    this.level = level;
  }

  /** `adjoint` is that of a number handed over as itself. */
  of(type: JsType, value: unknown, adjoint: number): unknown {
    if (type.kind === 'number' || type.kind === 'maybe')
      return typeof value === 'number' ? this.noted(adjoint + 0) : undefined;
    if (type.kind !== 'object' || typeof value !== 'object' || value === null) return undefined;
    return this.object(type, value);
  }

  private shadow(space: Space, object: number, index: number): number {
    return this.adjointAt(this.heap.address(space, object, index));
  }

  private adjointAt(cell: number): number {
    const { heap } = this;
    return this.noted(heap.views.f64[heap.shadow(cell, this.level) >>> 3] + 0);
  }

  private noted(n: number): number {
    if (!Number.isFinite(n)) this.finite = false;
    return n;
  }

  private part(type: JsType, space: Space, object: number, index: number, value: unknown): unknown {
    if (typeof value === 'number') {
      return type.kind === 'number' || type.kind === 'maybe' ? this.shadow(space, object, index) : 0;
    }
    return this.of(type, value, 0);
  }

  /** The adjoints of numbers that lie one behind the other. */
  private numbers(cells: number, count: number, out: number[] | Float64Array | unknown[]): void {
    const from = this.heap.shadow(cells, this.level) >>> 3;
    const { f64 } = this.heap.views;
    // Zero times what is not finite is NaN, and adding 0 makes 0 of -0.
    let zero = 0;
    for (let i = 0; i < count; i++) {
      const adjoint = f64[from + i] + 0;
      zero += adjoint * 0;
      out[i] = adjoint;
    }
    if (zero !== 0) this.finite = false;
  }

  private elements(root: ArrayType, source: readonly unknown[], out: unknown[]): unknown[] {
    out.length = source.length;
    const element = root.element.type;
    const data = this.copied.data.get(source)!;
    if (element.kind === 'number') {
      this.numbers(data, source.length, out);
      return out;
    }
    const number = boxOf(root)?.spaces.find(({ cell }) => cell === 'f64');
    const boxes = this.copied.boxes?.get(source);
    for (let i = 0; i < source.length; i++) {
      const part = source[i];
      if (boxes === undefined) out[i] = this.part(element, root.space, data, i, part);
      else if (typeof part === 'number') out[i] = number ? this.shadow(number, boxes[i], 0) : 0;
      else out[i] = this.of(memberFor(element, part), part, 0);
    }
    return out;
  }

  private object(type: JsType & { kind: 'object' }, value: object): unknown {
    if (this.made.has(value)) return this.made.get(value);
    const ref = this.copied.at.get(value);
    if (ref === undefined) throw new Mismatch();
    const { heap } = this;
    switch (type.type.kind) {
      case 'typed': {
        const { name } = type.type;
        if (name !== 'Float64Array' && name !== 'Float32Array') return undefined;
        const source = value as Float64Array;
        const data = readCell(heap.views, typedData, heap.address(typedData, ref, 0));
        const out = new (globalThis[name] as Float64ArrayConstructor)(source.length);
        this.numbers(data, source.length, out);
        this.made.set(value, out);
        return out;
      }
      case 'array': {
        const out: unknown[] = [];
        this.made.set(value, out);
        return this.elements(type.type.root, value as unknown[], out);
      }
      case 'record': {
        const { root } = type.type;
        const kind = collectionKind(root);
        if (kind !== undefined) {
          const out = new Map<unknown, unknown>();
          this.made.set(value, out);
          const lists = this.copied.lists!.get(value)!;
          const name = kind === 'Map' ? valuesField : keysField;
          const parts = this.elements(listTypeIn(root, name), lists[name], []);
          lists[keysField].forEach((key, i) => void out.set(key, parts[i]));
          return out;
        }
        const { byName, origins } = fieldsOf(root);
        const names = Object.keys(value);
        const { template, keys } = origins[0];
        const isLike = template !== undefined && origins.length === 1 && keys.length === names.length;
        const out = (isLike ? { ...template } : Object.create(Object.getPrototypeOf(value))) as Record<string, unknown>;
        this.made.set(value, out);
        for (const name of names) {
          const part = (value as Record<string, unknown>)[name];
          const { number, variable } = byName.get(name)!;
          out[name] =
            typeof part === 'number' && number >= 0
              ? this.adjointAt(ref + number)
              : this.of(memberFor(variable.type, part), part, 0);
        }
        return out;
      }
    }
  }
}

/** The gradients by the arguments `wrt`. `adjoints`: of the numbers handed over as themselves. `kept`: nobody else can be asked any more. */
export function gradients(
  { specialisation, roots }: Entered,
  args: readonly unknown[],
  wrt: readonly number[],
  adjoints: readonly number[],
  level: Level,
  kept: boolean,
): unknown[] {
  const { args: types } = specialisation.lowered;
  return wrt.map((i) => {
    const adjoint = adjoints[specialisation.firstNumbers[i]] ?? 0;
    let gradient: unknown;
    let finite: boolean;
    if (types[i].kind === 'number') {
      gradient = adjoint + 0;
      finite = Number.isFinite(adjoint);
    } else {
      const out = new GradientOut(roots[i], level);
      gradient = out.of(types[i], args[i], adjoint);
      finite = out.finite;
    }
    // What infinities meet is told by the tier that defines the meaning.
    if (!finite && !kept) throw new Left('the gradient is not finite', false);
    return gradient;
  });
}
