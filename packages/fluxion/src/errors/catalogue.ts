/**
 * Every error and warning Fluxion can give, one entry each: what happened, why that is an error, and the way out.
 * The thrown message and the page docs/errors.md are both made from here, so a text stands in one place only.
 * A text speaks of the user's program (their function, their line), never of how Fluxion runs it.
 */

/** A text, or a text that depends on the details of the case. */
type Text<D> = string | ((details: D) => string);

export interface Entry<D> {
  /** The name of the fault in a few words, for headings. */
  readonly title: string;
  /** One sentence: what happened. No full stop at the end; the location follows. */
  readonly what: (details: D) => string;
  /** Why this can't be let pass. */
  readonly why: Text<D>;
  /** What the user can do about it. */
  readonly fix: Text<D>;
  /** A typical case, from which the documentation shows the message. */
  readonly example: D;
}

const entry = <D>(entry: Entry<D>): Entry<D> => entry;

const quoted = (name: string | undefined): string => (name ? `\`${name}\`` : 'the function');

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const pluginWay =
  'Load the code through fluxion-plugin: `node --import fluxion-plugin/register …`, or its plugin for Vite, Rollup, esbuild or webpack.';

export const catalogue = {
  NotAFunction: entry<{ operator: string; got: string }>({
    title: 'Not a function',
    what: ({ operator, got }) => `${operator} takes a function, and was given ${got}`,
    why: 'A derivative is taken of a function, not of a value that has been computed already.',
    fix: ({ operator }) => `Pass the function itself: \`${operator}(f)(x)\`, not \`${operator}(f(x))\`.`,
    example: { operator: 'grad', got: 'the number 3' },
  }),

  BadArgument: entry<{ operator: string; problem: string; fix?: string }>({
    title: 'Bad argument',
    what: ({ operator, problem }) => `${operator}: ${problem}`,
    why: 'The call does not say what is to be differentiated, or with respect to what.',
    fix: ({ fix }) => fix ?? 'See the documentation of the function for the arguments it takes.',
    example: { operator: 'grad', problem: 'wrt names argument 2, and the function was called with 1 argument' },
  }),

  NotANumber: entry<{ operator: string; got: string }>({
    title: 'The result is not a number',
    what: ({ operator, got }) => `${operator} needs a function that returns a number, and this one returned ${got}`,
    why: 'A gradient is the derivative of one number. With several results there is one gradient for each.',
    fix: ({ got }) =>
      /promise/i.test(got)
        ? 'Await the promise inside the function and return the number; the gradient of an async function is a promise.'
        : 'Return one number (a sum or a mean, for instance), or use `vjp(f, x)` to weight the results yourself, or `jacobian(f)(x)` for the derivatives of all of them.',
    example: { operator: 'grad', got: 'an array of length 3' },
  }),

  NotDependent: entry<{ argument?: string }>({
    title: 'The result does not depend on the input',
    what: ({ argument }) =>
      `The result does not depend on ${argument ? `argument ${argument}` : 'the input'}: its gradient is zero`,
    why: 'No operation on the way from the input to the result carries a derivative. This is a warning: zeros are the right answer.',
    fix: 'If a dependence was expected, look for rounding (`Math.round`, `| 0`), comparisons, `stopGradient`, or a value computed outside the function.',
    example: { argument: '0' },
  }),

  NotDifferentiable: entry<{ operation: string; reason: string; fix?: string }>({
    title: 'Not differentiable',
    what: ({ operation, reason }) => `${operation} has no derivative here: ${reason}`,
    why: 'There is no convention that would make a useful derivative of this, so any number would be invented.',
    fix: ({ fix }) =>
      fix ?? 'Use `stopGradient` on the input if its derivative is not wanted, or give a rule with `defineRule`.',
    example: { operation: 'BigInt(x)', reason: 'an integer has no neighbours' },
  }),

  NoRule: entry<{ name: string; reason?: string }>({
    title: 'Native function without a rule',
    what: ({ name, reason }) =>
      `${quoted(name)} is native code without a derivative rule${reason ? ` (${reason})` : ''}`,
    why: 'Its source can not be read, so there is nothing to differentiate; the derivative would be lost in silence.',
    fix: ({ name }) =>
      `Give it a rule: \`defineRule(${name}, …)\`. If its result is to count as a constant, pass it \`stopGradient(x)\`.`,
    example: { name: 'addon.norm' },
  }),

  LostDerivative: entry<{ operation: string; detail?: string; binding?: string; fix?: string }>({
    title: 'Derivative lost',
    what: ({ operation, detail, binding }) =>
      `A derivative would be lost: ${operation} can not carry it${binding ? ` (through the binding \`${binding}\`)` : ''}${detail ? `: ${detail}` : ''}`,
    why: 'A number that depends on the input goes into code that knows only plain numbers. The gradient would come out wrong without a word.',
    fix: ({ fix }) =>
      fix ??
      'Use `stopGradient(x)` where only the value matters (logging, formatting, keys), or keep the number out of that call; for a native function, give it a rule with `defineRule`.',
    example: { operation: 'JSON.stringify' },
  }),

  BitReinterpretation: entry<{ written: string; read: string }>({
    title: 'The bits of a number were reinterpreted',
    what: ({ written, read }) =>
      `A number that depends on the input was written as ${written} and its bytes were read as ${read}`,
    why: 'The bits of a floating-point number have no derivative with respect to its value.',
    fix: 'Read the number with the type it was written with, or use `stopGradient(x)` before writing it if only its bits matter.',
    example: { written: 'float64', read: 'uint32' },
  }),

  MissingBinding: entry<{ name: string; functionName?: string; reason?: string }>({
    title: 'A captured variable could not be had',
    what: (d) =>
      `${quoted(d.functionName)} uses \`${d.name}\` from around it, and its value could not be had${d.reason ? `: ${d.reason}` : ''}`,
    why: 'A function is more than its text: without what it closes over it can not be run again with derivatives.',
    fix: ({ name }) => `Pass \`${name}\` as an argument. Or: ${pluginWay}`,
    example: { name: 'this', functionName: 'step', reason: 'the `this` of an arrow function can not be inspected' },
  }),

  StaleBinding: entry<{ name: string; functionName?: string; reason?: string }>({
    title: 'A captured variable may have changed',
    what: (d) =>
      `\`${d.name}\`, captured by ${quoted(d.functionName)}, may have been changed, and its present value can not be read${d.reason ? `: ${d.reason}` : ''}`,
    why: 'Going on with the value it had before could give a gradient of another function.',
    fix: ({ name }) => `Make \`${name}\` a const or pass it as an argument. Or: ${pluginWay}`,
    example: { name: 'scale', functionName: 'loss' },
  }),

  UnwritableBinding: entry<{ name: string; functionName?: string }>({
    title: 'A captured variable can not be written',
    what: (d) => `${quoted(d.functionName)} assigns to \`${d.name}\`, which stands outside it`,
    why: 'Without the plugin the variables a function closes over can be read but not written.',
    fix: ({ name }) => `Keep the state in an object (\`state.${name} = …\`) or return it. Or: ${pluginWay}`,
    example: { name: 'count', functionName: 'step' },
  }),

  PrivateField: entry<{ name: string; operation?: 'read' | 'write'; reason?: string }>({
    title: 'A private field could not be reached',
    what: ({ name, operation, reason }) =>
      `The private field \`${name}\` of an object made outside the gradient can not be ${operation === 'write' ? 'written' : 'read'}${reason ? `: ${reason}` : ''}`,
    why: 'Private fields are closed to all code outside their class; without the plugin only some of them can be inspected.',
    fix: `Construct the object inside the differentiated function. Or: ${pluginWay}`,
    example: { name: '#weights', operation: 'write' },
  }),

  UnsupportedEnvironment: entry<{ missing: string; fix?: string }>({
    title: 'Unsupported environment',
    what: ({ missing }) => `This environment lacks what Fluxion needs to run a function with derivatives: ${missing}`,
    why: 'Without a build step Fluxion reads what a function closes over through the inspector of Node, and compiles code as it runs.',
    fix: ({ fix }) => fix ?? pluginWay,
    example: { missing: 'the inspector (node:inspector)' },
  }),

  UnsupportedSyntax: entry<{ syntax: string; reason?: string }>({
    title: 'Unsupported syntax',
    what: ({ syntax, reason }) => `${syntax} can not be differentiated${reason ? `: ${reason}` : ''}`,
    why: 'What this code does is not known before it runs, so it can not be followed.',
    fix: 'Write it without this construct, or move it into a function of its own that is only given plain numbers (`stopGradient`).',
    example: { syntax: 'direct eval' },
  }),

  RuleShape: entry<{ rule: string; problem: string }>({
    title: 'A rule of the wrong shape',
    what: ({ rule, problem }) => `The rule given for ${quoted(rule)} does not fit: ${problem}`,
    why: 'A rule must give one derivative for each argument, of the shape of that argument.',
    fix: 'See `defineRule` in the documentation, and test the rule with `checkRule(f, …args)`.',
    example: { rule: 'norm', problem: 'it returned 1 partial derivative for 2 arguments' },
  }),

  RuleMismatch: entry<{ rule: string; problem: string }>({
    title: 'A rule that is wrong',
    what: ({ rule, problem }) => `The rule for ${quoted(rule)} does not agree with differences: ${problem}`,
    why: 'Every gradient that goes through this function would be wrong by as much.',
    fix: 'Correct the rule. If the function has a kink or a jump at this point, check it at another.',
    example: { rule: 'norm', problem: 'argument 0: the rule gives 2, differences give 1.0000000' },
  }),

  NonFiniteGradient: entry<{ value: string; operation: string; detail?: string }>({
    title: 'A gradient that is not finite',
    what: ({ value, operation, detail }) =>
      `The gradient is ${value}; it first became so in the derivative of ${operation}${detail ? `, ${detail}` : ''}`,
    why: 'The function has no finite derivative at this point (a root or a logarithm of zero, a division by zero, an overflow).',
    fix: 'Keep away from that point: a small constant under the root, `Math.hypot` in place of a root of squares, a branch that does not evaluate it, `Math.log1p`.',
    example: { value: 'Infinity', operation: 'Math.sqrt', detail: 'at 0' },
  }),

  Disagreement: entry<{ path: string; ours: string; theirs: string; against: string }>({
    title: 'Two ways to the gradient disagree',
    what: ({ path, ours, theirs, against }) => `The gradient at ${path} is ${ours}, and ${against} gives ${theirs}`,
    why: 'One of them is wrong. The usual reasons: a kink near this point, a function that is not the same each time it is called (random numbers, state), too much rounding for differences; or a fault of Fluxion.',
    fix: 'Try a point a little away and a function without random numbers. If they still disagree, please report it with this message.',
    example: { path: 'x[2]', ours: '0.5', theirs: '0.25', against: 'central differences' },
  }),

  GradientEnded: entry<{ what?: string }>({
    title: 'The gradient has ended',
    what: ({ what }) =>
      `${what ?? 'A function'} that was made inside a gradient was used after that gradient had ended`,
    why: 'It holds numbers whose derivatives are no longer followed; what it computed would have no derivative.',
    fix: 'Call it inside the differentiated function, or make it anew outside, from plain numbers.',
    example: { what: 'The closure `next`' },
  }),

  ConcurrentMutation: entry<{ object: string }>({
    title: 'Two gradients meet in one object',
    what: ({ object }) => `${object} was written by two gradients that run at the same time`,
    why: 'Each would see numbers of the other, and the object could be put back only for one of them.',
    fix: 'Await one gradient before the next starts, or give each its own object.',
    example: { object: 'The array `cache`' },
  }),

  AmbiguousAlias: entry<{ object: string; owners: string }>({
    title: 'One object under two names was written',
    what: ({ object, owners }) => `${object} is reached as ${owners}, and was written`,
    why: 'Arguments are independent variables, also where the same object is passed twice. Once one of them is written it must be decided whether the other changes with it, and the two answers have different gradients.',
    fix: 'Pass a copy for one of them, or differentiate a function of one argument that passes it on twice.',
    example: { object: 'An array', owners: 'argument 0 and argument 1' },
  }),

  TapeLimit: entry<{ limit: number; setting?: string }>({
    title: 'Too many operations to remember',
    what: ({ limit, setting }) =>
      `The function did more than ${limit.toLocaleString('en')} operations on tracked numbers${setting ? ` (the limit \`${setting}\`)` : ''}`,
    why: 'Reverse mode remembers every operation until the end. The limit stands for a clear error in place of a process out of memory.',
    fix: 'Raise the limit, wrap parts in `checkpoint(f)` so that they are computed again, or use forward mode (`jvp`, `derivative`) if there are few inputs.',
    example: { limit: 100_000_000, setting: 'maxTape' },
  }),

  NotCompiled: entry<{ functionName: string | undefined; reason: string }>({
    title: 'Not compiled',
    what: ({ functionName, reason }) => `${capital(quoted(functionName))} is not compiled: ${reason}`,
    why: 'The compiled tier was asked for by name (`tier: "compiled"`), so nothing else was tried in its place.',
    fix: 'Leave out the option (`tier: "auto"`): the derivative then comes from the dynamic tier, the same number, later.',
    example: { functionName: 'loss', reason: 'joining texts is not compiled' },
  }),

  MemoryLimit: entry<{ limit: number }>({
    title: 'Out of the memory allowed',
    what: ({ limit }) => `The derivative needs more than ${limit.toLocaleString('en')} bytes (the limit \`maxMemory\`)`,
    why: "Reverse mode keeps what it needs until the end. The limit counts the function's own arrays, their adjoints and what is kept, and stands for a clear error in place of a process out of memory.",
    fix: 'Raise `maxMemory`, wrap parts in `checkpoint(f)` so that they are computed again, or use forward mode (`jvp`, `derivative`) if there are few inputs.',
    example: { limit: 2 ** 30 },
  }),

  CheckpointEffects: entry<{ effect: string }>({
    title: 'A checkpointed function with effects',
    what: ({ effect }) => `A function under checkpoint ${effect}`,
    why: 'A checkpointed function is run a second time for its derivative, and must do the same both times.',
    fix: 'Return what it changes instead of writing it, draw random numbers outside it, or leave out `checkpoint`.',
    example: { effect: 'changed an array that was made outside it' },
  }),
} as const;

export type ErrorCode = keyof typeof catalogue;

export type Details<C extends ErrorCode> = (typeof catalogue)[C] extends Entry<infer D> ? D : never;

/** The texts of one case: the entry of the catalogue with its details filled in. */
export interface Texts {
  readonly code: ErrorCode;
  readonly title: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** Fills in the details; for warnings and reasons that are reported without being thrown. */
export function texts<C extends ErrorCode>(code: C, details: Details<C>): Texts {
  const { title, what, why, fix } = catalogue[code] as unknown as Entry<Details<C>>;
  const fill = (text: Text<Details<C>>): string => (typeof text === 'function' ? text(details) : text);
  return { code, title, what: what(details), why: fill(why), fix: fill(fix) };
}
