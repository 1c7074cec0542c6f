/**
 * Functions of every form: their heads, parameters, prologue, temporaries and, if async, their activation.
 * Invariant: `length`, `name`, kind and homeObject are the language's; parameters are bound in order, at the call.
 */
import type { FunctionNode, Node, Pattern, Statement } from '../../syntax/ast.ts';
import { bound, type FunctionInfo } from '../../syntax/scope.ts';
import type { Context, FunctionFrame } from './context.ts';
import { contains } from './names.ts';
import { declarators, wrappedPattern, wrappedValue } from './patterns.ts';
import { emitStatements } from './statements.ts';

export interface FunctionOptions {
  /** The node whose text `toString` would show, where that is more than the function node (methods). */
  readonly whole?: Node | undefined;
  readonly makesThis?: boolean;
  readonly constructs?: 'this' | 'derived' | undefined;
  /** The text of the object that `super` belongs to. */
  readonly home?: string | undefined;
  /** `super`, and `this` of arrows, are those around the unit. */
  readonly root?: boolean;
}

export function emitFunction(r: Context, node: FunctionNode, options: FunctionOptions = {}): string {
  const at = r.mark(node.start);
  if (node.type === 'ArrowFunctionExpression') {
    const { params, body, gap } = parts(r, node, options);
    return `${at}${node.async ? 'async ' : ''}(${params}) => ${gap}${body}`;
  }
  const { params, body, gap } = parts(r, node, {
    ...options,
    constructs: node.async || node.generator ? undefined : 'this',
  });
  const star = node.generator ? '*' : '';
  const name = node.id ? ` ${node.id.name}` : '';
  return `${at}${node.async ? 'async ' : ''}function${star}${gap}${name}(${params}) ${body}`;
}

/** `(params) {body}`, for methods and accessors, whose key the caller writes. */
export function emitMethodRest(r: Context, node: FunctionNode, options: FunctionOptions = {}): string {
  const { params, body, gap } = parts(r, node, options);
  return `${gap}(${params}) ${body}`;
}

interface Parts {
  readonly params: string;
  readonly body: string;
  /** Newlines of the head that have no other place. */
  readonly gap: string;
}

function parts(r: Context, node: FunctionNode, options: FunctionOptions): Parts {
  const info = r.analysis.functions.get(node)!;
  const whole = options.whole ?? node;
  const id = r.record(whole.start, whole.end);
  const arrow = node.type === 'ArrowFunctionExpression';
  const outer = { superIsOutside: r.superIsOutside, lexicalOutside: r.lexicalOutside, inHead: r.inHead, home: r.home };
  if (!arrow && !options.root) {
    r.superIsOutside = false;
    r.lexicalOutside = false;
    r.home = options.home;
  }
  r.inHead = false;
  const activation = node.async && (info.awaits || (node.generator && info.yields));
  const frame: FunctionFrame = {
    info,
    strict: info.strict,
    async: node.async,
    generator: node.generator,
    activation,
    constructs: info.usesThis || options.constructs === 'derived' ? options.constructs : undefined,
    makesThis: arrow ? r.frame.makesThis : (options.makesThis ?? false),
  };
  try {
    return r.within(frame, () => {
      const { made, names } = r.withTemporaries(() => {
        const head = parameters(r, node, info);
        return { head, body: bodyText(r, node) };
      });
      const prologue = `${r.rt('q')}.n||${r.rt('ended')}(${id})`;
      const temporaries = names.length === 0 ? '' : `let ${names.join(', ')}; `;
      const { head, body } = made;
      const gap = r.gap(node.start, node.params[0]?.start ?? node.body.start);
      if (arrow && node.body.type !== 'BlockStatement') {
        const plain = temporaries === '' && head.lowered === '' && !activation;
        if (plain) return { params: head.text, body: `(${prologue}, ${body.text})`, gap };
        const inner = `return (${body.text});`;
        return {
          params: head.text,
          body: `{ ${temporaries}${prologue}; ${head.lowered}${activate(r, inner, '')} }`,
          gap,
        };
      }
      const text = `${body.directives}${temporaries}${prologue}; ${head.lowered}${activate(r, body.text, body.hoisted)}`;
      return { params: head.text, body: `{ ${text}}`, gap };
    });
  } finally {
    Object.assign(r, outer);
  }
}

