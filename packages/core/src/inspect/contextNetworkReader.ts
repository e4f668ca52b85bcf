/**
 * A shared beginning and two continuations through a network or layers alone: what `ContextReader` gives of a language model. Four
 * runs, each in a plan of its own: the beginning with each continuation, and each continuation from the initial state.
 *
 * What answers once, at the end, is asked after every step what it would answer if its input ended there. Of a network with a
 * decoder only what reads the input is looked at: its answers are a sequence for which two continuations have no common steps.
 */
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { LanguageModel } from "../models/languageModel.ts";
import { Network } from "../models/network.ts";
import { tanh } from "../numbers/portable.ts";
import { inputOf, join, stepsOf } from "./contextInputs.ts";
import type { AnswerMeasure, ContextRun, Pair, StateRun } from "./contextReader.ts";
import { divergenceOf } from "./expectations.ts";
import type { Numbers, TracedInput, TracePlace } from "./signals.ts";
import { copySignal, type Outcome } from "./subject.ts";
import { type InspectedModel, placesOf, subjectOf } from "./subjects.ts";

type ReadingModel = Exclude<InspectedModel, LanguageModel>;

const WINDOW = 32;
const MEMORY = { signals: [], gradients: [], memory: true, held: [] } as const;

/** One state from some step on. */
interface Seen {
  /** [units]: before the first step; what the equations say, or what was learned. */
  readonly initial: Float64Array;
  readonly values: Float64Array;
  readonly keep: Float64Array | null;
  /** Mean of keep over units and the steps before the parting. */
  readonly keptBefore: number;
}

interface SeenRun {
  readonly layers: readonly (readonly Seen[])[];
  /** By step after the parting: one array a head. */
  readonly answers: readonly (readonly Numbers[])[];
}

export class ContextNetworkReader {
  readonly #model: ReadingModel;
  readonly #engine: Engine;
  readonly #weights: Stretch | undefined;
  readonly #answers: AnswerMeasure;

  /** @throws CellstateError `option` for a model that reads backward too, or reads no sequence. */
  constructor(model: ReadingModel, engine: Engine, weights?: Stretch) {
    checkReads(model);
    this.#model = model;
    this.#engine = engine;
    this.#weights = weights;
    this.#answers = measureOf(model);
  }

