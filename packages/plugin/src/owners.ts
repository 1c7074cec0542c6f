/**
 * What closes over something: functions and classes, with what the probes need to know of each.
 */
import type { Class, Function as FunctionSyntax } from 'acorn';
import type { Owner } from './scope.ts';

/**
 * A class's constructor has no probe: before it fields are initialised, so it could not be asked or taken over without
 * running them. The class answers for it: its accessors reach whatever its constructor captures, live.
 */
export type FunctionRole = 'plain' | 'arrow' | 'method' | 'constructor';

export interface FunctionInfo extends Owner {
  readonly type: 'function';
  readonly node: FunctionSyntax;
  /** Where `Function.prototype.toString` begins and ends. */
  readonly start: number;
  readonly end: number;
  readonly role: FunctionRole;
  readonly strict: boolean;
  /** Hoisted out of an ES module, it may run before the module does. */
  readonly early: boolean;
  /** Private names used, each with the class that declares it, if that is in the module. */
  readonly privates: Map<string, PrivateName | undefined>;
  usesThis: boolean;
  usesArguments: boolean;
  usesNewTarget: boolean;
  usesSuper: boolean;
  /** Has a variable of that name, which hides the arguments object. */
  declaresArguments: boolean;
}

export interface PrivateName {
  readonly name: string;
  /** Bits of MEMBER. */
  kinds: number;
}

/** What a private name stands for. */
export const MEMBER = { field: 1, method: 2, getter: 4, setter: 8 } as const;

export interface ClassInfo extends Owner {
  readonly type: 'class';
  readonly node: Class;
  readonly start: number;
  readonly end: number;
  readonly early: boolean;
  /** Private names that the class declares. */
  readonly declared: Map<string, PrivateName>;
  /** Those of classes around it that it uses. */
  readonly privates: Map<string, PrivateName | undefined>;
}

export function declarePrivate(info: ClassInfo, member: Class['body']['body'][number]): void {
  if (member.type === 'StaticBlock' || member.key.type !== 'PrivateIdentifier') return;
  const { name } = member.key;
  let declared = info.declared.get(name);
  if (declared === undefined) {
    declared = { name, kinds: 0 };
    info.declared.set(name, declared);
  }
  if (member.type === 'PropertyDefinition') declared.kinds |= MEMBER.field;
  else if (member.kind === 'get') declared.kinds |= MEMBER.getter;
  else if (member.kind === 'set') declared.kinds |= MEMBER.setter;
  else declared.kinds |= MEMBER.method;
}
