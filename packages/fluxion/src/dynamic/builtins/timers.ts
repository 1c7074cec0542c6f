/**
 * Functions that call back later: timers, microtasks, event targets, abort signals.
 * Invariant: the callback runs as its twin inside the gradient that registered it, and as the original afterwards.
 */
import { anyBox, isBox, isObject, options, refuse, scalar } from './adapt.ts';
import { entry, passing } from './entries.ts';
import { later } from './later.ts';
import { define } from './registry.ts';

const { apply } = Reflect;

for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'requestAnimationFrame', 'requestIdleCallback']) {
  entry(
    globalThis,
    name,
    'passes',
    (native) =>
      function (this: unknown, fn: unknown, ...rest: unknown[]): unknown {
        if (isBox(fn)) return apply(native, this, [scalar(fn), ...rest]);
        const delayed = name === 'setTimeout' || name === 'setInterval';
        const args = delayed && rest.length > 0 ? [scalar(rest[0]), ...rest.slice(1)] : rest;
        return apply(native, this, [later(fn), ...args]);
      },
  );
}
for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate', 'cancelAnimationFrame', 'cancelIdleCallback']) {
  entry(
    globalThis,
    name,
    'primal',
    (native) =>
      function (this: unknown, id: unknown): unknown {
        return apply(native, this, [isBox(id) ? scalar(id) : id]);
      },
  );
}
entry(
  globalThis,
  'queueMicrotask',
  'passes',
  (native) =>
    function (this: unknown, fn: unknown): unknown {
      return apply(native, this, [isBox(fn) ? scalar(fn) : later(fn)]);
    },
);

if (typeof EventTarget === 'function') {
  for (const name of ['addEventListener', 'removeEventListener']) {
    entry(
      EventTarget.prototype,
      name,
      'passes',
      (native) =>
        function (this: unknown, type: unknown, listener: unknown, how?: unknown): unknown {
          const handler = typeof listener === 'function' ? later(listener) : scalarBox(listener);
          return apply(native, this, [scalarBox(type), handler, isObject(how) ? options(how) : how]);
        },
    );
  }
  entry(
    EventTarget.prototype,
    'dispatchEvent',
    'refuses',
    (native) =>
      function (this: unknown, ...args: unknown[]): unknown {
        if (anyBox(args)) return refuse('dispatchEvent');
        return apply(native, this, args);
      },
  );
}

if (typeof EventTarget === 'function') define(EventTarget, EventTarget, 'passes');

function scalarBox(value: unknown): unknown {
  return isBox(value) ? scalar(value) : value;
}

if (typeof performance === 'object') passing(Object.getPrototypeOf(performance), ['now', 'timeOrigin']);
