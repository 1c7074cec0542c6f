import { describe, expect, test } from 'vitest';
import { catalogue, type ErrorCode, texts } from '../../src/errors/catalogue.ts';

const codes = Object.keys(catalogue) as ErrorCode[];

describe('the catalogue', () => {
  test.each(codes)('%s gives all of its texts', (code) => {
    const { title, what, why, fix } = texts(code, catalogue[code].example as never);
    for (const text of [title, what, why, fix]) {
      expect(text.length).toBeGreaterThan(8);
      expect(text).not.toMatch(/undefined|null|\[object|NaN/);
    }
    expect(what, 'the location follows').not.toMatch(/\.$/);
    expect(why).toMatch(/\.$/);
    expect(fix).toMatch(/[.`]$/);
  });

  test.each(codes)('%s does not speak of how Fluxion runs a function', (code) => {
    const all = Object.values(texts(code, catalogue[code].example as never)).join(' ');
    expect(all).not.toMatch(/\btwin|\btape\b|generated code|stand-in|\$\$/i);
  });
});
