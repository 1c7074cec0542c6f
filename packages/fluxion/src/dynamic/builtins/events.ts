/**
 * The event emitter of Node. Listeners run as twins, whenever they were added; what is emitted is handed to them as it is.
 * Invariant: the listeners an emitter holds are functions of the program, or wrappers that outlive the gradient.
 */
import { builtinModule } from '../../capture/environment.ts';
import { type Callable, callTwin, isBox, scalar } from './adapt.ts';
import { entry, type Native, nativeOf } from './entries.ts';
import { later } from './later.ts';

interface Emitter {
  rawListeners(type: unknown): (Callable & { listener?: Callable })[];
}

const events = builtinModule('node:events') as { EventEmitter?: { prototype: object } } | undefined;
const proto = events?.EventEmitter?.prototype;
const { apply } = Reflect;

if (proto !== undefined) {
  const adding = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'];
  for (const name of [...adding, 'off', 'removeListener', 'listenerCount']) {
    entry(
      proto,
      name,
      'passes',
      (native) =>
        function (this: unknown, type: unknown, ...rest: unknown[]): unknown {
          const [listener, ...others] = rest;
          if (typeof listener !== 'function') return apply(native, this, [scalarBox(type), ...rest.map(scalarBox)]);
          const wrapped = later(listener);
          // A listener from before the gradient was added as it is.
          const held = rawListeners(this, type).some((raw) => raw === listener || raw.listener === listener);
          return apply(native, this, [scalarBox(type), held && !adding.includes(name) ? listener : wrapped, ...others]);
        },
    );
  }
  const remove = nativeOf(proto, 'removeListener') as Native;
  const raw = nativeOf(proto, 'rawListeners') as Native;

  entry(
    proto,
    'emit',
    'passes',
    (native) =>
      function (this: unknown, type: unknown, ...args: unknown[]): unknown {
        const listeners = rawListeners(this, type);
        if (listeners.length === 0) return apply(native, this, [scalarBox(type), ...args]);
        for (const one of listeners) {
          if (one.listener !== undefined) apply(remove, this, [type, one.listener]);
          callTwin(one.listener ?? one, this, args);
        }
        return true;
      },
  );

  function rawListeners(emitter: unknown, type: unknown): ReturnType<Emitter['rawListeners']> {
    return apply(raw, emitter, [type]) as ReturnType<Emitter['rawListeners']>;
  }
}

function scalarBox(value: unknown): unknown {
  return isBox(value) ? scalar(value) : value;
}
