/**
 * WebAssembly instructions as typed expressions, under the names of the specification: `f32x4.mul(a, b)` is the code
 * that leaves the product on the stack. Those that kernels over float32 lanes have a use for; no relaxed ones, so that every machine
 * gives the same bits.
 *
 * An expression is code, not a number: it is evaluated where it is used, each time it is used. Keep what is needed twice
 * in a local (`FunctionBuilder.let`). Where an i32, f32 or f64 is wanted, a plain number stands for its constant.
 *
 * Opcodes: WebAssembly Core Specification 2.0, section 5.4.
 */

export type ValueType = "i32" | "f32" | "f64" | "v128";

/** Bytes, nested as the expressions are. */
export type Code = readonly (number | Code)[];

/** Code that leaves one value of this type on the stack. */
export interface Value<T extends ValueType = ValueType> {
  readonly type: T;
  readonly code: Code;
}

export type I32 = Value<"i32"> | number;
export type F32 = Value<"f32"> | number;
export type F64 = Value<"f64"> | number;
export type V128 = Value<"v128">;
type Scalar = "i32" | "f32" | "f64";

/** An unsigned integer below 2³² in LEB128: seven bits a byte, low ones first, the top bit says that more follow. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** A signed 32-bit integer in LEB128: ends where the sign bit of the last byte says the rest. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && !(byte & 0x40)) || (rest === -1 && byte & 0x40)) {
      bytes.push(byte);
      return bytes;
    }
    bytes.push(byte | 0x80);
  }
}

/** The bytes of numbers as they lie in memory; WebAssembly and every machine that runs JavaScript here are little-endian. */
function bytesOf(numbers: Float32Array | Float64Array | Int32Array): number[] {
  return [...new Uint8Array(numbers.buffer)];
}

function value<T extends ValueType>(type: T, ...code: Code): Value<T> {
  return { type, code };
}

const constants = {
  i32: (x: number): Value<"i32"> => value("i32", 0x41, signed(x)),
  f32: (x: number): Value<"f32"> => value("f32", 0x43, bytesOf(Float32Array.of(x))),
  f64: (x: number): Value<"f64"> => value("f64", 0x44, bytesOf(Float64Array.of(x))),
} as const;

/** The code of an operand of this type, which may be a plain number unless it is a vector. */
export function operand(type: ValueType, x: Value | number): Code {
  if (typeof x !== "number") return x.code;
  if (type === "v128") throw new TypeError("a vector operand needs a vector constant");
  return constants[type](x).code;
}

type Operand<A extends Scalar> = Value<A> | number;

function unary<A extends Scalar, R extends ValueType>(from: A, to: R, ...opcode: Code) {
  return (a: Operand<A>): Value<R> => value(to, operand(from, a), opcode);
}

function binary<A extends Scalar, R extends ValueType>(from: A, to: R, ...opcode: Code) {
  return (a: Operand<A>, b: Operand<A>): Value<R> =>
    value(to, operand(from, a), operand(from, b), opcode);
}

/** A memory access: opcode, log₂ of the natural alignment (a hint), and the constant added to the address. */
function access(opcode: Code, alignment: number, byteOffset: number): Code {
  return [opcode, alignment, unsigned(byteOffset)];
}

function load<R extends ValueType>(to: R, alignment: number, ...opcode: Code) {
  return (address: I32, byteOffset = 0): Value<R> =>
    value(to, operand("i32", address), access(opcode, alignment, byteOffset));
}

/** Code of `*(address + byteOffset) = stored`; which instruction follows from the value's type. */
export function storeCode(address: I32, stored: Value, byteOffset: number): Code {
  const stores = { i32: [0x36], f32: [0x38], f64: [0x39], v128: [0xfd, 0x0b] } as const;
  const alignments = { i32: 2, f32: 2, f64: 3, v128: 4 } as const;
  const { type } = stored;
  return [operand("i32", address), stored.code, access(stores[type], alignments[type], byteOffset)];
}

