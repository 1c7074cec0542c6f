/**
 * All families of built-ins. Importing this file fills the registry.
 * Invariant: a family that hands a function over to another comes after it.
 */
import './math.ts';
import './number.ts';
import './bigint.ts';
import './typedarray.ts';
import './arraybuffer.ts';
import './dataview.ts';
import './array.ts';
import './object.ts';
import './objectproto.ts';
import './boolean.ts';
import './reflect.ts';
import './function.ts';
import './proxy.ts';
import './map.ts';
import './set.ts';
import './weak.ts';
import './json.ts';
import './clone.ts';
import './string.ts';
import './symbol.ts';
import './regexp.ts';
import './date.ts';
import './promise.ts';
import './iterator.ts';
import './error.ts';
import './disposal.ts';
import './intl.ts';
import './atomics.ts';
import './timers.ts';
import './events.ts';
import './console.ts';
import './global.ts';
import './reshaping.ts';
