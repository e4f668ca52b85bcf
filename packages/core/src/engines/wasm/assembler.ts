/**
 * A small WebAssembly assembler: functions with typed locals and structured control, put together into one module.
 * What can stand in an expression is in `instructions.ts`; here are the statements. Kernels are emitted with it at run time
 * for the shapes at hand, so there is no toolchain, no binary in the repository, and no file to load.
 *
 *     const module = new ModuleBuilder();
 *     module.define('sum', ['i32', 'i32'], 'f32', (f, from, to) => {     // the numbers in [from, to), byte addresses
 *       const total = f.let(f32.const(0));
 *       f.forLoop(f.local('i32'), from, to, 4, (p) => f.set(total, f32.add(total, f32.load(p))));
 *       f.return(total);
 *     });
 *     new WebAssembly.Module(module.bytes());
 *
 * Only what V8's own checks would not catch is checked here; a malformed function fails when the module is compiled.
 */
import {
  type Code,
  type I32,
  i32,
  operand,
  storeCode,
  unsigned,
  type Value,
  type ValueType,
} from "./instructions.ts";

/** A local variable; as an expression, its value at that point. */
export interface Local<T extends ValueType = ValueType> extends Value<T> {
  readonly index: number;
}

/** One local a parameter type. */
export type Locals<P extends readonly ValueType[]> = { readonly [K in keyof P]: Local<P[K]> };
/** One argument a parameter type. */
export type Arguments<P extends readonly ValueType[]> = {
  readonly [K in keyof P]: Value<P[K]> | (P[K] extends "v128" ? never : number);
};

/** A place to jump to: the end of a `block`, the beginning of a `loop`. */
export interface Label {
  readonly depth: number;
}

/** A function of the module. */
export interface FunctionHandle<P extends readonly ValueType[] = readonly ValueType[]> {
  readonly name: string;
  readonly index: number;
  readonly params: P;
  readonly result: ValueType | null;
}

const TYPE_BYTES = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
const FUNCTION_TYPE = 0x60;
const NO_RESULT = 0x40;
const END = 0x0b;

export class FunctionBuilder {
  readonly #code: Code[] = [];
  /** Of every local, parameters first. */
  readonly #types: ValueType[];
  readonly #parameterCount: number;
  readonly #free: Local[] = [];
  #depth = 0;

  constructor(params: readonly ValueType[]) {
    this.#types = [...params];
    this.#parameterCount = params.length;
  }

