/**
 * Calls, `new`, optional chains and tagged templates.
 * Invariant: callee before arguments; `this` as the language gives it; what is not callable throws after the arguments are
 * evaluated. Each place remembers what it called last and its twin, so that a repeated call costs one comparison.
 */
import {
  type CallExpression,
  type ChainExpression,
  type Expression,
  type Identifier,
  isFunction,
  type MemberExpression,
  type NewExpression,
  type Node,
  type SpreadElement,
  type TaggedTemplateExpression,
  type UnaryExpression,
  unparen,
} from '../../syntax/ast.ts';
import { isReassigned } from '../../syntax/scope.ts';
import type { Context } from './context.ts';
import { isPlain } from './kinds.ts';
import {
  deleteMember,
  emitDelete,
  isFreshArray,
  isNamespace,
  type Key,
  read,
  staticKey,
  withBefore,
} from './members.ts';
import { simple } from './names.ts';

/** The text of an argument list without its parentheses. */
function list(r: Context, from: number, nodes: readonly (Expression | SpreadElement)[], to: number): string {
  let at = from;
  const parts = nodes.map((n) => {
    const text = r.gap(at, n.start) + r.emit(n as Node);
    at = n.end;
    return text;
  });
  return parts.join(', ') + r.gap(at, to);
}

export function emitSpread(r: Context, node: SpreadElement): string {
  return `...${r.gap(node.start, node.argument.start)}${r.call(node, 'iter', r.emit(node.argument as Node))}`;
}

/** The twin of what `callee` (an expression text) gives, by way of the cache of this place. */
function twin(r: Context, at: Node, callee: string, receiver: string | undefined): string {
  const { seen, twin: known } = r.site();
  const f = r.temp();
  r.release(f);
  const found = receiver === undefined ? r.call(at, 't', f) : r.call(at, 'twinFor', f, receiver);
  return `((${f} = ${callee}) === ${seen} ? ${known} : (${known} = ${found}, ${seen} = ${f}, ${known}))`;
}

/** The twin of what a temporary holds. */
function heldTwin(r: Context, at: Node, f: string): string {
  const { seen, twin: known } = r.site();
  return `(${f} === ${seen} ? ${known} : (${known} = ${r.call(at, 't', f)}, ${seen} = ${f}, ${known}))`;
}

/** A function of this unit that can be nothing else: called as it is. */
function isOwnFunction(r: Context, callee: Node): callee is Identifier {
  if (callee.type !== 'Identifier') return false;
  const binding = r.reference(callee)?.binding;
  if (binding === undefined || isReassigned(binding)) return false;
  const init = typeof binding.inits[0] === 'object' ? unparen(binding.inits[0]) : undefined;
  // Generators are noted where the table calls their functions.
  if (init !== undefined && isFunction(init) && init.generator) return false;
  if (binding.kind === 'function') return true;
  if (binding.kind === 'self') return binding.scope.kind === 'name';
  if (binding.kind !== 'const') return false;
  return binding.inits.length === 1 && init !== undefined && isFunction(init);
}

function isOwnConstructor(r: Context, callee: Node): boolean {
  if (callee.type !== 'Identifier') return false;
  const binding = r.reference(callee)?.binding;
  if (binding === undefined || isReassigned(binding)) return false;
  if (binding.kind === 'class') return binding.declarations.length === 1;
  const init = binding.inits[0];
  if (binding.kind === 'self') return binding.scope.kind === 'class';
  if (binding.kind !== 'const' || binding.inits.length !== 1 || typeof init !== 'object') return false;
  return unparen(init).type === 'ClassExpression';
}

export function emitCall(r: Context, node: CallExpression): string {
  if (node.callee.type === 'Super') return superCall(r, node);
  const callee = unparen(node.callee as Node);
  if (callee.type === 'Identifier' && callee.name === 'eval' && r.isGlobal(callee, 'eval')) {
    return r.call(node, 'unsupported', "'direct eval'");
  }
  if (isOwnFunction(r, callee)) return `${r.emit(callee)}${args(r, node)}`;
  const math = mathCall(r, node, callee);
  if (math !== undefined) return math;
  if (callee.type === 'MemberExpression') return methodCall(r, node, callee);
  if (callee.type === 'ChainExpression') return chainedCallee(r, node, callee);
  return twin(r, node, r.emit(node.callee as Node), undefined) + args(r, node);
}

