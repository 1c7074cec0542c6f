/**
 * Statements: a function's text, from its tree.
 * Invariant: the values that a region ends with are in their variables before control leaves it, whichever way it leaves.
 */
import type { Place, Value } from '../../ir/ops.ts';
import { Assignments } from './assignments.ts';
import { type Countdown, Counting } from './counting.ts';
import { firstUses } from './declaring.ts';
import { Expressions, stored } from './expressions.ts';
import { compact, isIf, type Lines, leaves } from './lines.ts';
import { marksOf } from './names.ts';
import { Naming, type Shared } from './naming.ts';
import { Nesting } from './nesting.ts';
import type { FuncTree, Node, Tree } from './tree.ts';
import { type Variable, Variables } from './variables.ts';

/** What is common to the functions of a text. */
export interface Common extends Shared {
  readonly reasons: readonly string[];
  /** The user's line at a place. */
  line(place: Place): string | undefined;
}

/** What becomes of the values that a region ends with. */
type Ending =
  | { readonly kind: 'return' }
  | { readonly kind: 'results'; readonly node: Node }
  | { readonly kind: 'round'; readonly node: Node; readonly step: Step | undefined };

/** The update of a counted loop, which is written in its head. */
interface Step {
  readonly index: number;
  readonly text: () => string;
}

interface Exit {
  readonly block: Node;
  readonly ending: Ending;
  readonly name: string;
  used: boolean;
  /** Leaving it is `break` or `continue` of this loop. */
  jump?: { readonly loop: Node; readonly text: string } | undefined;
}

export function functionText(tree: FuncTree, name: string, common: Common): { lines: Lines; parameters: string[] } {
  return new Writer(tree, name, common).write();
}

class Writer {
  private readonly tree: FuncTree;
  private readonly name: string;
  private readonly common: Common;
  private readonly nesting: Nesting;
  private readonly variables: Variables;
  private readonly counting: Counting;
  private readonly naming: Naming;
  private readonly e: Expressions;
  private readonly assignments: Assignments;
  /** The variables that must be declared before each node. */
  private readonly first: ReadonlyMap<Node, readonly Variable[]>;
  private readonly exits: Exit[] = [];
  private readonly loops: Node[] = [];
  private out: Lines = [];
  private comment: string | undefined;
  private labels = 0;

  constructor(tree: FuncTree, name: string, common: Common) {
    this.tree = tree;
    this.name = name;
    this.common = common;
    this.nesting = new Nesting(tree);
    this.counting = new Counting(tree);
    this.variables = new Variables(tree, this.nesting, this.counting);
    this.naming = new Naming(tree, this.variables, this.counting, common);
    this.e = new Expressions({
      ...common,
      tree,
      nesting: this.nesting,
      name: (value) => this.naming.nameOf(value),
      shadowName: (value, marks) => this.naming.shadowName(value, marks),
      isCounter: (value) => this.counting.isCounter(value),
    });
    this.first = firstUses(tree, this.nesting, this.variables);
    this.assignments = new Assignments(tree, this.variables, this.naming, this.e, (line) => this.out.push(line));
  }

  write(): { lines: Lines; parameters: string[] } {
    const { func, root } = this.tree;
    const parameters = func.params.map((value) => this.naming.declare(this.variables.of(value)!, value));
    const body = this.collect(() => {
      for (const value of func.params) this.out.push(...this.naming.declareShadows(value));
      this.region(root, { kind: 'return' }, []);
      if (this.out[this.out.length - 1] === 'return;') this.out.pop();
    });
    return { lines: [`function ${this.name}(${parameters.join(', ')}) {`, body, '}'], parameters };
  }

  // What is found out beforehand.

  /** Where a condition stands in the source, if it is found in that region. */
  private placeOf(value: Value, tree: Tree): Place | undefined {
    const node = this.tree.definitions.get(value.id);
    return node?.tree === tree && node.op.op !== 'const' ? node.at : undefined;
  }

  // Statements.

  private collect(write: () => void): Lines {
    const outer = this.out;
    const lines: Lines = [];
    this.out = lines;
    try {
      this.naming.scopes.inside(write);
    } finally {
      this.out = outer;
    }
    return lines;
  }