  /** A local of this type: one that was released, or a new one. What it holds is undefined until it is set. */
  local<T extends ValueType>(type: T): Local<T> {
    const at = this.#free.findLastIndex((free) => free.type === type);
    if (at >= 0) {
      const [{ index }] = this.#free.splice(at, 1);
      return localAt(type, index);
    }
    this.#types.push(type);
    return localAt(type, this.#types.length - 1);
  }

  locals<T extends ValueType>(type: T, count: number): Local<T>[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  /** A local that holds this value. */
  let<T extends ValueType>(value: Value<T>): Local<T> {
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  /** Gives locals back for `local` to hand out again: V8 has sixteen vector registers, and fewer locals spill less. */
  release(...locals: readonly Local[]): void {
    for (const local of locals) {
      if (this.#free.some((free) => free.index === local.index)) {
        throw new Error(`local ${local.index} released twice`);
      }
      this.#free.push(local);
    }
  }

  set<T extends ValueType>(local: Local<T>, value: Value<T>): void {
    this.#code.push([value.code, 0x21, unsigned(local.index)]);
  }

  /** Adds to an integer. */
  increment(local: Local<"i32">, by: I32): void {
    this.set(local, i32.add(local, by));
  }

  /** Writes a value, with the store instruction of its type, at `address + byteOffset`. */
  store(address: I32, value: Value, byteOffset = 0): void {
    this.#code.push(storeCode(address, value, byteOffset));
  }

  /** Sets `byteCount` bytes to zero. */
  fillZero(address: I32, byteCount: I32): void {
    this.#code.push([
      operand("i32", address),
      operand("i32", 0),
      operand("i32", byteCount),
      0xfc,
      0x0b,
      0,
    ]);
  }

  /** Copies `byteCount` bytes; the stretches may overlap. */
  copy(to: I32, from: I32, byteCount: I32): void {
    this.#code.push([
      operand("i32", to),
      operand("i32", from),
      operand("i32", byteCount),
      0xfc,
      0x0a,
      0,
      0,
    ]);
  }

  /** Calls a function without a result. */
  call<P extends readonly ValueType[]>(callee: FunctionHandle<P>, ...args: Arguments<P>): void {
    if (callee.result !== null) throw new Error(`${callee.name} has a result: use callValue`);
    this.#code.push(callCode(callee, args));
  }

  block(body: (exit: Label) => void): void {
    this.#nest([0x02, NO_RESULT], body);
  }

  /** Runs the body once; a jump to `again` repeats it. */
  loop(body: (again: Label) => void): void {
    this.#nest([0x03, NO_RESULT], body);
  }

  if(condition: Value<"i32">, then: () => void, otherwise?: () => void): void {
    this.#nest([condition.code, 0x04, NO_RESULT], () => {
      then();
      if (otherwise) {
        this.#code.push([0x05]);
        otherwise();
      }
    });
  }

  branch(label: Label): void {
    this.#code.push([0x0c, unsigned(this.#depth - label.depth)]);
  }

  branchIf(label: Label, condition: Value<"i32">): void {
    this.#code.push([condition.code, 0x0d, unsigned(this.#depth - label.depth)]);
  }

  /**
   * `for (counter = start; counter < end; counter += step) body`, unsigned, so that counters can be addresses.
   * `end` is evaluated after each turn: give a local or a constant. No overflow as long as `end + step` stays below 2³².
   */
  forLoop(
    counter: Local<"i32">,
    start: I32,
    end: I32,
    step: I32,
    body: (counter: Local<"i32">) => void,
  ): void {
    this.set(counter, typeof start === "number" ? i32.const(start) : start);
    const turn = (): void =>
      this.loop((again) => {
        body(counter);
        this.increment(counter, step);
        this.branchIf(again, i32.lt_u(counter, end));
      });
    // Between two constants the first turn is known to happen, or never to.
    if (typeof start !== "number" || typeof end !== "number") this.if(i32.lt_u(counter, end), turn);
    else if (start < end) turn();
  }

  return(value?: Value): void {
    this.#code.push([value?.code ?? [], 0x0f]);
  }

  /** The function's entry in the code section: its length, its locals, its code. */
  bytes(result: ValueType | null): number[] {
    const runs: [count: number, type: ValueType][] = [];
    for (const type of this.#types.slice(this.#parameterCount)) {
      const last = runs.at(-1);
      if (last?.[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    // A function with a result ends in `return`; what follows is never reached, which validation has to be told.
    const locals = runs.map(([count, type]) => [unsigned(count), TYPE_BYTES[type]]);
    const tail = result === null ? [END] : [0x00, END];
    const body = flatten([unsigned(runs.length), locals, this.#code, tail]);
    return [...unsigned(body.length), ...body];
  }

  #nest(begin: Code, body: (label: Label) => void): void {
    this.#code.push(begin);
    this.#depth++;
    body({ depth: this.#depth });
    this.#depth--;
    this.#code.push([END]);
  }
}

/** The value that a function with a result gives. */
export function callValue<P extends readonly ValueType[], R extends ValueType>(
  callee: FunctionHandle<P> & { readonly result: R },
  ...args: Arguments<P>
): Value<R> {
  return { type: callee.result, code: callCode(callee, args) };
}

/** A memory of so many pages of 64 KiB, as a module imports it: the two must agree on whether it is shared. */
export interface MemoryType {
  readonly pages: number;
  readonly shared: boolean;
}

/** A module that imports one memory, `environment.memory`, and exports every function by its name. */
export class ModuleBuilder {
  readonly #functions: { handle: FunctionHandle; bytes: number[] }[] = [];

  /** Adds an exported function; `body` emits it, given one local a parameter. */
  define<const P extends readonly ValueType[], R extends ValueType | null>(
    name: string,
    params: P,
    result: R,
    body: (f: FunctionBuilder, ...parameters: Locals<P>) => void,
  ): FunctionHandle<P> & { readonly result: R } {
    const f = new FunctionBuilder(params);
    // A mapped tuple is what `map` gives; TypeScript types it as an array.
    const parameters = params.map((type, index) => localAt(type, index)) as unknown as Locals<P>;
    body(f, ...parameters);
    const handle = { name, index: this.#functions.length, params, result };
    this.#functions.push({ handle, bytes: f.bytes(result) });
    return handle;
  }

  bytes({ pages, shared }: MemoryType = { pages: 0, shared: false }): Uint8Array<ArrayBuffer> {
    // Every signature once: its encoding, by its name.
    const signatures = new Map<string, Code>();
    for (const { handle } of this.#functions)
      signatures.set(signatureName(handle), signature(handle));
    const signatureNames = [...signatures.keys()];
    // A shared memory says its largest size too. At least as many pages as here will do for both.
    const limits = shared ? [0x03, unsigned(pages), unsigned(pages)] : [0x00, 0x00];
    const memoryImport = [name("environment"), name("memory"), 0x02, limits];
    const functions = this.#functions.map(({ handle, bytes }) => ({
      signature: unsigned(signatureNames.indexOf(signatureName(handle))),
      index: unsigned(handle.index),
      name: name(handle.name),
      bytes,
    }));
    const exported = functions.map((f) => [f.name, 0x00, f.index]);
    const named = functions.map((f) => [f.index, f.name]);
    return Uint8Array.from(
      flatten([
        [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
        section(1, vector([...signatures.values()])),
        section(2, vector([memoryImport])),
        section(3, vector(functions.map((f) => f.signature))),
        section(7, vector(exported)),
        section(10, vector(functions.map((f) => f.bytes))),
        // For profilers and stack traces.
        section(0, [name("name"), section(1, vector(named))]),
      ]),
    );
  }
}

function localAt<T extends ValueType>(type: T, index: number): Local<T> {
  return { type, index, code: [0x20, unsigned(index)] };
}

function signatureName({ params, result }: FunctionHandle): string {
  return `${params} -> ${result}`;
}

function signature({ params, result }: FunctionHandle): Code {
  const results = result === null ? [] : [result];
  return [
    FUNCTION_TYPE,
    [params, results].map((types) => vector(types.map((type) => [TYPE_BYTES[type]]))),
  ];
}

function callCode(callee: FunctionHandle, args: readonly (Value | number)[]): Code {
  const codes = callee.params.map((type, i) => operand(type, args[i]));
  return [codes, 0x10, unsigned(callee.index)];
}

function vector(entries: Code): Code {
  return [unsigned(entries.length), entries];
}

/** A section, or a part of one: its number, its length, what it holds. */
function section(id: number, content: Code): Code {
  const flat = flatten(content);
  return [id, unsigned(flat.length), flat];
}

function name(text: string): Code {
  return vector([...new TextEncoder().encode(text)]);
}

function flatten(code: Code, into: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === "number") into.push(part);
    else flatten(part, into);
  }
  return into;
}
