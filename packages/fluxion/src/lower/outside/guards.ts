/**
 * What compiled code takes for granted of objects that are not copied in: methods on prototypes, static members, prototypes.
 * Invariant: each such look-up is noted here, also those that found nothing, and checked by identity before each call.
 */

export interface Guard {
  readonly object: object;
  /** The property looked at; undefined for the prototype of `object`. */
  readonly key: PropertyKey | undefined;
  /** What of the property's descriptor; 'absent': there is none; 'read': what reading it gives; 'elements': no property is an index. */
  readonly part: 'value' | 'get' | 'set' | 'absent' | 'read' | 'elements';
  /** What was found. */
  readonly value: unknown;
}

export function guardHolds({ object, key, part, value }: Guard): boolean {
  if (part === 'elements') return !hasElements(object);
  if (key === undefined) return Object.getPrototypeOf(object) === value;
  if (part === 'read') return Object.is((object as Record<PropertyKey, unknown>)[key], value);
  const own = Object.getOwnPropertyDescriptor(object, key);
  if (own === undefined || part === 'absent') return own === undefined && part === 'absent';
  return part in own && Object.is(own[part], value);
}

/** Indexes come first among the keys of an object. */
function hasElements(object: object): boolean {
  const [first] = Reflect.ownKeys(object);
  return typeof first === 'string' && /^\d+$/.test(first);
}

/** Stands for all keys that are indexes. */
const indexes = Symbol('indexes');

/** What was found under a name, and where. */
export interface Found {
  readonly holder: object;
  readonly descriptor: PropertyDescriptor;
}

export class Guards {
  readonly list: Guard[] = [];
  private readonly known = new Map<object, Set<PropertyKey | undefined>>();

  /** The own property of an object, and that it stays so. */
  own(object: object, key: PropertyKey): PropertyDescriptor | undefined {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    if (!this.noted(object, key)) {
      if (descriptor === undefined) {
        this.list.push({ object, key, part: 'absent', value: undefined });
      } else if ('value' in descriptor) {
        this.list.push({ object, key, part: 'value', value: descriptor.value });
      } else {
        this.list.push({ object, key, part: 'get', value: descriptor.get });
        this.list.push({ object, key, part: 'set', value: descriptor.set });
      }
    }
    return descriptor;
  }

  /** What reading a property gives, and that it stays so; for objects whose getters do nothing else. */
  read(object: object, key: string): unknown {
    const value = (object as Record<string, unknown>)[key];
    if (!this.noted(object, key)) this.list.push({ object, key, part: 'read', value });
    return value;
  }

  /** What is read anew at each call need not stay as it is. */
  forget(object: object, key: string): void {
    const at = this.list.findIndex((g) => g.object === object && g.key === key);
    if (at >= 0) this.list.splice(at, 1);
  }

  prototypeOf(object: object): object | null {
    const value = Object.getPrototypeOf(object) as object | null;
    // The prototype of Object.prototype can't be set.
    if (object !== Object.prototype && !this.noted(object, undefined)) {
      this.list.push({ object, key: undefined, part: 'value', value });
    }
    return value;
  }

  /** That no array inherits what it lacks itself; whether it is so now. */
  noElements(): boolean {
    const prototypes = [Array.prototype, Object.prototype];
    for (const object of prototypes) {
      if (!this.noted(object, indexes)) this.list.push({ object, key: indexes, part: 'elements', value: undefined });
    }
    return !prototypes.some(hasElements);
  }

  /** As reading a property looks for it, from `object` up. */
  find(object: object | null, key: PropertyKey): Found | undefined {
    for (let holder = object; holder !== null; holder = this.prototypeOf(holder)) {
      const descriptor = this.own(holder, key);
      if (descriptor !== undefined) return { holder, descriptor };
    }
    return undefined;
  }

  private noted(object: object, key: PropertyKey | undefined): boolean {
    let keys = this.known.get(object);
    if (keys === undefined) this.known.set(object, (keys = new Set()));
    if (keys.has(key)) return true;
    keys.add(key);
    return false;
  }
}
