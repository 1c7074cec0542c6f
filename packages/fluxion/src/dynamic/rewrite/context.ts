/**
 * What all parts of the rewriter share: the text, the names, temporaries, and the walk that copies what needs no rewriting.
 * Invariant: the text emitted for an expression can stand wherever an AssignmentExpression can (where it is rewritten it is a
 * primary or call expression), and every child is emitted exactly once, in the order of evaluation.
 */
import { children, type Node } from '../../syntax/ast.ts';
import { countLines, lineStarts } from '../../syntax/location.ts';
import type { FunctionShape } from '../../syntax/parse.ts';
import type { Analysis, FunctionInfo, Reference } from '../../syntax/scope.ts';
import { type Kind, Kinds } from './kinds.ts';
import { markers } from './positions.ts';
import { addRecord } from './records.ts';

export type CaptureKind = 'constant' | 'live' | 'global';

export interface RewriteInput {
  /** The text of the function or class, as its `toString` gives it. */
  readonly source: string;
  /** The parsed source, where the caller has it. */
  readonly shape?: FunctionShape | undefined;
  readonly strict: boolean;
  /** How a free name is reached. */
  readonly bindings: (name: string) => CaptureKind;
  /** The root is an arrow whose `this`, `arguments` and `new.target` come from the environment. */
  readonly lexical: boolean;
  readonly unit: 'function' | 'class';
  readonly file: string;
  /** Where the source begins in the file, both from 0. */
  readonly line: number;
  readonly column: number;
}

export type Emitter = (r: Context, node: never) => string;

/** What a free name turned out to be. */
export type FreeName = 'constant' | 'live' | 'global' | 'self';

/** The function whose body is being emitted. */
export interface FunctionFrame {
  readonly info: FunctionInfo | undefined;
  readonly strict: boolean;
  readonly async: boolean;
  readonly generator: boolean;
  /** The body has an activation, to leave and enter the gradient around each `await`. */
  readonly activation: boolean;
  /** `this` was made here: the constructor of a base class. */
  readonly makesThis: boolean;
  /** The body may run for `new`, where a returned tracked number does not count. */
  readonly constructs?: 'this' | 'derived' | undefined;
}

interface Temporaries {
  count: number;
  readonly free: string[];
  /** For each name, where its object was looked up last and what kind it was; undefined where each run has its own temporaries. */
  readonly kinds: Map<string, readonly [seen: string, kind: string]> | undefined;
  scratch: string | undefined;
}

export class Context {
  readonly input: RewriteInput;
  readonly shape: FunctionShape;
  readonly text: string;
  readonly analysis: Analysis;
  readonly kinds: Kinds;
  /** `$$`, or longer where the source contains that. */
  readonly prefix: string;
  readonly marks: [string, string];
  readonly emitters: Readonly<Record<string, Emitter | undefined>>;
  /** Names of runtime functions used. */
  readonly used = new Set<string>();
  readonly parameters = new Map<string, string>();
  readonly live = new Set<string>();
  readonly writes = new Set<string>();
  readonly headers: string[] = [];
  readonly functions: { id: number; start: number; end: number }[] = [];
  usesSelf = false;
  usesSuper = false;
  sites = 0;
  propertySites = 0;
  frame!: FunctionFrame;
  /** `super` means the object that the runtime found (a method standing alone), not the natural one. */
  superIsOutside = false;
  /** The object that natural `super` belongs to, where a name for it is at hand; undefined where there is none. */
  home: string | undefined;
  /** `this`, `arguments` and `new.target` are those of the code around the root arrow. */
  lexicalOutside = false;
  private temporaries: Temporaries | undefined;
  private uniques = 0;
  /** The offsets just after the end of each line of the text. */
  private readonly lineEnds: readonly number[];
  private readonly freeNames = new Map<string, FreeName>();

  constructor(
    input: RewriteInput,
    shape: FunctionShape,
    analysis: Analysis,
    emitters: Readonly<Record<string, Emitter | undefined>>,
  ) {
    this.input = input;
    this.shape = shape;
    this.text = shape.text;
    this.analysis = analysis;
    this.emitters = emitters;
    let prefix = '$$';
    while (shape.text.includes(prefix)) prefix += '$';
    this.prefix = prefix;
    this.marks = markers(shape.text);
    this.lineEnds = lineStarts(shape.text).slice(1);
    this.kinds = new Kinds(analysis, (name) => this.free(name) === 'global');
  }

