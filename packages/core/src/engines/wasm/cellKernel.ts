/**
 * Machine code for one stage of a cell: its straight-line code over the units of a row, and that over rows.
 *
 * The forward pass takes four vectors of four units at once, so that the long chains of its polynomials overlap; the
 * backward pass, short chains and many loads, one. What every turn uses (numbers, the polynomials' constants, the mask) is
 * put into locals before the loops, since V8 would build it again at each use. Where units do not fill the last vector,
 * what is stored there is masked: padding stays zero whatever those lanes compute.
 */
import type { NodeId, PointwiseOp } from "../../cells/program.ts";
import { LANES } from "../layout.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import type { Instruction, Kernel, Loop, Place } from "./cellStages.ts";
import type { Kernel as KernelHandle, PlanContext } from "./compile.ts";
import { f32x4, i32, i32x4, type V128, v128 } from "./instructions.ts";
import {
  Constants,
  hoistVectorMath,
  type VectorFunction,
  type VectorFunctionName,
} from "./vectorMath.ts";

type Vector = Local<"v128">;
type Pointer = Local<"i32">;

const NUMBER_BYTES = 4;
const VECTOR_BYTES = LANES * NUMBER_BYTES;
/** How many vectors a loop takes at once. */
export const FORWARD_INTERLEAVE = 4;
export const BACKWARD_INTERLEAVE = 1;

/** How the rows of an array are counted: by step and batch, those one step earlier, by batch, or there is but one. */
export type RowsOf = "step" | "previous" | "batch" | "all";

/** An array as kernels see it. */
export interface ArrayShape {
  readonly rows: RowsOf;
  /** Numbers from row to row. */
  readonly stride: number;
}

const PARAMETERS = ["i32", "i32", "i32", "i32", "i32"] as const;

export interface CellKernel {
  /** The arrays that the kernel reads and writes, in the order of its table; `column` means nothing here. */
  readonly arrays: readonly Place[];
  /**
   * A function of the address of a table, which holds the address of row 0 of each array; the first row of the step
   * (t·batch + from); that row one step earlier; the first row of the batch (from); and how many rows.
   */
  readonly handle: KernelHandle<typeof PARAMETERS, null>;
}

/** Asks for the kernel of one stage. */
export function cellKernel(
  context: PlanContext,
  kernel: Kernel,
  interleave: number,
  shapeOf: (array: Place) => ArrayShape,
): CellKernel {
  const arrays = arraysOf(kernel);
  const shapes = arrays.map(shapeOf);
  const key = `cell ${JSON.stringify([kernel, interleave, shapes])}`;
  const handle = context.kernel(key, PARAMETERS, null, (f, table, step, previous, batch, rows) => {
    const firstRow = { step, previous, batch };
    const pointers = shapes.map(({ rows: counted, stride }, i) => {
      const start = i32.load(table, i * NUMBER_BYTES);
      if (counted === "all") return f.let(start);
      return f.let(i32.add(start, i32.mul(firstRow[counted], stride * NUMBER_BYTES)));
    });
    const code = new RowCode(f, kernel, (place) => {
      return pointers[arrays.findIndex((array) => sameArray(array, place))];
    });
    f.forLoop(f.local("i32"), 0, rows, 1, () => {
      for (const loop of kernel.loops) code.emit(loop, interleave);
      shapes.forEach(({ rows: counted, stride }, i) => {
        if (counted !== "all") f.increment(pointers[i], stride * NUMBER_BYTES);
      });
    });
  });
  return { arrays, handle };
}

/** The code of one row: everything that does not change from row to row is made when this is, before the loop. */
class RowCode {
  readonly #f: FunctionBuilder;
  readonly #pointerOf: (place: Place) => Pointer;
  readonly #constants: Constants;
  readonly #math: Readonly<Record<VectorFunctionName, VectorFunction>>;

  constructor(f: FunctionBuilder, kernel: Kernel, pointerOf: (place: Place) => Pointer) {
    this.#f = f;
    this.#pointerOf = pointerOf;
    this.#constants = new Constants(f);
    const used = new Set<string>();
    for (const { width, code } of kernel.loops) {
      if (width % LANES > 0) this.#mask(width);
      for (const instruction of code) {
        if (instruction.kind === "number") this.#constants.number(instruction.value);
        if (instruction.kind !== "apply") continue;
        used.add(instruction.op);
        if (instruction.op === "greater") this.#constants.number(1);
        if (instruction.op === "relu" || instruction.op === "masked") this.#constants.number(0);
      }
    }
    const names = (["exp", "sigmoid", "tanh", "log"] as const).filter((name) => used.has(name));
    this.#math = hoistVectorMath(f, names, this.#constants);
  }