  private note(at: Place | undefined): void {
    const text = at && this.common.line(at);
    if (text === undefined || text === this.comment) return;
    this.comment = text;
    this.out.push(`// ${text}`);
  }

  /** `through`: the labels of the blocks whose end comes next. */
  private region(tree: Tree, ending: Ending, through: readonly number[]): void {
    const counted = tree.owner && this.countdown(tree.owner)?.current;
    const statements = tree.nodes.filter((node) => !this.nesting.isNested(node) && node !== counted);
    const last = statements[statements.length - 1];
    let passed: Ending | undefined;
    for (const node of statements) {
      passed = node === last ? this.passed(tree, node, ending) : undefined;
      this.node(node, passed, node === last && this.isQuiet(tree, ending) ? through : []);
    }
    if (passed === undefined) this.end(tree, ending, through);
  }

  /** How the regions of the last operation end, if the region only hands on what they end with. */
  private passed(tree: Tree, node: Node, ending: Ending): Ending | undefined {
    if ((node.op.op !== 'if' && node.op.op !== 'block') || ending.kind !== 'return' || tree.end.kind !== 'yield')
      return undefined;
    const { values } = tree.end;
    const hands = values.length === node.results.length && values.every((v, i) => v === node.results[i]);
    return hands ? ending : undefined;
  }

  /** Nothing is written where the region ends. */
  private isQuiet({ end }: Tree, ending: Ending): boolean {
    if (end.kind !== 'yield') return end.kind === 'never';
    return (
      ending.kind !== 'return' &&
      this.assignments.moves(this.targets(ending), this.sources(end.values, ending)).length === 0
    );
  }

  private end({ end }: Tree, ending: Ending, through: readonly number[]): void {
    if (end.kind === 'never') return;
    if (end.kind === 'yield') {
      this.finish(ending, end.values);
      return;
    }
    const exit = this.exits.find((x) => x.block.op.op === 'block' && x.block.op.label.id === end.label.id)!;
    this.finish(exit.ending, end.values);
    if (exit.ending.kind === 'return' || through.includes(end.label.id)) return;
    const innermost = this.loops[this.loops.length - 1];
    if (exit.jump !== undefined && exit.jump.loop === innermost) {
      this.out.push(`${exit.jump.text};`);
      return;
    }
    exit.used = true;
    this.out.push(`break ${exit.name};`);
  }

  private finish(ending: Ending, values: readonly Value[]): void {
    if (ending.kind === 'return') {
      if (values.length === 0) this.out.push('return;');
      else if (values.length === 1) this.out.push(`return ${this.e.text(values[0])};`);
      else this.out.push(`return [${values.map((v) => this.e.text(v)).join(', ')}];`);
      return;
    }
    this.assignments.assign(this.targets(ending), this.sources(values, ending), undefined);
  }

  private targets(ending: Exclude<Ending, { kind: 'return' }>): readonly Value[] {
    if (ending.kind === 'results') return ending.node.results;
    return ending.node.trees[0].params.filter((_, i) => i !== ending.step?.index);
  }

  private sources(values: readonly Value[], ending: Ending): readonly Value[] {
    return ending.kind === 'round' ? values.filter((_, i) => i !== ending.step?.index) : values;
  }

  private node(node: Node, passed: Ending | undefined, through: readonly number[]): void {
    const { op } = node;
    this.declareFor(node, passed !== undefined);
    switch (op.op) {
      case 'if':
        this.note(this.placeOf(node.operands[0], node.tree));
        this.branch(node, passed ?? { kind: 'results', node }, through);
        break;
      case 'loop':
        this.loop(node);
        break;
      case 'block':
        this.block(node, passed ?? { kind: 'results', node }, through);
        break;
      default:
        this.note(node.at);
        this.simpleStatement(node);
    }
    if (passed === undefined) for (const value of node.results) this.out.push(...this.naming.declareShadows(value));
  }

