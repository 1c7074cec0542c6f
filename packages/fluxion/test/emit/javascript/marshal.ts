/** Arguments as the text of a derivative has them: elements for arrays whose heads are left out, objects with the text's properties. */
import type { JavaScript } from '../../../src/emit/javascript/source.ts';
import { type Space, undefinedRef } from '../../../src/ir/types.ts';
import {
  arrayCapacity,
  arrayData,
  arrayLength,
  arrayShape,
  arrayStates,
  typedData,
  typedLength,
  typedShape,
  typedStart,
} from '../../../src/lower/types/cells.ts';
import { type JsType } from '../../../src/lower/types/types.ts';

export class Marshal {
  private readonly source: JavaScript;
  /** Each array of the arguments with what holds its elements, and each object: for reading their shadows. */
  readonly made = new Map<object, object>();

  constructor(source: JavaScript) {
    this.source = source;
  }

  values(type: JsType, value: unknown): unknown[] {
    if (type.kind === 'number') return [value];
    if (type.kind !== 'object') throw new Error(`no ${type.kind} in these tests`);
    return [this.object(type.type, value as object)];
  }

  private with(fields: readonly Space[], contents: readonly (readonly [Space, unknown])[]): Record<string, unknown> {
    const found: Record<string, unknown> = {};
    for (const space of fields) found[this.source.properties.of(space)] = space.cell === 'ref' ? null : 0;
    for (const [space, value] of contents) found[this.source.properties.of(space)] = value;
    return found;
  }

  private object(type: (JsType & { kind: 'object' })['type'], value: object): object {
    const known = this.made.get(value);
    if (known !== undefined) return known;
    const { heads } = this.source;
    if (type.kind === 'record') {
      const record = type.root;
      const own = record.fields.flatMap(({ name, type: variable }) => {
        const values = this.values(variable.type, (value as Record<string, unknown>)[name]);
        return record.spaces(name).map((space, i) => [space, values[i] ?? undefinedRef] as const);
      });
      const object = this.with(record.shape.fields, own);
      this.made.set(value, object);
      return object;
    }
    const data = Float64Array.from(value as ArrayLike<number>);
    this.made.set(value, data);
    if (heads.isField(type.kind === 'typed' ? typedLength : arrayLength)) return data;
    return type.kind === 'typed'
      ? this.with(typedShape.fields, [
          [typedLength, data.length],
          [typedData, data],
          [typedStart, 0],
        ])
      : this.with(arrayShape.fields, [
          [arrayLength, data.length],
          [arrayCapacity, data.length],
          [arrayData, data],
          [arrayStates, null],
        ]);
  }

  /** The numbers of the shadow, in the order of the user's value. */
  shadows(type: JsType, value: unknown, shadow: (of: object) => object): number[] {
    if (type.kind !== 'object') return [];
    const own = shadow(this.made.get(value as object)!) as Record<string, number>;
    if (type.type.kind !== 'record') return [...(own as unknown as Float64Array)];
    const record = type.type.root;
    return Object.keys(value as object).flatMap((name) => {
      const held = record.fields.find((f) => f.name === name)!.type.type;
      if (held.kind === 'number') return [own[this.source.properties.of(record.spaces(name)[0])]];
      return this.shadows(held, (value as Record<string, unknown>)[name], shadow);
    });
  }
}
