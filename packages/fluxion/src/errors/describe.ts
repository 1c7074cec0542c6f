/**
 * Names a value in a message: "the number 3", "an array of length 2", "a promise".
 * Never runs code of the user's (no getters, no conversions), since the value may be anything at all.
 */

const article = (noun: string): string => `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;

export function describe(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'number':
      return `the number ${Object.is(value, -0) ? '-0' : value}`;
    case 'bigint':
      return `the bigint ${value}n`;
    case 'boolean':
      return `the boolean ${value}`;
    case 'string':
      return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case 'symbol':
      return 'a symbol';
    case 'function':
      return describeFunction(value);
    default:
      return value === null ? 'null' : describeObject(value as object);
  }
}

function describeFunction(f: Function): string {
  const name = ownData(f, 'name');
  return typeof name === 'string' && name !== '' ? `the function \`${name}\`` : 'a function';
}

function describeObject(object: object): string {
  const name = className(object);
  if (Array.isArray(object)) return `an array of length ${object.length}`;
  if (ArrayBuffer.isView(object) && name !== 'DataView') return `${article(name)} of length ${lengthOf(object)}`;
  if (name === 'Promise') return 'a promise';
  if (name === 'Object' || name === '') return describePlain(object);
  return article(name);
}

function describePlain(object: object): string {
  try {
    const keys = Object.keys(object);
    return keys.length === 0
      ? 'an empty object'
      : `an object { ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', …' : ''} }`;
  } catch {
    return 'an object';
  }
}

function className(object: object): string {
  try {
    const prototype: unknown = Object.getPrototypeOf(object);
    const constructor = prototype === null ? undefined : ownData(prototype as object, 'constructor');
    const name = typeof constructor === 'function' ? ownData(constructor, 'name') : undefined;
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}

const typedLength = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length')!.get!;
const lengthOf = (view: ArrayBufferView): number => typedLength.call(view) as number;

function ownData(object: object, key: string): unknown {
  try {
    return Object.getOwnPropertyDescriptor(object, key)?.value;
  } catch {
    return undefined;
  }
}
