/**
 * exp, sigmoid, tanh and log on four lanes, in place on locals, several vectors in step so that their chains overlap.
 *
 *     const math = hoistVectorMath(f, ["sigmoid", "tanh"]);       // before the loop: constants into locals, since V8
 *     f.forLoop(…, () => {                                        // would rebuild them at each use
 *       math.sigmoid([forget, input, output]);
 *       math.tanh([candidate]);
 *     });
 *
 * NaN comes through, and so do ±∞ to where they belong. Largest relative errors where the result is a normal number, against
 * float64: exp 1.0e-7, sigmoid 1.5e-7, tanh 3.6e-7 and never beyond ±1, log 8.3e-8. Coefficients are our own minimax fits
 * (Lawson's iteration in float64, rounded to float32), those of tanh improved by trial in float32.
 * The frame is the classical one: W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980.
 */
import type { FunctionBuilder, Local } from "./assembler.ts";
import { f32x4, i32x4, type V128, v128 } from "./instructions.ts";

type Vector = Local<"v128">;

/** Vector constants in locals, each once; to be filled before the loop that uses them. */
export class Constants {
  readonly #f: FunctionBuilder;
  readonly #known = new Map<string, Vector>();

  constructor(f: FunctionBuilder) {
    this.#f = f;
  }

  /** A local that holds this number in all lanes. */
  number(x: number): Vector {
    return this.vector(f32x4.const(x));
  }

  /** A local that holds this integer in all lanes. */
  integer(x: number): Vector {
    return this.vector(i32x4.const(x));
  }

  vector(constant: V128): Vector {
    const key = constant.code.flat(2).join();
    const known = this.#known.get(key) ?? this.#f.let(constant);
    this.#known.set(key, known);
    return known;
  }

  /** Gives the locals back. */
  release(): void {
    this.#f.release(...this.#known.values());
    this.#known.clear();
  }
}

/** Replaces each vector x by the function of x. Emits; takes locals for the time being. */
export type VectorFunction = (vectors: readonly Vector[]) => void;

/** First the constants, then as often as wanted the function. */
type Hoist = (f: FunctionBuilder, constants: Constants) => VectorFunction;

const { add, sub, mul, div, pmin, pmax } = f32x4;

/** A vector x and the locals that are needed to work on it: [x, …]. */
type Lane = readonly Vector[];
type Step = (lane: Lane) => void;

/** Emits each step for all vectors before the next step; every vector has `extra` locals beside itself. */
function inStep(
  f: FunctionBuilder,
  vectors: readonly Vector[],
  extra: number,
  steps: readonly Step[],
): void {
  const lanes = vectors.map((x) => [x, ...f.locals("v128", extra)]);
  for (const step of steps) for (const lane of lanes) step(lane);
  for (const [, ...extras] of lanes) f.release(...extras);
}

/** Horner's scheme: afterwards `lane[into]` is Σ coefficients[k] · lane[of]^k. */
function polynomial(
  f: FunctionBuilder,
  coefficients: readonly Vector[],
  { into, of }: { into: number; of: number },
): Step[] {
  const [highest, ...rest] = coefficients.toReversed();
  return rest.map((coefficient, i) => (lane) => {
    const held = i === 0 ? highest : lane[into];
    f.set(lane[into], add(mul(held, lane[of]), coefficient));
  });
}

/** Adding 1.5 · 2²³ rounds a float32 below 2²² to an integer, and leaves that integer in the low bits. */
const ROUNDER = 12582912;
const ROUNDER_BITS = 0x4b400000;
const ONE_BITS = 0x3f800000;
const EXPONENT_SHIFT = 23;
/** ln 2 in two parts; the first has 9 significant bits, so that its product with an exponent is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444005469057e-4;
/** e^r for |r| ≤ ln 2 / 2, within 3.1e-9. */
const EXP_COEFFICIENTS = [
  1, 1, 0.4999999403953552, 0.1666652113199234, 0.04166838899254799, 0.00836874544620514,
  0.0013814539415761828,
];

