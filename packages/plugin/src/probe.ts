/**
 * The text of the probes. A probe is a function's first statement; off, it is one property read.
 *
 *     if ($p.$fx && $p.$fx($m, start, end, flags, this, args, scope, new.target)) return $p.$r;
 *
 * `$p` is `globalThis[globalThis.Symbol.for('fluxion.probe')]`, `$m` a hoisted function that returns the module's table. `scope`
 * returns the accessors: `v` variables, `p` private names, `t` `this`, `a` `arguments`, `n` `new.target`, `s` `super`.
 * Invariant: a probe captures nothing that the function itself does not, so no variable moves to the heap for it.
 */
import type { AnyNode, Expression, Pattern } from 'acorn';
import { type ClassInfo, type FunctionInfo, MEMBER, type PrivateName } from './owners.ts';
import { type Binding, constancyOf, type Owner } from './scope.ts';

/** Names that occur nowhere in the module. */
export interface Names {
  readonly probe: string;
  readonly init: string;
  readonly table: string;
  readonly value: string;
}

/** What the flags in a probe say. The library's side of the protocol repeats these. */
export const FLAG = {
  strict: 1,
  arrow: 2,
  method: 4,
  generator: 8,
  async: 16,
  /** The arguments can't be put together again, so the call can't be redirected. */
  noArguments: 32,
} as const;

/** By `globalThis`: a module may have a `Symbol` of its own. */
export const HEADER_SYMBOL = 'globalThis.Symbol.for("fluxion.probe")';

/** The first statement. A bundler may drop it where no probe is left. */
export function header(names: Names): string {
  return `var ${names.probe}=/*#__PURE__*/${names.init}();`;
}

/**
 * Makes `$p`: hoisted, for the functions that another module calls before this one begins. The property changes at once,
 * so that no engine takes it for a constant and discards code later.
 */
export function initText(names: Names): string {
  return (
    `function ${names.init}(){let s=${HEADER_SYMBOL},p=globalThis[s],c;` +
    'if(!p){c=new globalThis.WeakMap;globalThis[s]=p={$fx:0,$r:void 0,classes:c,' +
    `add:(k,r)=>c.set(k,r).set(k.prototype,r)};p.$fx=void 0}return ${names.probe}=p}`
  );
}

export function isOn(names: Names, early: boolean): string {
  return early ? `(${names.probe}||${names.init}()).$fx` : `${names.probe}.$fx`;
}

export function functionProbe(info: FunctionInfo, names: Names): string {
  const { node, role } = info;
  const args = argumentsText(info);
  const flags =
    (info.strict ? FLAG.strict : 0) |
    (role === 'arrow' ? FLAG.arrow : 0) |
    (role === 'method' ? FLAG.method : 0) |
    (node.generator ? FLAG.generator : 0) |
    (node.async ? FLAG.async : 0) |
    (args === undefined ? FLAG.noArguments : 0);
  const self = role === 'arrow' ? '0' : 'this';
  const isConstructor = role === 'plain' && !node.async && !node.generator;
  const list = [names.table, info.start, info.end, flags, self, args ?? '0', scopeText(info, names)];
  if (isConstructor) list.push('new.target');
  const test = `${isOn(names, info.early)}&&${names.probe}.$fx(${list.join()})`;
  if (node.body.type !== 'BlockStatement') return `${test}?${names.probe}.$r:(`;
  return `if(${test})return ${node.generator ? 'yield* ' : ''}${names.probe}.$r;`;
}

/** A class registers itself: its constructor could not be asked without running field initialisers. */
export function classProbe(info: ClassInfo, names: Names): string {
  const call = info.early ? `(${names.probe}||${names.init}())` : `/*#__PURE__*/${names.probe}`;
  const record = `{m:${names.table},s:${info.start},e:${info.end},c:${scopeText(info, names)}}`;
  return `static #${names.probe}=${call}.add(this,${record});`;
}

/** `0` if there is nothing to reach. */
function scopeText(info: FunctionInfo | ClassInfo, names: Names): string {
  const parts: string[] = [];
  const variables = variablesText(info, names);
  if (variables !== '') parts.push(`v:{${variables}}`);
  const privates = new Map<string, PrivateName | undefined>(info.privates);
  if (info.type === 'class') for (const [name, declared] of info.declared) privates.set(name, declared);
  if (privates.size > 0) parts.push(`p:{${[...privates].map(privateText).join()}}`);
  if (info.type === 'function') {
    if (info.role === 'arrow') {
      if (info.usesThis) parts.push('t:()=>this');
      if (info.usesArguments) parts.push('a:()=>arguments');
      if (info.usesNewTarget) parts.push('n:()=>new.target');
    }
    if (info.usesSuper) parts.push('s:(k,w,v)=>w?super[k]=v:super[k]');
  }
  return parts.length === 0 ? '0' : `()=>({${parts.join()}})`;
}

