import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FluxionError, fluxionError } from '../../src/errors/error.ts';
import { registerLocator, userLocation } from '../../src/errors/locate.ts';
import { framesOfText } from '../../src/errors/stack-text.ts';

const thisFile = import.meta.filename;
const lines = readFileSync(thisFile, 'utf8').split('\n');
/** The position of a marked expression in this file, as the user sees it. */
const position = (marked: string): { line: number; column: number } => {
  const line = lines.findIndex((text) => text.includes(marked) && !text.includes('position('));
  return { line: line + 1, column: lines[line].indexOf(marked) + 1 };
};

interface Unused {
  // Types above the code move its lines when they are stripped.
  readonly a: number;
}

describe('FluxionError', () => {
  test('says what, where in the original TypeScript, why and what to do, in this order', () => {
    const error = fluxionError('LostDerivative', { operation: 'JSON.stringify' });
    const { line } = position("fluxionError('LostDerivative', { operation: 'JSON.stringify' })");
    expect(error).toBeInstanceOf(FluxionError);
    expect(error).toBeInstanceOf(Error);
    expect(error.code).toBe('LostDerivative');
    expect(error.where?.file).toBe(thisFile);
    expect(error.where?.line).toBe(line);
    const parts = [
      'LostDerivative: A derivative would be lost: JSON.stringify',
      `error.test.ts:${line}:`,
      `> ${line} |     const error = fluxionError('LostDerivative'`,
      '^',
      'Why: A number that depends on the input',
      'What to do: Use `stopGradient(x)`',
    ];
    const at = parts.map((part) => error.message.indexOf(part));
    expect(at.every((index) => index >= 0)).toBe(true);
    expect(at).toEqual([...at].sort((a, b) => a - b));
  });

  test('has a stack of the user alone', () => {
    function outer(value: Unused | undefined): FluxionError {
      return inner(value);
    }
    function inner(_value: Unused | undefined): FluxionError {
      return fluxionError('NotAFunction', { operator: 'grad', got: 'undefined' });
    }
    const stack = outer(undefined).stack!;
    expect(stack).toMatch(/^FluxionError: NotAFunction: grad takes a function/);
    expect(stack).not.toMatch(/src\/errors/);
    const { line } = position("fluxionError('NotAFunction', { operator: 'grad', got: 'undefined' })");
    const frames = framesOfText(stack.slice(stack.indexOf('What to do')));
    expect(frames.slice(0, 2).map(({ name }) => name)).toEqual(['inner', 'outer']);
    expect(frames[0].line).toBe(line);
  });

  test('takes a position that is known better, and a cause', () => {
    const cause = new Error('before');
    const error = fluxionError(
      'UnsupportedSyntax',
      { syntax: 'with' },
      { at: { url: 'https://example.com/a.js', line: 2, column: 3, text: 'a;\n  with (b) {}\n' }, cause },
    );
    expect(error.cause).toBe(cause);
    expect(error.where).toEqual({
      file: 'https://example.com/a.js',
      line: 2,
      column: 3,
      frame: '  1 | a;\n> 2 |   with (b) {}\n    |   ^\n  3 |',
    });
  });

  test('a registered locator replaces the frames it knows', () => {
    let seen = '';
    registerLocator((url, line, column) => {
      if (!url.endsWith('generated-for-this-test.js')) return undefined;
      seen = `${line}:${column}`;
      return { url: thisFile, line: 0, column: 9 };
    });
    const make = new Function('f', 'return f();\n//# sourceURL=generated-for-this-test.js') as (
      f: () => unknown,
    ) => unknown;
    const location = make(userLocation.bind(undefined, userLocation)) as ReturnType<typeof userLocation>;
    expect(seen).toBe('2:7');
    expect(location).toMatchObject({ line: 1, column: 10 });
  });
});

test('stacks of other engines are read', () => {
  expect(framesOfText('f@https://example.com/a.js:1:2\n@https://example.com/a.js:3:4\n')).toMatchObject([
    { name: 'f', url: 'https://example.com/a.js', line: 1, column: 2 },
    { name: undefined, url: 'https://example.com/a.js', line: 3, column: 4 },
  ]);
});
