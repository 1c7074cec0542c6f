/**
 * The engine's WebAssembly, typed: the types that come with the language know neither browsers nor it.
 * Invariant: nothing else reaches for the global.
 */

export interface WasmMemory {
  /** Another one after each growing. */
  readonly buffer: ArrayBuffer;
  /** By pages; throws if there are no more to be had. */
  grow(pages: number): number;
}

/** Compiled code, not yet bound to a memory. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

interface Engine {
  readonly Memory: new (size: { initial: number; maximum?: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

export const pageBytes = 65_536;

/** There is no WebAssembly here, or none that may be used: nothing is compiled. */
export class Unavailable extends Error {}

/** Throws `Unavailable`. */
export function engine(): Engine {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: Engine };
  if (WebAssembly === undefined) throw new Unavailable('this environment has no WebAssembly');
  return WebAssembly;
}

/** A memory that can grow: to 4 GB, or as far as the process may reserve addresses. Throws `Unavailable`. */
export function newMemory(): WasmMemory {
  for (const maximum of [65_536, 16_384, 4096, 1024]) {
    try {
      return new (engine().Memory)({ initial: 1, maximum });
    } catch (e) {
      if (e instanceof Unavailable) throw e;
    }
  }
  throw new Unavailable('this process may not reserve memory for WebAssembly');
}
