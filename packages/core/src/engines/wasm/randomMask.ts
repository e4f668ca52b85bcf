/** Which elements a random mask keeps: the integers of `numbers/random`, four at a time. */
import type { FunctionBuilder, Local } from "./assembler.ts";
import { i32, i32x4, type V128, v128 } from "./instructions.ts";
import type { Constants } from "./vectorMath.ts";

/** Random bits that `uniform` keeps, and by how far it shifts them. */
const UNIFORM_BITS = 24;
const UNIFORM_SHIFT = 8;

type Address = Local<"i32">;
type Vector = Local<"v128">;

/** uniform ≥ rate, over integers of 24 bits. */
export function thresholdOf(rate: number): number {
  return Math.ceil(rate * 2 ** UNIFORM_BITS);
}

/** `mix32` of `numbers/random`, in place; constants in locals. */
function hoistMixer(f: FunctionBuilder, constants: Constants): (x: Vector) => void {
  const factors = [0xed5ad4bb, 0xac4c1b51, 0x31848bab].map((factor) => constants.integer(factor));
  const shifts = [17, 11, 15];
  return (x) => {
    factors.forEach((factor, i) => {
      f.set(x, i32x4.mul(v128.xor(x, i32x4.shr_u(x, shifts[i])), factor));
    });
    f.set(x, v128.xor(x, i32x4.shr_u(x, 14)));
  };
}

/**
 * Code before a loop; gives the code of a turn: ones in the lanes of the elements that are kept, of four with the numbers
 * counter + at / 4 and on, where `at` counts bytes.
 */
export function hoistMask(
  f: FunctionBuilder,
  constants: Constants,
  key0: Address,
  key1: Address,
  threshold: Address,
): (counter: Address, at: Address) => V128 {
  const mix = hoistMixer(f, constants);
  const lanes = constants.vector(i32x4.const(0, 1, 2, 3));
  const keys = [f.let(i32x4.splat(key0)), f.let(i32x4.splat(key1))];
  const least = f.let(i32x4.splat(threshold));
  const bits = f.local("v128");
  return (counter, at) => {
    f.set(bits, i32x4.add(i32x4.splat(i32.add(counter, i32.shr_u(at, 2))), lanes));
    f.set(bits, v128.xor(bits, keys[0]));
    mix(bits);
    f.set(bits, i32x4.add(bits, keys[1]));
    mix(bits);
    return i32x4.ge_s(i32x4.shr_u(bits, UNIFORM_SHIFT), least);
  };
}
