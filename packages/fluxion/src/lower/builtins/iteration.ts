/**
 * Methods of arrays and typed arrays that call a function for each element, or look for one.
 * Invariant: the function is called for the elements and in the order that the language has; tuples are gone through one by one.
 */
import type { Value } from '../../ir/ops.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { countedDown, countedLoop, fold } from '../flow/counted.ts';
import {
  arrayOf,
  arrayTypeAt,
  arrayTypeOf,
  carriedFor,
  elementAt,
  elementCarried,
  lengthOf,
  newArray,
  placeKey,
  storeAt,
  storeCarried,
} from '../lists/arrays.ts';
import {
  type Callback,
  callbackOf,
  copyElements,
  eachElement,
  indexNumber,
  isThere,
  listOf,
  newLike,
  position,
  takeElements,
} from '../lists/lists.ts';
import { elementsOfTuple, isTuple } from '../lists/tuples.ts';
import { fromInt32, strictEquals, truthy } from '../operators.ts';
import { arrayLength } from '../types/cells.ts';
import { type Abstract, constantValue, neverValue, type ObjectValue, undefinedValue } from '../values.ts';
import type { Method } from './table.ts';

/** Leaves `write` with a value: `leave` may be called from anywhere inside. */
function early(act: Activation, write: (leave: (value: Abstract) => void) => Abstract): Abstract {
  return act.block('chain', [], (target) => write((value) => act.leave(target, value)));
}

function when(act: Activation, condition: Value | boolean, then: () => void): void {
  if (condition === true) then();
  else if (condition !== false) {
    act.branch(
      condition,
      () => void then(),
      () => undefined,
    );
  }
}

const forEach: Method = (act, self, args, node) => {
  const call = callbackOf(act, args, node);
  if (isTuple(self)) {
    elementsOfTuple(act, self, node).forEach((e, i) => void call(e, constantValue(i), self));
    return undefinedValue;
  }
  const list = listOf(act, self, node);
  eachElement(act, node, list, (element, i) => void call(element, indexNumber(act, i), list));
  return undefinedValue;
};

const map: Method = (act, self, args, node) => {
  const call = callbackOf(act, args, node);
  if (isTuple(self)) {
    const made = elementsOfTuple(act, self, node).map((e, i) => call(e, constantValue(i), self));
    return arrayOf(act, node, made);
  }
  const list = listOf(act, self, node);
  const length = lengthOf(act, list);
  const result = newLike(act, node, list, length);
  const type = arrayTypeOf(result);
  if (arrayTypeOf(list)?.holey) type?.makeHoley();
  eachElement(
    act,
    node,
    list,
    (element, i) => storeAt(act, result, i, call(element, indexNumber(act, i), list), node),
    { to: length },
  );
  // Without its callback changing the length every element has been visited.
  if (type && mayMiss(act, node, list)) type.makeHoley();
  return result;
};

function mayMiss(act: Activation, node: Node, list: ObjectValue): boolean {
  const type = arrayTypeOf(list);
  return type !== undefined && act.round(node, (effects) => effects.changes(`length ${type.root.id}`));
}

/** An array that grows within its room: what is kept is put at its end. */
const filter: Method = (act, self, args, node) => {
  const { b } = act;
  const call = callbackOf(act, args, node);
  const list = listOf(act, self, node);
  const length = lengthOf(act, list);
  const key = placeKey(node, 'kept');
  const keptType = arrayTypeOf(list) && arrayTypeAt(act, node);
  if (keptType) takeElements(keptType, list);
  const into = keptType ? newArray(act, keptType, b.int(0), length) : newLike(act, node, list, length);
  const count = act.round(node, (effects) =>
    fold(act, node, key, fromInt32(act, b.int(0)), b.int(0), length, (carried, i) => {
      const at = carried.kind === 'number' ? b.convert('toInt32', carried.value) : b.int(0);
      const keep = (): Abstract => {
        const element = elementAt(act, list, i, node);
        const wanted = truthy(act, call(element, indexNumber(act, i), list), node);
        const next = (): Abstract => {
          if (keptType) storeCarried(act, into, at, elementCarried(act, keptType, element, node));
          else storeCarried(act, into, at, carriedFor(act, into, element, node));
          return fromInt32(act, b.integer('add', at, b.int(1)));
        };
        if (typeof wanted === 'boolean') return wanted ? next() : carried;
        return act.branch(wanted, next, () => carried);
      };
      const there = isThere(act, list, i, effects);
      return there === undefined ? keep() : act.branch(there, keep, () => carried);
    }),
  );
  const size = count.kind === 'number' ? b.convert('toInt32', count.value) : b.int(0);
  if (keptType) {
    b.store(arrayLength, into.ref, size);
    return into;
  }
  const result = newLike(act, node, list, size);
  copyElements(act, node, result, b.int(0), into, b.int(0), size);
  return result;
};

const reduceFrom =
  (down: boolean): Method =>
  (act, self, args, node) => {
    const { b } = act;
    const call: Callback = callbackOf(act, [args[0] ?? undefinedValue], node, 4);
    if (isTuple(self)) {
      const all = elementsOfTuple(act, self, node).map((e, i) => [e, i] as const);
      if (down) all.reverse();
      let carried = args.length > 1 ? args[1] : all.shift()?.[0];
      if (carried === undefined) return act.decline('nothing is reduced', node);
      for (const [e, i] of all) carried = call(carried, e, constantValue(i), self);
      return carried;
    }
    const list = listOf(act, self, node);
    const length = lengthOf(act, list);
    const given = args.length > 1;
    let init = args[1];
    let first = b.int(0);
    if (!given) {
      // The first element that is there begins; where holes come first, the tier is left.
      act.guard(b.compare('gt', length, b.int(0)), 'throw', 'an empty array is reduced without an initial value', node);
      init = elementAt(act, list, down ? b.integer('sub', length, b.int(1)) : first, node);
      first = b.int(1);
    }
    const key = placeKey(node, 'reduced');
    return act.round(node, (effects) =>
      fold(act, node, key, init, first, length, (carried, n) => {
        const i = down ? b.integer('sub', b.integer('sub', length, b.int(1)), n) : n;
        const step = (): Abstract => call(carried, elementAt(act, list, i, node), indexNumber(act, i), list);
        const there = isThere(act, list, i, effects);
        return there === undefined ? step() : act.branch(there, step, () => carried);
      }),
    );
  };

