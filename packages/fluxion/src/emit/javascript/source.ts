/**
 * The derivative as readable JavaScript: the functions of a module that an entry reaches, with the user's names and lines.
 * Invariant: run with the prelude, the text gives the numbers that the IR gives, bit for bit.
 */
import { type Func, type Module, type Op, type Place, type Region, regionsOf, withRegions } from '../../ir/ops.ts';
import { type Heads, headsOf } from './heads.ts';
import { join } from './lines.ts';
import { functionNames, hintsFor, identifierFor, Properties, Scopes } from './names.ts';
import { functionText } from './statements.ts';
import { treeOf } from './tree.ts';

export interface JavaScript {
  /** Function declarations, the entry first. */
  readonly text: string;
  readonly entry: string;
  /** The indexes of the entry's parameters that the text has. */
  readonly parameters: readonly number[];
  /** By index of the module's hosts: what the text calls them. */
  readonly hosts: readonly string[];
  readonly heads: Heads;
  readonly properties: Properties;
}

/** The user's line at a place, if there is one to be shown. */
export type LineOf = (place: Place) => string | undefined;

export function derivativeSource(module: Module, entry: string, lineOf: LineOf): string {
  return javaScript(module, entry, lineOf).text;
}

export function javaScript(module: Module, entry: string, lineOf: LineOf = () => undefined): JavaScript {
  const names = reached(module, entry);
  const functions = new Map(names.map((name) => [name, withoutMarks(module.functions.get(name)!)]));
  const used: Module = { ...module, functions };
  const heads = headsOf(used);
  const hasGlobals = usesGlobals(functions);
  const callees = functionNames(module, names);
  const hostScopes = new Scopes([]);
  const properties = new Properties(hintsFor(functions.values()));
  const hosts = module.hosts.map(({ name }) => hostScopes.declare(identifierFor(name)));
  const common = {
    heads,
    properties,
    levels: module.levels,
    callees,
    hosts,
    reasons: module.reasons.map(({ message }) => message),
    line: (place: Place) => shortened(lineOf(place)),
  };
  const texts = names.map((name) => {
    const func = hasGlobals ? functions.get(name)! : withoutGlobals(functions.get(name)!);
    return join(functionText(treeOf(func, heads), callees.get(name)!, common).lines);
  });
  const { params } = functions.get(entry)!;
  return {
    text: `${texts.join('\n\n')}\n`,
    entry: callees.get(entry)!,
    parameters: params.map((_, i) => i).filter((i) => hasGlobals || !isGlobals(functions.get(entry)!, i)),
    hosts,
    heads,
    properties,
  };
}

/** The entry and what it calls, in the order in which they are met. */
function reached(module: Module, entry: string): string[] {
  const found = [entry];
  const walk = (region: Region): void => {
    for (const op of region.ops) {
      if (op.op === 'call' && !found.includes(op.callee)) found.push(op.callee);
      for (const inner of regionsOf(op)) walk(inner);
    }
  };
  for (const name of found) {
    const func = module.functions.get(name);
    if (func === undefined) throw new Error(`No function ${name}`);
    walk(func.body);
  }
  return found;
}

function isGlobals(func: Func, index: number): boolean {
  return index === 0 && func.params[0].name === 'globals' && func.params[0].type === 'ref';
}

/** Whether any function does more with the captured values than hand them on. */
function usesGlobals(functions: ReadonlyMap<string, Func>): boolean {
  for (const func of functions.values()) {
    if (func.params.length === 0 || !isGlobals(func, 0)) continue;
    const [globals] = func.params;
    const uses = (region: Region): boolean =>
      region.ops.some((op) => {
        const handsOn = op.op === 'call' && op.args[0] === globals && isGlobals(functions.get(op.callee)!, 0);
        const args = 'args' in op ? (handsOn ? op.args.slice(1) : op.args) : [];
        return args.includes(globals) || regionsOf(op).some(uses);
      }) ||
      (region.end.kind !== 'never' && region.end.values.includes(globals));
    if (uses(func.body)) return true;
  }
  return false;
}

/** JavaScript gives memory back by itself. */
function withoutMarks(func: Func): Func {
  const isMark = ({ op }: Op) => op === 'mark' || op === 'release';
  const has = (r: Region): boolean => r.ops.some((op) => isMark(op) || regionsOf(op).some(has));
  if (!has(func.body)) return func;
  const region = (r: Region): Region => ({
    ...r,
    ops: r.ops.flatMap((op): Op[] => {
      switch (op.op) {
        case 'mark':
        case 'release':
          return [];
        default:
          return [withRegions(op, region)];
      }
    }),
  });
  return { ...func, body: region(func.body) };
}

function withoutGlobals(func: Func): Func {
  if (func.params.length === 0 || !isGlobals(func, 0)) return strip(func, undefined);
  return strip({ ...func, params: func.params.slice(1) }, func.params[0].id);
}

function strip(func: Func, id: number | undefined): Func {
  if (id === undefined) return func;
  const region = (r: Region): Region => ({
    ...r,
    ops: r.ops.map((op) => {
      switch (op.op) {
        case 'call':
          return op.args[0]?.id === id ? { ...op, args: op.args.slice(1) } : op;
        default:
          return withRegions(op, region);
      }
    }),
  });
  return { ...func, body: region(func.body) };
}

const longest = 100;

function shortened(line: string | undefined): string | undefined {
  if (line === undefined || line === '') return undefined;
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** The line of a text that an offset is in, if the text has several. */
export function lineIn(text: string | undefined, offset: number): string | undefined {
  if (text?.includes('\n') !== true) return undefined;
  const from = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return text.slice(from, end < 0 ? undefined : end).trim();
}