  // --- Names ------------------------------------------------------------------------------------------------------------------

  /** The name under which twin code calls runtime function `name`. */
  rt(name: string): string {
    this.used.add(name);
    return this.prefix + name;
  }

  /** A call of a runtime function, marked as standing at `node`. */
  call(node: Node, name: string, ...args: string[]): string {
    return `${this.mark(node.start)}${this.rt(name)}(${args.join(', ')})`;
  }

  unique(): string {
    return `${this.prefix}d${++this.uniques}`;
  }

  /** How a free name is reached. One that is written anywhere within is never a constant. */
  free(name: string): FreeName {
    let kind = this.freeNames.get(name);
    if (kind !== undefined) return kind;
    const own = name === this.shape.name && (this.shape.kind === 'function' || this.shape.kind === 'class');
    const uses = this.analysis.free.get(name);
    const written = uses?.write ?? false;
    const asked = this.input.bindings(name);
    if (asked === 'global') kind = own ? 'self' : 'global';
    else if (written) kind = 'live';
    else kind = asked;
    this.freeNames.set(name, kind);
    return kind;
  }

  /** The text that reads (or, if live, writes) a free name. */
  freeText(name: string): string {
    switch (this.free(name)) {
      case 'constant': {
        // The root's own name is bound inside it, to the twin: the capture needs another name.
        const formal = name === this.shape.name ? `${this.prefix}c_${name}` : name;
        this.parameters.set(name, formal);
        return formal;
      }
      case 'live':
        this.live.add(name);
        return `${this.rt('env')}.${name}`;
      case 'self':
        this.usesSelf = true;
        return this.rt('self');
      default:
        return name;
    }
  }

  reference(node: Node): Reference | undefined {
    const ref = this.analysis.references.get(node);
    // The root's own name means the original, however it is reached.
    if (ref?.binding?.kind === 'self' && ref.binding.declarations[0] === this.shape.node.id) return undefined;
    return ref?.binding === undefined ? undefined : ref;
  }

  isGlobal(node: Node, name: string): boolean {
    return (
      node.type === 'Identifier' &&
      node.name === name &&
      this.reference(node) === undefined &&
      this.free(name) === 'global'
    );
  }

  thisText(): string {
    return this.lexicalOutside ? `${this.rt('env')}.this` : 'this';
  }

  /** A cache for one place in the code: what was called there last, and its twin. */
  site(): { seen: string; twin: string } {
    const n = ++this.sites;
    return { seen: `${this.prefix}s${n}`, twin: `${this.prefix}t${n}` };
  }

  /** What one place in the code that reads or writes a property remembers. */
  propertySite(): string {
    return `${this.prefix}p${++this.propertySites}`;
  }

  record(start: number, end: number): number {
    const offset = this.shape.offset;
    const { id } = addRecord(this.input.file, this.input.source, start - offset, end - offset);
    this.functions.push({ id, start: start - offset, end: end - offset });
    return id;
  }

  // --- Temporaries ------------------------------------------------------------------------------------------------------------

  temp(): string {
    const t = this.temporaries;
    if (t === undefined) throw new Error('a temporary outside any function');
    return t.free.pop() ?? `${this.prefix}${++t.count}`;
  }

  release(...names: string[]): void {
    for (const name of names) if (!this.temporaries!.free.includes(name)) this.temporaries!.free.push(name);
  }

  /**
   * The kind of the object that `object` (a text to be evaluated once) gives. What a name holds is looked up once while it
   * holds the same.
   */
  objectKind(object: string): string {
    const { kinds } = this.temporaries!;
    const kindOf = this.rt('kindOf');
    if (kinds === undefined || this.inHead || !isName(object)) return `${kindOf}(${object})`;
    let pair = kinds.get(object);
    if (pair === undefined) kinds.set(object, (pair = [this.reserved(), this.reserved()]));
    const [seen, kind] = pair;
    return `(${seen} === ${object} ? ${kind} : (${kind} = ${kindOf}(${seen} = ${object})))`;
  }

  /** A temporary for what is used at once, before anything else is evaluated; undefined where each run has its own temporaries. */
  scratch(): string | undefined {
    const t = this.temporaries!;
    if (t.kinds === undefined || this.inHead) return undefined;
    return (t.scratch ??= this.reserved());
  }

