/**
 * Classes: those written in the unit are rewritten in place and are their own twins; a class that is the unit itself becomes
 * the body that constructs in its stead (statics and static blocks are the original's and do not run again).
 * Invariant: private names stay native within the class that declares them.
 */
import type {
  Class,
  ClassNode,
  MethodDefinition,
  Node,
  ObjectExpression,
  Property,
  PropertyDefinition,
  StaticBlock,
} from '../../syntax/ast.ts';
import { children } from '../../syntax/ast.ts';
import type { Context, FunctionFrame } from './context.ts';
import { emitMethodRest } from './functions.ts';
import { isPlain } from './kinds.ts';
import { contains } from './names.ts';
import { emitStatements } from './statements.ts';

export function emitClass(r: Context, node: ClassNode): string {
  return classText(r, node, false);
}

/** The class that is the unit. */
export function emitRootClass(r: Context, node: ClassNode): string {
  return classText(r, node, true);
}

function classText(r: Context, node: Class & Node, root: boolean): string {
  const id = r.record(node.start, node.end);
  const body = node.body;
  // The comment lets the text be recognised, as the prologue does for functions.
  let out = `${r.mark(node.start)}class/*${r.rt('ended')}(${id})*/`;
  if (node.id) out += ` ${node.id.name}`;
  let at = node.start;
  const outerFrame = r.frame;
  // Everything in a class is strict, the heritage and computed keys included.
  r.frame = { ...r.frame, strict: true };
  if (node.superClass) {
    const heritage = node.superClass as Node;
    at = heritage.end;
    const value = root ? `${r.prefix}.parent` : r.emit(heritage);
    out += ` extends ${r.gap(node.start, heritage.start)}${r.rt('super')}(${value}${root ? r.gap(heritage.start, heritage.end) : ''})`;
  }
  out += ` ${r.gap(at, body.start)}{`;
  at = body.start + 1;
  const base = !node.superClass;
  const name = base ? undefined : homeName(r, node);
  for (const m of body.body) {
    out += r.gap(at, m.start) + r.pad(m.start, m.end, member(r, m, root, base, name));
    at = m.end;
  }
  if (root) out += privateAccessors(node);
  r.frame = outerFrame;
  return `${out}${r.gap(at, body.end)}}`;
}

/** The name that means the class everywhere inside it, if it has one. */
function homeName(r: Context, node: Class & Node): string | undefined {
  const name = node.id?.name;
  if (name === undefined) return undefined;
  for (const [at, scope] of r.analysis.scopes) {
    if (at.start > node.start && at.end <= node.end && scope.bindings.has(name)) return undefined;
  }
  return name;
}

function member(
  r: Context,
  m: MethodDefinition | PropertyDefinition | StaticBlock,
  root: boolean,
  base: boolean,
  name: string | undefined,
): string {
  const home = name === undefined || m.type === 'StaticBlock' || m.static ? name : `${name}.prototype`;
  if (m.type === 'StaticBlock') return root ? '' : staticBlock(r, m, home);
  if (m.type === 'MethodDefinition') {
    // Found on the original's prototype; its key must not be computed a second time.
    if (root && m.computed) return '';
    const kind = m.kind === 'get' || m.kind === 'set' ? `${m.kind} ` : '';
    const prefix = `${m.static ? 'static ' : ''}${m.value.async ? 'async ' : ''}${m.value.generator ? '*' : ''}${kind}`;
    const makesThis = m.kind === 'constructor' && base;
    // A derived constructor that returns a number throws.
    const constructs = m.kind === 'constructor' ? (base ? 'this' : 'derived') : undefined;
    const key = memberKey(r, m);
    return `${prefix}${key}${emitMethodRest(r, m.value, { whole: m as Node, makesThis, home, constructs })} `;
  }
  const isPrivate = m.key.type === 'PrivateIdentifier';
  if (root && m.static) return isPrivate ? `static #${(m.key as { name: string }).name}; ` : '';
  const key = memberKey(r, m);
  const lead = `${m.static ? 'static ' : ''}${key}`;
  if (!m.value) return `${lead};`;
  return `${lead} = ${r.gap(m.key.end, m.value.start)}${initialiser(r, m, home)}${r.gap(m.value.end, m.end)};`;
}

function memberKey(r: Context, m: MethodDefinition | PropertyDefinition): string {
  if (!m.computed) return r.mark(m.key.start) + r.slice(m.key.start, m.key.end);
  const key = m.key as Node;
  const text = r.gap(m.start, key.start) + r.emit(key);
  return `[${isPlain(r.kind(key)) ? text : r.call(key, 'toKey', text)}]`;
}

function initialiserFrame(r: Context, m: PropertyDefinition | StaticBlock): FunctionFrame {
  return {
    info: r.analysis.functions.get(m as Node),
    strict: true,
    async: false,
    generator: false,
    activation: false,
    makesThis: false,
  };
}

