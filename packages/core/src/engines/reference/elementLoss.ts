/** losses[r] = rowWeight · Σ loss(y, t) / M over a row of M outputs y: the mean of what each costs where t was wanted. */
import { exp, log, sigmoid } from "../../numbers/portable.ts";
import type { ElementLoss, ElementLossSpec, Operation } from "../engine.ts";
import { forEachRow, noTraining } from "./rows.ts";

/** What an output costs, and the derivative by y. */
interface Cost {
  of(y: number, t: number): number;
  slope(y: number, t: number): number;
}

/** ∂|d|/∂d, at 0 taken to be 0. */
function sign(d: number): number {
  if (d > 0) return 1;
  return d < 0 ? -1 : 0;
}

/** One a level for quantiles, else one. */
function costsOf(loss: ElementLoss): readonly Cost[] {
  switch (loss.name) {
    case "squared":
      return [{ of: (y, t) => (y - t) * (y - t), slope: (y, t) => 2 * (y - t) }];
    case "absolute":
      return [{ of: (y, t) => Math.abs(y - t), slope: (y, t) => sign(y - t) }];
    case "huber": {
      const { delta } = loss;
      return [
        {
          of(y, t) {
            const d = Math.abs(y - t);
            return d <= delta ? (d * d) / 2 : delta * (d - delta / 2);
          },
          slope: (y, t) => Math.max(-delta, Math.min(delta, y - t)),
        },
      ];
    }
    case "quantile":
      return loss.levels.map((level) => ({
        of: (y, t) => Math.max(level * (t - y), (level - 1) * (t - y)),
        // 1 − q above the target, −q below.
        slope: (y, t) => (y === t ? 0 : (y > t ? 1 : 0) - level),
      }));
    case "binaryCrossEntropy":
      return [
        {
          // −t·log σ(y) − (1 − t)·log(1 − σ(y)), without overflow.
          of: (y, t) => Math.max(y, 0) - y * t + log(1 + exp(-Math.abs(y))),
          slope: (y, t) => sigmoid(y) - t,
        },
      ];
    default:
      throw new TypeError(`unknown loss "${loss satisfies never}"`);
  }
}

export function elementLoss(spec: ElementLossSpec, memory: Float64Array): Operation {
  const { loss, outputs, targets, losses, rowWeights, training } = spec;
  const costs = costsOf(loss);
  const M = outputs.width;
  const weightOf = (row: number): number =>
    rowWeights ? memory[rowWeights.offset + row * rowWeights.stride] : 1;
  /** Column m of the outputs is about this column of the targets … */
  const targetOf = (row: number, m: number): number =>
    memory[targets.offset + row * targets.stride + Math.floor(m / costs.length)];
  /** … and costs this. */
  const costOf = (m: number): Cost => costs[m % costs.length];

  return {
    prepare() {},

    forward(span) {
      forEachRow(span, (row) => {
        const weight = weightOf(row);
        const y = outputs.offset + row * outputs.stride;
        let sum = 0;
        // A row that counts for nothing may hold anything.
        for (let m = 0; m < M && weight !== 0; m++) {
          const target = targetOf(row, m);
          if (!Number.isNaN(target)) sum += costOf(m).of(memory[y + m], target);
        }
        memory[losses.offset + row * losses.stride] = (weight * sum) / M;
      });
    },

    // y and dy may be the same row.
    backward(span) {
      if (!training) return noTraining("elementLoss");
      const { scale, outputsGradient } = training;
      forEachRow(span, (row) => {
        const weight = weightOf(row);
        const factor = (weight * memory[scale.offset]) / M;
        const y = outputs.offset + row * outputs.stride;
        const dy = outputsGradient.offset + row * outputsGradient.stride;
        for (let m = 0; m < M; m++) {
          const target = targetOf(row, m);
          const counts = weight !== 0 && !Number.isNaN(target);
          memory[dy + m] = counts ? costOf(m).slope(memory[y + m], target) * factor : 0;
        }
      });
    },

    /** It learns nothing. */
    gradients() {
      if (!training) noTraining("elementLoss");
    },
  };
}