function variablesText(owner: Owner, names: Names): string {
  const parts: string[] = [];
  for (const [binding, written] of owner.free) {
    const key = binding.name === '__proto__' ? '["__proto__"]' : binding.name;
    parts.push(`${key}:${accessorText(binding, written, owner, names)}`);
  }
  return parts.join();
}

/** A constant is a function, a changing binding a list: getter, setter or 0, 1 if it takes a value only once. */
function accessorText(binding: Binding, written: boolean, owner: Owner, { value }: Names): string {
  const { name } = binding;
  if (owner.hidden.has(name) || name === 'await' || name === 'yield') return '0';
  const get = `()=>${name}`;
  const constancy = constancyOf(binding);
  if (constancy === 'constant') return get;
  const set = written && binding.kind !== 'import' ? `${value}=>${name}=${value}` : '0';
  if (constancy === 'once') return `[${get},${set},1]`;
  return set === '0' ? `[${get}]` : `[${get},${set}]`;
}

/** Its kinds, and one function for has (no `k`), get (1) and set (2). */
function privateText([name, declared]: [string, PrivateName | undefined]): string {
  const kinds = declared?.kinds ?? MEMBER.field;
  const get = kinds === MEMBER.setter ? 'void 0' : `o.#${name}`;
  const access = kinds & (MEMBER.field | MEMBER.setter) ? `k>1?o.#${name}=v:${get}` : get;
  return `"#${name}":[${kinds},(o,k,v)=>k?${access}:#${name} in o]`;
}

/**
 * The arguments as a function can put them together again from its parameters, without the arguments object, which
 * would cost every call. What it does not reach through a parameter it can't have looked at.
 */
function argumentsText(info: FunctionInfo): string | undefined {
  if (info.role !== 'arrow' && info.usesArguments) return info.declaresArguments ? undefined : 'arguments';
  const params: string[] = [];
  for (const param of info.node.params) {
    const text = rebuilt(param);
    if (text === undefined) return undefined;
    params.push(text);
  }
  return `[${params.join()}]`;
}

function rebuilt(pattern: Pattern): string | undefined {
  switch (pattern.type) {
    case 'Identifier':
      return pattern.name;
    case 'AssignmentPattern':
      return rebuilt(pattern.left);
    case 'RestElement': {
      const rest = rebuilt(pattern.argument);
      return rest && `...${rest}`;
    }
    case 'ArrayPattern': {
      const elements = pattern.elements.map((element) => (element == null ? 'void 0' : rebuilt(element)));
      return elements.includes(undefined) ? undefined : `[${elements.join()}]`;
    }
    case 'ObjectPattern': {
      const parts: string[] = [];
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') {
          const rest = rebuilt(property.argument);
          if (rest === undefined) return undefined;
          parts.push(`...${rest}`);
          continue;
        }
        const value = rebuilt(property.value);
        const key = property.computed ? undefined : keyText(property.key);
        if (value === undefined || key === undefined) return undefined;
        parts.push(`${key}:${value}`);
      }
      return `{${parts.join()}}`;
    }
    default:
      return undefined;
  }
}

function keyText(key: Expression): string | undefined {
  if (key.type === 'Identifier') return key.name === '__proto__' ? '["__proto__"]' : key.name;
  return key.type === 'Literal' ? `[${key.raw}]` : undefined;
}

/** Text to put around an expression among the parameters. */
export interface Guard {
  readonly start: number;
  readonly end: number;
  readonly before: string;
}

/**
 * Defaults and computed keys run before the probe. They are skipped while the library asks, or takes the call over.
 * A default that is an anonymous function takes its name from where it stands, and does nothing: it stays.
 */
export function parameterGuards(info: FunctionInfo, names: Names): Guard[] {
  const guards: Guard[] = [];
  const on = `${isOn(names, info.early)}&&${names.probe}.$fx`;
  const redirectable = argumentsText(info) !== undefined;
  const held = `${on}(${names.table}${redirectable ? `,${info.start},${info.end}` : ''})`;
  const visit = (pattern: Pattern): void => {
    switch (pattern.type) {
      case 'AssignmentPattern': {
        visit(pattern.left);
        const { right } = pattern;
        if (!isAnonymousFunction(right))
          guards.push({ start: right.start, end: right.end, before: `${held}?void 0:(` });
        return;
      }
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element != null) visit(element);
        return;
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') visit(property.argument);
          else {
            const { key } = property;
            if (property.computed) guards.push({ start: key.start, end: key.end, before: `${on}(${names.table})?0:(` });
            visit(property.value);
          }
        }
        return;
      case 'RestElement':
        visit(pattern.argument);
    }
  };
  for (const param of info.node.params) visit(param);
  return guards;
}

function isAnonymousFunction(node: AnyNode): boolean {
  if (node.type === 'ArrowFunctionExpression') return true;
  return (node.type === 'FunctionExpression' || node.type === 'ClassExpression') && node.id == null;
}
