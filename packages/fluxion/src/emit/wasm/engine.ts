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

export const { WebAssembly: engine } = globalThis as unknown as { readonly WebAssembly: Engine };
