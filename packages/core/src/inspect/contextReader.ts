/**
 * A shared beginning and two continuations through a language model, side by side in one plan: four rows, of which two read
 * the beginning and a continuation each, and two the continuation alone, from the initial state. So what the continuation
 * adds is told from what was there before.
 */
import type { Engine, Tensor } from "../engines/engine.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { LanguageModel } from "../models/languageModel.ts";
import { LanguagePlan } from "../models/languagePlan.ts";
import { tanh } from "../numbers/portable.ts";
import { tokensOf } from "./contextInputs.ts";
import { softmaxDivergence } from "./expectations.ts";
import { placeOf } from "./places.ts";
import type { TracedInput, TracePlace } from "./signals.ts";

/** Of the first and of the second continuation. */
export type Pair<Of> = readonly [first: Of, second: Of];

/** One state of one layer. */
export interface StateRun {
  readonly name: string;
  readonly units: number;
  /** [units]: at the parting. */
  readonly before: Float64Array;
  /** [steps, units], row by row. */
  readonly after: Pair<Float64Array>;
  /** Σ |tanh s − tanh s₀| over the units at the parting: what the shared beginning has made of the initial state s₀. */
  readonly held: number;
  /** [steps]: Σ |tanh s − tanh s′| over the units, s′ being the state of the continuation alone. */
  readonly owed: Pair<Float64Array>;
  /** The part keep of s[t] = keep ∘ s[t-1] + written; null where the equations do not have it. */
  readonly keep: {
    /** Its mean over the units and the steps of the shared beginning. */
    readonly shared: number;
    /** [steps, units], row by row. */
    readonly after: Pair<Float64Array>;
  } | null;
}

/**
 * What answers are compared by. `probabilities`: the Jensen–Shannon divergence, nats. `numbers`: √ mean over the numbers of
 * (one − other)², in their own unit. `none`: they are not.
 */
export type AnswerMeasure = "probabilities" | "numbers" | "none";

export interface ContextRun {
  /** Of each continuation. */
  readonly steps: Pair<number>;
  /** By layer, then by state. */
  readonly layers: readonly (readonly StateRun[])[];
  readonly answers: AnswerMeasure;
  /** [common steps]: how far what is answered after one continuation is from what is after the other; none without a measure. */
  readonly divergence: Float64Array;
  /** [steps]: the same between a continuation with the shared beginning before it and without. */
  readonly heard: Pair<Float64Array>;
}

const ROWS = 4;
const WINDOW = 32;
const MEMORY = { signals: [], gradients: [], memory: true, held: [] } as const;

/** A plan for as many triples as there are. */
export class ContextReader {
  readonly #plan: LanguagePlan;
  readonly #vocabularySize: number;
  readonly places: readonly TracePlace[];
  readonly #tokens = new Int32Array(WINDOW * ROWS);

  /** @param weights In place of the model's. */
  constructor(model: LanguageModel, engine: Engine, weights: Stretch = model.weights) {
    this.#vocabularySize = model.vocabulary.size;
    this.places = model.recurrent.map(placeOf);
    const capacity = { steps: WINDOW, batch: ROWS };
    this.#plan = new LanguagePlan(model, engine, capacity, "inference", { observe: () => MEMORY });
    if (weights !== model.weights) this.#plan.load(weights);
  }

