/** What a language model expects after each step, read from its plan window by window. */
import type { Tensor } from "../engines/engine.ts";
import { exp, log } from "../numbers/portable.ts";
import { predictionsFromPlain } from "./plain.ts";
import type { LikelyTokens, Numbers } from "./signals.ts";
import type { Outcome, OutcomeReader, ReaderOptions, SubjectWindow } from "./subject.ts";

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
  /** Whether a step's loss counts. */
  readonly counts: (step: number) => boolean;
  /** Steps of a window at most. */
  readonly most: number;
}

export class PredictionReader implements OutcomeReader {
  readonly #place: PredictionPlace;
  readonly #tokens: Int32Array;
  readonly #vocabulary: readonly string[];
  readonly #isWindowed: boolean;
  readonly #losses: Float64Array;
  readonly #surprisal: Float64Array;
  readonly #top: Top;
  readonly #probabilities: Float32Array | null;
  #total = 0;
  #counted = 0;
  #last: SubjectWindow = { start: 0, steps: 0 };

  /** @param tokens The whole text. */
  constructor(
    place: PredictionPlace,
    tokens: Int32Array,
    vocabulary: readonly string[],
    { top = 0, probabilities = false, windowed = false }: ReaderOptions = {},
  ) {
    if (!(top === Number.POSITIVE_INFINITY || (Number.isInteger(top) && top >= 0))) {
      throw new RangeError(`top: expected a whole number of 0 or more, got ${top}`);
    }
    const steps = windowed ? place.most : tokens.length;
    const size = vocabulary.length;
    this.#place = place;
    this.#tokens = tokens;
    this.#vocabulary = vocabulary;
    this.#isWindowed = windowed;
    this.#losses = new Float64Array(steps).fill(Number.NaN);
    this.#surprisal = this.#losses.slice();
    this.#top = new Top(steps, Math.min(top, size));
    this.#probabilities = probabilities ? new Float32Array(steps * size) : null;
  }

  take(window: SubjectWindow): void {
    const { numbers, logits, losses, rows, row, counts } = this.#place;
    const { width } = logits;
    const all = this.#probabilities;
    const base = this.#isWindowed ? window.start : 0;
    this.#last = window;
    for (let t = 0; t < window.steps; t++) {
      const step = window.start + t;
      const to = step - base;
      const at = logits.offset + (t * rows + row) * logits.stride;
      const isLast = step + 1 === this.#tokens.length;
      const told = isLast ? Number.NaN : numbers[at + this.#tokens[step + 1]];
      let whole: number;
      this.#losses[to] = Number.NaN;
      if (counts(step)) {
        const loss = numbers[losses.offset + (t * rows + row) * losses.stride];
        this.#losses[to] = loss;
        this.#total += loss;
        this.#counted++;
        whole = loss + told;
      } else {
        whole = logSum(numbers, at, width);
      }
      this.#surprisal[to] = whole - told;
      this.#top.take(to, numbers, at, width, whole);
      if (!all) continue;
      for (let v = 0; v < width; v++) all[to * width + v] = exp(numbers[at + v] - whole);
    }
  }

  finish(): Outcome {
    const vocabulary = this.#vocabulary;
    const top = this.#top;
    const steps = this.#isWindowed ? this.#last.steps : this.#tokens.length;
    const predictions = predictionsFromPlain({
      surprisal: this.#surprisal.subarray(0, steps),
      likely: top.first(steps),
      vocabulary,
      probabilities: this.#probabilities?.subarray(0, steps * vocabulary.length) ?? null,
    });
    const losses = this.#losses.subarray(0, steps);
    const loss = this.#counted > 0 ? this.#total / this.#counted : null;
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
  /** [steps, count], the likeliest first. */
  readonly #tokens: Int32Array;
  readonly #probabilities: Float64Array;

  constructor(steps: number, count: number) {
    this.#count = count;
    this.#tokens = new Int32Array(steps * count);
    this.#probabilities = new Float64Array(steps * count);
  }

  /** @param whole log Σ exp of the row at `at`. Of equals, the lower token comes first. */
  take(step: number, numbers: Numbers, at: number, width: number, whole: number): void {
    const count = this.#count;
    if (count === 0) return;
    const first = step * count;
    const tokens = this.#tokens;
    tokens.fill(-1, first, first + count);
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

  first(steps: number): LikelyTokens {
    const count = this.#count;
    return {
      count,
      tokens: this.#tokens.subarray(0, steps * count),
      probabilities: this.#probabilities.subarray(0, steps * count),
    };
  }
}
