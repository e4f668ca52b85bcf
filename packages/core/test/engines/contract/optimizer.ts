/** The update rules against PyTorch's definitions, written out here once more, and the sum for the norm. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompiledPlan, Engine, Update, UpdateRule } from "../../../src/engines/engine.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { RandomStream, streamKey } from "../../../src/numbers/random.ts";
import { expectClose, type Tolerance } from "./close.ts";
import { within } from "./subject.ts";

const COUNT = 36;
const STEPS = 5;

interface Settings {
  readonly rule: UpdateRule;
  readonly gradientScale: number;
  readonly clipValue: number;
  readonly weightDecay: number;
  /** AdamW's λ. */
  readonly decoupledDecay: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly alpha: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** A stretch of weights with gradients and two slots. */
function stretch(engine: Engine) {
  const layout = new Layout();
  const [weights, gradients, first, second] = [0, 1, 2, 3].map(
    () => layout.tensor(1, COUNT).offset,
  );
  const plan = engine.compile({ steps: 1, batch: 1, size: layout.size, operations: [] });
  // What stands behind the plan's own memory is the engine's affair.
  const own = plan.numbers.subarray(0, layout.size);
  return { plan, own, weights, gradients, slots: [first, second] };
}

function updateOf(
  settings: Settings,
  step: number,
  place: { weights: number; gradients: number; slots: readonly number[] },
): Update {
  const { decoupledDecay, ...rest } = settings;
  const { weights, gradients, slots } = place;
  const shrink = 1 - settings.learningRate * decoupledDecay;
  return { ...rest, weights, gradients, slots, count: COUNT, shrink, step };
}

/** torch.optim's own algorithms, one weight over its steps, as its documentation states them. */
function torchPath(settings: Settings, start: number, gradients: readonly number[]): number {
  const { rule, learningRate: lr, momentum, nesterov, alpha, beta1, beta2, epsilon } = settings;
  let w = start;
  let buffer: number | null = null;
  let squares = 0;
  let mean = 0;
  gradients.forEach((given, n) => {
    let g = given * settings.gradientScale;
    if (g > settings.clipValue) g = settings.clipValue;
    if (g < -settings.clipValue) g = -settings.clipValue;
    g += settings.weightDecay * w;
    w -= lr * settings.decoupledDecay * w;
    switch (rule) {
      case "sgd":
        if (momentum !== 0) {
          buffer = buffer === null ? g : momentum * buffer + g;
          g = nesterov ? g + momentum * buffer : buffer;
        }
        w -= lr * g;
        break;
      case "rmsprop":
        squares = alpha * squares + (1 - alpha) * g ** 2;
        w -= (lr * g) / (Math.sqrt(squares) + epsilon);
        break;
      case "adam": {
        mean = beta1 * mean + (1 - beta1) * g;
        squares = beta2 * squares + (1 - beta2) * g ** 2;
        const meanHat = mean / (1 - beta1 ** (n + 1));
        const squaresHat = squares / (1 - beta2 ** (n + 1));
        w -= (lr * meanHat) / (Math.sqrt(squaresHat) + epsilon);
        break;
      }
      case "adagrad":
        squares += g ** 2;
        w -= (lr * g) / (Math.sqrt(squares) + epsilon);
        break;
    }
  });
  return w;
}

const settings: fc.Arbitrary<Settings> = fc.record({
  rule: fc.constantFrom<UpdateRule[]>("sgd", "rmsprop", "adam", "adagrad"),
  gradientScale: fc.constantFrom(1, 0.25),
  clipValue: fc.constantFrom(Number.POSITIVE_INFINITY, 0.5),
  weightDecay: fc.constantFrom(0, 0.125),
  decoupledDecay: fc.constantFrom(0, 0.5),
  learningRate: fc.constantFrom(0.1, 0.002),
  momentum: fc.constantFrom(0, 0.9),
  nesterov: fc.boolean(),
  alpha: fc.constantFrom(0.95, 0.99),
  beta1: fc.constantFrom(0.9, 0),
  beta2: fc.constantFrom(0.999, 0.98),
  epsilon: fc.constantFrom(1e-8, 1e-3),
});