/** The arguments with their parentheses; the mark makes a frame of this call point at the callee. */
function args(r: Context, node: CallExpression): string {
  return `${r.mark(callPosition(node))}(${list(r, node.callee.end, node.arguments, node.end)})`;
}

/** Engines report a method call at the method's name. */
function callPosition(node: CallExpression): number {
  const callee = unparen(node.callee as Node);
  return callee.type === 'MemberExpression' ? callee.property.start : node.callee.start;
}

function callWith(r: Context, node: CallExpression, receiver: string): string {
  const rest = list(r, node.callee.end, node.arguments, node.end);
  return `.${r.mark(callPosition(node))}call(${receiver}${node.arguments.length > 0 ? `, ${rest}` : rest})`;
}

function methodCall(r: Context, node: CallExpression, callee: MemberExpression): string {
  if (callee.object.type === 'Super') {
    const receiver = r.thisText();
    const method = r.emit(callee);
    return twin(r, node, method, receiver) + callWith(r, node, receiver);
  }
  const object = callee.object as Node;
  const known = staticKey(r, callee);
  const again = simple(r, object, [
    ...(known === undefined ? [callee.property as Node] : []),
    ...(node.arguments as Node[]),
  ]);
  let receiver: string;
  let first: string;
  const temps: string[] = [];
  if (again !== undefined) {
    receiver = first = again.text;
  } else {
    const text = r.emit(object);
    receiver = r.temp();
    temps.push(receiver);
    first = `(${receiver} = ${text})`;
  }
  const method = readMethod(r, callee, object, known, first, receiver);
  const own = known?.type === 'private' && isOwnPrivateMethod(r, known.name);
  const text = (own ? method : twin(r, node, method, receiver)) + callWith(r, node, receiver);
  r.release(...temps);
  return text;
}

function readMethod(
  r: Context,
  callee: MemberExpression,
  object: Node,
  known: Key | undefined,
  first: string,
  receiver: string,
): string {
  const gap = r.gap(object.end, callee.property.start);
  if (known?.type === 'name' && isNamespace(r, object)) return `(${first}${gap})${r.mark(known.at)}.${known.name}`;
  if (known?.type === 'name' && isFreshArray(r, object)) return `${first}${gap}.${r.mark(known.at)}${known.name}`;
  if (known !== undefined) return withGap(gap, read(r, callee, first, receiver, known));
  const property = callee.property as Node;
  const text = gap + r.emit(property);
  const kind = r.kind(property);
  const k = r.temp();
  r.release(k);
  const before = first === receiver ? [] : [first];
  return withBefore(
    [...before, `${k} = ${text}`],
    read(r, callee, receiver, receiver, { type: 'index', text: k, kind, at: property.start }),
  );
}

function withGap(gap: string, text: string): string {
  return gap === '' ? text : `(${gap}${text})`;
}

/** A private method (not a field or accessor) of a class written in this unit. */
function isOwnPrivateMethod(r: Context, name: string): boolean {
  return !r.analysis.freePrivateNames.has(name) && r.shape.kind !== 'class' && privateMethods(r).has(name);
}

const methodsOf = new WeakMap<Context, Set<string>>();

/** Names that are a private method wherever a class of the unit declares them. */
function privateMethods(r: Context): Set<string> {
  let names = methodsOf.get(r);
  if (names === undefined) {
    methodsOf.set(r, (names = new Set()));
    const others = new Set<string>();
    for (const [node] of r.analysis.scopes) {
      if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') continue;
      for (const m of node.body.body) {
        if (m.type === 'StaticBlock' || m.key.type !== 'PrivateIdentifier') continue;
        (m.type === 'MethodDefinition' && m.kind === 'method' ? names : others).add(`#${m.key.name}`);
      }
    }
    for (const name of others) names.delete(name);
  }
  return names;
}

function superCall(r: Context, node: CallExpression): string {
  if (r.superIsOutside) return r.call(node, 'unsupported', "'super(…) in an arrow outside its constructor'");
  return `super${args(r, node)}`;
}

const mathFunctions = new Set(
  Object.getOwnPropertyNames(Math).filter((n) => typeof (Math as unknown as Record<string, unknown>)[n] === 'function'),
);