/** Comparisons and shifts as in the specification: `_s` signed, `_u` unsigned. Addresses are unsigned. */
export const i32 = {
  const: constants.i32,
  load: load("i32", 2, 0x28),
  eqz: unary("i32", "i32", 0x45),
  eq: binary("i32", "i32", 0x46),
  ne: binary("i32", "i32", 0x47),
  lt_s: binary("i32", "i32", 0x48),
  lt_u: binary("i32", "i32", 0x49),
  gt_s: binary("i32", "i32", 0x4a),
  gt_u: binary("i32", "i32", 0x4b),
  le_u: binary("i32", "i32", 0x4d),
  ge_s: binary("i32", "i32", 0x4e),
  ge_u: binary("i32", "i32", 0x4f),
  add: binary("i32", "i32", 0x6a),
  sub: binary("i32", "i32", 0x6b),
  mul: binary("i32", "i32", 0x6c),
  div_u: binary("i32", "i32", 0x6e),
  rem_u: binary("i32", "i32", 0x70),
  and: binary("i32", "i32", 0x71),
  or: binary("i32", "i32", 0x72),
  xor: binary("i32", "i32", 0x73),
  shl: binary("i32", "i32", 0x74),
  shr_s: binary("i32", "i32", 0x75),
  shr_u: binary("i32", "i32", 0x76),
  reinterpret_f32: unary("f32", "i32", 0xbc),
};

export const f32 = {
  const: constants.f32,
  load: load("f32", 2, 0x2a),
  eq: binary("f32", "i32", 0x5b),
  ne: binary("f32", "i32", 0x5c),
  lt: binary("f32", "i32", 0x5d),
  gt: binary("f32", "i32", 0x5e),
  abs: unary("f32", "f32", 0x8b),
  neg: unary("f32", "f32", 0x8c),
  sqrt: unary("f32", "f32", 0x91),
  add: binary("f32", "f32", 0x92),
  sub: binary("f32", "f32", 0x93),
  mul: binary("f32", "f32", 0x94),
  div: binary("f32", "f32", 0x95),
  min: binary("f32", "f32", 0x96),
  max: binary("f32", "f32", 0x97),
  convert_i32_s: unary("i32", "f32", 0xb2),
  demote_f64: unary("f64", "f32", 0xb6),
  reinterpret_i32: unary("i32", "f32", 0xbe),
};

export const f64 = {
  const: constants.f64,
  load: load("f64", 3, 0x2b),
  sqrt: unary("f64", "f64", 0x9f),
  add: binary("f64", "f64", 0xa0),
  sub: binary("f64", "f64", 0xa1),
  mul: binary("f64", "f64", 0xa2),
  div: binary("f64", "f64", 0xa3),
  convert_i32_s: unary("i32", "f64", 0xb7),
  promote_f32: unary("f32", "f64", 0xbb),
};

const simd = (opcode: number): Code => [0xfd, unsigned(opcode)];
const vector1 =
  (opcode: number) =>
  (a: V128): V128 =>
    value("v128", a.code, simd(opcode));
const vector2 =
  (opcode: number) =>
  (a: V128, b: V128): V128 =>
    value("v128", a.code, b.code, simd(opcode));
const shift =
  (opcode: number) =>
  (a: V128, count: I32): V128 =>
    value("v128", a.code, operand("i32", count), simd(opcode));
const splat =
  <A extends Scalar>(from: A, opcode: number) =>
  (a: Operand<A>): V128 =>
    value("v128", operand(from, a), simd(opcode));
const extract =
  <R extends Scalar>(to: R, opcode: number) =>
  (a: V128, lane: number): Value<R> =>
    value(to, a.code, simd(opcode), lane);
const test =
  (opcode: number) =>
  (a: V128): Value<"i32"> =>
    value("i32", a.code, simd(opcode));