/** The body of an async function, which leaves the gradient when it ends. */
function activate(r: Context, body: string, hoisted: string): string {
  if (!r.frame.activation) return hoisted + body;
  const act = `${r.prefix}act`;
  return `${hoisted}const ${act} = ${r.rt('activation')}(); try { ${body}} finally { ${act}.done(); } `;
}

function bodyText(r: Context, node: FunctionNode): { directives: string; text: string; hoisted: string } {
  const { body } = node;
  if (body.type !== 'BlockStatement') {
    const lead = r.gap(node.params[node.params.length - 1]?.end ?? node.start, body.start);
    const counted = node.params.length === 0 ? '' : lead;
    return { directives: '', text: counted + r.emit(body as Node) + r.gap(body.end, node.end), hoisted: '' };
  }
  const statements = body.body as Statement[];
  let count = 0;
  while (count < statements.length && isDirective(statements[count])) count++;
  let at = body.start + 1;
  let directives = '';
  for (const s of statements.slice(0, count)) {
    directives += r.gap(at, s.start) + r.slice(s.start, s.end).replace(/;?$/, '; ');
    at = s.end;
  }
  const rest = statements.slice(count);
  const moved = r.frame.activation ? conflicting(r, node, rest) : [];
  const hoisted = moved.map((s) => `${r.emit(s as Node)} `).join('');
  const text = emitStatements(
    r,
    rest.filter((s) => !moved.includes(s)),
    at,
    body.end - 1,
  );
  return { directives, text, hoisted };
}

function isDirective(s: Statement): boolean {
  return s.type === 'ExpressionStatement' && s.directive !== undefined;
}

/** Function declarations that share their name with a `var`: inside the block of an activation that would be an error. */
function conflicting(r: Context, node: FunctionNode, statements: readonly Statement[]): Statement[] {
  const scope = r.analysis.scopes.get(node.body as Node);
  return statements.filter((s) => {
    if (s.type !== 'FunctionDeclaration') return false;
    const binding = scope?.bindings.get(s.id.name);
    return binding !== undefined && binding.declarations.length > 1;
  });
}

// --- Parameters -----------------------------------------------------------------------------------------------------------------

interface Head {
  readonly text: string;
  /** Statements at the start of the body that bind what the parameter list could not. */
  readonly lowered: string;
}

function parameters(r: Context, node: FunctionNode, info: FunctionInfo): Head {
  const { params } = node;
  const first = params.findIndex((p) => isPattern(p));
  if (first < 0) {
    r.inHead = true;
    const text = join(r, node, params, (p) => parameter(r, p));
    r.inHead = false;
    return { text, lowered: '' };
  }
  return canMoveToBody(r, node, first) ? moveToBody(r, node, info, first) : bindInRest(r, node, first);
}

function isPattern(p: Pattern): boolean {
  const inner = p.type === 'AssignmentPattern' ? p.left : p.type === 'RestElement' ? p.argument : p;
  return inner.type === 'ObjectPattern' || inner.type === 'ArrayPattern';
}

function join(
  r: Context,
  node: FunctionNode,
  params: readonly Pattern[],
  emit: (p: Pattern, i: number) => string,
): string {
  let at = params[0]?.start ?? node.start;
  const texts = params.map((p, i) => {
    const gap = r.gap(at, p.start);
    at = p.end;
    return gap + emit(p, i);
  });
  const end = params.length === 0 ? '' : r.gap(at, node.body.start);
  const counted = node.type === 'ArrowFunctionExpression' && node.body.type !== 'BlockStatement' ? '' : end;
  return texts.join(', ') + counted;
}

/** A parameter that is a name, perhaps with a default, or a rest. */
function parameter(r: Context, p: Pattern): string {
  switch (p.type) {
    case 'Identifier':
      return r.mark(p.start) + p.name;
    case 'AssignmentPattern': {
      const gap = r.gap(p.left.end, p.right.start);
      return `${parameter(r, p.left)} = ${gap}${r.isolated(() => r.emit(p.right as Node))}`;
    }
    case 'RestElement':
      return `...${parameter(r, p.argument)}`;
    default:
      throw new Error(`${p.type} as a plain parameter`);
  }
}

