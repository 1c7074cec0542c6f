/**
 * Private members of objects that were made outside the twin.
 * Invariant: a name that two classes of the object's chain share is refused, never guessed. The inspector only reads.
 */
import { fluxionError } from '../errors/error.ts';
import type { PrivateAccess, PrivateMember } from './captured.ts';
import { noteRead, onBump } from './epoch.ts';
import { privateMembers, type RawPrivate } from './inspector.ts';

/** Refuses a name that two classes of one object's chain have. */
export function sharedName(name: string): never {
  const reason = `more than one class of the object has a ${name}`;
  throw fluxionError('PrivateField', { name, operation: 'read', reason });
}

/** Read once between two things that may have changed them. */
let fresh = new WeakMap<object, readonly RawPrivate[]>();
onBump(() => {
  fresh = new WeakMap();
});

export function inspectPrivate(o: object, declaring?: Function): PrivateAccess {
  return new InspectedPrivates(o, declaring);
}

class InspectedPrivates implements PrivateAccess {
  readonly set = undefined;
  private readonly object: object;
  private readonly declaring: Function | undefined;

  constructor(object: object, declaring: Function | undefined) {
    this.object = object;
    this.declaring = declaring;
  }

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  get(name: string): unknown {
    const member = this.member(name);
    if (member === undefined) {
      throw new TypeError(`Cannot read private member ${name} from an object whose class did not declare it`);
    }
    if (member.kind === 'field') return member.value;
    if (member.kind === 'method') return member.method;
    if (member.getter === undefined) throw new TypeError(`'${name}' was defined without a getter`);
    return Reflect.apply(member.getter, this.object, []);
  }

  member(name: string): PrivateMember | undefined {
    const raw = this.find(name);
    if (raw === undefined) return undefined;
    if (raw.kind === 'field') return { kind: 'field', value: raw.value };
    if (raw.kind === 'method') return { kind: 'method', method: raw.value as Function };
    return { kind: 'accessor', getter: raw.getter, setter: raw.setter };
  }

  private find(name: string): RawPrivate | undefined {
    const all = this.all().filter((member) => member.name === name);
    if (all.length === 0) return undefined;
    if (all.length > 1) sharedName(name);
    if (this.declaring !== undefined && !belongs(this.object, this.declaring)) {
      const reason = 'the object has one of that name, but it is not an instance of the class that asks';
      throw fluxionError('PrivateField', { name, operation: 'read', reason });
    }
    return all[0];
  }

  private all(): readonly RawPrivate[] {
    let members = fresh.get(this.object);
    if (members === undefined) {
      members = privateMembers(this.object);
      fresh.set(this.object, members);
      noteRead();
    }
    return members;
  }
}

/** Statics belong to the class itself, members of instances to what its prototype is a prototype of. */
function belongs(o: object, declaring: Function): boolean {
  if (o === declaring) return true;
  const prototype: unknown = declaring.prototype;
  for (let at: object | null = Object.getPrototypeOf(o); at !== null; at = Object.getPrototypeOf(at)) {
    if (at === prototype) return true;
  }
  return false;
}
