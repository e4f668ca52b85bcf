/** Options that no run could follow are refused before it begins: an endless or empty run is hard to read back to a NaN. */
import type { TokenDocument } from "../data/documents.ts";
import type { TrainOptions } from "./train.ts";

/** @throws RangeError that names the option, what is wanted and what came. */
export function checkOptions(options: TrainOptions): void {
  const { batchSize, window, validateEvery, patience, length, clip, optimizer } = options;
  for (const [name, count] of Object.entries({ batchSize, window, validateEvery, patience })) {
    if (count !== undefined) check(name, count, "a whole number of 1 or more", isCount(count));
  }
  if ("steps" in length) {
    const { steps } = length;
    check("length.steps", steps, "a whole number of 0 or more", steps === 0 || isCount(steps));
  } else if ("epochs" in length) {
    const { epochs } = length;
    check("length.epochs", epochs, "a whole number of 0 or more", epochs === 0 || isCount(epochs));
  } else {
    const { minutes } = length;
    check("length.minutes", minutes, "a number above 0", minutes > 0 && Number.isFinite(minutes));
  }
  if (clip) {
    const [name, most] = "norm" in clip ? ["clip.norm", clip.norm] : ["clip.value", clip.value];
    check(name, most, "a number above 0", most > 0);
  }
  const rate = optimizer?.learningRate;
  if (rate !== undefined) {
    check("learningRate", rate, "a number of 0 or more", rate >= 0 && Number.isFinite(rate));
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function check(name: string, value: number, wanted: string, holds: boolean): void {
  if (!holds) throw new RangeError(`${name}: expected ${wanted}, got ${value}`);
}

/**
 * Engines look tokens up without asking again.
 *
 * @param size Of the model's vocabulary.
 * @throws RangeError where a token is none of the vocabulary's.
 */
export function checkTokens(documents: readonly TokenDocument[], size: number): void {
  for (const { name, tokens, context = 1 } of documents) {
    const at = tokens.findIndex((token) => token < 0 || token >= size);
    if (at >= 0) {
      throw new RangeError(
        `${name}: token ${tokens[at]} at ${at}; expected 0 to ${size - 1}, the model's vocabulary`,
      );
    }
    check(`${name}: context`, context, "a whole number of 1 or more", isCount(context));
  }
}
