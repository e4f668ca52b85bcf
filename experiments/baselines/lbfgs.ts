/**
 * L-BFGS: minimises a smooth function of many numbers. The Hessian's inverse is estimated from the last few steps.
 *
 * D. C. Liu and J. Nocedal, On the limited memory BFGS method for large scale optimization, Mathematical Programming 45, 1989. The step is
 * found by bisection between the weak Wolfe conditions: A. S. Lewis and M. L. Overton, Nonsmooth optimization via quasi-Newton methods, ibid. 141, 2013.
 */

/** The value at x; writes its gradient into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Ends where no part of the gradient is larger. @default 1e-6 */
  readonly tolerance?: number;
  /** @default 1000 */
  readonly iterations?: number;
}

export interface Minimum {
  readonly value: number;
  readonly iterations: number;
  /** The largest part of the gradient. */
  readonly gradient: number;
  /** Whether the gradient is within the tolerance. */
  readonly converged: boolean;
}

/** Steps that are remembered: with hundreds of thousands of numbers, going through more of them costs more than it saves. */
const MEMORY = 5;
/** Of the decrease and of the slope that a line promises: Nocedal and Wright's usual choice. */
const DECREASE = 1e-4;
const SLOPE = 0.9;
/** Halvings of a step after which rounding is all that is left to gain. */
const TRIALS = 40;

interface Step {
  /** x after less x before. */
  readonly moved: Float64Array;
  /** Gradient after less gradient before. */
  readonly turned: Float64Array;
  /** 1 / (moved · turned) */
  readonly inverse: number;
}

/** @param x Where to begin; holds the minimum afterwards. */
export function lbfgs(
  objective: Objective,
  x: Float64Array,
  { tolerance = 1e-6, iterations = 1000 }: LbfgsOptions = {},
): Minimum {
  const steps: Step[] = [];
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  let iteration = 0;
  for (; iteration < iterations && largest(gradient) > tolerance; iteration++) {
    const direction = descent(gradient, steps);
    const slope = dot(gradient, direction);
    const before = x.slice();
    const next = new Float64Array(x.length);
    let step = steps.length === 0 ? 1 / Math.sqrt(dot(gradient, gradient)) : 1;
    let low = 0;
    let high = Number.POSITIVE_INFINITY;
    let found = Number.NaN;
    for (let trial = 0; trial < TRIALS; trial++) {
      for (let i = 0; i < x.length; i++) x[i] = before[i] + step * direction[i];
      found = objective(x, next);
      if (!(found <= value + DECREASE * step * slope)) high = step;
      else if (dot(next, direction) < SLOPE * slope) low = step;
      else break;
      step = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
    }
    if (!(found < value)) {
      x.set(before);
      break;
    }
    remember(steps, before, x, gradient, next);
    gradient = next;
    value = found;
  }
  const rest = largest(gradient);
  return { value, iterations: iteration, gradient: rest, converged: rest <= tolerance };
}

/** −H g, with H estimated from the steps: the two loops of Liu and Nocedal. */
function descent(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = new Float64Array(gradient.length);
  add(direction, -1, gradient);
  const shares: number[] = [];
  for (const { moved, turned, inverse } of steps.toReversed()) {
    const share = inverse * dot(moved, direction);
    shares.push(share);
    add(direction, -share, turned);
  }
  const last = steps.at(-1);
  if (last) {
    const scale = 1 / (last.inverse * dot(last.turned, last.turned));
    for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  }
  for (const { moved, turned, inverse } of steps) {
    add(direction, (shares.pop() ?? 0) - inverse * dot(turned, direction), moved);
  }
  return direction;
}

function remember(
  steps: Step[],
  before: Float64Array,
  after: Float64Array,
  gradientBefore: Float64Array,
  gradientAfter: Float64Array,
): void {
  const moved = after.slice();
  add(moved, -1, before);
  const turned = gradientAfter.slice();
  add(turned, -1, gradientBefore);
  const curvature = dot(moved, turned);
  // Without curvature the estimate would no longer point downhill.
  if (!(curvature > 0)) return;
  steps.push({ moved, turned, inverse: 1 / curvature });
  if (steps.length > MEMORY) steps.shift();
}

function dot(a: Float64Array, b: Float64Array): number {
  // Four sums side by side do not wait for one another.
  const whole = a.length - (a.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (let i = whole; i < a.length; i++) s0 += a[i] * b[i];
  return s0 + s1 + (s2 + s3);
}

function add(into: Float64Array, factor: number, values: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i] += factor * values[i];
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
