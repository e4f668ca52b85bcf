/** The loss of a model on documents: one number, whatever the batch size it is computed with. */
import {
  checkTokens,
  countTargets,
  cutPieces,
  type TokenDocument,
  WARM_UP,
} from "../data/documents.ts";
import { WindowReader } from "../data/windows.ts";
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { LanguageModel, Weights } from "../models/languageModel.ts";
import { LanguagePlan } from "../models/languagePlan.ts";
import { exp } from "../numbers/portable.ts";

export interface Evaluation {
  /** Mean, in nats a token. */
  readonly loss: number;
  /** e to the loss. */
  readonly perplexity: number;
  /** The loss of the whole text, in bits, over its characters (code points). */
  readonly bitsPerCharacter: number;
  /** Predictions made: of every token of a document but its first (or its context). */
  readonly tokens: number;
}

/**
 * Documents are read in pieces of so many predictions, each after `WARM_UP` tokens which do not count. So every token counts once,
 * with context, and the pieces can be read side by side. Fixed: a loss is then the same for every batch size.
 */
const PIECE = 2048;

/** Time steps of a window; rows side by side at the most. */
const WINDOW = 64;
const ROWS = 32;

/** Computes losses again and again, as validation does: the plan is made once. */
export class Evaluator {
  readonly #model: LanguageModel;
  readonly #plan: LanguagePlan;
  readonly #reader: WindowReader;
  readonly #losses: Float64Array;
  readonly #tokens: number;
  readonly #characters: number;
  readonly #rows: number;

  /**
   * @param rows Sequences side by side. It changes the speed, not the loss.
   * @throws CellstateError `data` where there is nothing to predict; RangeError for a token that the vocabulary does not have.
   */
  constructor(
    model: LanguageModel,
    engine: Engine,
    documents: readonly TokenDocument[],
    rows: number = ROWS,
  ) {
    this.#tokens = countTargets(documents);
    if (this.#tokens === 0) {
      throw new CellstateError(
        "data",
        "nothing to evaluate on: the text needs two tokens at least that the model knows",
      );
    }
    checkTokens(documents, model.vocabulary.size);
    const pieces = cutPieces(documents, PIECE, WARM_UP);
    this.#rows = Math.min(rows, pieces.length);
    this.#model = model;
    this.#losses = new Float64Array(pieces.length);
    this.#reader = new WindowReader(documents, pieces, { batchSize: this.#rows, window: WINDOW });
    this.#plan = new LanguagePlan(model, engine, { steps: WINDOW, batch: this.#rows }, "inference");
    this.#characters = countCharacters(model, documents);
  }

  /** Of these weights, the model's own unless given. One window at a time: the generator pauses between them. */
  *windows(weights: Weights = this.#model.weights): Generator<void, Evaluation> {
    const plan = this.#plan;
    const losses = this.#losses.fill(0);
    plan.load(weights);
    this.#reader.begin(null);
    const batch = this.#rows;
    for (;;) {
      const window = this.#reader.next();
      if (!window) break;
      const { steps, pieces } = window;
      const span = { steps, batch, from: 0, to: batch };
      plan.resetStates(batch, window.starts);
      plan.write(steps * batch, window.inputs, window.targets);
      plan.forward(span);
      for (let row = 0; row < steps * batch; row++) {
        if (window.targets[row] >= 0) losses[pieces[row % batch]] += plan.rowLoss(row);
      }
      plan.carryStates(span);
      yield;
    }
    const total = losses.reduce((sum, loss) => sum + loss, 0);
    const loss = total / this.#tokens;
    return {
      loss,
      perplexity: exp(loss),
      bitsPerCharacter: total / Math.LN2 / this.#characters,
      tokens: this.#tokens,
    };
  }

  evaluate(weights: Weights = this.#model.weights): Evaluation {
    const windows = this.windows(weights);
    for (;;) {
      const next = windows.next();
      if (next.done) return next.value;
    }
  }
}

/** The loss of a model on documents in its vocabulary's tokens. */
export function evaluate(
  model: LanguageModel,
  engine: Engine,
  documents: readonly TokenDocument[],
): Evaluation {
  return new Evaluator(model, engine, documents).evaluate();
}

/** Code points that the predicted tokens stand for. */
function countCharacters(model: LanguageModel, documents: readonly TokenDocument[]): number {
  const { vocabulary } = model;
  if (vocabulary.kind === "characters") return countTargets(documents);
  if (vocabulary.kind === "bytes") {
    // In UTF-8 every byte begins a character but those of the form 10xxxxxx.
    let count = 0;
    for (const { tokens, context = 1 } of documents) {
      for (let i = context; i < tokens.length; i++) if ((tokens[i] & 0xc0) !== 0x80) count++;
    }
    return Math.max(1, count);
  }
  const lengths = vocabulary.items.map((item) => [...item].length);
  let count = 0;
  for (const { tokens, context = 1 } of documents) {
    for (let i = context; i < tokens.length; i++) count += lengths[tokens[i]];
  }
  return count;
}