const quantified =
  (stopAt: boolean): Method =>
  (act, self, args, node) => {
    const call = callbackOf(act, args, node);
    return early(act, (leave) => {
      const visit = (element: Abstract, index: Abstract): void => {
        const found = truthy(act, call(element, index, self), node);
        when(act, typeof found === 'boolean' ? found === stopAt : stopAt ? found : act.b.not(found), () =>
          leave(constantValue(stopAt)),
        );
      };
      if (isTuple(self)) {
        elementsOfTuple(act, self, node).forEach((e, i) => {
          if (!act.dead) visit(e, constantValue(i));
        });
        return act.dead ? neverValue : constantValue(!stopAt);
      }
      const list = listOf(act, self, node);
      eachElement(act, node, list, (element, i) => visit(element, indexNumber(act, i)));
      return constantValue(!stopAt);
    });
  };

/** `find` and its kin see holes as undefined; reading one leaves the tier, unless undefined may be among the elements. */
const findIn =
  (down: boolean, index: boolean): Method =>
  (act, self, args, node) => {
    const call = callbackOf(act, args, node);
    return early(act, (leave) => {
      const visit = (element: Abstract, at: Abstract): void => {
        when(act, truthy(act, call(element, at, self), node), () => leave(index ? at : element));
      };
      if (isTuple(self)) {
        const all = elementsOfTuple(act, self, node).map((e, i) => [e, i] as const);
        for (const [e, i] of down ? all.reverse() : all) if (!act.dead) visit(e, constantValue(i));
      } else {
        const list = listOf(act, self, node);
        const loop = down ? countedDown : countedLoop;
        const length = lengthOf(act, list);
        act.round(node, (effects) => {
          loop(act, node, act.b.int(0), length, (i) => {
            const shrinks = arrayTypeOf(list) && effects.changes(`length ${arrayTypeOf(list)!.id}`);
            if (shrinks) {
              act.guard(
                act.b.compare('lt', i, lengthOf(act, list)),
                'bounds',
                'an element beyond the end is read',
                node,
              );
            }
            visit(elementAt(act, list, i, node), indexNumber(act, i));
          });
        });
      }
      return act.dead ? neverValue : index ? constantValue(-1) : undefinedValue;
    });
  };

/** `includes` finds NaN; the others find nothing that is not equal to itself. */
const searched =
  (what: 'includes' | 'indexOf' | 'lastIndexOf'): Method =>
  (act, self, args, node) => {
    const { b } = act;
    const wanted = args[0] ?? undefinedValue;
    const includes = what === 'includes';
    const equal = (element: Abstract): Value | boolean => {
      const strict = strictEquals(act, element, wanted, node);
      if (!includes || typeof strict === 'boolean') {
        const constant = wanted.kind === 'constant' && Number.isNaN(wanted.value);
        if (!includes || !constant || element.kind !== 'number') return strict;
        return b.compare('ne', element.value, element.value);
      }
      if (element.kind !== 'number' && element.kind !== 'maybe') return strict;
      const isNaN = b.compare('ne', element.value, element.value);
      if (wanted.kind === 'constant') return Number.isNaN(wanted.value) ? isNaN : strict;
      if (wanted.kind !== 'number' || element.kind !== 'number') return strict;
      return b.integer('or', strict, b.integer('and', isNaN, b.compare('ne', wanted.value, wanted.value)));
    };
    return early(act, (leave) => {
      const found = (at: Abstract): void => leave(includes ? constantValue(true) : at);
      if (isTuple(self)) {
        elementsOfTuple(act, self, node).forEach((e, i) => {
          if (!act.dead) when(act, equal(e), () => found(constantValue(i)));
        });
        return act.dead ? neverValue : constantValue(includes ? false : -1);
      }
      const list = listOf(act, self, node);
      const length = lengthOf(act, list);
      const down = what === 'lastIndexOf';
      if (down && args.length > 1) return act.decline('lastIndexOf with a position is not compiled', node);
      const from = position(act, args[1], length, b.int(0), node);
      if (includes && arrayTypeOf(list)?.holey && wanted.kind !== 'number' && wanted.kind !== 'constant') {
        return act.decline('includes in an array that may have holes is not compiled', node);
      }
      if (includes) {
        countedLoop(act, node, from, length, (i) => {
          when(act, equal(elementAt(act, list, i, node)), () => found(constantValue(true)));
        });
      } else {
        eachElement(act, node, list, (element, i) => when(act, equal(element), () => found(indexNumber(act, i))), {
          down,
          from,
          to: length,
        });
      }
      return constantValue(includes ? false : -1);
    });
  };

export const iterationMethods: Readonly<Record<string, Method>> = {
  forEach,
  map,
  filter,
  reduce: reduceFrom(false),
  reduceRight: reduceFrom(true),
  some: quantified(true),
  every: quantified(false),
  find: findIn(false, false),
  findIndex: findIn(false, true),
  findLast: findIn(true, false),
  findLastIndex: findIn(true, true),
  includes: searched('includes'),
  indexOf: searched('indexOf'),
  lastIndexOf: searched('lastIndexOf'),
};