/** Sixteen bytes, whatever they mean. */
export const v128 = {
  load: load("v128", 4, ...simd(0)),
  /** The 32 bits at the address, in all four lanes. */
  load32_splat: load("v128", 2, ...simd(9)),
  /** The 32 bits at the address in lane 0, zeros in the others. */
  load32_zero: load("v128", 2, ...simd(92)),
  /** Eight signed bytes, each as 16 bits. */
  load8x8_s: load("v128", 3, ...simd(1)),
  not: vector1(77),
  and: vector2(78),
  /** a & ~b */
  andnot: vector2(79),
  or: vector2(80),
  xor: vector2(81),
  any_true: test(83),
  /** Bits of a where the mask has ones, of b where it has zeros. */
  bitselect: (a: V128, b: V128, mask: V128): V128 =>
    value("v128", a.code, b.code, mask.code, simd(82)),
};

/** Comparisons give a mask: all ones in a lane where it holds. */
export const f32x4 = {
  /** One number in all four lanes, or four. */
  const: (a: number, b = a, c = a, d = a): V128 =>
    value("v128", simd(12), bytesOf(Float32Array.of(a, b, c, d))),
  splat: splat("f32", 19),
  extract_lane: extract("f32", 31),
  eq: vector2(65),
  ne: vector2(66),
  lt: vector2(67),
  gt: vector2(68),
  le: vector2(69),
  ge: vector2(70),
  floor: vector1(104),
  /** To the nearest integer, ties to even. */
  nearest: vector1(106),
  abs: vector1(224),
  neg: vector1(225),
  sqrt: vector1(227),
  add: vector2(228),
  sub: vector2(229),
  mul: vector2(230),
  div: vector2(231),
  /** NaN if either is; −0 < 0. */
  min: vector2(232),
  max: vector2(233),
  /** b < a ? b : a, one instruction on x86. A NaN in `a` comes through, one in `b` does not. */
  pmin: vector2(234),
  /** a < b ? b : a. A NaN in `a` comes through, one in `b` does not. */
  pmax: vector2(235),
  convert_i32x4_s: vector1(250),
  demote_f64x2_zero: vector1(94),
};

export const i32x4 = {
  const: (a: number, b = a, c = a, d = a): V128 =>
    value("v128", simd(12), bytesOf(Int32Array.of(a, b, c, d))),
  splat: splat("i32", 17),
  extract_lane: extract("i32", 27),
  eq: vector2(55),
  ne: vector2(56),
  lt_s: vector2(57),
  lt_u: vector2(58),
  gt_s: vector2(59),
  gt_u: vector2(60),
  ge_s: vector2(63),
  shl: shift(171),
  shr_s: shift(172),
  shr_u: shift(173),
  add: vector2(174),
  sub: vector2(177),
  mul: vector2(181),
  max_s: vector2(184),
  /** Lane n: a[2n] · b[2n] + a[2n+1] · b[2n+1], of eight signed 16-bit lanes each. */
  dot_i16x8_s: vector2(186),
  /** Rounds towards zero; NaN becomes 0, what is too large the nearest integer there is. */
  trunc_sat_f32x4_s: vector1(248),
};

export const f64x2 = {
  const: (a: number, b = a): V128 => value("v128", simd(12), bytesOf(Float64Array.of(a, b))),
  splat: splat("f64", 20),
  extract_lane: extract("f64", 33),
  /** Lanes 0 and 1 of four float32, as float64. */
  promote_low_f32x4: vector1(95),
  sqrt: vector1(239),
  add: vector2(240),
  sub: vector2(241),
  mul: vector2(242),
  div: vector2(243),
};

export const i16x8 = {
  /** Four lanes of a, then four of b, each held within ±2¹⁵. */
  narrow_i32x4_s: vector2(133),
};

export const i8x16 = {
  /** Sixteen bytes out of the 32 of a and b, each named by its index: 0–15 of a, 16–31 of b. */
  shuffle: (a: V128, b: V128, bytes: readonly number[]): V128 =>
    value("v128", a.code, b.code, simd(13), bytes),
};

/** Four lanes out of the eight of a and b: 0–3 of a, 4–7 of b. */
export function shuffleLanes(
  a: V128,
  b: V128,
  lanes: readonly [number, number, number, number],
): V128 {
  return i8x16.shuffle(
    a,
    b,
    lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
  );
}
