/**
 * What attention does with one query against the rows of one sequence, `step` bytes apart: products with each, sums weighted by
 * a number each, and a softmax over those numbers. A row has `width` bytes, whole vectors; a sum is the same chain whatever is
 * done beside it.
 */
import type { FunctionBuilder, Local } from "./assembler.ts";
import type { Kernel, PlanContext } from "./compile.ts";
import { f32x4, i32, i32x4, shuffleLanes, v128 } from "./instructions.ts";
import { reduceLanes } from "./rowVectors.ts";
import { Constants, hoistVectorMath } from "./vectorMath.ts";

type Address = Local<"i32">;
type Vector = Local<"v128">;

const VECTOR_BYTES = 16;
/** Rows that products are taken with at a time, a lane of the result each. */
const ROWS = 4;

const SIX = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;
const SEVEN = [...SIX, "i32"] as const;
const THREE = ["i32", "i32", "i32"] as const;
const ELEVEN = [...SEVEN, "i32", "i32", "i32", "i32"] as const;

/** Lane n of the result is the sum of the lanes of the n-th. */
function sumEach(f: FunctionBuilder, [a, b, c, d]: readonly Vector[]): void {
  const halves = (x: Vector, y: Vector) =>
    f32x4.add(shuffleLanes(x, y, [0, 4, 1, 5]), shuffleLanes(x, y, [2, 6, 3, 7]));
  f.set(a, halves(a, b));
  f.set(c, halves(c, d));
  f.set(a, f32x4.add(shuffleLanes(a, c, [0, 1, 4, 5]), shuffleLanes(a, c, [2, 3, 6, 7])));
}

/**
 * to[t] = Σ term over the vectors of `row` and row t, four t at a time: behind the last, the last again.
 *
 * @param term Given a vector of the row in a local, and one of each of four others, replaces these by what is summed.
 */
function emitProducts(
  f: FunctionBuilder,
  [row, base, step, count, to, width]: readonly Address[],
  term: (own: Vector, others: readonly Vector[], at: Address) => void,
): void {
  f.if(i32.eqz(count), () => f.return());
  const last = f.let(i32.add(base, i32.mul(i32.sub(count, 1), step)));
  const rows = f.locals("i32", ROWS);
  const totals = f.locals("v128", ROWS);
  const others = f.locals("v128", ROWS);
  const own = f.local("v128");
  f.set(rows[0], base);
  f.forLoop(f.local("i32"), 0, count, ROWS, () => {
    for (let i = 1; i < ROWS; i++) {
      f.set(rows[i], i32.add(rows[i - 1], step));
      f.if(i32.gt_u(rows[i], last), () => f.set(rows[i], last));
    }
    for (const total of totals) f.set(total, f32x4.const(0));
    f.forLoop(f.local("i32"), 0, width, VECTOR_BYTES, (at) => {
      f.set(own, v128.load(i32.add(row, at)));
      others.forEach((other, i) => {
        f.set(other, v128.load(i32.add(rows[i], at)));
      });
      term(own, others, at);
      totals.forEach((total, i) => {
        f.set(total, f32x4.add(total, others[i]));
      });
    });
    sumEach(f, totals);
    f.store(to, totals[0]);
    f.increment(to, VECTOR_BYTES);
    f.set(rows[0], i32.add(rows[0], i32.mul(step, ROWS)));
  });
}

/** (row, base, step, count, to, width): to[t] = row · base_t. */
export function dotProducts(context: PlanContext): Kernel<typeof SIX, null> {
  return context.kernel("attention dot products", SIX, null, (f, ...addresses) =>
    emitProducts(f, addresses, (own, others) => {
      for (const other of others) f.set(other, f32x4.mul(own, other));
    }),
  );
}

/** (query, base, step, count, to, width, vector): to[t] = vector · tanh(query + base_t). */
export function additiveScores(context: PlanContext): Kernel<typeof SEVEN, null> {
  return context.kernel("attention additive scores", SEVEN, null, (f, ...addresses) => {
    const { tanh } = hoistVectorMath(f, ["tanh"]);
    const [query, base, step, count, to, width, vector] = addresses;
    emitProducts(f, [query, base, step, count, to, width], (own, others, at) => {
      for (const other of others) f.set(other, f32x4.add(own, other));
      tanh(others);
      f.set(own, v128.load(i32.add(vector, at)));
      for (const other of others) f.set(other, f32x4.mul(own, other));
    });
  });
}

