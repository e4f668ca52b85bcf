/**
 * What an LSTM asks of an engine, three times: a small training step, a large one, and one token after another. Each counts the
 * operations of its matrix products alone, so that figures can be held against what a processor can do.
 */
import {
  createLanguageModel,
  type Engine,
  findCell,
  type LanguageModel,
  LanguageStream,
  parseInit,
  RandomStream,
  streamKey,
  type TokenDocument,
  train,
  Vocabulary,
} from "@cellstate/core";
import type { WorkShape } from "../engine/choose.ts";

export interface Workload {
  /** For a column: `2×128`. */
  readonly label: string;
  readonly about: string;
  readonly shape: WorkShape;
  /** Operations of the products in one step: a multiplication and an addition are two. */
  readonly flops: number;
  /** Milliseconds a step, the median of as many as fit into the time; after one that does not count. */
  measure(engine: Engine, budgetMs: number): Promise<number>;
}

interface Sizes {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly batchSize: number;
  readonly window: number;
}

const VOCABULARY = Vocabulary.of(
  [Array.from({ length: 64 }, (_, i) => String.fromCharCode(48 + i)).join("")],
  "characters",
);

export function workloads(): readonly Workload[] {
  const small = { hiddenSize: 128, layers: 2, batchSize: 50, window: 50 };
  // Fewer steps than one would train with: the time goes up with them, the speed does not change.
  const large = { hiddenSize: 512, layers: 1, batchSize: 64, window: 16 };
  const token = { hiddenSize: 512, layers: 2, batchSize: 1, window: 1 };
  return [
    training(small, "a training step of two layers of 128 units, 50 texts side by side"),
    training(large, "a training step of 512 units, 64 texts side by side"),
    writing(token, "writing with two layers of 512 units, a token at a time"),
  ];
}

function training(sizes: Sizes, about: string): Workload {
  const { batchSize, window } = sizes;
  const model = createModel(sizes);
  const documents = randomTexts(40 * batchSize * window);
  return {
    label: labelOf(sizes),
    about,
    shape: sizes,
    // Each product is computed forward, and twice backward: for what comes in and for the weights.
    flops: 3 * flopsOfStep(sizes) * batchSize * window,
    async measure(engine, budgetMs) {
      const length = { steps: Number.MAX_SAFE_INTEGER };
      const times = new Times(budgetMs);
      for await (const event of train(model, { engine, documents, batchSize, window, length })) {
        if (event.kind === "step" && times.mark()) break;
      }
      return times.median();
    },
  };
}

function writing(sizes: Sizes, about: string): Workload {
  const model = createModel(sizes);
  return {
    label: "one token",
    about,
    shape: sizes,
    flops: flopsOfStep(sizes),
    async measure(engine, budgetMs) {
      const stream = new LanguageStream(model, engine);
      const times = new Times(budgetMs);
      do for (let i = 0; i < TOKENS; i++) stream.step(i % VOCABULARY.size);
      while (!times.mark());
      return times.median() / TOKENS;
    },
  };
}

/** Between two looks at the clock. */
const TOKENS = 20;

/** The clock of a measurement. */
class Times {
  readonly #budgetMs: number;
  readonly #ms: number[] = [];
  #start: number | null = null;
  #last = 0;

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
  }

  /** A step is done. @returns Whether there have been enough. */
  mark(): boolean {
    const now = performance.now();
    if (this.#start === null) this.#start = now;
    else this.#ms.push(now - this.#last);
    this.#last = now;
    return this.#ms.length > 0 && now - this.#start >= this.#budgetMs;
  }

  median(): number {
    const sorted = this.#ms.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }
}

function createModel({ hiddenSize, layers }: Sizes): LanguageModel {
  return createLanguageModel(
    {
      ...{ cell: findCell("lstm"), vocabulary: VOCABULARY, hiddenSize, layers },
      ...{ embeddingSize: 0, projectionSize: null, dropout: 0, tieWeights: false },
    },
    { init: parseInit("uniform:0.05"), forgetBias: null, chronoSteps: 1, seed: 1 },
  );
}

/** Of one token: four gates a layer, and what makes logits of the last one. What reads a token is a row of its weights. */
function flopsOfStep({ hiddenSize: H, layers }: Sizes): number {
  return 2 * ((2 * layers - 1) * H * 4 * H + H * VOCABULARY.size);
}

function randomTexts(length: number): readonly TokenDocument[] {
  const random = new RandomStream(streamKey(1, "doctor"));
  return [
    {
      name: "doctor",
      tokens: Int32Array.from({ length }, () => random.integer(VOCABULARY.size)),
    },
  ];
}

function labelOf({ layers, hiddenSize }: Sizes): string {
  return `${layers}×${hiddenSize}`;
}
