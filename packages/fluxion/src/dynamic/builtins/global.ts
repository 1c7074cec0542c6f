/**
 * Functions of the global object: tests, parsers of numbers, encodings, indirect `eval`.
 * Invariant: a number that is parsed from itself keeps its derivative; what is made into other text does not carry one.
 */
import { bumpEpoch } from '../../capture/capture.ts';
import { noteInactive } from '../hooks.ts';
import { add } from '../operators.ts';
import { isBox, primalOf, scalar } from './adapt.ts';
import { entry } from './entries.ts';

for (const name of ['isNaN', 'isFinite']) {
  entry(
    globalThis,
    name,
    'primal',
    (native) =>
      function (value: unknown): unknown {
        return native(scalar(value));
      },
  );
}
entry(
  globalThis,
  'parseFloat',
  'differentiates',
  (native) =>
    function (text: unknown): unknown {
      // The shortest text of a number parses to that number again, with the sign of zero gone.
      if (isBox(text)) return primalOf(text) === 0 ? add(text, 0) : text;
      return native(scalar(text));
    },
);
entry(
  globalThis,
  'parseInt',
  'primal',
  (native) =>
    function (text: unknown, radix?: unknown): unknown {
      if (isBox(text) || isBox(radix)) noteInactive('parseInt');
      return native(scalar(text), scalar(radix));
    },
);
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
      function (text: unknown): unknown {
        if (isBox(text)) noteInactive(name);
        return native(scalar(text));
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
