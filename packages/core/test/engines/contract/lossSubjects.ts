/** Losses as subjects of the contract suite. */
import type { ElementLoss, Tensor } from "../../../src/engines/engine.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { below, type Input, type MakeSubject, within } from "./subject.ts";
import { elementsOf, input, integerPositions, integers, part, whole } from "./subjects.ts";

/** Weights from 0 to 2, of which some are 0. */
function rowWeightsInput(rowWeights: Tensor | null, rows: number): readonly Input[] {
  if (!rowWeights) return [];
  const value = (u: number): number => (u < 0.2 ? 0 : Math.fround(2 * u));
  return [{ ...part("row weights", rowWeights, rows), value }];
}

export interface CrossEntropyOptions {
  readonly vocabularySize: number;
  /** Whether the gradient overwrites the logits. */
  readonly inPlace: boolean;
  /** Whether rows have weights. @default false */
  readonly weighs?: boolean;
  /** @default 0 */
  readonly labelSmoothing?: number;
  /** Logits within ± this. @default 3 */
  readonly size?: number;
}

export function crossEntropySubject(options: CrossEntropyOptions): MakeSubject {
  const { vocabularySize: V, inPlace, size = 3, labelSmoothing, weighs = false } = options;
  return (capacity, used) => {
    const layout = new Layout();
    const rows = used.steps * used.batch;
    const logits = layout.tensor(capacity.steps * capacity.batch, V);
    const losses = layout.tensor(capacity.steps * capacity.batch, 1);
    const scale = layout.tensor(1, 1);
    const rowWeights = weighs ? layout.tensor(capacity.steps * capacity.batch, 1) : null;
    const gradient = inPlace ? logits : layout.tensor(capacity.steps * capacity.batch, V);
    const targets = layout.integers(capacity.steps * capacity.batch);
    return {
      spec: {
        kind: "crossEntropy",
        logits,
        targets,
        losses,
        rowWeights,
        labelSmoothing,
        training: { scale, logitsGradient: gradient },
      },
      size: layout.size,
      inputs: [
        input("logits", logits, rows, size),
        { ...whole("scale", scale), value: () => Math.fround(1 / rows) },
        ...rowWeightsInput(rowWeights, rows),
      ],
      // One in V + 1 is −1: ignored.
      integers: [integers("targets", targets, (u) => below(V + 1)(u) - 1, rows)],
      forward: [part("losses", losses, rows)],
      backward: [part("dLogits", gradient, rows)],
      gradients: [],
      elements: [
        ...elementsOf(logits, losses, scale, gradient, rowWeights),
        ...integerPositions(targets),
      ],
    };
  };
}

export interface ElementLossOptions {
  readonly loss: ElementLoss;
  /** Of the targets. */
  readonly width: number;
  /** Whether the gradient overwrites the outputs. */
  readonly inPlace: boolean;
  /** Whether rows have weights. @default false */
  readonly weighs?: boolean;
  /** Share of the targets that is missing. @default 0 */
  readonly missing?: number;
}

export function elementLossSubject(options: ElementLossOptions): MakeSubject {
  const { loss, width, inPlace, weighs = false, missing = 0 } = options;
  const isShare = loss.name === "binaryCrossEntropy";
  const target = isShare ? (u: number) => Math.fround(u) : within(1);
  return (capacity, used) => {
    const layout = new Layout();
    const rows = used.steps * used.batch;
    const sequence = (columns: number) => layout.tensor(capacity.steps * capacity.batch, columns);
    const columns = loss.name === "quantile" ? width * loss.levels.length : width;
    const outputs = sequence(columns);
    const targets = sequence(width);
    const losses = sequence(1);
    const scale = layout.tensor(1, 1);
    const rowWeights = weighs ? sequence(1) : null;
    const gradient = inPlace ? outputs : sequence(columns);
    return {
      spec: {
        kind: "elementLoss",
        loss,
        outputs,
        targets,
        losses,
        rowWeights,
        training: { scale, outputsGradient: gradient },
      },
      size: layout.size,
      inputs: [
        // Where exp has something to do.
        input("y", outputs, rows, isShare ? 6 : 1),
        {
          ...part("targets", targets, rows),
          value: (u) => (u < missing ? Number.NaN : target((u - missing) / (1 - missing))),
        },
        { ...whole("scale", scale), value: () => Math.fround(1 / rows) },
        ...rowWeightsInput(rowWeights, rows),
      ],
      integers: [],
      forward: [part("losses", losses, rows)],
      backward: [part("dy", gradient, rows)],
      gradients: [],
      elements: elementsOf(outputs, targets, losses, scale, gradient, rowWeights),
    };
  };
}
