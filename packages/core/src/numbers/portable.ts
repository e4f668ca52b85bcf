/**
 * exp, log, tanh and their kin in float64, from + − × ÷ and sqrt alone.
 *
 * ECMAScript leaves the last bits of Math.exp and its like to the engine, and engines differ. Whatever reaches a weight or a
 * sample calls these instead: IEEE 754 fixes every operation here, so the bits are the same everywhere.
 * Errors quoted are the largest seen over 3,000 arguments each against 300-bit arithmetic, in units in the last place (ulp).
 *
 * The methods are the classical ones: Cody and Waite's argument reduction, then a Taylor series long enough for the reduced
 * argument (W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980).
 */

/** ln 2 in two parts; the first has 21 zero bits at its end, so that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LN2_INVERSE = Math.LOG2E;

/** π/2 in three parts of 33 bits, each product with an integer below 2²⁰ exact, and the rest. */
const HALF_PI = [
  1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32,
] as const;
const HALF_PI_INVERSE = 0.6366197723675814;

/** Largest |x| that `sin` and `cos` take: beyond 2²⁰ quarter turns the reduction would no longer be exact. */
export const MAX_ANGLE = 1_647_099;

/** Exponents of the smallest and the largest power of two. */
const MIN_EXPONENT = -1074;
const MAX_EXPONENT = 1023;

/** 2^n at [n − MIN_EXPONENT]. Halving and doubling are exact. */
const POWERS_OF_TWO = powersOfTwo();

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(MAX_EXPONENT - MIN_EXPONENT + 1);
  powers[-MIN_EXPONENT] = 1;
  for (let n = 1; n <= MAX_EXPONENT; n++)
    powers[n - MIN_EXPONENT] = powers[n - 1 - MIN_EXPONENT] * 2;
  for (let n = -1; n >= MIN_EXPONENT; n--)
    powers[n - MIN_EXPONENT] = powers[n + 1 - MIN_EXPONENT] / 2;
  return powers;
}

/** y · 2^n, rounded once, for y near 1 and |n| ≤ 1,100: half of the scaling is always exact. */
function scaled(y: number, n: number): number {
  const half = n >> 1;
  return y * POWERS_OF_TWO[half - MIN_EXPONENT] * POWERS_OF_TWO[n - half - MIN_EXPONENT];
}

/** e^r − 1 for |r + rest| ≤ ln 2 / 2: the Taylor series to r¹³; `rest` is what r had no room for. */
function exponentialLessOne(r: number, rest: number): number {
  let p = 1 / 6227020800;
  p = p * r + 1 / 479001600;
  p = p * r + 1 / 39916800;
  p = p * r + 1 / 3628800;
  p = p * r + 1 / 362880;
  p = p * r + 1 / 40320;
  p = p * r + 1 / 5040;
  p = p * r + 1 / 720;
  p = p * r + 1 / 120;
  p = p * r + 1 / 24;
  p = p * r + 1 / 6;
  p = p * r + 0.5;
  return r + (p * r * r + rest);
}

/** e^x. Within 0.8 ulp. */
export function exp(x: number): number {
  if (x > 709.8) return Number.POSITIVE_INFINITY;
  if (x < -745.2) return 0;
  if (Number.isNaN(x)) return x;
  const n = Math.floor(x * LN2_INVERSE + 0.5);
  const high = x - n * LN2_HIGH;
  const low = n * LN2_LOW;
  const r = high - low;
  return scaled(1 + exponentialLessOne(r, high - r - low), n);
}

/** e^x − 1, without the loss of figures near 0. Within 1.5 ulp. */
export function expm1(x: number): number {
  if (x > 709.8) return Number.POSITIVE_INFINITY;
  if (x < -40) return -1;
  if (x === 0 || Number.isNaN(x)) return x;
  const n = Math.floor(x * LN2_INVERSE + 0.5);
  if (n === 0) return exponentialLessOne(x, 0);
  const high = x - n * LN2_HIGH;
  const low = n * LN2_LOW;
  const r = high - low;
  const p = exponentialLessOne(r, high - r - low);
  // 2ⁿ(1 + p) − 1 = 2ⁿ((1 − 2⁻ⁿ) + p), where 1 − 2⁻ⁿ is exact for the n at which it matters.
  return n > 60 ? scaled(1 + p, n) : scaled(1 - POWERS_OF_TWO[-n - MIN_EXPONENT] + p, n);
}