export function optimizerContract(createEngine: () => Engine, tolerance: Tolerance): void {
  describe("update", () => {
    it("follows PyTorch's definitions over five steps", () => {
      fc.assert(
        fc.property(settings, (given) => {
          const place = stretch(createEngine());
          const { numbers } = place.plan;
          const random = new RandomStream(streamKey(5, "update"));
          const start = Array.from({ length: COUNT }, () => within(1)(random.uniform()));
          numbers.set(start, place.weights);
          const gradients = Array.from({ length: STEPS }, () =>
            Array.from({ length: COUNT }, () => within(2)(random.uniform())),
          );
          gradients.forEach((values, n) => {
            numbers.set(values, place.gradients);
            place.plan.update(updateOf(given, n + 1, place));
          });
          const wanted = start.map((w, i) =>
            torchPath(
              given,
              w,
              gradients.map((values) => values[i]),
            ),
          );
          const mine = [...numbers.subarray(place.weights, place.weights + COUNT)];
          expectClose(given.rule, mine, wanted, tolerance);
        }),
        { seed: 20260, numRuns: 60 },
      );
    });

    it("leaves what is neither in its stretch nor in its slots as it was", () => {
      const place = stretch(createEngine());
      const numbers = place.own;
      // Exact in float32, and no two alike, so that every weight and every moment moves.
      const before = Array.from(numbers, (_, at) => 1 + at / 4096);
      numbers.set(before);
      place.plan.update({ ...updateOf(plainAdam, 1, place), count: 8 });
      const changed = before.flatMap((value, at) => (numbers[at] === value ? [] : [at]));
      for (const at of changed) {
        const begins = [place.weights, ...place.slots];
        expect(begins.some((begin) => at >= begin && at < begin + 8)).toBe(true);
      }
      expect(changed.length).toBe(8 * 3);
    });

    it("keeps weights, gradients and moments of nothing at zero: padding stays padding", () => {
      for (const rule of ["sgd", "rmsprop", "adam", "adagrad"] as const) {
        const place = stretch(createEngine());
        place.plan.update(updateOf({ ...plainAdam, rule, weightDecay: 0.1 }, 1, place));
        expect(place.own.every((value) => value === 0)).toBe(true);
      }
    });

    it("does not clip a NaN into a number", () => {
      const place = stretch(createEngine());
      place.plan.numbers[place.gradients + 5] = Number.NaN;
      place.plan.update(updateOf({ ...plainAdam, rule: "sgd", clipValue: 1 }, 1, place));
      const weights = place.plan.numbers.subarray(place.weights, place.weights + COUNT);
      expect([...weights].flatMap((w, i) => (Number.isNaN(w) ? [i] : []))).toEqual([5]);
    });
  });

  describe("sumOfSquares", () => {
    const summed = (plan: CompiledPlan, values: readonly number[]): number => {
      plan.numbers.fill(0);
      plan.numbers.set(values, 16);
      return plan.sumOfSquares(16, values.length);
    };
    const planOf = (size: number): CompiledPlan =>
      createEngine().compile({ steps: 1, batch: 1, size, operations: [] });

    it("is Σ v² for stretches of any length", () => {
      const plan = planOf(6000);
      const random = new RandomStream(streamKey(6, "squares"));
      for (const count of [4, 8, 12, 36, 1024, 1028, 5000]) {
        const values = Array.from({ length: count }, () => within(1)(random.uniform()));
        const wanted = values.reduce((sum, v) => sum + v * v, 0);
        expectClose(`${count} numbers`, [summed(plan, values)], [wanted], tolerance);
      }
    });

    it("takes nothing from outside its stretch", () => {
      const plan = planOf(64);
      plan.numbers.fill(7);
      plan.numbers.fill(1, 16, 24);
      expect(plan.sumOfSquares(16, 8)).toBe(8);
    });

    it("lets NaN and infinity through", () => {
      const plan = planOf(64);
      expect(summed(plan, [1, Number.NaN, 1, 1, 1, 1, 1, 1])).toBeNaN();
      expect(summed(plan, [1, 1, 1, 1, 1, Number.NEGATIVE_INFINITY, 1, 1])).toBe(
        Number.POSITIVE_INFINITY,
      );
    });
  });
}

const plainAdam: Settings = {
  rule: "adam",
  gradientScale: 1,
  clipValue: Number.POSITIVE_INFINITY,
  weightDecay: 0,
  decoupledDecay: 0,
  learningRate: 0.1,
  momentum: 0.9,
  nesterov: false,
  alpha: 0.99,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
};
