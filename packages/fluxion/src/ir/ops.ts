/**
 * The operations of the IR: structured SSA. Control flow is regions inside operations; a block may be left from any depth inside it.
 * Invariant: a value is defined once, before its uses, in a region that encloses them; what an operation does is known from its
 * `op`, its fields and the types of its arguments alone.
 */
import type { PrimitiveName } from '../rules/rule.ts';
import type { Level, Shape, Space, Type } from './types.ts';

export interface Value {
  readonly id: number;
  readonly type: Type;
  /** The user's name for it, for texts that are read. */
  readonly name?: string | undefined;
}

/** A place in the user's source: offset in the text of the function `unit` (an index into the module's units). */
export interface Place {
  readonly unit: number;
  readonly offset: number;
}

interface Base {
  readonly results: readonly Value[];
  readonly at?: Place | undefined;
}

export interface Constant extends Base {
  readonly op: 'const';
  /** For bool: 0 or 1; for ref: one of the reserved references. */
  readonly value: number;
}

/** A primitive of the rules' table on f64: the only operations that have derivatives. `round` and the like included. */
export interface Primitive extends Base {
  readonly op: 'math';
  readonly fn: PrimitiveName;
  readonly args: readonly Value[];
}

export type Test = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/** Comparison of two values of one type; f64 as JavaScript has it (NaN is unequal to all), i32 signed, `unsigned` if it says so. */
export interface Compare extends Base {
  readonly op: 'compare';
  readonly test: Test;
  readonly unsigned?: boolean | undefined;
  readonly args: readonly [Value, Value];
}

export type IntegerName = 'add' | 'sub' | 'mul' | 'and' | 'or' | 'xor' | 'shl' | 'shr' | 'shru' | 'clz' | 'min' | 'max';

/** Arithmetic modulo 2^32; `min` and `max` are signed. On bools only `and`, `or`, `xor`. */
export interface Integer extends Base {
  readonly op: 'int';
  readonly fn: IntegerName;
  readonly args: readonly Value[];
}

/**
 * toNumber: i32 → f64, signed. toNumberUnsigned: i32 as 0…2^32-1 → f64. toInt32: f64 → i32, exactly the language's. toIndex: f64 → i32,
 * the value itself where it is an integer from 0 to 2^31 - 1, else -1. booleanToInt: bool → i32. isNonzero: i32 → bool. isNull: ref → bool,
 * true for null only.
 */
export type ConversionName =
  | 'toNumber'
  | 'toNumberUnsigned'
  | 'toInt32'
  | 'toIndex'
  | 'booleanToInt'
  | 'isNonzero'
  | 'isNull';

export interface Convert extends Base {
  readonly op: 'convert';
  readonly fn: ConversionName;
  readonly args: readonly [Value];
}

/** The second argument where the first (bool) holds, else the third; both have been computed. */
export interface Select extends Base {
  readonly op: 'select';
  readonly args: readonly [Value, Value, Value];
}

/** A new object of a shape, all cells and their shadows 0 (the cells of a tape are undefined until written; their shadows are 0 too). */
export interface Allocate extends Base {
  readonly op: 'alloc';
  readonly shape: Shape;
}

/** `count` (i32, checked to be at least 0 by the one who asks) new elements, all 0; the space is of kind 'elements'. */
export interface AllocateElements extends Base {
  readonly op: 'elements';
  readonly space: Space;
  readonly args: readonly [count: Value];
  /** Taken from the tape of that level instead of the arena. */
  readonly tape?: Level | undefined;
}

/** Part of existing elements: the reference to the element `index` of `base`, in the same space (a view that starts there). */
export interface Offset extends Base {
  readonly op: 'offset';
  readonly space: Space;
  readonly args: readonly [base: Value, index: Value];
}

/** Reads a cell. `args` is the object and, for elements, the index (i32, in bounds: whoever builds this has checked). */
export interface Load extends Base {
  readonly op: 'load';
  readonly space: Space;
  readonly args: readonly Value[];
}

/** Writes a cell: the object, for elements the index, and the value last. */
export interface Store extends Base {
  readonly op: 'store';
  readonly space: Space;
  readonly args: readonly Value[];
}

/** Copies `count` elements within a space (as if through a buffer, so they may overlap). */
export interface Copy extends Base {
  readonly op: 'copy';
  readonly space: Space;
  readonly args: readonly [to: Value, toIndex: Value, from: Value, fromIndex: Value, count: Value];
}

/** Leaves the compiled tier unless the condition (bool) holds. `reason` is an index into the module's reasons. */
export interface Guard extends Base {
  readonly op: 'guard';
  readonly reason: number;
  readonly args: readonly [Value];
}

export interface Call extends Base {
  readonly op: 'call';
  readonly callee: string;
  readonly args: readonly Value[];
  /** Reverse mode keeps the arguments alone, and makes the call again when it needs what is in it. */
  readonly checkpoint?: Checkpoint | undefined;
}

/** What of the results may be active besides numbers: nothing, or the elements of an array that the first result refers to. */
export type Checkpoint = 'numbers' | { readonly length: Space; readonly data: Space; readonly elements: Space };

/** Takes note of how far all memory is filled. */
export interface Mark extends Base {
  readonly op: 'mark';
}

/** Gives back what has been allocated since the mark: nothing refers to it any more. */
export interface Release extends Base {
  readonly op: 'release';
  readonly args: readonly [mark: Value];
}

/**
 * A derivative of a function of the module that has not been written yet. It is taken by parameters of the function's own, at a level
 * that nothing in the function is above; each of its derive operations is one of the functions that forward or reverse mode will give.
 */