/**
 * e^(±x) = 2ⁿ · e^r with n the integer nearest to ±x / ln 2: the steps after which a lane is [r, e^r, ROUNDER + n].
 * The sign stands in the constants and costs nothing: with a minus, r is reckoned with its sign turned.
 */
function exponentialSteps(
  f: FunctionBuilder,
  constants: Constants,
  { sign, least, most }: { sign: 1 | -1; least: number; most: number },
): Step[] {
  const low = constants.number(least);
  const high = constants.number(most);
  const scale = constants.number(sign * Math.LOG2E);
  const rounder = constants.number(ROUNDER);
  const ln2High = constants.number(sign * LN2_HIGH);
  const ln2Low = constants.number(sign * LN2_LOW);
  const coefficients = EXP_COEFFICIENTS.map((c, k) => constants.number(k % 2 === 0 ? c : sign * c));
  return [
    ([x]) => f.set(x, pmax(pmin(x, high), low)),
    ([x, , n]) => f.set(n, add(mul(x, scale), rounder)),
    ([, y, n]) => f.set(y, sub(n, rounder)),
    ([x, y]) => f.set(x, sub(x, mul(y, ln2High))),
    ([x, y]) => f.set(x, sub(x, mul(y, ln2Low))),
    ...polynomial(f, coefficients, { into: 1, of: 0 }),
  ];
}

const exp: Hoist = (f, constants) => {
  // Beyond these the result is 0 or ∞.
  const steps = exponentialSteps(f, constants, { sign: 1, least: -104, most: 89 });
  const rounderBits = constants.integer(ROUNDER_BITS);
  const one = constants.integer(ONE_BITS);
  const powerOfTwo = (n: V128): V128 => i32x4.add(i32x4.shl(n, EXPONENT_SHIFT), one);
  return (vectors) =>
    inStep(f, vectors, 2, [
      ...steps,
      // n goes from −150 to 128, so 2ⁿ is multiplied in two halves: each is a normal number.
      ([, , n]) => f.set(n, i32x4.sub(n, rounderBits)),
      ([half, , n]) => f.set(half, i32x4.shr_s(n, 1)),
      ([half, y]) => f.set(y, mul(y, powerOfTwo(half))),
      ([x, y, n]) => f.set(x, mul(y, powerOfTwo(i32x4.sub(n, x)))),
    ]);
};

/** 1 / (1 + e^−x) */
const sigmoid: Hoist = (f, constants) => {
  // At −89 the power of two is ∞, and the result 0 as it should be.
  const steps = exponentialSteps(f, constants, { sign: -1, least: -89, most: 87 });
  const one = constants.number(1);
  return (vectors) =>
    inStep(f, vectors, 2, [
      ...steps,
      // 2ⁿ: n moves into the exponent's place, the rounder's own bits out at the top.
      ([, , n]) => f.set(n, i32x4.add(i32x4.shl(n, EXPONENT_SHIFT), one)),
      ([x, y, n]) => f.set(x, add(mul(y, n), one)),
      ([x]) => f.set(x, div(one, x)),
    ]);
};

/** tanh x = x · P(x²) / Q(x²), up to the first float32 x where that is 1. */
const TANH_END = 8.041743278503418;
const TANH_P = [
  1, 0.13406875729560852, 0.0035264012403786182, 2.1122392354300246e-5, 1.4082484511845905e-8,
];
const TANH_Q = [
  1, 0.4674019515514374, 0.02599390037357807, 0.0003336270456202328, 8.07064168384386e-7,
];

const tanh: Hoist = (f, constants) => {
  const high = constants.number(TANH_END);
  const low = constants.number(-TANH_END);
  const p = TANH_P.map((c) => constants.number(c));
  const q = TANH_Q.map((c) => constants.number(c));
  const numerator = polynomial(f, p, { into: 2, of: 1 });
  const denominator = polynomial(f, q, { into: 3, of: 1 });
  return (vectors) =>
    inStep(f, vectors, 3, [
      ([x]) => f.set(x, pmax(pmin(x, high), low)),
      ([x, square]) => f.set(square, mul(x, x)),
      ...numerator.flatMap((step, i) => [step, denominator[i]]),
      ([x, , top, bottom]) => f.set(x, div(mul(x, top), bottom)),
    ]);
};

