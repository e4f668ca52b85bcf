/** A language model over one sequence: a prompt is read in, and then token after token, each step of the same cost. */
import type { Engine } from "../engines/engine.ts";
import type { NetworkState } from "./carriedStates.ts";
import type { LanguageModel } from "./languageModel.ts";
import { LanguagePlan } from "./languagePlan.ts";

const ONE_STEP = { steps: 1, batch: 1 } as const;
/** Tokens of a prompt that are read together. */
const WINDOW = 64;

/** Its state is carried along from step to step. A step is synchronous and takes no memory. */
export class LanguageStream {
  readonly #plan: LanguagePlan;
  readonly #logits: Float32Array | Float64Array;
  readonly #size: number;
  readonly #window = { steps: WINDOW, batch: 1 };

  constructor(model: LanguageModel, engine: Engine) {
    this.#plan = new LanguagePlan(model, engine, this.#window, "inference");
    this.#size = model.vocabulary.size;
    this.reset();
    const { offset, width } = this.#plan.logits;
    this.#logits = this.#plan.compiled.numbers.subarray(offset, offset + width);
  }

  /** Forgets everything. */
  reset(): void {
    this.#plan.resetStates(1);
  }

  /**
   * Reads a token.
   *
   * @returns The logits of the next one: a view that the next step changes.
   * @throws RangeError for what is no token of the model's vocabulary.
   */
  step(token: number): Float32Array | Float64Array {
    this.#check(token);
    this.#plan.writeToken(token);
    this.#plan.forwardToLogits(ONE_STEP);
    this.#plan.carryStates(ONE_STEP);
    return this.#logits;
  }

  /**
   * Reads tokens whose successors are known, a prompt: faster than step by step, since layer after layer runs through a window of
   * them, and only the last has logits. The bits are the same, but where the engine is lent products by the machine: those of a
   * window may then be rounded otherwise than those of a step.
   *
   * @param tokens At least one.
   * @returns The logits of the token after the last: a view that the next step changes.
   * @throws RangeError where there is none, or one that the model's vocabulary has not; then nothing is read.
   */
  read(tokens: ArrayLike<number>): Float32Array | Float64Array {
    const last = tokens.length - 1;
    if (last < 0) throw new RangeError("stream: expected at least one token to read, got none");
    for (let i = 0; i <= last; i++) this.#check(tokens[i]);
    const window = this.#window;
    for (let from = 0; from < last; from += WINDOW) {
      window.steps = Math.min(WINDOW, last - from);
      this.#plan.writeTokens(tokens, from, window.steps);
      this.#plan.forwardToStates(window);
      this.#plan.carryStates(window);
    }
    return this.step(tokens[last]);
  }

  /**
   * All that the stream remembers, layer by layer and by the state's name: a copy, which another stream of the same model can be
   * given.
   *
   * @throws RangeError when it is set to the state of another model.
   */
  get state(): NetworkState {
    return this.#plan.states.read(1);
  }

  set state(state: NetworkState) {
    this.#plan.states.write(1, state);
  }

  #check(token: number): void {
    const size = this.#size;
    if (Number.isInteger(token) && token >= 0 && token < size) return;
    throw new RangeError(`stream: expected a token from 0 to ${size - 1}, got ${token}`);
  }
}
