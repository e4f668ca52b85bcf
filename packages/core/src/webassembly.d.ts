/** The part of WebAssembly's JavaScript interface that the wasm engine uses; neither ES2024 nor Node's types have it. */
declare namespace WebAssembly {
  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  class Module {
    constructor(bytes: ArrayBufferView<ArrayBuffer> | ArrayBuffer);
  }

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Readonly<Record<string, unknown>>;
  }

  /** Of pages of 64 KiB. */
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
    shared?: boolean;
  }

  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
    /** @returns the number of pages before. */
    grow(pages: number): number;
  }

  class Global {
    constructor(descriptor: { value: "i32" | "f32" | "f64"; mutable?: boolean }, value?: number);
    value: number;
  }

  class Table {
    constructor(descriptor: { element: "anyfunc"; initial: number; maximum?: number });
    readonly length: number;
  }

  type ImportValue = ((...args: number[]) => number | undefined) | Memory | Table | Global | number;
  type Imports = Record<string, Record<string, ImportValue>>;

  function compile(bytes: ArrayBufferView<ArrayBuffer> | ArrayBuffer): Promise<Module>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
  /** Whether the bytes are a module that this machine can run: how features are asked for. */
  function validate(bytes: ArrayBufferView<ArrayBuffer> | ArrayBuffer): boolean;
}

/** Newer than the language level that the library asks for: tells the processor that a loop only waits. */
interface Atomics {
  pause?(): void;
}