  /** Where there is something to be said: what steps along the input. */
  get places(): readonly TracePlace[] {
    return placesOf(this.#model).filter(({ along }) => along === "steps");
  }

  read(shared: TracedInput, continuations: Pair<TracedInput>): ContextRun {
    const begun = stepsOf(shared);
    const whole = continuations.map((input) => this.#run(join(shared, input), begun));
    const alone = continuations.map((input) => this.#run(input, 0));
    const steps = [stepsOf(continuations[0]), stepsOf(continuations[1])] as const;
    const layers = this.places.map(({ cell, sizes }, l) =>
      cell.program.states.map(({ name, width }, s): StateRun => {
        const units = sizes[width];
        const [a, b] = whole.map((run) => run.layers[l][s]);
        const before = a.values.slice(0, units);
        const after = [a.values.subarray(units), b.values.subarray(units)] as const;
        const owed = ([0, 1] as const).map((c) =>
          apart(after[c], alone[c].layers[l][s].values, units),
        );
        return {
          ...{ name, units, before, after, owed: [owed[0], owed[1]] },
          held: apart(before, a.initial, units)[0],
          keep:
            a.keep && b.keep
              ? {
                  shared: a.keptBefore,
                  after: [a.keep.subarray(units), b.keep.subarray(units)],
                }
              : null,
        };
      }),
    );
    const between = (one: SeenRun, other: SeenRun): Float64Array => {
      const common = Math.min(one.answers.length, other.answers.length);
      return Float64Array.from({ length: common }, (_, t) =>
        answersApart(this.#answers, one.answers[t], other.answers[t]),
      );
    };
    return {
      ...{ steps, layers, answers: this.#answers },
      divergence: between(whole[0], whole[1]),
      heard: [between(whole[0], alone[0]), between(whole[1], alone[1])],
    };
  }

  /** States from the step before the parting on (where there is one), answers from the parting on. */
  #run(input: TracedInput, parting: number): SeenRun {
    const subject = subjectOf(this.#model, inputOf(this.#model, input));
    const from = Math.max(0, parting - 1);
    const isAnswered = this.#answers !== "none";
    const plan = subject.plan(this.#engine, {
      observe: () => MEMORY,
      window: subject.answers === "once" ? 1 : WINDOW,
      onlyStates: !isAnswered,
      weights: this.#weights,
    });
    const observed = plan.layers.flatMap((tensors, l) =>
      subject.places[l].along === "steps" ? [{ tensors, place: subject.places[l] }] : [],
    );
    const stores = observed.map(({ tensors }) =>
      tensors.states.map((state, s) => {
        const { name } = tensors.layer.cell.program.states[s];
        const keep = tensors.observed.memory[name]?.keep ?? null;
        const room = (): Float64Array => new Float64Array((subject.steps - from) * state.width);
        const initial = new Float64Array(state.width);
        return { state, keep, initial, values: room(), kept: keep && room(), before: { sum: 0 } };
      }),
    );
    const answers: Numbers[][] = [];
    const reader = isAnswered ? plan.reader(0, { windowed: true }) : null;
    for (const window of plan.windows()) {
      for (const [l, { place }] of observed.entries()) {
        for (const { state, keep, initial, values, kept, before } of stores[l]) {
          if (window.start === 0) {
            const begins = state.offset - plan.rows * state.stride;
            initial.set(plan.numbers.subarray(begins, begins + state.width));
          }
          const rows = new Float64Array(window.steps * state.width);
          const first = Math.max(0, from - window.start);
          const at = (window.start + first - from) * state.width;
          copySignal(plan, place, window, state, { row: 0, into: rows });
          if (first < window.steps) values.set(rows.subarray(first * state.width), at);
          if (!keep || !kept) continue;
          copySignal(plan, place, window, keep, { row: 0, into: rows });
          if (first < window.steps) kept.set(rows.subarray(first * state.width), at);
          const begun = Math.max(0, Math.min(window.steps, parting - window.start));
          for (const value of rows.subarray(0, begun * state.width)) before.sum += value;
        }
      }
      if (!reader) continue;
      reader.take(window);
      answers.push(...answersOf(reader.finish(), window.steps));
    }
    return {
      layers: stores.map((states) =>
        states.map(({ state, initial, values, kept, before }) => ({
          ...{ initial, values, keep: kept },
          keptBefore: before.sum / (Math.max(1, parting) * state.width),
        })),
      ),
      answers: answers.slice(parting),
    };
  }
}

/** By step: a row a head. */
function answersOf({ output }: Outcome, steps: number): Numbers[][] {
  if (output === null || "tokens" in output) return [];
  const heads = "heads" in output ? output.heads : [output.outputs];
  return Array.from({ length: steps }, (_, t) =>
    heads.map((all) => {
      const width = all.length / steps;
      return Float64Array.from(all.subarray(t * width, (t + 1) * width));
    }),
  );
}

/** @returns [steps]: Σ |tanh s − tanh s′| over the units. */
function apart(values: Float64Array, others: Float64Array, units: number): Float64Array {
  const sums = new Float64Array(values.length / units);
  for (const [at, value] of values.entries()) {
    sums[Math.floor(at / units)] += Math.abs(tanh(value) - tanh(others[at]));
  }
  return sums;
}

function answersApart(
  measure: AnswerMeasure,
  first: readonly Numbers[],
  second: readonly Numbers[],
): number {
  if (measure === "probabilities") return divergenceOf(first[0], second[0]);
  let [sum, count] = [0, 0];
  for (const [h, head] of first.entries()) {
    for (const [k, value] of head.entries()) {
      sum += (value - second[h][k]) * (value - second[h][k]);
      count++;
    }
  }
  return Math.sqrt(sum / count);
}

function measureOf(model: ReadingModel): AnswerMeasure {
  if (!(model instanceof Network)) return "numbers";
  if (model.decoder) return "none";
  return model.config.ports.output.kind === "classes" ? "probabilities" : "numbers";
}

function checkReads(model: ReadingModel): void {
  const places = placesOf(model);
  const backward = places.find(({ direction }) => direction === "backward");
  if (backward) {
    throw new CellstateError(
      "option",
      `${backward.name} reads the end first: where two continuations part it knows them already, and what is above it too; give a model that reads forward, or see with compare where the traces of both differ`,
    );
  }
  if (places.some(({ along }) => along === "steps")) return;
  throw new CellstateError(
    "option",
    "no layer of this model steps along its input, so nothing of it could be forgotten; give one that reads a sequence",
  );
}
