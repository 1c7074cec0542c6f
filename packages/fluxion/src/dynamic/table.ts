/**
 * The dispatch table: every function that rewritten code calls, by the name it calls it.
 * Invariant: it satisfies `TwinRuntime`, which the rewriter emits against; nothing else is in it.
 */
import './builtins/index.ts';
import * as calls from './calls.ts';
import { fluxionError } from '../errors/error.ts';
import * as iteration from './iteration.ts';
import * as operators from './operators.ts';
import * as properties from './properties.ts';
import { functionRecord } from './rewrite/rewrite.ts';
import { q } from './run.ts';
import { activation, resume, suspend } from './suspend.ts';
import { shared } from './twin.ts';
