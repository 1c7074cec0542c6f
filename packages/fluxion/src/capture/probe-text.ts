/**
 * Tells from a function's printed text whether its own first statement is a probe of `fluxion-plugin`.
 * Invariant: a function that merely contains others with probes, as a bundler's wrapper does, is never taken for one
 * that has its own, because it is going to be called. What is not understood counts as no.
 */

/** As written, or as a minifier or a test runner leaves it: other names, other statements around the same test. */
const PROBE =
  /^([\w$]+)\s*(?:\|\|\s*[\w$]+\(\)\s*\)\s*)?\.\$fx\s*&&\s*\1\.\$fx\s*\(\s*[\w$]+\s*,\s*[\d.e]+\s*,\s*[\d.e]+\s*,/;
const DIRECTIVE = /^(?:'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")\s*;?/;
/** Counters that coverage tools put first; harmless to run. */
const COUNTER = /^cov_\w+\(\)\.[fsb]\[\d+\](?:\[\d+\])?\+\+\s*[;,]/;

const quick = /\.\$fx\s*&&/;

export function beginsWithProbe(text: string): boolean {
  if (!quick.test(text)) return false;
  let at = bodyStart(text);
  if (at < 0) return false;
  for (;;) {
    at = skipSpace(text, at);
    const rest = text.slice(at, at + 400);
    const skipped = DIRECTIVE.exec(rest) ?? COUNTER.exec(rest) ?? /^(?:return\b|if\s*\(|\()/.exec(rest);
    if (skipped !== null) {
      at += skipped[0].length;
      continue;
    }
    return PROBE.test(rest);
  }
}

/** Where the first statement or an arrow's expression begins; -1 if that is not found. */
function bodyStart(text: string): number {
  let at = skipSpace(text, 0);
  // Words, stars and the name, up to the parameters or an arrow's single one.
  for (;;) {
    const char = text[at];
    if (char === undefined) return -1;
    if (char === '(') break;
    if (char === '=' && text[at + 1] === '>') break;
    if (char === '[') at = skipBrackets(text, at);
    else if (char === '"' || char === "'") at = skipString(text, at);
    else if (char === '*') at++;
    else {
      const word = /^[#\w$\u0080-\uffff\\{}]+/.exec(text.slice(at, at + 500));
      if (word === null || word[0].includes('{') !== word[0].includes('\\')) return -1;
      if (word[0] === 'class') return -1;
      at += word[0].length;
    }
    if (at < 0) return -1;
    at = skipSpace(text, at);
  }
  if (text[at] === '(') {
    at = skipBrackets(text, at);
    if (at < 0) return -1;
    at = skipSpace(text, at);
  }
  if (text[at] === '=' && text[at + 1] === '>') {
    at = skipSpace(text, at + 2);
    return text[at] === '{' ? at + 1 : at;
  }
  return text[at] === '{' ? at + 1 : -1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const char = text.charCodeAt(at);
    if (char <= 32 || char === 0xa0 || char === 0xfeff || char === 0x2028 || char === 0x2029) at++;
    else if (char === 47 && text[at + 1] === '/') {
      const end = text.indexOf('\n', at);
      if (end < 0) return text.length;
      at = end;
    } else if (char === 47 && text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) return text.length;
      at = end + 2;
    } else return at;
  }
}

function skipString(text: string, from: number): number {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at + 1;
  }
  return -1;
}

function skipTemplate(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '`') return at + 1;
    else if (text[at] === '$' && text[at + 1] === '{') {
      at = skipBrackets(text, at + 1) - 1;
      if (at < 0) return -1;
    }
  }
  return -1;
}

function skipRegExp(text: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '/' && !inClass) return at + 1;
  }
  return -1;
}

/** Past the bracket that closes the one at `from`; -1 if the text can't be followed. */
function skipBrackets(text: string, from: number): number {
  let depth = 0;
  let at = from;
  /** Whether a value ended just before, so that a slash divides. */
  let afterValue = false;
  while (at < text.length) {
    at = skipSpace(text, at);
    const char = text[at];
    if (char === undefined) return -1;
    if (char === '(' || char === '[' || char === '{') {
      depth++;
      at++;
      afterValue = false;
    } else if (char === ')' || char === ']' || char === '}') {
      depth--;
      at++;
      if (depth === 0) return at;
      // After a block a slash would begin a pattern; that can't be told apart here, and is as good as never written.
      afterValue = true;
    } else if (char === '"' || char === "'" || char === '`') {
      at = char === '`' ? skipTemplate(text, at) : skipString(text, at);
      if (at < 0) return -1;
      afterValue = true;
    } else if (char === '/' && !afterValue) {
      at = skipRegExp(text, at);
      if (at < 0) return -1;
      afterValue = true;
    } else {
      const word = /^[\w$\u0080-\uffff]+/.exec(text.slice(at, at + 500));
      at += word === null ? 1 : word[0].length;
      afterValue =
        word !== null && !/^(?:return|typeof|void|in|of|case|do|else|delete|throw|new|await|yield)$/.test(word[0]);
    }
  }
  return -1;
}