/** `Math.sin(x)` and the like, called natively while the arguments are plain numbers and the function is the language's. */
function mathCall(r: Context, node: CallExpression, callee: Node): string | undefined {
  if (
    callee.type !== 'MemberExpression' ||
    callee.computed ||
    node.arguments.length === 0 ||
    node.arguments.length > 3
  ) {
    return undefined;
  }
  const name = callee.property.type === 'Identifier' ? callee.property.name : '';
  if (!mathFunctions.has(name) || !r.isGlobal(callee.object as Node, 'Math')) return undefined;
  if (node.arguments.some((a) => a.type === 'SpreadElement')) return undefined;
  r.used.add('math');
  const f = r.temp();
  const temps = [f];
  const before = [`${f} = ${r.mark(callee.start)}Math${r.gap(callee.object.end, callee.property.start)}.${name}`];
  const tests: string[] = [];
  const values: string[] = [];
  let from = callee.end;
  node.arguments.forEach((a, i) => {
    const argument = a as Node;
    const gap = r.gap(from, argument.start);
    from = argument.end;
    const again = simple(r, argument, node.arguments.slice(i + 1) as Node[]);
    const plain = isPlain(r.kind(argument));
    const last = i === node.arguments.length - 1;
    if (again !== undefined) {
      if (!again.sure && !last) before.push(again.text);
      if (gap !== '') before.push(`${gap}0`);
      values.push(again.text);
      if (!plain) tests.push(`typeof ${again.text} === 'number'`);
      return;
    }
    const text = gap + r.emit(argument);
    const t = r.temp();
    temps.push(t);
    values.push(t);
    if (last && !plain) tests.unshift(`typeof (${t} = ${text}) === 'number'`);
    else {
      before.push(`${t} = ${text}`);
      if (!plain) tests.push(`typeof ${t} === 'number'`);
    }
  });
  r.release(...temps);
  const end = r.gap(from, node.end);
  tests.push(`${f} === ${r.prefix}math.${name}`);
  const list = values.join(', ');
  const at = r.mark(callee.property.start);
  const slow = `${heldTwin(r, node, f)}.${at}call(Math, ${list})`;
  return `(${before.join(', ')}, ${tests.join(' && ')} ? ${f}${at}(${list}) : ${slow}${end})`;
}

export function emitNew(r: Context, node: NewExpression): string {
  const callee = node.callee as Node;
  const inner = unparen(callee);
  const gap = r.gap(node.start, callee.start);
  const rest = list(r, callee.end, node.arguments, node.end);
  if (isOwnConstructor(r, inner)) return `${r.mark(node.start)}new ${gap}${r.emit(inner)}(${rest})`;
  return r.call(node, 'construct', gap + r.emit(callee), `[${rest}]`);
}

// --- Optional chains --------------------------------------------------------------------------------------------------------------

/** A link of a chain once its value is known: the text of the value, and that of the object it was read from. */
type Use = (value: string, receiver: string | undefined) => string;

export function emitChain(r: Context, node: ChainExpression): string {
  return chain(r, node.expression, 'void 0', (value) => value);
}

/** `(a?.b)(c)`: the object goes with the function through the parentheses. */
function chainedCallee(r: Context, node: CallExpression, callee: ChainExpression): string {
  const receiver = r.temp();
  const method = chain(r, callee.expression, `(${receiver} = void 0)`, (value, from) => {
    if (from === undefined) return `(${receiver} = void 0, ${value})`;
    return `(${receiver} = ${from}, ${value})`;
  });
  const text = twin(r, node, method, receiver) + callWith(r, node, receiver);
  r.release(receiver);
  return text;
}

/** The text of a chain: where a `?.` finds nothing the whole is `missing`, otherwise `use` of its value. */
function chain(r: Context, node: Node, missing: string, use: Use): string {
  const temps: string[] = [];
  const text = link(r, node, missing, use, temps);
  r.release(...temps);
  return text;
}

