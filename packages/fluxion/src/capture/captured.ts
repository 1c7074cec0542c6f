/**
 * What a captured function is: its source, where it stands, and a way to every variable it closes over.
 * Invariant: a binding is `constant` only where it is proved that nothing assigns it after this capture.
 */

/** A place in a script, as the engine names it; line and column count from 0. */
export interface SourcePosition {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** Never assigned again: the value may be compiled in. */
export interface ConstantBinding {
  readonly kind: 'constant';
  readonly value: unknown;
}

/** May change: to be read again after `bumpEpoch`. Without `set` the binding can't be written from outside. */
export interface LiveBinding {
  readonly kind: 'live';
  get(): unknown;
  set?(value: unknown): void;
}

export type Binding = ConstantBinding | LiveBinding;

/** A value that could be had; `undefined` in its place says that it could not. */
export interface Had {
  readonly value: unknown;
}

/** What `bind` made of a function. */
export interface BoundParts {
  readonly target: Function;
  readonly boundThis: unknown;
  readonly boundArgs: unknown[];
}

/** What `new Proxy` made of an object. A revoked Proxy has neither. */
export interface ProxyParts {
  readonly target: object | null;
  readonly handler: object | null;
}

export interface Captured {
  readonly native: false;
  readonly fn: Function;
  /** The text of the function as its engine prints it. */
  readonly source: string;
  readonly provider: 'inspector' | 'plugin';
  /** Where `source` begins. Found at the first use, which may take milliseconds. */
  readonly location: SourcePosition | undefined;
  readonly strict: boolean;
  readonly bound?: undefined;
  readonly proxy?: undefined;
  /** `undefined`: not captured, so a global of the function's realm. */
  binding(name: string): Binding | undefined;
  /** Of the function around an arrow: */
  lexicalThis(): Had | undefined;
  lexicalNewTarget(): Had | undefined;
  lexicalArguments(): Had | undefined;
  /** Of an arrow that says `super`: the object or class whose method it stands in. Only the plugin knows. */
  home?(): object | undefined;
  /** `import.meta` of the module and `import(specifier)` as the module does it; absent or `undefined`: not to be had. */
  importMeta?(): Had | undefined;
  dynamicImport?(specifier: string): Promise<unknown> | undefined;
  /** The text of the script or file the function stands in, if it is to be had. */
  moduleText(): ModuleText | undefined;
}

/** A function without source: of the engine, of a host or of an add-on, or made by `bind` or `new Proxy`. */
export interface NativeFunction {
  readonly native: true;
  readonly fn: Function;
  readonly bound?: BoundParts | undefined;
  readonly proxy?: ProxyParts | undefined;
}

/** The text of a script, believed because a function's own source was found at its place. */
export interface ModuleText {
  readonly text: string;
  /** The offset of the function's source. */
  readonly start: number;
}

export type PrivateMember =
  | { readonly kind: 'field'; readonly value: unknown }
  | { readonly kind: 'method'; readonly method: Function }
  | { readonly kind: 'accessor'; readonly getter: Function | undefined; readonly setter: Function | undefined };

/**
 * The private members of one object, by name with its `#`, as they are now. Each call throws PrivateField where two
 * classes of the object's chain share the name and can't be told apart.
 */
export interface PrivateAccess {
  has(name: string): boolean;
  /** A field's value or a method; of an accessor use `member`, so that the getter can run as a twin. */
  get(name: string): unknown;
  /** `undefined`: the fields can only be read. */
  readonly set?: ((name: string, value: unknown) => void) | undefined;
  member(name: string): PrivateMember | undefined;
}