/** tanh x, odd, −1 … 1. Within 2.1 ulp. */
export function tanh(x: number): number {
  const a = Math.abs(x);
  if (a > 22) return x > 0 ? 1 : -1;
  // Below 2⁻²⁸, x³/3 is less than half a unit in the last place; this also keeps −0.
  if (a < 3.725290298461914e-9 || Number.isNaN(x)) return x;
  const t = expm1(2 * a);
  const y = t / (t + 2);
  return x > 0 ? y : -y;
}

/** 1 / (1 + e^−x), 0 … 1, without overflow on either side. Within 1.9 ulp. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

const bits = new DataView(new ArrayBuffer(8));

/** Parts of log x = n·ln 2 + log(1 + f): written by `split`, read at once by its caller. */
let exponent = 0;
let fraction = 0;

/** x = 2^exponent · (1 + fraction) with 1 + fraction in [√½, √2), exactly. x positive and finite. */
function split(x: number): void {
  let n = 0;
  let y = x;
  if (x < 2.2250738585072014e-308) {
    y = x * 18014398509481984; // 2⁵⁴: a subnormal number becomes a normal one.
    n = -54;
  }
  bits.setFloat64(0, y);
  const high = bits.getInt32(0);
  n += (high >> 20) - 1023;
  bits.setInt32(0, (high & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    n++;
  }
  exponent = n;
  fraction = m - 1;
}

/** (log(1 + f) − 2s) / s with s = f / (2 + f), z = s²: 2z/3 + 2z²/5 + …, since log(1 + f) = 2 artanh s. z ≤ 0.0295. */
function logarithmSeries(z: number): number {
  let p = 2 / 23;
  p = p * z + 2 / 21;
  p = p * z + 2 / 19;
  p = p * z + 2 / 17;
  p = p * z + 2 / 15;
  p = p * z + 2 / 13;
  p = p * z + 2 / 11;
  p = p * z + 2 / 9;
  p = p * z + 2 / 7;
  p = p * z + 2 / 5;
  p = p * z + 2 / 3;
  return p * z;
}

/** log x, the natural logarithm: −∞ at ±0, NaN below. Within 0.7 ulp. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  split(x);
  const n = exponent;
  const f = fraction;
  const s = f / (2 + f);
  // 2s = f − f²/2 + s·f²/2 keeps f, which is exact, as the leading term.
  const half = 0.5 * f * f;
  const rest = s * (half + logarithmSeries(s * s));
  return n * LN2_HIGH - (half - (rest + n * LN2_LOW) - f);
}

/** The first 26 bits of x: products of two such are exact (Veltkamp). */
function leading(x: number): number {
  const c = 134217729 * x;
  return c - (c - x);
}

/** a·b − product, exactly, where product is a·b rounded (Dekker). */
function productRest(a: number, b: number, product: number): number {
  const aHigh = leading(a);
  const bHigh = leading(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/**
 * base^power for base ≥ 0: rates and bias corrections. Within 1.1 ulp.
 * Zero and infinite arguments as in Math.pow, except that a negative base gives NaN whatever the power.
 */
export function pow(base: number, power: number): number {
  if (power === 0) return 1;
  if (Number.isNaN(base) || Number.isNaN(power) || base < 0) return Number.NaN;
  if (base === 1) return Math.abs(power) === Number.POSITIVE_INFINITY ? Number.NaN : 1;
  if (base === 0) return power > 0 ? 0 : Number.POSITIVE_INFINITY;
  if (base === Number.POSITIVE_INFINITY) return power > 0 ? base : 0;
  if (Math.abs(power) === Number.POSITIVE_INFINITY) {
    return base > 1 === power > 0 ? Number.POSITIVE_INFINITY : 0;
  }
  if (power === 1) return base;

  // log base as a sum high + low of two numbers, good to some 60 bits: a plain log would lose one figure in ten of the power.
  split(base);
  const n = exponent;
  const f = fraction;
  const divisor = 2 + f;
  const divisorRest = 2 - divisor + f;
  const s = f / divisor;
  const quotient = s * divisor;
  const sRest = (f - quotient - productRest(s, divisor, quotient) - s * divisorRest) / divisor;
  const tail = s * logarithmSeries(s * s) + 2 * sRest;
  const lead = n * LN2_HIGH;
  const sum = lead + 2 * s;
  // Of the two, the one with n ≠ 0 is the larger.
  const sumRest = n === 0 ? 0 : lead - sum + 2 * s;
  const restOfAll = sumRest + (tail + n * LN2_LOW);
  const high = sum + restOfAll;
  const low = sum - high + restOfAll;

  const y = power * high;
  if (y > 710) return Number.POSITIVE_INFINITY;
  if (y < -746) return 0;
  const yRest = productRest(power, high, y) + power * low;
  const k = Math.floor(y * LN2_INVERSE + 0.5);
  const reduced = y - k * LN2_HIGH;
  const take = k * LN2_LOW - yRest;
  const r = reduced - take;
  return scaled(1 + exponentialLessOne(r, reduced - r - take), k);
}

/** Quarter turns taken off an angle, modulo 4, and what is left in two parts: written by `reduceAngle`, read at once. */
let quarter = 0;
let angle = 0;
let angleRest = 0;

function reduceAngle(x: number): void {
  if (Math.abs(x) > MAX_ANGLE) {
    throw new RangeError(`sin and cos take angles within ±${MAX_ANGLE}, got ${x}`);
  }
  const n = Math.floor(x * HALF_PI_INVERSE + 0.5);
  const first = x - n * HALF_PI[0];
  const second = n * HALF_PI[1];
  const upper = first - second;
  const lower = first - upper - second - n * HALF_PI[2] - n * HALF_PI[3];
  quarter = n & 3;
  angle = upper + lower;
  angleRest = upper - angle + lower;
}

/** sin(r + rest) for |r| ≤ π/4: the Taylor series to r¹⁷. */
function sinSeries(r: number, rest: number): number {
  const z = r * r;
  let p = 1 / 355687428096000;
  p = p * z - 1 / 1307674368000;
  p = p * z + 1 / 6227020800;
  p = p * z - 1 / 39916800;
  p = p * z + 1 / 362880;
  p = p * z - 1 / 5040;
  p = p * z + 1 / 120;
  p = p * z - 1 / 6;
  return r + (p * z * r + rest * (1 - 0.5 * z));
}

/** cos(r + rest) for |r| ≤ π/4: the Taylor series to r¹⁶. */
function cosSeries(r: number, rest: number): number {
  const z = r * r;
  let p = 1 / 20922789888000;
  p = p * z - 1 / 87178291200;
  p = p * z + 1 / 479001600;
  p = p * z - 1 / 3628800;
  p = p * z + 1 / 40320;
  p = p * z - 1 / 720;
  p = p * z + 1 / 24;
  const half = 0.5 * z;
  const lead = 1 - half;
  // What 1 − z/2 lost in rounding comes back with the small terms.
  return lead + (1 - lead - half + (p * z * z - r * rest));
}

/**
 * sin x, x in radians within ±MAX_ANGLE. NaN for ±∞. Within 0.8 ulp.
 * @throws RangeError beyond ±MAX_ANGLE.
 */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  if (x === 0) return x;
  reduceAngle(x);
  const y = (quarter & 1) === 0 ? sinSeries(angle, angleRest) : cosSeries(angle, angleRest);
  return quarter < 2 ? y : -y;
}

/**
 * cos x, x in radians within ±MAX_ANGLE. NaN for ±∞. Within 0.8 ulp.
 * @throws RangeError beyond ±MAX_ANGLE.
 */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  reduceAngle(x);
  const y = (quarter & 1) === 0 ? cosSeries(angle, angleRest) : sinSeries(angle, angleRest);
  return quarter === 0 || quarter === 3 ? y : -y;
}