const SMALLEST_NORMAL = 2 ** -126;
/** The bits of √½: mantissas are taken from [√½, √2), where log is smallest. */
const SQRT_HALF_BITS = 0x3f3504f3;
/** (log(1 + r) − r + r²/2) / r³ for 1 + r in [√½, √2), within 5.9e-9 of log(1 + r). */
const LOG_COEFFICIENTS = [
  0.3333333134651184, -0.2500081956386566, 0.20001226663589478, -0.16623356938362122,
  0.14201757311820984, -0.13160182535648346, 0.1276157647371292, -0.07634496688842773,
];

/** −∞ at 0, NaN below. */
const log: Hoist = (f, constants) => {
  const zero = constants.number(0);
  const one = constants.number(1);
  const half = constants.number(0.5);
  const infinity = constants.number(Number.POSITIVE_INFINITY);
  const minusInfinity = constants.number(Number.NEGATIVE_INFINITY);
  const smallestNormal = constants.number(SMALLEST_NORMAL);
  const lift = constants.number(2 ** EXPONENT_SHIFT);
  const lifted = constants.number(EXPONENT_SHIFT);
  const sqrtHalf = constants.integer(SQRT_HALF_BITS);
  const ln2High = constants.number(LN2_HIGH);
  const ln2Low = constants.number(LN2_LOW);
  const coefficients = LOG_COEFFICIENTS.map((c) => constants.number(c));
  const isSmall = (x: Vector): V128 => f32x4.lt(x, smallestNormal);
  return (vectors) =>
    inStep(f, vectors, 3, [
      // x = 2ⁿ · (1 + r); what is too small to be normal is multiplied by 2²³ first.
      ([x, n]) => f.set(n, v128.bitselect(mul(x, lift), x, isSmall(x))),
      ([, n, r]) => f.set(r, n),
      ([, n]) => f.set(n, i32x4.shr_s(i32x4.sub(n, sqrtHalf), EXPONENT_SHIFT)),
      ([, n, r]) => f.set(r, sub(i32x4.sub(r, i32x4.shl(n, EXPONENT_SHIFT)), one)),
      ([x, n]) => f.set(n, sub(f32x4.convert_i32x4_s(n), v128.and(lifted, isSmall(x)))),
      ...polynomial(f, coefficients, { into: 3, of: 2 }),
      // Small terms first: r³·P + n·low − r²/2, then r, then n·high.
      ([, , r, y]) => f.set(y, mul(mul(mul(y, r), r), r)),
      ([, n, , y]) => f.set(y, add(y, mul(n, ln2Low))),
      ([, , r, y]) => f.set(y, add(sub(y, mul(half, mul(r, r))), r)),
      ([, n, , y]) => f.set(y, add(y, mul(n, ln2High))),
      // Outside (0, ∞): the root gives ∞ for ∞, NaN for NaN and below 0.
      ([x, n]) => f.set(n, v128.bitselect(minusInfinity, f32x4.sqrt(x), f32x4.eq(x, zero))),
      ([x, , r]) => f.set(r, v128.and(f32x4.gt(x, zero), f32x4.lt(x, infinity))),
      ([x, n, r, y]) => f.set(x, v128.bitselect(y, n, r)),
    ]);
};

const HOISTS = { exp, sigmoid, tanh, log } as const;

export type VectorFunctionName = keyof typeof HOISTS;

/** Puts what these functions need into locals, and gives the functions. @param constants May be shared with other code. */
export function hoistVectorMath<N extends VectorFunctionName>(
  f: FunctionBuilder,
  names: readonly N[],
  constants = new Constants(f),
): Readonly<Record<N, VectorFunction>> {
  const entries = names.map((name) => [name, HOISTS[name](f, constants)] as const);
  // fromEntries forgets which names there were.
  return Object.fromEntries(entries) as Record<N, VectorFunction>;
}