/** (row, count, width): softmax of the first `count` numbers, in place; zeros behind. Of none it is zeros. */
export function softmaxRow(context: PlanContext): Kernel<typeof THREE, null> {
  return context.kernel("attention softmax", THREE, null, (f, row, count, width) => {
    const constants = new Constants(f);
    const { exp } = hoistVectorMath(f, ["exp"], constants);
    const lowest = constants.number(Number.NEGATIVE_INFINITY);
    const lanes = constants.vector(i32x4.const(0, 1, 2, 3));
    const counts = f.let(i32x4.splat(count));
    const end = f.let(i32.and(i32.add(i32.shl(count, 2), VECTOR_BYTES - 1), -VECTOR_BYTES));
    const at = f.local("i32");
    const address = f.local("i32");
    const [largest, total, e] = f.locals("v128", 3);
    const forVectors = (body: () => void): void =>
      f.forLoop(at, 0, end, VECTOR_BYTES, () => {
        f.set(address, i32.add(row, at));
        body();
      });
    const isCounted = () => i32x4.lt_s(i32x4.add(i32x4.splat(i32.shr_u(at, 2)), lanes), counts);
    f.if(count, () => {
      f.set(largest, lowest);
      forVectors(() => {
        const score = v128.bitselect(v128.load(address), lowest, isCounted());
        f.set(largest, f32x4.max(largest, score));
      });
      reduceLanes(f, largest, f32x4.max);
      f.set(total, f32x4.const(0));
      forVectors(() => {
        f.set(e, f32x4.sub(v128.load(address), largest));
        exp([e]);
        f.set(e, v128.and(e, isCounted()));
        f.set(total, f32x4.add(total, e));
        f.store(address, e);
      });
      reduceLanes(f, total, f32x4.add);
      f.set(total, f32x4.div(f32x4.const(1), total));
      forVectors(() => f.store(address, f32x4.mul(v128.load(address), total)));
    });
    f.fillZero(i32.add(row, end), i32.sub(width, end));
  });
}

/** (weights, gradients, count): of the softmax's weights a, given ∂L/∂a: gradients = a · (gradients − Σ a · gradients). */
export function softmaxRowBackward(context: PlanContext): Kernel<typeof THREE, null> {
  return context.kernel(
    "attention softmax backward",
    THREE,
    null,
    (f, weights, gradients, count) => {
      const end = f.let(i32.shl(count, 2));
      const at = f.local("i32");
      const mean = f.let(f32x4.const(0));
      const weight = () => v128.load(i32.add(weights, at));
      const gradient = () => v128.load(i32.add(gradients, at));
      // Weights behind the last are zero.
      f.forLoop(at, 0, end, VECTOR_BYTES, () => {
        f.set(mean, f32x4.add(mean, f32x4.mul(weight(), gradient())));
      });
      reduceLanes(f, mean, f32x4.add);
      f.forLoop(at, 0, end, VECTOR_BYTES, () => {
        const changed = f32x4.mul(weight(), f32x4.sub(gradient(), mean));
        f.store(i32.add(gradients, at), changed);
      });
    },
  );
}