/** Parameters can be bound in the body if nothing there could be confused with them, and the body begins with the call. */
function canMoveToBody(r: Context, node: FunctionNode, first: number): boolean {
  if (node.generator) return false;
  if (node.body.type !== 'BlockStatement') return true;
  const scope = r.analysis.scopes.get(node.body as Node);
  if (scope === undefined || scope.bindings.size === 0) return true;
  const names = scope.bindings;
  let clash = false;
  for (const p of node.params) {
    bound(p, (id) => {
      clash ||= names.has(id.name);
    });
  }
  const mentions = (n: Node): boolean => n.type === 'Identifier' && names.has(n.name);
  return !clash && !node.params.slice(first).some((p) => contains(p as Node, mentions));
}

function moveToBody(r: Context, node: FunctionNode, info: FunctionInfo, first: number): Head {
  const lowered: string[] = [];
  const text = join(r, node, node.params, (p, i) => {
    if (i < first) {
      r.inHead = true;
      const done = parameter(r, p);
      r.inHead = false;
      return done;
    }
    if (p.type === 'RestElement' && p.argument.type === 'Identifier') return `...${p.argument.name}`;
    const formal = r.unique();
    const target = p.type === 'AssignmentPattern' ? p.left : p.type === 'RestElement' ? p.argument : p;
    const out: string[] = [];
    if (p.type === 'AssignmentPattern') {
      declaredWithDefault(r, p, formal, out);
    } else if (target.type === 'Identifier') {
      // A plain name after a pattern keeps its place.
      return r.mark(target.start) + target.name;
    } else {
      declarators(r, target, formal, out);
    }
    lowered.push(...out);
    return p.type === 'RestElement' ? `...${formal}` : p.type === 'AssignmentPattern' ? `${formal} = void 0` : formal;
  });
  // Sloppy parameters that are all names are tied to `arguments`; these were not.
  const simple = node.params.every((p) => p.type !== 'AssignmentPattern' && p.type !== 'RestElement');
  const untie = simple && !info.strict && info.usesArguments ? `, ...${r.unique()}` : '';
  return { text: text + untie, lowered: lowered.length === 0 ? '' : `let ${lowered.join(', ')}; ` };
}

function declaredWithDefault(
  r: Context,
  p: Pattern & { type: 'AssignmentPattern' },
  formal: string,
  out: string[],
): void {
  if (p.left.type === 'Identifier') {
    // The native default names a function after its parameter.
    out.push(`{v: ${p.left.name} = ${r.emit(p.right as Node)}} = {v: ${formal}}`);
  } else {
    declarators(r, p.left, `(${formal} === void 0 ? ${r.emit(p.right as Node)} : ${formal})`, out);
  }
}

/**
 * Binds parameters natively although their patterns read through the table: each pattern's parameter becomes a plain name, and
 * a rest pattern after the last one, of properties that are never there, has the reads as its defaults.
 */
function bindInRest(r: Context, node: FunctionNode, first: number): Head {
  const none = `[${r.rt('none')}]`;
  const inside: string[] = [];
  const after: string[] = [];
  let defaulted = false;
  const formals: string[] = [];
  r.inHead = true;
  const pad = r.gap(node.params[0].start, node.body.start);
  node.params.forEach((p, i) => {
    if (i < first) {
      defaulted ||= p.type === 'AssignmentPattern';
      formals.push(parameter(r, p));
      return;
    }
    if (p.type === 'RestElement') {
      const all = r.unique();
      inside.push(`...${all}`);
      const values = `${r.call(p as Node, 'values', all)}`;
      if (p.argument.type === 'Identifier') after.push(`${p.argument.name} = ${values}`);
      else declarators(r, p.argument, values, after);
      return;
    }
    const formal = r.unique();
    defaulted ||= p.type === 'AssignmentPattern';
    formals.push(defaulted ? `${formal} = void 0` : formal);
    if (p.type === 'Identifier') inside.push(`${none}: ${p.name} = ${formal}`);
    else inside.push(`${none}: ${wrappedPattern(r, p)} = ${wrappedValue(r, p, formal)}`);
  });
  r.inHead = false;
  const text = `${[...formals, `...{${inside.join(', ')}}`].join(', ')}${pad}`;
  return { text, lowered: after.length === 0 ? '' : `var ${after.join(', ')}; ` };
}
