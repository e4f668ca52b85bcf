/** Choosing the next token from logits: temperature, the k most likely, the least set of probability p. */
import { exp } from "../numbers/portable.ts";

export interface SamplingOptions {
  /** Divides the logits; 0 takes the most likely token. @default 1 */
  readonly temperature?: number;
  /** Only the k most likely tokens (ties: the lower number). @default all */
  readonly topK?: number;
  /** Only the most likely tokens that together reach this probability. @default 1 */
  readonly topP?: number;
}

/** Draws tokens from logits of one vocabulary; holds its scratch, so a draw takes no memory that grows with it. */
export class Sampler {
  readonly #temperature: number;
  readonly #topK: number;
  readonly #topP: number;
  readonly #weights: Float64Array;
  readonly #order: Int32Array;

  /** @throws RangeError for a temperature below 0, a k below 1 or a p outside (0, 1]. */
  constructor(vocabularySize: number, options: SamplingOptions = {}) {
    const { temperature = 1, topK = vocabularySize, topP = 1 } = options;
    if (!(temperature >= 0 && Number.isFinite(temperature))) {
      throw new RangeError(`temperature: expected a number of 0 or more, got ${temperature}`);
    }
    if (!(Number.isInteger(topK) && topK >= 1)) {
      throw new RangeError(`topK: expected a whole number of 1 or more, got ${topK}`);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new RangeError(`topP: expected a number above 0 and up to 1, got ${topP}`);
    }
    this.#temperature = temperature;
    this.#topK = Math.min(topK, vocabularySize);
    this.#topP = topP;
    this.#weights = new Float64Array(vocabularySize);
    this.#order = new Int32Array(vocabularySize);
  }

  /**
   * @param logits At least as many as the vocabulary has tokens; further ones are padding.
   * @param chance Uniform in [0, 1).
   */
  draw(logits: Float32Array | Float64Array, chance: number): number {
    const weights = this.#weights;
    const most = this.#mostLikely(logits);
    if (this.#temperature === 0) return most;
    let total = 0;
    for (let i = 0; i < weights.length; i++) {
      weights[i] = exp((logits[i] - logits[most]) / this.#temperature);
      total += weights[i];
    }
    if (this.#topK < weights.length || this.#topP < 1) total = this.#cut(total);
    let left = chance * total;
    let last = most;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i] === 0) continue;
      last = i;
      left -= weights[i];
      if (left < 0) return i;
    }
    // Rounding may leave a rest: it belongs to the last token there is.
    return last;
  }

  #mostLikely(logits: Float32Array | Float64Array): number {
    let most = 0;
    for (let i = 1; i < this.#weights.length; i++) if (logits[i] > logits[most]) most = i;
    return most;
  }

  /** Sets the weights of what is not among the most likely to zero; answers the rest's sum. */
  #cut(total: number): number {
    const weights = this.#weights;
    const order = this.#order;
    for (let i = 0; i < order.length; i++) order[i] = i;
    order.sort((a, b) => weights[b] - weights[a] || a - b);
    let kept = 0;
    for (let rank = 0; rank < order.length; rank++) {
      const token = order[rank];
      if (rank < this.#topK && (rank === 0 || kept < this.#topP * total)) kept += weights[token];
      else weights[token] = 0;
    }
    return kept;
  }
}