/** (weights, base, step, count, to, width): to = Σ_t weights[t] · base_t. */
export function weightedSum(context: PlanContext): Kernel<typeof SIX, null> {
  return context.kernel(
    "attention weighted sum",
    SIX,
    null,
    (f, weights, base, step, count, to, width) => {
      const end = f.let(i32.add(weights, i32.shl(count, 2)));
      const row = f.local("i32");
      const weight = f.local("i32");
      /** So many vectors of all rows; then on to the next. */
      const columns = (vectors: number): void => {
        const totals = Array.from({ length: vectors }, () => f.let(f32x4.const(0)));
        f.set(row, base);
        f.forLoop(weight, weights, end, 4, () => {
          const splat = f.let(v128.load32_splat(weight));
          totals.forEach((total, i) => {
            const value = v128.load(row, i * VECTOR_BYTES);
            f.set(total, f32x4.add(total, f32x4.mul(splat, value)));
          });
          f.release(splat);
          f.increment(row, step);
        });
        totals.forEach((total, i) => {
          f.store(to, total, i * VECTOR_BYTES);
        });
        f.release(...totals);
        f.increment(to, vectors * VECTOR_BYTES);
        f.increment(base, vectors * VECTOR_BYTES);
      };
      const block = 8 * VECTOR_BYTES;
      f.forLoop(f.local("i32"), 0, i32.and(width, -block), block, () => columns(8));
      for (const vectors of [4, 2, 1]) {
        f.if(i32.and(width, vectors * VECTOR_BYTES), () => columns(vectors));
      }
    },
  );
}

/** (weights, row, base, step, count, width): base_t = base_t + weights[t] · row. */
export function addWeighted(context: PlanContext): Kernel<typeof SIX, null> {
  return context.kernel(
    "attention add weighted",
    SIX,
    null,
    (f, weights, row, base, step, count, width) => {
      const end = f.let(i32.add(weights, i32.shl(count, 2)));
      const splat = f.local("v128");
      const at = f.local("i32");
      const address = f.local("i32");
      const turn = 4 * VECTOR_BYTES;
      const turns = f.let(i32.and(width, -turn));
      const vector = (constant: number): void => {
        const added = f32x4.mul(splat, v128.load(i32.add(row, at), constant));
        f.store(address, f32x4.add(v128.load(address, constant), added), constant);
      };
      f.forLoop(f.local("i32"), weights, end, 4, (weight) => {
        f.set(splat, v128.load32_splat(weight));
        f.set(address, base);
        f.forLoop(at, 0, turns, turn, () => {
          for (let constant = 0; constant < turn; constant += VECTOR_BYTES) vector(constant);
          f.increment(address, turn);
        });
        f.forLoop(at, turns, width, VECTOR_BYTES, () => {
          vector(0);
          f.increment(address, VECTOR_BYTES);
        });
        f.increment(base, step);
      });
    },
  );
}

/**
 * (query, base, step, count, scoreGradients, vector, queryGradient, baseGradient, its step, vectorGradient, width): with y =
 * tanh(query + base_t) and g = scoreGradients[t] · vector · (1 − y²), queryGradient and baseGradient_t gain g, and vectorGradient
 * scoreGradients[t] · y.
 */
export function additiveBackward(context: PlanContext): Kernel<typeof ELEVEN, null> {
  return context.kernel("attention additive backward", ELEVEN, null, (f, ...parameters) => {
    const [query, base, step, count, scores, vector, dQuery, dBase, dStep, dVector, width] =
      parameters;
    const constants = new Constants(f);
    const { tanh } = hoistVectorMath(f, ["tanh"], constants);
    const one = constants.number(1);
    const end = f.let(i32.add(scores, i32.shl(count, 2)));
    const at = f.local("i32");
    const y = f.local("v128");
    const gain = f.local("v128");
    const splat = f.local("v128");
    const address = f.local("i32");
    const add = (to: Address, value: Vector): void => {
      f.set(address, i32.add(to, at));
      f.store(address, f32x4.add(v128.load(address), value));
    };
    f.forLoop(f.local("i32"), scores, end, 4, (score) => {
      f.set(splat, v128.load32_splat(score));
      f.forLoop(at, 0, width, VECTOR_BYTES, () => {
        f.set(y, f32x4.add(v128.load(i32.add(query, at)), v128.load(i32.add(base, at))));
        tanh([y]);
        f.set(gain, f32x4.mul(splat, v128.load(i32.add(vector, at))));
        f.set(gain, f32x4.mul(gain, f32x4.sub(one, f32x4.mul(y, y))));
        add(dQuery, gain);
        add(dBase, gain);
        f.set(gain, f32x4.mul(splat, y));
        add(dVector, gain);
      });
      f.increment(base, step);
      f.increment(dBase, dStep);
    });
  });
}
