/** Rows whose last vector is partly padding, and sums over the lanes of a vector. */
import type { FunctionBuilder, Local } from "./assembler.ts";
import { i32, i32x4, shuffleLanes, type V128, v128 } from "./instructions.ts";

type Address = Local<"i32">;
type Vector = Local<"v128">;

/** Puts `filler` into the lanes that are padding; of a vector without padding, nothing. */
export type Mask = (v: V128, filler: V128) => V128;

/**
 * Gives a loop over the vectors of a row of `width` numbers. Code depends on the width by its remainder alone: `tail`
 * numbers in the last vector.
 */
export function hoistRow(f: FunctionBuilder, width: Address, tail: number) {
  const whole = f.let(i32.shl(i32.sub(width, tail), 2));
  const lane = (i: number): number => (i < tail ? -1 : 0);
  const inTail = f.let(i32x4.const(lane(0), lane(1), lane(2), lane(3)));
  const at = f.local("i32");
  return (body: (at: Address, mask: Mask) => void): void => {
    f.forLoop(at, 0, whole, 16, () => body(at, (v) => v));
    if (tail === 0) return;
    f.set(at, whole);
    body(at, (v, filler) => v128.bitselect(v, filler, inTail));
  };
}

/** Combines the four lanes; every lane of the local then holds the result. */
export function reduceLanes(
  f: FunctionBuilder,
  v: Vector,
  combine: (a: V128, b: V128) => V128,
): void {
  f.set(v, combine(v, shuffleLanes(v, v, [2, 3, 0, 1])));
  f.set(v, combine(v, shuffleLanes(v, v, [1, 0, 3, 2])));
}