  /** A loop over the units, `interleave` vectors a turn, and what is left over. */
  emit({ width, code }: Loop, interleave: number): void {
    const f = this.#f;
    const vectors = Math.ceil(width / LANES);
    const turns = Math.floor(Math.floor(width / LANES) / interleave);
    const turnBytes = interleave * VECTOR_BYTES;
    const mask = width % LANES > 0 ? this.#mask(width) : null;
    if (turns > 0) {
      const unit = f.local("i32");
      f.forLoop(unit, 0, turns * turnBytes, turnBytes, () => {
        const address = (place: Place) => i32.add(this.#pointerOf(place), unit);
        this.#turn(code, interleave, address, 0, null);
      });
      f.release(unit);
    }
    const rest = vectors - turns * interleave;
    if (rest > 0) this.#turn(code, rest, this.#pointerOf, turns * turnBytes, mask);
  }

  /** The code for `count` vectors side by side. `mask` is of the last one. */
  #turn(
    code: readonly Instruction[],
    count: number,
    address: (place: Place) => ReturnType<typeof i32.add>,
    byteOffset: number,
    mask: Vector | null,
  ): void {
    const f = this.#f;
    const values = new Map<NodeId, readonly Vector[]>();
    const numbers = new Set<NodeId>();
    const lastUse = lastUses(code);
    const at = (place: Place, i: number): V128 =>
      v128.load(address(place), byteOfVector(place, i) + byteOffset);
    const vectorsOf = (id: NodeId): readonly Vector[] => {
      const value = values.get(id);
      if (value === undefined) throw new Error(`node ${id} is used before it is there`);
      return value;
    };
    const store = (place: Place, i: number, value: V128): void => {
      const kept = mask !== null && i === count - 1 ? v128.and(value, mask) : value;
      f.store(address(place), kept, byteOfVector(place, i) + byteOffset);
    };
    code.forEach((instruction, position) => {
      const dies = (id: NodeId): boolean => lastUse.get(id) === position && !numbers.has(id);
      const define = (into: NodeId, made: (i: number) => V128): void => {
        const locals = f.locals("v128", count);
        locals.forEach((local, i) => {
          f.set(local, made(i));
        });
        values.set(into, locals);
      };
      switch (instruction.kind) {
        case "load": {
          const [first, second] = instruction.from;
          define(instruction.into, (i) =>
            second === undefined ? at(first, i) : f32x4.add(at(first, i), at(second, i)),
          );
          break;
        }
        case "number": {
          const constant = this.#constants.number(instruction.value);
          values.set(
            instruction.into,
            Array.from({ length: count }, () => constant),
          );
          numbers.add(instruction.into);
          break;
        }
        case "apply": {
          const { op, into, args } = instruction;
          const operands = args.map(vectorsOf);
          if (!isVectorFunction(op)) {
            define(into, (i) => this.#operation(op, operands[0][i], operands[1]?.[i]));
          } else {
            // These work in place: on the argument itself where nobody needs it any more.
            const inPlace = dies(args[0]);
            if (inPlace) values.set(into, operands[0]);
            else define(into, (i) => operands[0][i]);
            this.#math[op](vectorsOf(into));
            if (inPlace) return;
          }
          for (const id of new Set(args)) if (dies(id)) f.release(...vectorsOf(id));
          break;
        }
        case "store":
          vectorsOf(instruction.from).forEach((value, i) => {
            store(instruction.to, i, value);
          });
          if (dies(instruction.from)) f.release(...vectorsOf(instruction.from));
          break;
        case "accumulate":
          vectorsOf(instruction.from).forEach((value, i) => {
            store(instruction.to, i, f32x4.add(at(instruction.to, i), value));
          });
          if (dies(instruction.from)) f.release(...vectorsOf(instruction.from));
          break;
      }
    });
  }

  #operation(op: Exclude<PointwiseOp, VectorFunctionName>, a: Vector, b: Vector): V128 {
    switch (op) {
      case "add":
      case "sub":
      case "mul":
      case "div":
      case "max":
      case "min":
        return f32x4[op](a, b);
      case "neg":
      case "abs":
      case "sqrt":
        return f32x4[op](a);
      case "masked":
        return v128.andnot(f32x4.mul(a, b), f32x4.eq(b, this.#constants.number(0)));
      case "greater":
        return v128.and(f32x4.gt(a, b), this.#constants.number(1));
      case "relu":
        // A NaN comes through from the first argument only.
        return f32x4.pmax(a, this.#constants.number(0));
    }
  }

  /** Ones in the lanes of the last vector that hold units. */
  #mask(width: number): Vector {
    const lanes = width % LANES;
    const bits = (lane: number): number => (lane < lanes ? -1 : 0);
    return this.#constants.vector(i32x4.const(bits(0), bits(1), bits(2), bits(3)));
  }
}

/** Where each value is used last, as an index into the code; where it is made, if nothing uses it. */
function lastUses(code: readonly Instruction[]): Map<NodeId, number> {
  const last = new Map<NodeId, number>();
  code.forEach((instruction, position) => {
    if (instruction.kind === "apply") for (const id of instruction.args) last.set(id, position);
    if (instruction.kind === "store" || instruction.kind === "accumulate") {
      last.set(instruction.from, position);
    }
  });
  return last;
}

function isVectorFunction(op: PointwiseOp): op is VectorFunctionName {
  return op === "exp" || op === "sigmoid" || op === "tanh" || op === "log";
}

function byteOfVector(place: Place, i: number): number {
  return place.column * NUMBER_BYTES + i * VECTOR_BYTES;
}

function sameArray(a: Place, b: Place): boolean {
  return a.array === b.array && a.index === b.index;
}

function arraysOf(kernel: Kernel): Place[] {
  const arrays: Place[] = [];
  const add = (place: Place): void => {
    if (!arrays.some((array) => sameArray(array, place))) arrays.push(place);
  };
  for (const { code } of kernel.loops) {
    for (const instruction of code) {
      if (instruction.kind === "load") instruction.from.forEach(add);
      if (instruction.kind === "store" || instruction.kind === "accumulate") add(instruction.to);
    }
  }
  return arrays;
}