export interface Derivation {
  readonly callee: string;
  /** Its mode, and a name for its shadows; levels of one kind that do not nest may become one. */
  readonly level: Level;
  readonly params: readonly Role[];
  /** The spaces whose cells are active in what is given as a copy. */
  readonly spaces: ReadonlySet<Space>;
}

/**
 * What a parameter of such a function is. active: a number that the derivative is by. copy: memory made for this evaluation, that nobody else
 * refers to. cell: a variable of the functions around. given: anything else, constant for this derivative.
 */
export type Role = 'active' | 'copy' | 'cell' | 'given';

/**
 * tangent: takes the function's arguments, each f64 followed by its tangent, and gives its results likewise. gradient: takes its arguments and the
 * adjoint of each f64 result; gives its results and the adjoint of each f64 parameter. forward and reverse: the same in two,
 * `forward` gives a frame behind the results, `reverse` takes it in the place of the arguments, any number of times.
 */
export type DerivePart = 'tangent' | 'gradient' | 'forward' | 'reverse';

/** Calls a derivative that is still to be written: `expand` puts a call in its place, and nothing behind that knows this operation. */
export interface Derive extends Base {
  readonly op: 'derive';
  readonly part: DerivePart;
  readonly of: Derivation;
  readonly args: readonly Value[];
}

/**
 * Calls a function of the host, once, in the program's order: an index into the module's hosts. Arguments and result are primitives.
 * Its results are inactive.
 */
export interface HostCall extends Base {
  readonly op: 'host';
  readonly host: number;
  readonly args: readonly Value[];
}

export interface If extends Base {
  readonly op: 'if';
  readonly args: readonly [condition: Value];
  readonly then: Region;
  readonly else: Region;
}

/**
 * `args` are the first values carried. `test` has them as parameters and yields a bool and then the values for `body` (its parameters)
 * while the bool holds, else the results; `body` yields the next ones. A loop whose number of rounds is known before it
 * starts says so in `trips`.
 */
export interface Loop extends Base {
  readonly op: 'loop';
  readonly args: readonly Value[];
  readonly test: Region;
  readonly body: Region;
  /** i32: how often the body runs, unless it is left early; only where known. */
  readonly trips?: Value | undefined;
}

/** A region that may be left early, by `br` to its label, with its results. */
export interface Block extends Base {
  readonly op: 'block';
  readonly label: Label;
  readonly body: Region;
}

export interface Label {
  readonly id: number;
}

export type Op =
  | Constant
  | Primitive
  | Compare
  | Integer
  | Convert
  | Select
  | Allocate
  | AllocateElements
  | Offset
  | Load
  | Store
  | Copy
  | Guard
  | Call
  | Mark
  | Release
  | Derive
  | HostCall
  | If
  | Loop
  | Block;

/** How a region ends: with its values, by leaving an enclosing block, or never (after a guard that always fails). */
export type End =
  | { readonly kind: 'yield'; readonly values: readonly Value[] }
  | { readonly kind: 'br'; readonly label: Label; readonly values: readonly Value[]; readonly at?: Place | undefined }
  | { readonly kind: 'never' };

export interface Region {
  readonly params: readonly Value[];
  readonly ops: readonly Op[];
  readonly end: End;
}

export interface Func {
  readonly name: string;
  readonly params: readonly Value[];
  /** Its region has no parameters of its own, and yields the results. */
  readonly body: Region;
  readonly results: readonly Type[];
}

/** Why the compiled tier may be left while it runs. */
export interface Reason {
  readonly code: 'bounds' | 'hole' | 'shape' | 'range' | 'memory' | 'depth' | 'throw' | 'type' | 'alias';
  readonly message: string;
  readonly at?: Place | undefined;
}

export interface Host {
  readonly name: string;
  readonly params: readonly Type[];
  readonly results: readonly Type[];
  readonly callee: (...args: number[]) => unknown;
  /** Its result depends on its arguments: with an active one the derivative would be lost, so differentiation declines. */
  readonly inactiveArguments?: boolean | undefined;
  /** What it gives depends on its arguments alone, and nobody can notice that it is called. */
  readonly pure?: boolean | undefined;
}

export interface Module {
  readonly functions: ReadonlyMap<string, Func>;
  /** The applications of forward and reverse mode so far, innermost first; their indexes are their places here. */
  readonly levels: readonly Level[];
  readonly reasons: readonly Reason[];
  readonly hosts: readonly Host[];
}

/** One list for all operations that have none inside: it is asked of every operation, in every pass. */
const noRegions: readonly Region[] = [];

/** The regions inside an operation, in the order in which they may run. */
export function regionsOf(op: Op): readonly Region[] {
  switch (op.op) {
    case 'if':
      return [op.then, op.else];
    case 'loop':
      return [op.test, op.body];
    case 'block':
      return [op.body];
    default:
      return noRegions;
  }
}

/** The operation with what `change` makes of each of its regions; itself, where they stay as they are. */
export function withRegions(op: Op, change: (region: Region) => Region): Op {
  switch (op.op) {
    case 'if': {
      const then = change(op.then);
      const otherwise = change(op.else);
      return then === op.then && otherwise === op.else ? op : { ...op, then, else: otherwise };
    }
    case 'loop': {
      const test = change(op.test);
      const body = change(op.body);
      return test === op.test && body === op.body ? op : { ...op, test, body };
    }
    case 'block': {
      const body = change(op.body);
      return body === op.body ? op : { ...op, body };
    }
    default:
      return op;
  }
}

const none: readonly Value[] = [];

/** The values that an operation itself takes; those of its regions are not among them. */
export function operandsOf(op: Op): readonly Value[] {
  switch (op.op) {
    case 'const':
    case 'alloc':
    case 'mark':
    case 'block':
      return none;
    case 'loop':
      return op.trips === undefined ? op.args : [...op.args, op.trips];
    default:
      return op.args;
  }
}