  /** Declares what is assigned inside of a node and lives outside of it. */
  private declareFor(node: Node, isPassed: boolean): void {
    for (const variable of this.first.get(node) ?? []) {
      if (this.naming.named.has(variable)) continue;
      const isOwn = node.trees.length === 0;
      const isCarried = node.op.op === 'loop' && variable.values.some((v) => node.trees[0].params.includes(v));
      if (isOwn || (isCarried && this.isInitialised(node, variable))) continue;
      if (isPassed && variable.values.every((v) => node.results.includes(v))) continue;
      if (!variable.values.some((v) => this.variables.isUsed(v))) continue;
      this.out.push(`let ${this.naming.declare(variable, variable.values[variable.values.length - 1])};`);
    }
  }

  private isInitialised(loop: Node, variable: Variable): boolean {
    return loop.trees[0].params.some(
      (param, i) =>
        this.variables.of(param) === variable &&
        !this.variables.same(param, loop.operands[i]) &&
        this.variables.isUsed(param),
    );
  }

  private simpleStatement(node: Node): void {
    const { op, operands, results } = node;
    switch (op.op) {
      case 'store': {
        const value = operands[operands.length - 1];
        const target = this.e.place(op.space, operands);
        const text = op.space.kind === 'field' ? stored(op.space.cell, this.e.text(value)) : this.e.text(value);
        this.out.push(compact(target, text, this.addition(target, value)));
        return;
      }
      case 'copy': {
        const marks = marksOf(this.common.levels, op.space);
        const [to, toIndex, from, fromIndex, count] = operands;
        const parts = [this.e.base(to, marks), this.e.text(toIndex), this.e.base(from, marks), this.e.text(fromIndex)];
        this.out.push(`copy(${[...parts, this.e.text(count)].join(', ')});`);
        return;
      }
      case 'guard': {
        const reason = this.common.reasons[op.reason];
        const never = this.e.constant(operands[0]) === 0;
        const comment = reason === undefined ? '' : ` // ${reason}`;
        this.out.push(`${never ? '' : `if (${this.e.not(operands[0])}) `}leave(${op.reason});${comment}`);
        return;
      }
    }
    const used = results.filter((v) => this.variables.isUsed(v));
    if (used.length === 0) {
      this.out.push(`${this.e.operation(node).text};`);
      return;
    }
    if (results.length > 1) {
      const fresh = results.filter((v) => !this.naming.named.has(this.variables.of(v)!));
      const text = this.e.operation(node).text;
      if (fresh.length < results.length)
        for (const v of fresh) this.out.push(`let ${this.naming.declare(this.variables.of(v)!, v)};`);
      const isConst = results.every((v) => this.variables.of(v)!.values.length === 1);
      const word = fresh.length < results.length ? '' : isConst ? 'const ' : 'let ';
      if (word !== '') for (const v of results) this.naming.declare(this.variables.of(v)!, v);
      this.out.push(`${word}[${results.map((v) => this.naming.nameOf(v)).join(', ')}] = ${text};`);
      return;
    }
    const [result] = results;
    const variable = this.variables.of(result)!;
    const { text } = this.e.operation(node);
    if (this.naming.named.has(variable)) {
      const target = this.naming.named.get(variable)!;
      this.out.push(compact(target, text, this.assignments.leading(result, target, variable, node)));
    } else {
      const word = variable.values.length === 1 ? 'const' : 'let';
      this.out.push(`${word} ${this.naming.declare(variable, result)} = ${text};`);
    }
  }

  private addition(target: string, value: Value): { sign: string; rest: string } | undefined {
    const node = this.e.nestedNode(value);
    return node?.op.op === 'math' ? this.assignments.leading(value, target, undefined) : undefined;
  }

  private branch(node: Node, ending: Ending, through: readonly number[]): void {
    const [then, otherwise] = node.trees;
    const a = this.collect(() => this.region(then, ending, through));
    const condition = node.operands[0];
    if (a.length > 0 && leaves(a)) {
      if (a.length === 1) this.out.push(`if (${this.e.text(condition)}) ${a[0]}`);
      else this.out.push(`if (${this.e.text(condition)}) {`, a, '}');
      this.region(otherwise, ending, through);
      return;
    }
    const b = this.collect(() => this.region(otherwise, ending, through));
    if (a.length === 0 && b.length === 0) return;
    if (b.length === 0) this.out.push(`if (${this.e.text(condition)}) {`, a, '}');
    else if (a.length === 0) this.out.push(`if (${this.e.not(condition)}) {`, b, '}');
    else if (isIf(b)) this.out.push(`if (${this.e.text(condition)}) {`, a, `} else ${b[0]}`, ...b.slice(1));
    else this.out.push(`if (${this.e.text(condition)}) {`, a, '} else {', b, '}');
  }

