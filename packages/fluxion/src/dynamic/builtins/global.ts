/**
 * Functions of the global object: encodings of texts and indirect `eval`. (Those that test and parse numbers are with Number.)
 * Invariant: of a text that was made of a tracked number it is known that it was.
 */
import { bumpEpoch } from '../../capture/capture.ts';
import { text } from './adapt.ts';
import { entry } from './entries.ts';

for (const name of [
  'encodeURI',
  'encodeURIComponent',
  'decodeURI',
  'decodeURIComponent',
  'escape',
  'unescape',
  'btoa',
  'atob',
]) {
  entry(
    globalThis,
    name,
    'primal',
    (native) =>
      function (value: unknown): unknown {
        return native(text(value));
      },
  );
}
entry(
  globalThis,
  'eval',
  'passes',
  (native) =>
    function (code: unknown): unknown {
      if (typeof code !== 'string') return code;
      const result = native(code);
      bumpEpoch();
      return result;
    },
);
