/**
 * A quick proof that a variable of a module is never assigned after its declaration: by each place at which the text has its name, without
 * a syntax tree. What it can't tell is left to the analysis of the whole script.
 * Invariant: a variable of a module is declared somewhere in its text, and an assignment names it; so if all places but one can be
 * neither, that one declares it. Places in comments, strings and inner functions are held to the same.
 */

/** Names written with escapes (of ASCII, as the names looked for are), code made of texts, functions named behind a comment or on another line. */
const unclear = /\\u(?:00[2-7]|\{0*[2-7][\da-f]\})|\beval\b|\bfunction[ \t*]*(?:\/[/*]|[\r\n])/i;

/** The lists of names that a module gives out: they neither declare nor assign. */
const exported = /^export[ \t]*\{[\w$\s,]*\}/gm;

const declared = /(?:^|[\s;{}])(const|function)[ \t]+$/;
/** What declares the name behind it; so does what `declared` does not take, as where a comment stands before it. */
const declaring = /\b(?:const|let|var|function[ \t]*\*?|class|import|as|enum|namespace|type|interface)[ \t]*$/;
const property = /(?:^|[^.])\.$/;

/** What stands before, on the same line, ends so only where an expression begins. */
const beginsExpression = /(?:[%+\-<>&|^=!~?]|(?:^|[^/])\*|[^*/]\/|\b(?:return|typeof|case))[ \t]*$/;

/** What follows on the same line goes on only where an expression has been read. */
const goesOn = /^[ \t]*(?:[.[(*%<>&|^?]|[+-](?![+-])|\/(?![/*])|[=!]==?)/;
const called = /^[ \t]*\(/;

let last: { readonly text: string; readonly code: string | undefined } = { text: '', code: '' };

/** The text with blanks for its lists of exports; `undefined` for one in which places can't be told. */
function codeOf(text: string): string | undefined {
  if (last.text !== text)
    last = {
      text,
      code: unclear.test(text) ? undefined : text.replace(exported, (list) => list.replace(/[^\n]/g, ' ')),
    };
  return last.code;
}

/**
 * Where the text of a module declares its variable `name`, if that is a constant or a function that nothing assigns, and if it can be told:
 * the place of the name.
 */
export function plainConstant(name: string, text: string): number | undefined {
  const code = codeOf(text);
  if (code === undefined || !/^[\w$]+$/.test(name)) return undefined;
  const edge = '[\\w$#\\u0080-\\uffff]';
  const place = new RegExp(`(?<!${edge})${name.replaceAll('$', '\\$')}(?!${edge})`, 'g');
  let kind: string | undefined;
  let at: number | undefined;
  let onlyCalled = true;
  for (const { index } of code.matchAll(place)) {
    const before = code.slice(code.lastIndexOf('\n', index) + 1, index);
    const after = code.slice(index + name.length, index + name.length + 40);
    if (property.test(before)) continue;
    const declaration = declared.exec(before)?.[1];
    if (declaration !== undefined) {
      if (kind !== undefined || (declaration === 'function' && !called.test(after))) return undefined;
      kind = declaration;
      at = index;
      continue;
    }
    if (declaring.test(before)) return undefined;
    if (called.test(after)) continue;
    onlyCalled = false;
    if (!goesOn.test(after) && !beginsExpression.test(before)) return undefined;
  }
  // To assign to a constant throws; a function may be assigned where it is not called.
  return kind === 'const' || onlyCalled ? at : undefined;
}