  private block(node: Node, ending: Ending, through: readonly number[]): void {
    if (node.op.op !== 'block') return;
    const [body] = node.trees;
    const exit: Exit = { block: node, ending, name: this.label(), used: false, jump: this.jump(node, body, ending) };
    this.exits.push(exit);
    const outer = this.out;
    const lines: Lines = [];
    this.out = lines;
    this.region(body, ending, [...through, node.op.label.id]);
    this.out = outer;
    this.exits.pop();
    if (exit.used) this.out.push(`${exit.name}: {`, lines, '}');
    else {
      this.labels--;
      this.out.push(...lines);
    }
  }

  private label(): string {
    this.labels++;
    return this.labels === 1 ? 'out' : `out${this.labels}`;
  }

  /** Whether leaving a block is ending a loop that is its last part, or ending the round of a loop whose body it is. */
  private jump(node: Node, body: Tree, ending: Ending): Exit['jump'] {
    const parts = body.nodes.filter((n) => !this.nesting.isNested(n));
    const last = parts[parts.length - 1];
    if (last?.op.op === 'loop' && ending.kind !== 'return' && this.isQuiet(body, ending) && this.endsQuietly(last))
      return { loop: last, text: 'break' };
    const owner = node.tree.owner;
    if (owner?.op.op === 'loop' && owner.trees[1] === node.tree && ending.kind === 'results') {
      const around = node.tree.nodes.filter((n) => !this.nesting.isNested(n));
      if (
        around[around.length - 1] === node &&
        this.isQuiet(node.tree, { kind: 'round', node: owner, step: this.head(owner) })
      )
        return { loop: owner, text: 'continue' };
    }
    return undefined;
  }

  private endsQuietly(loop: Node): boolean {
    const [test] = loop.trees;
    return test.end.kind === 'yield' && this.assignments.moves(loop.results, test.end.values.slice(1)).length === 0;
  }

  // Loops.

  /** The count down to 0 of a loop, if it has a variable of its own. */
  private countdown(node: Node): Countdown | undefined {
    const countdown = this.counting.countdowns.get(node);
    const variable = countdown && this.variables.of(countdown.own[0]);
    if (countdown === undefined || variable === undefined || this.variables.of(countdown.own[2]) !== variable)
      return undefined;
    const isOwn = variable.values.length > 2 && variable.values.every((v) => countdown.own.includes(v));
    return isOwn && this.nesting.isNested(countdown.current) === false ? countdown : undefined;
  }

  /** The counter that can be stepped in the loop's head. */
  private head(node: Node): Step | undefined {
    const [test, body] = node.trees;
    if (!this.isPlainTest(node) || test.end.kind !== 'yield' || body.end.kind !== 'yield') return undefined;
    const countdown = this.countdown(node);
    if (countdown !== undefined) {
      const variable = this.variables.of(test.params[countdown.index])!;
      return { index: countdown.index, text: () => `${this.naming.named.get(variable)}--` };
    }
    const condition = this.assignments.reads(test.end.values[0]);
    const passed = test.end.values.slice(1);
    for (const [index, next] of body.end.values.entries()) {
      const param = test.params[index];
      const variable = this.variables.of(param);
      const k = passed.indexOf(param);
      if (variable === undefined || k < 0 || !condition.has(variable)) continue;
      const step = this.counting.step(next, body.params[k]);
      if (step === undefined || this.e.nestedNode(next) === undefined || this.variables.of(body.params[k]) !== variable)
        continue;
      const small =
        param.type !== 'i32' ||
        (step === 1 ? this.counting.isBounded(test, param) : this.counting.isDownBounded(test, param, step));
      if (!small) continue;
      const name = (): string => this.naming.named.get(variable)!;
      const size = Math.abs(step);
      const text = () =>
        size === 1 ? `${name()}${step < 0 ? '--' : '++'}` : `${name()} ${step < 0 ? '-' : '+'}= ${size}`;
      return { index, text };
    }
    return undefined;
  }