/** Emits `node` (a link of the chain) and then, inside the same text, what follows it. */
function link(r: Context, node: Node, missing: string, use: Use, temps: string[]): string {
  const hold = () => {
    const t = r.temp();
    temps.push(t);
    return t;
  };
  const guarded = (optional: boolean, value: string, then: (held: string, first: string) => string): string => {
    const t = hold();
    if (!optional) return then(t, `(${t} = ${value})`);
    return `((${t} = ${value}) === undefined || ${t} === null ? ${missing} : ${then(t, t)})`;
  };
  if (node.type === 'MemberExpression' && node.object.type !== 'Super') {
    return link(
      r,
      node.object as Node,
      missing,
      (object) => guarded(node.optional, object, (held, first) => use(readLink(r, node, first, held), held)),
      temps,
    );
  }
  if (node.type === 'MemberExpression') return use(r.emit(node), r.thisText());
  if (node.type === 'CallExpression' && node.callee.type !== 'Super') {
    return link(
      r,
      node.callee as Node,
      missing,
      (callee, receiver) => {
        const call = (f: string) =>
          use(
            receiver === undefined
              ? twin(r, node, f, undefined) + args(r, node)
              : twin(r, node, f, receiver) + callWith(r, node, receiver),
            undefined,
          );
        return node.optional ? guarded(true, callee, (held) => call(held)) : call(callee);
      },
      temps,
    );
  }
  // Where the chain begins.
  const inner: Node = unparen(node);
  if (node.type === 'ParenthesizedExpression' && inner.type === 'MemberExpression' && inner.object.type !== 'Super') {
    const t = hold();
    const object = r.emit(inner.object as Node);
    return use(readLink(r, inner, `(${t} = ${object})`, t), t);
  }
  if (node.type === 'ParenthesizedExpression' && inner.type === 'ChainExpression') {
    // `(a?.b)?.(c)`: the object goes through the parentheses, the short circuit does not.
    const receiver = hold();
    const value = chain(r, inner.expression, 'void 0', (v, from) =>
      from === undefined ? `(${receiver} = void 0, ${v})` : `(${receiver} = ${from}, ${v})`,
    );
    return use(`(${value})`, receiver);
  }
  return use(r.emit(node), undefined);
}

function readLink(r: Context, node: MemberExpression, first: string, object: string): string {
  const known = staticKey(r, node);
  const gap = r.gap((node.object as Node).end, node.property.start);
  if (known !== undefined) return withGap(gap, read(r, node, first, object, known));
  const property = node.property as Node;
  const text = gap + r.emit(property);
  const kind = r.kind(property);
  const k = r.temp();
  r.release(k);
  const key: Key = { type: 'index', text: k, kind, at: property.start };
  return withBefore([...(first === object ? [] : [first]), `${k} = ${text}`], read(r, node, object, object, key));
}

/** `delete a?.b.c` */
export function emitUnaryDelete(r: Context, node: UnaryExpression): string {
  return emitDelete(r, node, (target) => {
    const temps: string[] = [];
    const object = target.object as Node;
    const text = link(
      r,
      object,
      'true',
      (value) => {
        const t = r.temp();
        temps.push(t);
        if (!target.optional) return deleteMember(r, node, value, target);
        return `((${t} = ${value}) === undefined || ${t} === null ? true : ${deleteMember(r, node, t, target)})`;
      },
      temps,
    );
    r.release(...temps);
    return text;
  });
}

// --- Tagged templates -------------------------------------------------------------------------------------------------------------

export function emitTagged(r: Context, node: TaggedTemplateExpression): string {
  const tag = unparen(node.tag as Node);
  const raw = r.gap(node.tag.end, node.quasi.start);
  if (tag.type === 'MemberExpression') {
    const outside = tag.object.type === 'Super';
    const receiver = outside ? r.thisText() : r.temp();
    const method = outside
      ? r.emit(tag)
      : readMethod(
          r,
          tag,
          tag.object as Node,
          staticKey(r, tag),
          `(${receiver} = ${r.emit(tag.object as Node)})`,
          receiver,
        );
    const bound = r.call(node, 'bind', twin(r, node, method, receiver), receiver);
    if (!outside) r.release(receiver);
    return `${bound}${raw}${template(r, node)}`;
  }
  if (isOwnFunction(r, tag)) return `${r.emit(tag)}${raw}${template(r, node)}`;
  return `${twin(r, node, r.emit(node.tag as Node), undefined)}${raw}${template(r, node)}`;
}

/** The template as the tag gets it: the strings as they are, the values not converted. */
function template(r: Context, node: TaggedTemplateExpression): string {
  return r.copy(node.quasi as Node);
}
