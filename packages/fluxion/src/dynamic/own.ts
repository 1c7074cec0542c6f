/**
 * Maps and Sets that the library keeps for itself.
 * Invariant: they work by the methods that Map and Set had when the library was loaded; what a program puts on Map.prototype and
 * Set.prototype runs on collections of the program only.
 */
export class OwnMap<K, V> extends Map<K, V> {}

export class OwnSet<T> extends Set<T> {}

function keepMethods(from: object, own: object): void {
  for (const key of Reflect.ownKeys(from)) {
    if (key === 'constructor') continue;
    Object.defineProperty(own, key, Object.getOwnPropertyDescriptor(from, key) as PropertyDescriptor);
  }
}

keepMethods(Map.prototype, OwnMap.prototype);
keepMethods(Set.prototype, OwnSet.prototype);
