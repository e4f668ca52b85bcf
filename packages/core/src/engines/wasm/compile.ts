/**
 * From a plan to something that runs: one WebAssembly memory, laid out once, and one module with exactly the kernels that
 * the plan's operations need.
 *
 * An operation comes about in two moves. First its *kind* looks at the spec, takes scratch memory and names the
 * kernels it needs; nothing exists yet. When all operations have done so, memory and module are made, and the *linker* that
 * the kind returned turns kernels into functions and gives the operation:
 *
 *     export const negation: OperationKind<NegationSpec> = (spec, context) => {
 *       const tape = context.scratch(spec.input.rows * spec.input.stride);
 *       const negate = context.kernel("negate", ["i32", "i32", "i32"], null, emitNegate);
 *       return (linked) => {
 *         const run = linked.function(negate);
 *         return { forward: (span) => run(bytes(spec.input.offset), bytes(tape), …), … };
 *       };
 *     };
 *
 * Rules of the house:
 * - plans and scratch speak of *numbers* (float32), kernels of byte addresses: `bytes(offset)` goes from one to the other;
 * - a kernel's key names everything its code depends on: the same key is emitted once, whoever asks. Code never depends on
 *   where something lies, so addresses are arguments;
 * - layout, kernels and their order are a function of the plan alone, so that another thread can instantiate the same
 *   bytes over the same memory;
 * - what an operation's methods do must take no memory: no array, closure or object a call.
 */
import { MOST_ARGUMENTS } from "../../threads/control.ts";
import type { Operation, OperationSpec, PlanSpec, Share, Span } from "../engine.ts";
import {
  type FunctionBuilder,
  type FunctionHandle,
  type Locals,
  type MemoryType,
  ModuleBuilder,
} from "./assembler.ts";
import type { Gemm } from "./gemm.ts";
import type { ValueType } from "./instructions.ts";

const BYTES_PER_NUMBER = 4;
const PAGE_BYTES = 65536;
/** A page short of 4 GiB, so that an address one past the end still fits 32 bits. */
const MAXIMUM_PAGES = 65535;
/** Scratch begins on cache lines of 64 bytes. */
const ALIGNMENT = 16;

const LONGEST_NAME = 60;

/** The byte address of a number. */
export function bytes(offset: number): number {
  return offset * BYTES_PER_NUMBER;
}

/** A kernel that has been asked for. */
export type Kernel<
  P extends readonly ValueType[] = readonly ValueType[],
  R extends ValueType | null = ValueType | null,
> = FunctionHandle<P> & { readonly result: R };

/** A kernel as a function: a number a parameter. */
export type KernelFunction<P extends readonly ValueType[], R extends ValueType | null> = (
  ...args: { [K in keyof P]: number }
) => R extends null ? void : number;

/** What an operation's kind may ask for while a plan is laid out. */
export interface PlanContext {
  readonly plan: PlanSpec;
  /** Whether products are lent, by `Linked.gemm`. */
  readonly lends: boolean;
  /** Whether products of many steps at once are lent, even where those of a step have too few rows. */
  readonly lendsWindows: boolean;
  /**
   * Memory behind the plan's own that belongs to the operation: packed weights, tapes. Zero at first.
   * @returns its offset in numbers, on a cache line.
   */
  scratch(count: number): number;
  /** Memory at `Linked.temporary`, a thread's own, that holds at least `count` numbers: valid within one call of a method. */
  temporary(count: number): void;
  /**
   * A kernel of the module.
   * @param key Names everything that the code depends on; of several kernels with one key the first is emitted.
   */
  kernel<const P extends readonly ValueType[], R extends ValueType | null>(
    key: string,
    params: P,
    result: R,
    emit: (f: FunctionBuilder, ...parameters: Locals<P>) => void,
  ): Kernel<P, R>;
}

/** What an operation is made from, once memory and module exist. */
export interface Linked {
  /** All of the memory, plan and scratch, twice: as float32 and as integers. */
  readonly numbers: Float32Array;
  readonly integers: Int32Array;
  /** Offset in numbers of this thread's temporary memory. */
  readonly temporary: number;
  /** Products lent by the machine, over this memory. */
  readonly gemm: Gemm | null;
  /** Where the thread that leads writes the arguments of a task. */
  readonly args: Int32Array;
  function<P extends readonly ValueType[], R extends ValueType | null>(
    kernel: Kernel<P, R>,
  ): KernelFunction<P, R>;
}

/** An operation that threads may also divide by columns, part by part, where there are too few rows to divide. */
export interface WasmOperation extends Operation {
  /** Forward of a whole span; where a part is worth dividing it is asked for by `divide`, which has `columns` done by all. */
  forwardColumns?(span: Span, divide: (part: number, step: number, rows: number) => void): void;
  /** A share of a part's columns. The row `step` counts from the sequence's first. */
  columns?(part: number, step: number, rows: number, share: Share): void;
}

export type OperationKind<S extends OperationSpec> = (
  spec: S,
  context: PlanContext,
) => (linked: Linked) => WasmOperation;

