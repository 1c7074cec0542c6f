/**
 * The tape of one function: which values have a slot, and where the slots lie. A function's activation, and each round of a loop that may
 * be left early or whose rounds are not known, has a frame, an object with a field for each slot; a counted loop has for each slot an array
 * with an element for each round.
 * Invariant: a value has one slot, asked for by the reverse sweep, written by the forward sweep where the value is defined.
 */
import type { Loop, Value } from '../ir/ops.ts';
import { elements, field, type Level, type Shape, type Space, type Type } from '../ir/types.ts';
import type { Activation, Structure } from './structure.ts';

export interface Slot {
  readonly space: Space;
  readonly activation: Activation;
  /** The array, for slots of counted loops: a value defined beside the loop. */
  readonly base?: Value | undefined;
}

/** The frames of one kind of activation, or the arrays of a counted loop. */
export interface Layout {
  readonly shape: Shape;
  readonly fields: Space[];
  readonly arrays: Slot[];
  /** The field that leads to the frame of the round before. */
  readonly previous?: Space | undefined;
}

/** Spaces of slots whose cells are written once, before they are read: later levels may read them again. */
const writtenOnce = new WeakSet<Space>();

export function isWrittenOnce(space: Space): boolean {
  return writtenOnce.has(space);
}

export class Tape {
  readonly slots = new Map<number, Slot>();
  private readonly layouts = new Map<Activation, Layout>();
  private readonly newests = new Map<Activation, Value>();
  private readonly counts = new Map<Loop, Value>();
  private readonly structure: Structure;
  private readonly level: Level;

  constructor(structure: Structure, level: Level) {
    this.structure = structure;
    this.level = level;
  }

  /** Whether the rounds of a loop are counted before it starts, and all run. */
  isCounted(loop: Loop): boolean {
    return loop.trips !== undefined && !this.structure.inner(loop).escapes;
  }

  layout(activation: Activation): Layout {
    let layout = this.layouts.get(activation);
    if (layout === undefined) {
      const name = `${this.structure.func.name}.tape${this.level.index}.${this.layouts.size}`;
      const fields: Space[] = [];
      let previous: Space | undefined;
      if (activation.kind !== 'function' && !this.isCounted(activation.loop!)) {
        previous = field(`${name}.previous`, 'ref', 0);
        writtenOnce.add(previous);
        fields.push(previous);
      }
      layout = { shape: { name, fields, tape: this.level }, fields, arrays: [], previous };
      this.layouts.set(activation, layout);
    }
    return layout;
  }

  /** Whether the activation has slots at all. */
  isUsed(activation: Activation): boolean {
    const layout = this.layouts.get(activation);
    if (layout === undefined) return false;
    return layout.arrays.length > 0 || layout.fields.length > (layout.previous === undefined ? 0 : 1);
  }

  slot(value: Value): Slot {
    let slot = this.slots.get(value.id);
    if (slot === undefined) this.slots.set(value.id, (slot = this.place(value)));
    return slot;
  }

  /** The newest frame of a loop's rounds: a slot of the activation around the loop, written again in each round. */
  newestOf(activation: Activation): Value {
    return this.beside(this.newests, activation, activation.loop!, 'ref', 'newest');
  }

  /** The number of rounds that have begun, likewise. */
  countOf(loop: Loop): Value {
    return this.beside(this.counts, loop, loop, 'i32', 'rounds');
  }

  newestIfKept(activation: Activation): Slot | undefined {
    const value = this.newests.get(activation);
    return value === undefined ? undefined : this.slots.get(value.id);
  }

  countIfKept(loop: Loop): Slot | undefined {
    const value = this.counts.get(loop);
    return value === undefined ? undefined : this.slots.get(value.id);
  }

  /** Whether the value is one of those that are written again in each round. */
  isRewritten(value: Value): boolean {
    return this.rewritten.has(value);
  }

  private readonly rewritten = new Set<Value>();

  private beside<K>(known: Map<K, Value>, key: K, loop: Loop, type: Type, name: string): Value {
    let value = known.get(key);
    if (value === undefined) {
      value = this.structure.define({ id: this.structure.ids.next++, type, name }, loop);
      this.rewritten.add(value);
      known.set(key, value);
    }
    return value;
  }

  private place(value: Value): Slot {
    const { activation } = this.structure.definition(value).within;
    const layout = this.layout(activation);
    const name = `${layout.shape.name}.${value.name ?? ''}${value.id}`;
    let slot: Slot;
    if (activation.kind !== 'function' && this.isCounted(activation.loop!)) {
      const base = this.structure.define(
        { id: this.structure.ids.next++, type: 'ref', name: 'tape' },
        activation.loop!,
      );
      slot = { space: elements(name, value.type), activation, base };
      layout.arrays.push(slot);
    } else {
      slot = { space: field(name, value.type, layout.fields.length), activation };
      layout.fields.push(slot.space);
    }
    if (!this.isRewritten(value)) writtenOnce.add(slot.space);
    return slot;
  }
}
