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
import { noHome } from './members.ts';
import { contains } from './names.ts';
import { emitStatements } from './statements.ts';

export function emitClass(r: Context, node: ClassNode): string {
  return withName(r, node, false);
}

/** The class that is the unit. */
export function emitRootClass(r: Context, node: ClassNode): string {
  return withName(r, node, true);
}

/** How the methods of a class come by the class itself, where `super` starts. */
interface Own {
  /** The text that gives the class anywhere inside it; undefined where none of them asks. */
  readonly name: string | undefined;
  /** The name that the class is given, for want of one of its own. */
  readonly alias?: string;
  /** The static block that makes `name` what it is to be. */
  readonly block?: string;
}

function withName(r: Context, node: Class & Node, root: boolean): string {
  if (!contains(node, (n) => n.type === 'MemberExpression' && n.object.type === 'Super'))
    return classText(r, node, root, { name: undefined });
  const id = node.id?.name;
  if (id === undefined) {
    const given = root ? '' : nameFrom(r, node);
    if (given === undefined) return classText(r, node, root, { name: noHome });
    const alias = r.unique();
    const block = `static { ${r.rt('nameClass')}(this, ${JSON.stringify(alias)}, ${JSON.stringify(given)}); }`;
    return classText(r, node, root, { name: alias, alias, block });
  }
  if (!isShadowed(r, node, id)) return classText(r, node, root, { name: id });
  const declared = node.type === 'ClassDeclaration' && !root;
  if (!declared && suspends(node)) return classText(r, node, root, { name: noHome });
  const cell = r.unique();
  const made = classText(r, node, root, { name: `${cell}.home`, block: `static { ${cell}.home = this; }` });
  return declared ? `const ${cell} = {}; ${made}` : r.call(node, 'withHome', `(${cell}) => (${made})`);
}

/**
 * The name that the language gives a class without one, by where it stands.
 * `undefined`: it can't be known before the program runs.
 */
function nameFrom(r: Context, node: Node): string | undefined {
  let inner = node;
  let outer = parentOf(r.shape.node as Node, node);
  while (outer?.type === 'ParenthesizedExpression') {
    inner = outer;
    outer = parentOf(r.shape.node as Node, outer);
  }
  const from = (target: unknown): string =>
    (target as Node).type === 'Identifier' ? (target as { name: string }).name : '';
  switch (outer?.type) {
    case 'VariableDeclarator':
      return from(outer.id);
    case 'AssignmentExpression':
      return /^(?:=|&&=|\|\|=|\?\?=)$/.test(outer.operator) ? from(outer.left) : '';
    case 'AssignmentPattern':
      return from(outer.left);
    case 'Property':
    case 'PropertyDefinition': {
      if ((outer.value as Node) !== inner) return '';
      if (outer.computed) return undefined;
      const key = outer.key as Node;
      if (key.type === 'PrivateIdentifier') return `#${key.name}`;
      const name = key.type === 'Identifier' ? key.name : String((key as { value?: unknown }).value);
      return name === '__proto__' && outer.type === 'Property' ? '' : name;
    }
    default:
      return '';
  }
}

function parentOf(from: Node, node: Node): Node | undefined {
  for (const child of children(from)) {
    if (child === node) return from;
    if (child.start <= node.start && node.end <= child.end) {
      const found = parentOf(child, node);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function classText(r: Context, node: Class & Node, root: boolean, own: Own): string {
  const id = r.record(node.start, node.end);
  const body = node.body;
  // The comment lets the text be recognised, as the prologue does for functions.
  let out = `${r.mark(node.start)}class/*${r.rt('ended')}(${id})*/`;
  const named = node.id?.name ?? own.alias;
  if (named !== undefined) out += ` ${named}`;
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
  if (own.block !== undefined) out += ` ${own.block} `;
  for (const m of body.body) {
    out += r.gap(at, m.start) + r.pad(m.start, m.end, member(r, m, root, base, own.name));
    at = m.end;
  }
  if (root) out += privateAccessors(node);
  r.frame = outerFrame;
  return `${out}${r.gap(at, body.end)}}`;
}

/** Whether `name` means something else anywhere inside the class. */
function isShadowed(r: Context, node: Node, name: string): boolean {
  for (const [at, scope] of r.analysis.scopes) {
    if (at.start > node.start && at.end <= node.end && scope.bindings.has(name)) return true;
  }
  return false;
}

function member(
  r: Context,
  m: MethodDefinition | PropertyDefinition | StaticBlock,
  root: boolean,
  base: boolean,
  name: string | undefined,
): string {
  const isOfClass = name === undefined || name === noHome || m.type === 'StaticBlock' || m.static;
  const home = isOfClass ? name : `${name}.prototype`;
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
  if (!uses) return objectText(r, node, undefined);
  if (suspends(node)) return objectText(r, node, noHome);
  // An arrow gives each evaluation a name of its own for the object, and leaves `this` and `arguments` as they are.
  const cell = r.unique();
  return r.call(node, 'withHome', `(${cell}) => (${objectText(r, node, `${cell}.home`)})`);
}

function isMethod(p: Property): boolean {
  return p.method || p.kind !== 'init';
}

/** Whether keys or values of a literal, or what a class evaluates once, await or yield, which they could not do within an arrow. */
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
