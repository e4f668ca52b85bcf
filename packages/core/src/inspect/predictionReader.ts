/** What a language model expects after each step, read from its plan window by window. */
import type { Tensor } from "../engines/engine.ts";
import { exp, log } from "../numbers/portable.ts";
import type { Numbers, TokenProbability, TracedPredictions } from "./signals.ts";
import {
  meanLoss,
  type Outcome,
  type OutcomeReader,
  type ReaderOptions,
  type SubjectWindow,
} from "./subject.ts";

/** Where a plan has its logits and losses, and which row is read. */
export interface PredictionPlace {
  readonly numbers: Numbers;
  /** [T·B, vocabularySize] */
  readonly logits: Tensor;
  /** [T·B, 1] */
  readonly losses: Tensor;
  /** B */
  readonly rows: number;
  readonly row: number;
  /** Steps whose losses count. */
  readonly counted: ReadonlySet<number>;
}

export class PredictionReader implements OutcomeReader {
  readonly #place: PredictionPlace;
  readonly #tokens: Int32Array;
  readonly #vocabulary: readonly string[];
  readonly #losses: Float64Array;
  readonly #surprisal: Float64Array;
  readonly #top: Top;
  readonly #probabilities: Numbers | null;

  /** @param tokens The whole text. */
  constructor(
    place: PredictionPlace,
    tokens: Int32Array,
    vocabulary: readonly string[],
    { top = 0, probabilities = false }: ReaderOptions = {},
  ) {
    const steps = tokens.length;
    const size = vocabulary.length;
    this.#place = place;
    this.#tokens = tokens;
    this.#vocabulary = vocabulary;
    this.#losses = new Float64Array(steps).fill(Number.NaN);
    this.#surprisal = this.#losses.slice();
    this.#top = new Top(steps, Math.min(top, size));
    this.#probabilities = probabilities ? new Float32Array(steps * size) : null;
  }

  take({ start, steps }: SubjectWindow): void {
    const { numbers, logits, losses, rows, row, counted } = this.#place;
    const { width } = logits;
    const all = this.#probabilities;
    for (let t = 0; t < steps; t++) {
      const step = start + t;
      const at = logits.offset + (t * rows + row) * logits.stride;
      const isLast = step + 1 === this.#tokens.length;
      const told = isLast ? Number.NaN : numbers[at + this.#tokens[step + 1]];
      let whole: number;
      if (counted.has(step)) {
        const loss = numbers[losses.offset + (t * rows + row) * losses.stride];
        this.#losses[step] = loss;
        whole = loss + told;
      } else {
        whole = logSum(numbers, at, width);
      }
      this.#surprisal[step] = whole - told;
      this.#top.take(step, numbers, at, width, whole);
      if (!all) continue;
      for (let v = 0; v < width; v++) all[step * width + v] = exp(numbers[at + v] - whole);
    }
  }

  finish(): Outcome {
    const vocabulary = this.#vocabulary;
    const top = this.#top;
    const predictions: TracedPredictions = {
      surprisal: this.#surprisal,
      vocabulary,
      probabilities: this.#probabilities,
      top: (step) => top.at(step, vocabulary),
    };
    const losses = this.#losses;
    const loss = meanLoss(losses, [...this.#place.counted]);
    return { losses, loss, predictions, output: null, outputLabels: [] };
  }
}

/** log Σ exp of a row of logits. */
function logSum(numbers: Numbers, at: number, width: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let v = 0; v < width; v++) most = Math.max(most, numbers[at + v]);
  let sum = 0;
  for (let v = 0; v < width; v++) sum += exp(numbers[at + v] - most);
  return most + log(sum);
}

/** The likeliest tokens of each step. */
class Top {
  readonly #count: number;
  /** [steps, count], the likeliest first; −1 where there is none. */
  readonly #tokens: Int32Array;
  readonly #probabilities: Float64Array;

  constructor(steps: number, count: number) {
    this.#count = count;
    this.#tokens = new Int32Array(steps * count).fill(-1);
    this.#probabilities = new Float64Array(steps * count);
  }

  /** @param whole log Σ exp of the row at `at`. Of equals, the lower token comes first. */
  take(step: number, numbers: Numbers, at: number, width: number, whole: number): void {
    const count = this.#count;
    if (count === 0) return;
    const first = step * count;
    const tokens = this.#tokens;
    for (let v = 0; v < width; v++) {
      const value = numbers[at + v];
      let place = first + count;
      while (place > first) {
        const above = tokens[place - 1];
        if (above >= 0 && !(value > numbers[at + above])) break;
        place--;
      }
      if (place === first + count) continue;
      tokens.copyWithin(place + 1, place, first + count - 1);
      tokens[place] = v;
    }
    for (let k = first; k < first + count; k++) {
      this.#probabilities[k] = exp(numbers[at + tokens[k]] - whole);
    }
  }

  at(step: number, vocabulary: readonly string[]): TokenProbability[] {
    const first = step * this.#count;
    return Array.from(this.#tokens.subarray(first, first + this.#count), (token, k) => ({
      token: vocabulary[token],
      probability: this.#probabilities[first + k],
    }));
  }
}
