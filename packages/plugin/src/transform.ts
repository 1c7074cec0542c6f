/**
 * The transform: puts a probe into every function and class of a module, and the module's own text into a table.
 * Invariants: the code does what it did; every line stays on its line; the library is not needed to run it.
 */
import { type Options as AcornOptions, type AnyNode, type Program, parse } from 'acorn';
import MagicString, { type SourceMap } from 'magic-string';
import { type Analysis, analyse } from './analyse.ts';
import { classProbe, functionProbe, HEADER_SYMBOL, header, initText, type Names, parameterGuards } from './probe.ts';
import { directivesOf } from './syntax.ts';

export interface TransformOptions {
  /** What the file is called in error messages and locations; the id if absent. */
  readonly url?: string | undefined;
  /** As the host runs it; found from the code if absent. */
  readonly format?: 'module' | 'commonjs' | undefined;
  /** Whether `require`, `module` and the other variables of Node's wrapper may be named in probes. */
  readonly node?: boolean | undefined;
  /** What the library is to see as the module's text; `code` if absent. It may differ behind the code's end only. */
  readonly source?: string | undefined;
  /** Whether to make a source map. Default true. */
  readonly map?: boolean | undefined;
}

export interface TransformResult {
  readonly code: string;
  /** From the transformed code to the code that was handed in. */
  readonly map: SourceMap | null;
}

const PARSE: AcornOptions = { ecmaVersion: 'latest', allowHashBang: true, allowReturnOutsideFunction: true };
const NODE_WRAPPER = ['require', 'module', 'exports', '__filename', '__dirname'];
const BUNDLER_WRAPPER = ['module', 'exports'];

/**
 * Adds the probes. `code` is JavaScript: what a bundler has after its other plugins, or Node after type stripping.
 * Returns `null` if there is nothing to do: no function, or the code has its probes already.
 * Throws a SyntaxError if `code` can't be parsed.
 */
export function transform(code: string, id: string, options: TransformOptions = {}): TransformResult | null {
  if (code.includes(HEADER_SYMBOL)) return null;
  const { program, isModule } = parseModule(code, options.format);
  const wrapper = isModule ? [] : options.node === true ? NODE_WRAPPER : BUNDLER_WRAPPER;
  const analysis = analyse(program, code, isModule, wrapper);
  if (analysis.owners.length === 0) return null;
  const names: Names = {
    probe: freeName(code, '$p'),
    init: freeName(code, '$i'),
    table: freeName(code, '$m'),
    value: freeName(code, '$v'),
  };
  const text = new MagicString(code);
  insertAfterDirectives(text, code, program.body, program.body[0]!.start, header(names));
  for (const info of analysis.owners) {
    if (info.type === 'class') {
      text.appendLeft(info.node.body.start + 1, classProbe(info, names));
      continue;
    }
    if (info.role === 'constructor') continue;
    for (const guard of parameterGuards(info, names)) {
      text.appendLeft(guard.start, guard.before);
      text.appendLeft(guard.end, ')');
    }
    const { body } = info.node;
    if (body.type === 'BlockStatement') {
      insertAfterDirectives(text, code, body.body, body.start + 1, functionProbe(info, names));
    } else {
      text.appendLeft(body.start, functionProbe(info, names));
      text.appendLeft(body.end, ')');
    }
  }
  text.append(
    `\n${initText(names)}\n${table(options.source ?? code, options.url ?? id, analysis, names, options.node === true)}\n`,
  );
  const map = options.map === false ? null : text.generateMap({ source: id, hires: 'boundary', includeContent: true });
  return { code: text.toString(), map };
}

interface Parsed {
  readonly program: Program;
  readonly isModule: boolean;
}

function parseModule(code: string, format: TransformOptions['format']): Parsed {
  const script = () => parse(code, { ...PARSE, sourceType: 'script' });
  if (format === 'commonjs') return { program: script(), isModule: false };
  let program: Program;
  try {
    program = parse(code, { ...PARSE, sourceType: 'module', allowAwaitOutsideFunction: true });
  } catch (error) {
    if (format === 'module') throw error;
    try {
      return { program: script(), isModule: false };
    } catch {
      throw error;
    }
  }
  return {
    program,
    isModule: format === 'module' || program.body.some(isModuleSyntax) || /\bimport\.meta\b/.test(code),
  };
}

function isModuleSyntax(node: AnyNode): boolean {
  return node.type === 'ImportDeclaration' || node.type.startsWith('Export');
}

function insertAfterDirectives(
  text: MagicString,
  code: string,
  body: readonly AnyNode[],
  start: number,
  insertion: string,
): void {
  const last = directivesOf(body).at(-1);
  if (last === undefined) text.appendLeft(start, insertion);
  else text.appendLeft(last.end, code[last.end - 1] === ';' ? insertion : `;${insertion}`);
}

function freeName(code: string, base: string): string {
  let name = base;
  for (let i = 1; code.includes(name); i++) name = `${base}${i}`;
  return name;
}

/** Hoisted and not compiled until the library asks. */
function table(source: string, url: string, analysis: Analysis, names: Names, node: boolean): string {
  const parts = [`id:${literal(url)}`, `source:${literal(source)}`, 'strict:function(){return!this}()'];
  if (analysis.usesImportMeta) parts.push('meta:()=>import.meta');
  if (analysis.dynamicImports.size > 0) {
    // In a `try`, as bundlers forgive a package that is missing only there.
    const imports = [...analysis.dynamicImports].map(([specifier, text]) => {
      return `${literal(specifier)}:()=>{try{return ${text}}finally{}}`;
    });
    parts.push(`imports:{${imports.join()}}`);
  }
  if (node && (analysis.hasComputedImport || analysis.dynamicImports.size > 0)) parts.push('import:s=>import(s)');
  return `function ${names.table}(){return{${parts.join()}}}`;
}

/** Neither a page's parser nor a tool that looks for source maps may find its mark in the text. */
function literal(text: string): string {
  return JSON.stringify(text)
    .replaceAll('</', '<\\/')
    .replaceAll('<!--', '<\\!--')
    .replaceAll('sourceMappingURL', 'source\\u004dappingURL');
}