  /** The test is one expression, and what it passes on stays where it is. */
  private isPlainTest(node: Node): boolean {
    const [test, body] = node.trees;
    if (test.end.kind !== 'yield' || !test.nodes.every((n) => this.nesting.isNested(n))) return false;
    const passed = test.end.values.slice(1);
    return (
      this.assignments.moves(body.params, passed).length === 0 &&
      this.assignments.moves(node.results, passed).length === 0
    );
  }

  private loop(node: Node): void {
    const [test, body] = node.trees;
    this.loops.push(node);
    const step = this.head(node);
    const params = test.params;
    const variable = step && this.variables.of(params[step.index])!;
    // The counter is declared in the head if the loop is all that uses it.
    const inHead =
      step !== undefined &&
      !this.naming.named.has(variable!) &&
      !this.variables.isUsed(node.results[this.resultOf(test, params[step.index])]) &&
      this.variables.declaredIn(variable!) === node.tree;
    const others = params.filter((_, i) => !inHead || i !== step.index);
    const inits = node.operands.filter((_, i) => !inHead || i !== step.index);
    this.assignments.assign(others, inits, node.tree);
    if (test.end.kind === 'yield') this.note(this.placeOf(test.end.values[0], test));
    this.naming.scopes.inside(() => {
      let init = '';
      if (inHead) {
        const first = node.operands[step.index];
        const known = this.e.constant(first);
        const from = !(this.countdown(node) !== undefined)
          ? this.e.text(first)
          : known !== undefined
            ? known - 1
            : `${this.e.sum(first)} - 1`;
        init = `let ${this.naming.declare(variable!, params[step.index])} = ${from}`;
      }
      if (this.isPlainTest(node) && test.end.kind === 'yield') {
        const condition =
          this.countdown(node) !== undefined
            ? `${this.naming.named.get(variable!)} >= 0`
            : this.e.text(test.end.values[0]);
        const lines = this.collect(() => this.region(body, { kind: 'round', node, step }, []));
        if (step === undefined) this.out.push(`while (${condition}) {`, lines, '}');
        else this.out.push(`for (${init}; ${condition}; ${step.text()}) {`, lines, '}');
      } else this.looseLoop(node);
    });
    this.loops.pop();
  }

  private resultOf(test: Tree, param: Value): number {
    return test.end.kind === 'yield' ? test.end.values.slice(1).indexOf(param) : -1;
  }

  private isAround(outer: Tree, inner: Tree): boolean {
    for (let t = inner.outer; t !== undefined; t = t.outer) if (t === outer) return true;
    return false;
  }

  private looseLoop(node: Node): void {
    const [test, body] = node.trees;
    let ending: string | undefined;
    const lines = this.collect(() => {
      const { end } = test;
      test.nodes.forEach((inner) => {
        if (!this.nesting.isNested(inner)) this.node(inner, undefined, []);
      });
      if (end.kind !== 'yield') {
        this.end(test, { kind: 'return' }, []);
        return;
      }
      const [condition, ...passed] = end.values;
      const leaving = this.collect(() => this.assignments.assign(node.results, passed, undefined));
      if (this.e.constant(condition) !== 1) {
        if (leaving.length === 0) this.out.push((ending = `if (${this.e.not(condition)}) break;`));
        else this.out.push(`if (${this.e.not(condition)}) {`, [...leaving, 'break;'], '}');
      }
      this.assignments.assign(body.params, passed, body);
      this.region(body, { kind: 'round', node, step: undefined }, []);
    });
    const last = lines[lines.length - 1];
    const again = test.end.kind === 'yield' ? this.assignments.reads(test.end.values[0]) : new Set<Variable>();
    const isOutside = [...again].every((variable) => this.isAround(this.variables.declaredIn(variable), test));
    if (last === ending && isOutside && test.end.kind === 'yield')
      this.out.push('do {', lines.slice(0, -1), `} while (${this.e.text(test.end.values[0])});`);
    else this.out.push('while (true) {', lines, '}');
  }
}