  /** A temporary that nothing else uses, before or after. */
  private reserved(): string {
    return `${this.prefix}${++this.temporaries!.count}`;
  }

  /** Runs `make` with temporaries of its own; tells which it used. */
  withTemporaries<T>(make: () => T, isolated = false): { made: T; names: string[] } {
    const outer = this.temporaries;
    const own: Temporaries = { count: 0, free: [], kinds: isolated ? undefined : new Map(), scratch: undefined };
    this.temporaries = own;
    try {
      const made = make();
      return { made, names: Array.from({ length: own.count }, (_, i) => `${this.prefix}${i + 1}`) };
    } finally {
      this.temporaries = outer;
    }
  }

  /** An expression where no function body holds its temporaries: they become parameters of an arrow called on the spot. */
  isolated(make: () => string): string {
    const { made, names } = this.withTemporaries(make, true);
    return names.length === 0 ? made : `((${names.join(', ')}) => (${made}))()`;
  }

  /** In a head (parameters), where there is no place for temporaries. */
  inHead = false;

  isolatedIfNeeded(node: Node): string {
    return this.inHead ? this.isolated(() => this.emit(node)) : this.emit(node);
  }

  private deferred: string[] = [];

  /** Temporaries that stay in use until the text of the enclosing `later` is complete. */
  releaseLater(names: readonly string[]): void {
    this.deferred.push(...names);
  }

  later<T>(make: () => T): T {
    const outer = this.deferred;
    this.deferred = [];
    try {
      const made = make();
      this.release(...this.deferred);
      return made;
    } finally {
      this.deferred = outer;
    }
  }

  within<T>(frame: FunctionFrame, make: () => T): T {
    const outer = this.frame;
    this.frame = frame;
    try {
      return make();
    } finally {
      this.frame = outer;
    }
  }

  // --- Text ---------------------------------------------------------------------------------------------------------------------

  mark(offset: number): string {
    const original = Math.max(0, offset - this.shape.offset);
    return `${this.marks[0]}${original.toString(36)}${this.marks[1]}`;
  }

  /** How many lines end between two offsets. */
  private lines(from: number, to: number): number {
    const { lineEnds } = this;
    if (to <= from) return 0;
    return position(lineEnds, to) - position(lineEnds, from);
  }

  /** As many newlines as the source has between two offsets. */
  gap(from: number, to: number): string {
    const count = this.lines(from, to);
    return count === 0 ? '' : '\n'.repeat(count);
  }

  /** Adds the newlines that the text of `node` has and the emitted text has lost. */
  pad(from: number, to: number, emitted: string): string {
    const wanted = this.lines(from, to);
    if (wanted === 0) return emitted;
    const missing = wanted - countLines(emitted);
    return missing > 0 ? emitted + '\n'.repeat(missing) : emitted;
  }

  kind(node: Node): Kind {
    return this.kinds.of(node);
  }

  emit(node: Node): string {
    const emitter = this.emitters[node.type] as ((r: Context, node: Node) => string) | undefined;
    return emitter === undefined ? this.copy(node) : emitter(this, node);
  }

  /** The source of `node` with its children emitted in place. */
  copy(node: Node, from = node.start, to = node.end): string {
    let at = from;
    let out = this.mark(from);
    for (const child of children(node)) {
      out += this.text.slice(at, child.start) + this.emit(child);
      at = child.end;
    }
    return out + this.text.slice(at, to);
  }

  slice(from: number, to: number): string {
    return this.text.slice(from, to);
  }

  /** The offset of the next `token` at or after `from`, comments passed over. */
  find(token: string, from: number): number {
    const { text } = this;
    let at = from;
    while (at < text.length) {
      if (text.startsWith('//', at)) {
        while (at < text.length && !/[\n\r\u2028\u2029]/.test(text[at])) at++;
      } else if (text.startsWith('/*', at)) {
        at = text.indexOf('*/', at) + 2;
      } else if (text.startsWith(token, at)) {
        return at;
      } else {
        at++;
      }
    }
    return -1;
  }
}

/** Whether a text is one name (or `this`): evaluated again, it gives the same. */
export function isName(text: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(text);
}

/** How many of the sorted numbers are at most `limit`. */
function position(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