/** Runs `make` with `this` and `super` being those of the class. */
function inside(r: Context, m: PropertyDefinition | StaticBlock, home: string | undefined, make: () => string): string {
  const { superIsOutside, lexicalOutside, inHead, home: outer } = r;
  r.home = home;
  r.superIsOutside = false;
  r.lexicalOutside = false;
  r.inHead = false;
  try {
    return r.within(initialiserFrame(r, m), make);
  } finally {
    Object.assign(r, { superIsOutside, lexicalOutside, inHead, home: outer });
  }
}

function initialiser(r: Context, m: PropertyDefinition, home: string | undefined): string {
  return inside(r, m, home, () => r.isolated(() => r.emit(m.value as Node)));
}

function staticBlock(r: Context, m: StaticBlock, home: string | undefined): string {
  return inside(r, m, home, () => {
    const brace = r.find('{', m.start);
    const { made, names } = r.withTemporaries(() => emitStatements(r, m.body, brace + 1, m.end - 1));
    const temporaries = names.length === 0 ? '' : `let ${names.join(', ')};`;
    return `static ${r.gap(m.start, brace)}{ ${temporaries}${made}}`;
  });
}

/** What shows the private names of the constructing body to methods that stand alone. */
function privateAccessors(node: Class): string {
  const names = new Set<string>();
  for (const m of node.body.body) {
    if (m.type !== 'StaticBlock' && m.key.type === 'PrivateIdentifier') names.add(`#${m.key.name}`);
  }
  if (names.size === 0) return '';
  const entries = [...names].map(
    (n) => `"${n}": {has: (o) => ${n} in o, get: (o) => o.${n}, set: (o, v) => { o.${n} = v; }}`,
  );
  return ` static $$privates = {${entries.join(', ')}};`;
}

// --- Object literals --------------------------------------------------------------------------------------------------------------

export function emitObject(r: Context, node: ObjectExpression): string {
  const methods = node.properties.filter((p) => p.type === 'Property' && isMethod(p));
  const uses = methods.some((p) => contains(p as Node, (n) => n.type === 'Super'));
  if (!uses || suspends(node) || (!r.frame.strict && methods.some((p) => writesSuper(p as Node)))) {
    return objectText(r, node, undefined);
  }
  // An arrow gives each evaluation a name of its own for the object, and leaves `this` and `arguments` as they are.
  const cell = r.unique();
  return r.call(node, 'withHome', `(${cell}) => (${objectText(r, node, `${cell}.home`)})`);
}

function isMethod(p: Property): boolean {
  return p.method || p.kind !== 'init';
}

/** Whether something is assigned through `super`: what can't be written is passed over in sloppy code, natively. */
function writesSuper(method: Node): boolean {
  return contains(method, (n) => {
    const target =
      n.type === 'UpdateExpression' ? n.argument : 'left' in n && n.type !== 'BinaryExpression' ? n.left : undefined;
    return target !== undefined && contains(target as Node, (inner) => inner.type === 'Super');
  });
}

/** Whether keys or values of the literal await or yield, which they could not do within an arrow. */
function suspends(node: Node): boolean {
  const within = (n: Node): boolean => {
    if (n.type === 'AwaitExpression' || n.type === 'YieldExpression') return true;
    if (/Function/.test(n.type)) return false;
    return children(n).some(within);
  };
  return within(node);
}

function objectText(r: Context, node: ObjectExpression, home: string | undefined): string {
  let at = node.start + 1;
  let out = `${r.mark(node.start)}{`;
  for (const p of node.properties) {
    out += r.slice(at, p.start);
    at = p.end;
    if (p.type === 'SpreadElement') {
      out += `...${r.gap(p.start, p.argument.start)}${r.call(p as Node, 'spread', r.emit(p.argument as Node))}`;
    } else {
      out += property(r, p, home);
    }
  }
  return out + r.slice(at, node.end);
}

function property(r: Context, p: Property, home: string | undefined): string {
  const key = p.key as Node;
  const value = p.value as Node;
  const computed = () => {
    const text = r.gap(p.start, key.start) + r.emit(key);
    return `[${isPlain(r.kind(key)) ? text : r.call(key, 'toKey', text)}]`;
  };
  if (isMethod(p)) {
    if (value.type !== 'FunctionExpression') return r.emit(value);
    const kind = p.kind === 'get' || p.kind === 'set' ? `${p.kind} ` : '';
    const prefix = `${value.async ? 'async ' : ''}${value.generator ? '*' : ''}${kind}`;
    const name = p.computed ? computed() : r.slice(key.start, key.end);
    return r.pad(p.start, p.end, `${prefix}${name}${emitMethodRest(r, value, { whole: p as Node, home })}`);
  }
  if (p.shorthand) {
    const text = r.emit(value);
    const name = r.slice(key.start, key.end);
    return r.reference(value) !== undefined ? text : `${name}: ${text}`;
  }
  const name = p.computed ? computed() : r.slice(key.start, key.end);
  return `${name}: ${r.gap(key.end, value.start)}${r.emit(value)}`;
}