/** Where a plan is linked: in which memory, to which module, on which thread. */
export interface Place {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly gemm: Gemm | null;
  /** The thread's number: it has temporary memory of its own. */
  readonly thread: number;
  readonly args: Int32Array;
}

/** Who computes a plan, as its layout depends on it: one thread, with kernels alone. */
const ALONE = { threads: 1, lends: false, lendsWindows: false };

/** Collects what a plan's operations ask for, and makes it. Of use by itself where kernels are tested or timed alone. */
export class Workshop implements PlanContext {
  readonly plan: PlanSpec;
  readonly lends: boolean;
  readonly lendsWindows: boolean;
  readonly #threads: number;
  readonly #emits: boolean;
  readonly #module = new ModuleBuilder();
  readonly #kernels = new Map<string, Kernel>();
  #size: number;
  #temporary = 0;

  /** @param emits False where the module is there already and only its names are wanted. */
  constructor(plan: PlanSpec, { threads, lends, lendsWindows } = ALONE, emits = true) {
    this.plan = plan;
    this.lends = lends;
    this.lendsWindows = lendsWindows;
    this.#threads = threads;
    this.#emits = emits;
    this.#size = aligned(plan.size);
  }

  scratch(count: number): number {
    const offset = this.#size;
    this.#size = aligned(offset + count);
    return offset;
  }

  temporary(count: number): void {
    this.#temporary = Math.max(this.#temporary, aligned(count));
  }

  kernel<const P extends readonly ValueType[], R extends ValueType | null>(
    key: string,
    params: P,
    result: R,
    emit: (f: FunctionBuilder, ...parameters: Locals<P>) => void,
  ): Kernel<P, R> {
    const known = this.#kernels.get(key);
    // A key stands for one signature, which the map's type cannot say.
    if (known) return known as Kernel<P, R>;
    const name = this.#nameOf(key);
    const made = this.#emits
      ? this.#module.define(name, params, result, emit)
      : { name, index: this.#kernels.size, params, result };
    this.#kernels.set(key, made);
    return made;
  }

  /** What profilers show: the key, or of a long one the beginning and a number that makes it its own. */
  #nameOf(key: string): string {
    const short = key.slice(0, LONGEST_NAME);
    return short === key ? key : `${short}... #${this.#kernels.size}`;
  }

  /** What was asked for, as a module, and the memory that it wants. */
  emit(): MemoryType & { readonly bytes: Uint8Array<ArrayBuffer> } {
    const count = this.#size + this.#temporary * this.#threads;
    const pages = Math.ceil((count * BYTES_PER_NUMBER) / PAGE_BYTES);
    const shared = this.#threads > 1;
    return { pages, shared, bytes: this.#module.bytes({ pages, shared }) };
  }

  /** @throws RangeError when the memory cannot be had; the message says how much it is. */
  make(): { readonly memory: WebAssembly.Memory; readonly module: WebAssembly.Module } {
    const { pages, shared, bytes } = this.emit();
    const memory = allocate(pages, shared);
    return { memory, module: new WebAssembly.Module(bytes) };
  }

  linkTo({ memory, module, gemm, thread, args }: Place): Linked {
    if (this.#threads > 1) tellCollector(memory.buffer.byteLength);
    const { exports } = new WebAssembly.Instance(module, { environment: { memory } });
    return {
      numbers: new Float32Array(memory.buffer),
      integers: new Int32Array(memory.buffer),
      temporary: this.#size + this.#temporary * thread,
      gemm,
      args,
      function<P extends readonly ValueType[], R extends ValueType | null>(kernel: Kernel<P, R>) {
        // Every kernel is exported under its name with the signature it was defined with.
        return exports[kernel.name] as KernelFunction<P, R>;
      },
    };
  }

  /** On this thread alone, with kernels alone. */
  link(): Linked {
    const args = new Int32Array(MOST_ARGUMENTS);
    return this.linkTo({ ...this.make(), gemm: null, thread: 0, args });
  }
}

function allocate(pages: number, shared: boolean): WebAssembly.Memory {
  const size = `${((pages * PAGE_BYTES) / 2 ** 30).toFixed(2)} GiB`;
  if (pages > MAXIMUM_PAGES) {
    throw new RangeError(
      `wasm engine: the plan needs ${size} of memory, WebAssembly addresses at most 4 GiB; ` +
        "take a smaller batch, fewer steps at a time, or a smaller model",
    );
  }
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (cause) {
    throw new RangeError(
      `wasm engine: the plan needs ${size} of memory, which this machine did not give`,
      {
        cause,
      },
    );
  }
}

/** The most that the collector is told of one memory: enough for V8 to look for what can go. */
const TOLD_BYTES = 2 ** 26;

/**
 * Shared memory weighs nothing to a thread's garbage collector, so plans that are made and dropped would stay until it happened to
 * run, in every thread: 200 plans of 60 MiB on three threads took 7 GiB. A buffer of its size, never touched, has it run as
 * for memory that is not shared.
 */
function tellCollector(size: number): void {
  new ArrayBuffer(Math.min(size, TOLD_BYTES));
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}
