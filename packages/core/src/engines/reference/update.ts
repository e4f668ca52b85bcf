/** One step of an optimizer over a stretch of weights, as PyTorch defines it, and the sum from which a norm is taken. */
import { pow } from "../../numbers/portable.ts";
import type { Update, UpdateRule } from "../engine.ts";

/** Σ v², in order. */
export function sumOfSquares(memory: Float64Array, offset: number, count: number): number {
  let sum = 0;
  for (let i = offset; i < offset + count; i++) sum += memory[i] * memory[i];
  return sum;
}

/** Gives the rule's step for weight `i` with gradient `g`, to be taken off the weight, and moves the slots on. */
type Rule = (memory: Float64Array, update: Update) => (i: number, g: number) => number;

const RULES: Readonly<Record<UpdateRule, Rule>> = {
  sgd(memory, { slots: [velocities], momentum, nesterov, learningRate, step }) {
    if (momentum === 0) return (_, g) => learningRate * g;
    return (i, g) => {
      const v = step === 1 ? g : momentum * memory[velocities + i] + g;
      memory[velocities + i] = v;
      return learningRate * (nesterov ? g + momentum * v : v);
    };
  },

  rmsprop(memory, { slots: [squares], alpha, epsilon, learningRate }) {
    return (i, g) => {
      const s = alpha * memory[squares + i] + (1 - alpha) * g * g;
      memory[squares + i] = s;
      return (learningRate * g) / (Math.sqrt(s) + epsilon);
    };
  },

  adam(memory, { slots: [means, squares], beta1, beta2, epsilon, learningRate, step }) {
    const rate = learningRate / (1 - pow(beta1, step));
    const correction = Math.sqrt(1 - pow(beta2, step));
    return (i, g) => {
      const m = beta1 * memory[means + i] + (1 - beta1) * g;
      const v = beta2 * memory[squares + i] + (1 - beta2) * g * g;
      memory[means + i] = m;
      memory[squares + i] = v;
      return (rate * m) / (Math.sqrt(v) / correction + epsilon);
    };
  },

  adagrad(memory, { slots: [squares], epsilon, learningRate }) {
    return (i, g) => {
      const s = memory[squares + i] + g * g;
      memory[squares + i] = s;
      return (learningRate * g) / (Math.sqrt(s) + epsilon);
    };
  },
};

export function update(memory: Float64Array, given: Update): void {
  const { weights, gradients, count, gradientScale, clipValue, weightDecay, shrink } = given;
  const stepOf = RULES[given.rule](memory, given);
  for (let i = 0; i < count; i++) {
    const scaled = memory[gradients + i] * gradientScale;
    const clipped = Math.max(-clipValue, Math.min(clipValue, scaled));
    const w = memory[weights + i];
    memory[weights + i] = w * shrink - stepOf(i, clipped + weightDecay * w);
  }
}