  /** @param begun Tokens, at least one; as are the continuations. */
  read(begun: TracedInput, goOn: Pair<TracedInput>): ContextRun {
    const shared = tokensOf(begun);
    const continuations = [tokensOf(goOn[0]), tokensOf(goOn[1])] as const;
    const plan = this.#plan;
    const { layers } = plan;
    plan.resetStates(ROWS);
    const sums = layers.map(({ states }) => new Float64Array(states.length));
    for (const { steps } of this.#windows(shared.length, () => shared)) {
      this.#eachState((layer, state, tensors) => {
        if (tensors.keep) sums[layer][state] += this.#sum(tensors.keep, steps);
      });
    }
    const parted = plan.states.read(ROWS);
    plan.resetStates(ROWS, [false, false, true, true]);

    const [first, second] = continuations.map(({ length }) => length);
    const runs = layers.map(({ layer: { cell, sizes }, observed }, l) =>
      cell.program.states.map(({ name, width, initial }, s): StateRun => {
        const units = sizes[width];
        const pair = (): Pair<Float64Array> => [
          new Float64Array(first * units),
          new Float64Array(second * units),
        ];
        const keep = observed.memory[name]
          ? { shared: sums[l][s] / (shared.length * units), after: pair() }
          : null;
        const before = Float64Array.from(parted[l][name].subarray(0, units));
        const start = tanh(initial);
        const held = before.reduce((sum, value) => sum + Math.abs(tanh(value) - start), 0);
        const owed = [new Float64Array(first), new Float64Array(second)] as const;
        return { name, units, before, after: pair(), held, owed, keep };
      }),
    );
    const divergence = new Float64Array(Math.min(first, second));
    const heard = [new Float64Array(first), new Float64Array(second)] as const;
    const longest = Math.max(first, second);
    for (const { start, steps } of this.#windows(longest, (row) => continuations[row % 2])) {
      this.#eachState((l, s, { value, keep }) => {
        const run = runs[l][s];
        for (const row of [0, 1] as const) {
          this.#copy(value, row, start, steps, run.after[row]);
          this.#addOwed(value, row, start, steps, run.owed[row]);
          if (keep && run.keep) this.#copy(keep, row, start, steps, run.keep.after[row]);
        }
      });
      for (let t = 0; t < steps; t++) {
        const step = start + t;
        if (step < divergence.length) divergence[step] = this.#divergence(t, 0, 1);
        if (step < first) heard[0][step] = this.#divergence(t, 0, 2);
        if (step < second) heard[1][step] = this.#divergence(t, 1, 3);
      }
    }
    return { steps: [first, second], layers: runs, answers: "probabilities", divergence, heard };
  }

  /** Runs `length` steps; a row whose tokens have ended reads its last again, which nobody looks at. */
  *#windows(length: number, tokensOf: (row: number) => Int32Array) {
    const plan = this.#plan;
    for (let start = 0; start < length; start += WINDOW) {
      const extent = { steps: Math.min(WINDOW, length - start), batch: ROWS };
      for (let row = 0; row < ROWS; row++) {
        const tokens = tokensOf(row);
        for (let t = 0; t < extent.steps; t++) {
          this.#tokens[t * ROWS + row] = tokens[Math.min(start + t, tokens.length - 1)];
        }
      }
      plan.writeTokens(this.#tokens, 0, extent.steps * ROWS);
      plan.forwardToLogits(extent);
      yield { start, steps: extent.steps };
      plan.carryStates(extent);
    }
  }

  #eachState(
    visit: (layer: number, state: number, tensors: { value: Tensor; keep: Tensor | null }) => void,
  ): void {
    for (const [l, { layer, states, observed }] of this.#plan.layers.entries()) {
      for (const [s, { name }] of layer.cell.program.states.entries()) {
        visit(l, s, { value: states[s], keep: observed.memory[name]?.keep ?? null });
      }
    }
  }

  /** Over steps and units of the first row. */
  #sum({ offset, stride, width }: Tensor, steps: number): number {
    const { numbers } = this.#plan.compiled;
    let sum = 0;
    for (let t = 0; t < steps; t++) {
      const row = offset + t * ROWS * stride;
      for (let u = 0; u < width; u++) sum += numbers[row + u];
    }
    return sum;
  }

  #copy(tensor: Tensor, row: number, start: number, steps: number, into: Float64Array): void {
    const { offset, stride, width } = tensor;
    const { numbers } = this.#plan.compiled;
    const end = Math.min(start + steps, into.length / width);
    for (let step = start; step < end; step++) {
      const from = offset + ((step - start) * ROWS + row) * stride;
      for (let u = 0; u < width; u++) into[step * width + u] = numbers[from + u];
    }
  }

  /** Between a continuation's row and that of the same continuation alone. */
  #addOwed(tensor: Tensor, row: number, start: number, steps: number, into: Float64Array): void {
    const { offset, stride, width } = tensor;
    const { numbers } = this.#plan.compiled;
    const end = Math.min(start + steps, into.length);
    for (let step = start; step < end; step++) {
      const a = offset + ((step - start) * ROWS + row) * stride;
      const b = a + 2 * stride;
      for (let u = 0; u < width; u++) {
        into[step] += Math.abs(tanh(numbers[a + u]) - tanh(numbers[b + u]));
      }
    }
  }

  #divergence(t: number, a: number, b: number): number {
    const { compiled, logits } = this.#plan;
    const at = (row: number): number => logits.offset + (t * ROWS + row) * logits.stride;
    return softmaxDivergence(compiled.numbers, at(a), at(b), this.#vocabularySize);
  }
}
