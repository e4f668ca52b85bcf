/** A language model and a text, to be looked at: see `subject.ts`. */
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Observe } from "../layers/observation.ts";
import type { NetworkState } from "../models/carriedStates.ts";
import type { LanguageModel } from "../models/languageModel.ts";
import { LanguagePlan } from "../models/languagePlan.ts";
import { withWeights } from "../models/quantise.ts";
import { encodeText } from "./encodeText.ts";
import { placeOf } from "./places.ts";
import { PredictionReader } from "./predictionReader.ts";
import {
  checkPlan,
  lossSet,
  type OutcomeReader,
  type Subject,
  type SubjectPlan,
  type SubjectPlanOptions,
} from "./subject.ts";

/** A text in the model's vocabulary, or its tokens. */
export type LanguageInput = string | readonly number[] | Int32Array;

/**
 * A word that the model does not know is read as its unknown word, where it has one.
 *
 * @throws CellstateError `vocabulary` for what the model does not know, with its place; `data` where there is nothing.
 */
export function languageSubject(model: LanguageModel, input: LanguageInput): Subject {
  const tokens = readTokens(model, input);
  const steps = tokens.length;
  const { items } = model.vocabulary;
  let labels: readonly string[] | null = null;
  const subject: Subject = {
    carries: true,
    ...{ steps, writes: false, answers: "steps" },
    places: model.recurrent.map(placeOf),
    input: { kind: "tokens", tokens },
    get labels() {
      labels ??= Array.from(tokens, (token) => items[token]);
      return labels;
    },
    labelsIn: ({ start, steps }) =>
      Array.from(tokens.subarray(start, start + steps), (token) => items[token]),
    get lossSteps() {
      return Array.from({ length: steps - 1 }, (_, step) => step);
    },
    toldItself: () => subject,
    plan: (engine, options) => {
      checkPlan(options, model.parameters);
      return planText(model, subject, engine, options);
    },
  };
  return subject;
}

function readTokens(model: LanguageModel, input: LanguageInput): Int32Array {
  if (input.length === 0) {
    throw new CellstateError("data", "nothing to trace: the text is empty; give a few words");
  }
  if (typeof input === "string") return encodeText(model, input, "the text");
  const { size } = model.vocabulary;
  const wrong = input.find((token) => !isToken(token, size));
  if (wrong !== undefined) {
    throw new CellstateError(
      "vocabulary",
      `token ${wrong}: the model knows ${size} tokens, 0 to ${size - 1}`,
    );
  }
  return Int32Array.from(input);
}

function isToken(token: number, size: number): boolean {
  return Number.isInteger(token) && token >= 0 && token < size;
}

function tokensOf({ input }: Subject): Int32Array {
  if (input.kind === "tokens") return input.tokens;
  throw new RangeError("a language model reads tokens, got vectors");
}

function planText(
  given: LanguageModel,
  subject: Subject,
  engine: Engine,
  { purpose = "inference", observe, rows = 1, window, ...options }: SubjectPlanOptions,
): SubjectPlan {
  // Gradients know nothing of integers: they are those of the rounded weights.
  const model = purpose === "training" ? withWeights(given, "float32") : given;
  const tokens = tokensOf(subject);
  const { room = tokens.length, onlyStates = false } = options;
  const most = Math.min(window ?? room, room);
  const capacity = { steps: most, batch: rows };
  const byName = new Map(model.recurrent.map(({ name }, place) => [name, place]));
  const ask: Observe = ({ name }) => observe?.(byName.get(name) ?? -1) ?? null;
  const plan = new LanguagePlan(model, engine, capacity, purpose, { observe: ask });
  if (options.weights) plan.load(options.weights);
  const { lossAt } = options;
  const chosen = lossAt && lossSet(lossAt);
  const counts = (step: number): boolean => step + 1 < tokens.length && (chosen?.has(step) ?? true);
  const inputs = new Int32Array(most * rows);
  const targets = new Int32Array(most * rows);
  let last = { start: 0, steps: 0, batch: rows };

  function* windows(other = subject) {
    const tokens = tokensOf(other);
    begin(plan.states, rows, options.state);
    for (let start = 0; start < tokens.length; start += most) {
      const steps = Math.min(most, tokens.length - start);
      for (let t = 0; t < steps; t++) {
        const at = start + t;
        inputs.fill(tokens[at], t * rows, (t + 1) * rows);
        targets.fill(counts(at) ? tokens[at + 1] : -1, t * rows, (t + 1) * rows);
      }
      last = { start, steps, batch: rows };
      plan.write(steps * rows, inputs, targets);
      if (onlyStates) plan.forwardToStates(last);
      else plan.forward(last);
      yield last;
      if (start + steps < tokens.length) plan.carryStates(last);
    }
  }
  return {
    rows,
    numbers: plan.compiled.numbers,
    integers: plan.compiled.integers,
    layers: plan.layers,
    outputs: [plan.logits],
    losses: [plan.losses],
    windows,
    outputSteps: () => 0,
    backward: () => plan.backward(last, 1),
    reader: (row, wanted): OutcomeReader => {
      const { logits, losses, compiled } = plan;
      const place = { numbers: compiled.numbers, logits, losses, rows, row, counts, most };
      return new PredictionReader(place, tokens, model.vocabulary.items, wanted);
    },
  };
}

/** Sets the states that all rows begin with. */
export function begin(
  states: LanguagePlan["states"],
  rows: number,
  state: NetworkState | undefined,
): void {
  if (!state) {
    states.reset(rows);
    return;
  }
  const repeated = state.map((layer) =>
    Object.fromEntries(
      Object.entries(layer).map(([name, values]) => {
        const all = new Float64Array(rows * values.length);
        for (let b = 0; b < rows; b++) all.set(values, b * values.length);
        return [name, all];
      }),
    ),
  );
  states.write(rows, repeated);
}
