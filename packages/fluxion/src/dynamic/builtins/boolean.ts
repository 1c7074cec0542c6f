/**
 * `Boolean`. Its objects hold no number; the truth of a tracked one is decided by its primal.
 * Invariant: nothing that a Boolean gives holds a tracked number.
 */
import { truthy } from './adapt.ts';
import { callOrConstruct, passing } from './entries.ts';
import { define } from './registry.ts';

define(
  Boolean,
  function (this: unknown, value?: unknown): unknown {
    return callOrConstruct(Boolean, this, [truthy(value)], new.target);
  },
  'primal',
);
passing(Boolean.prototype, ['toString', 'valueOf']);
