/**
 * Units that follow something a person can name: inside quotes, the depth of brackets, the place in a line; of a series, a load above
 * the usual, a fault, the hour.
 *
 * The score of a unit is |r|, Pearson's correlation of one signal of it with the label over the steps. Among thousands of
 * units some score high by chance, and the more so the slower units and label change; so three things are kept apart:
 *
 * 1. *What is chosen is chosen on one part of the inputs and scored on the other*: which units to name, and the sign by which each
 *    follows. The score is r times that sign, so what has turned round by the second part scores below zero.
 * 2. *What chance would reach* is had on the scored part with labels turned in a circle within each input, and inputs in
 *    another order (see `unitScores.ts`): the best score
 *    of all units each time, and of these bests the value that 95 % do not exceed. That any unit stands above it by chance happens once in
 *    twenty searches, however many units there are.
 * 3. Inputs should be such as the model was not trained on: else it may know them by heart.
 *
 * That a unit stands above the level says that it tells something of the label, not that this was learnt: what an untrained
 * unit remembers of the last line break tells something of the place in the line. The score of the best unit of an untrained
 * model beside it says the rest.
 *
 * Each input is read from the initial state, window by window where its states can be carried; what is kept are sums, and the named units'
 * values on the scored part.
 */
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Stretch } from "../layers/parameters.ts";
import { LanguageModel } from "../models/languageModel.ts";
import { areaUnderCurve } from "./correlation.ts";
import {
  checkVaries,
  inTwoCopies,
  inTwoParts,
  type Placed,
  readInput,
  readLabels,
} from "./labelledInputs.ts";
import type { Predicate, StepLabels, StepPredicate } from "./predicates.ts";
import {
  chooseSignals,
  clipped,
  type SignalColumns,
  SignalReader,
  type SignalWindow,
} from "./signalReader.ts";
import type { Subject } from "./subject.ts";
import type { InputOf, InspectedModel } from "./subjects.ts";
import { type LabelledStretch, UnitScores } from "./unitScores.ts";

export interface FindUnitsOptions {
  /** Layers to look into, by their numbers in a trace. @default all that step along the input: not those of a decoder */
  readonly layers?: readonly number[];
  /** Signals to look at. @default what the cell carries from step to step: `c` and `h` of an LSTM */
  readonly signals?: readonly string[];
  /** How many units to name. @default 20 */
  readonly count?: number;
  /** How often labels are turned to learn what chance would reach; 19 at least. @default 100 */
  readonly shifts?: number;
  /** Of the turns, and of which inputs choose where there are more than two. @default 1 */
  readonly seed?: number;
  /** What the inputs are called in errors, such as the names of their files. @default `text 0` and so on, or `input 0` */
  readonly names?: readonly string[];
  /** In place of the model's weights: those of a training event. @default the model's */
  readonly weights?: Stretch;
  /**
   * Whether units are chosen on some steps and scored on others. Without, all steps do both, as where a span of a single text is to be told from
   * the rest; the level is then what the best unit reaches when it is chosen, sign and all, by a turned label. @default true
   */
  readonly heldOut?: boolean;
}

export interface FoundUnit {
  readonly layer: number;
  /** The layer's name: `rnn.0`, `encoder.0.reverse` */
  readonly place: string;
  readonly signal: string;
  readonly unit: number;
  /** r with the label on the scored part, times `sign`: 1 at best, 0 for none; NaN where the unit does not change there. */
  readonly score: number;
  /** Whether it rises or falls with the label: from the part that chooses. */
  readonly sign: 1 | -1;
  /** |r| on the part that chooses. */
  readonly chosenBy: number;
  /**
   * For labels of 0 and 1, of two steps of which one is labelled 1: how often that one has the higher value (the lower, where
   * `sign` is −1). On the scored part. Null for other labels.
   */
  readonly auc: number | null;
  /** Share of turned labels whose best unit scores as high, the true label counted among them. */
  readonly p: number;
  /** Whether `score` is above the level. */
  readonly above: boolean;
}

/** Scores of all units of one signal. */
export interface SignalScores {
  readonly layer: number;
  readonly place: string;
  readonly signal: string;
  /** By unit, as `FoundUnit.score`; NaN where a unit never changed. */
  readonly scores: Float64Array;
}

export interface FoundUnits {
  readonly labels: "binary" | "numbers";
  /** Steps with a label, of each part. */
  readonly steps: { readonly chosenOn: number; readonly scoredOn: number };
  /** The best by the part that chooses, in the order of their scores on the other. */
  readonly units: readonly FoundUnit[];
  /** What the best of all units reaches with turned labels in 95 % of the turns. */
  readonly level: number;
  /** The best of all units, for each turn of the labels. */
  readonly turned: Float64Array;
  /** What was looked at: units, each as often as there are signals of it; and how many of these score above the level. */
  readonly considered: number;
  readonly aboveLevel: number;
  readonly all: readonly SignalScores[];
}

const LEVEL = 0.95;
/** With fewer, nothing could stand above the level: chance alone reaches 1/20. */
const FEWEST_SHIFTS = 19;

/**
 * Ranks units by how well they follow a predicate, or labels.
 *
 * @param inputs What the model was not trained on: texts (or tokens) for a language model, examples for a network, vectors for layers alone.
 *   Each is read from the initial state. Of several, whole ones choose and others score; a single one is cut in the middle. What reads backward
 *   has then read the other half too.
 * @param predicate A label for every step once it has been read; NaN is left out. Of a text it is told all tokens, also the words that the model
 *   reads as its unknown word; ready-made: `quotes`, `brackets`, `linePosition`, `afterName`. Of an example or vectors it is told all steps,
 *   each with its row of numbers. In place of a predicate, labels that are known: one list an input.
 * @throws CellstateError `option` for layers, signals or options that are not there; `vocabulary` for what the model does not know;
 *   `data` where a part has the same label throughout, or no unit changes over it.
 * @example findUnits(model, engine, [text], quotes).units[0] // { layer: 1, signal: "c", unit: 83, score: 0.91, above: true, … }
 * @example findUnits(network, engine, series, (steps) => steps.map(({ row }) => row[0] > 0.5))
 */
export function findUnits<M extends InspectedModel>(
  model: M,
  engine: Engine,
  inputs: readonly InputOf<M>[],
  predicate: (M extends LanguageModel ? Predicate : StepPredicate) | StepLabels,
  options: FindUnitsOptions = {},
): FoundUnits {
  const { count = 20, shifts = 100, seed = 1, heldOut = true } = options;
  checkCount("count", count, 1);
  checkCount("shifts", shifts, FEWEST_SHIFTS);
  const isText = model instanceof LanguageModel;
  if (inputs.length === 0) {
    const what = isText ? "texts" : "inputs";
    throw new CellstateError("data", `findUnits: there are no ${what}; give at least one`);
  }
  const nameOf = (i: number): string => options.names?.[i] ?? `${isText ? "text" : "input"} ${i}`;
  const once = inputs.map((input, i) => readInput(model, input, nameOf(i)));
  // What does both is read twice: to choose, and to score.
  const read = heldOut ? once : [...once, ...once];
  const subjects = read.map(({ subject }) => subject);
  const { places } = subjects[0];
  const signals = chooseSignals(places, options);
  const considered = signals.reduce((total, { units }) => total + units, 0);
  const told = readLabels(once, predicate, nameOf);
  const labels = heldOut ? told : [...told, ...told];
  const isBinary = labels.every((of) =>
    of.every((label) => Number.isNaN(label) || label === 0 || label === 1),
  );
  const { choosing, scoring } = heldOut ? inTwoParts(labels, seed) : inTwoCopies(labels);
  checkVaries(choosing, "choose units");
  checkVaries(scoring, "score them");

  const scoresOver = (placed: readonly Placed[], turns: number): UnitScores =>
    new UnitScores(
      placed.map(({ stretch }) => stretch),
      considered,
      turns,
      seed,
    );
  const chooser = scoresOver(choosing, 0);
  const scorer = scoresOver(scoring, shifts);
  const reader = new SignalReader(subjects, engine, signals, options.weights);
  let chosen: Chosen | null = null;
  for (const { window, stretch, isScored } of readParts(reader, subjects, choosing, scoring)) {
    if (!isScored) {
      chooser.add(stretch, window);
      continue;
    }
    chosen ??= choose(chooser.correlations(), count, isBinary, scorer.count);
    scorer.add(stretch, window);
    chosen.kept?.add(stretch, window);
  }
  if (!chosen) throw new RangeError("nothing was read of the part that scores");
  const { r, best, kept } = chosen;
  checkChanging(scorer.correlations(), "score them");

  const signs = r.map((value) => (value < 0 ? -1 : 1));
  const scores = scorer.correlations().map((value, c) => value * signs[c]);
  const turned = Float64Array.from({ length: shifts }, (_, s) =>
    greatest(
      scorer.correlations(s + 1).map((value, c) => (heldOut ? value * signs[c] : Math.abs(value))),
    ),
  );
  // So placed that the true label, were it one more turned one, would be above it in 5 % of all searches at most.
  const level = turned.toSorted()[Math.ceil(LEVEL * (shifts + 1)) - 1];
  const units = best.map((column, k): FoundUnit => {
    const { layer, signal, first } = ownerOf(signals, column);
    const score = scores[column];
    const sign = signs[column] < 0 ? -1 : 1;
    // A score of NaN, of a unit that no longer changes, is reached by all.
    const reached = turned.reduce((total, of) => total + (of < score ? 0 : 1), 0);
    const auc = kept && areaUnderCurve(kept.values[k], kept.labels);
    return {
      layer,
      place: places[layer].name,
      signal,
      unit: column - first,
      score,
      sign,
      chosenBy: Math.abs(r[column]),
      auc: auc === null ? null : sign > 0 ? auc : 1 - auc,
      p: (1 + reached) / (shifts + 1),
      above: score > level,
    };
  });
  return {
    labels: isBinary ? "binary" : "numbers",
    steps: { chosenOn: chooser.count, scoredOn: scorer.count },
    units: units.sort((a, b) => orLeast(b.score) - orLeast(a.score)),
    level,
    turned,
    considered,
    aboveLevel: scores.reduce((total, score) => total + (score > level ? 1 : 0), 0),
    all: signals.map(({ layer, signal, first, units: n }) => ({
      layer,
      place: places[layer].name,
      signal,
      scores: scores.slice(first, first + n),
    })),
  };
}

/** A window, clipped to a stretch. */
interface ReadPart {
  readonly window: SignalWindow;
  readonly stretch: LabelledStretch;
  readonly isScored: boolean;
}

/** What chooses comes before what scores. Of a single input, a window across the middle gives both their parts. */
function* readParts(
  reader: SignalReader,
  subjects: readonly Subject[],
  choosing: readonly Placed[],
  scoring: readonly Placed[],
): Generator<ReadPart> {
  const byInput = new Map<number, { stretch: LabelledStretch; isScored: boolean }[]>();
  for (const [part, isScored] of [
    [choosing, false],
    [scoring, true],
  ] as const) {
    for (const { input, stretch } of part) {
      byInput.set(input, [...(byInput.get(input) ?? []), { stretch, isScored }]);
    }
  }
  for (const [input, stretches] of byInput) {
    for (const window of reader.windows(subjects[input])) {
      for (const { stretch, isScored } of stretches) {
        const part = clipped(window, stretch.from, stretch.to);
        if (part) yield { window: part, stretch, isScored };
      }
    }
  }
}

/** What the first part has chosen: columns by their r there. */
interface Chosen {
  readonly r: Float64Array;
  readonly best: readonly number[];
  readonly kept: KeptColumns | null;
}

/** @param scored Steps that have a label, of the part that scores. */
function choose(r: Float64Array, count: number, isBinary: boolean, scored: number): Chosen {
  checkChanging(r, "choose units");
  const best = bestColumns(r, count);
  return { r, best, kept: isBinary ? new KeptColumns(best, scored) : null };
}

/** The values of a few columns at all steps that have a label. */
class KeptColumns {
  /** [columns][steps] */
  readonly values: readonly Float64Array[];
  /** 0 or 1 */
  readonly labels: Uint8Array;
  readonly #columns: readonly number[];
  #next = 0;

  constructor(columns: readonly number[], steps: number) {
    this.#columns = columns;
    this.values = columns.map(() => new Float64Array(steps));
    this.labels = new Uint8Array(steps);
  }

  add({ from: start, places, known }: LabelledStretch, { from, to, signals }: SignalWindow): void {
    for (let t = from; t < to; t++) {
      const place = places[t - start];
      if (place < 0) continue;
      // Less their mean, labels of 1 are above 0 and labels of 0 below it.
      this.labels[this.#next] = known[place] > 0 ? 1 : 0;
      for (const [k, column] of this.#columns.entries()) {
        const { numbers, offset, stride, first } = ownerOf(signals, column);
        this.values[k][this.#next] = numbers[offset + (t - from) * stride + column - first];
      }
      this.#next++;
    }
  }
}

/** The columns of the greatest |r|, those that never change left out; ties by number. */
function bestColumns(r: Float64Array, count: number): number[] {
  const changing = Array.from(r.keys()).filter((c) => !Number.isNaN(r[c]));
  return changing.sort((a, b) => Math.abs(r[b]) - Math.abs(r[a])).slice(0, count);
}

function ownerOf<Of extends SignalColumns>(signals: readonly Of[], column: number): Of {
  const owner = signals.find(({ first, units }) => column >= first && column < first + units);
  if (!owner) throw new RangeError(`column ${column} belongs to no signal`);
  return owner;
}

function greatest(scores: Float64Array): number {
  return scores.reduce((most, score) => (score > most ? score : most), -1);
}

/** A unit that changed where units were chosen and no more where they are scored comes last. */
function orLeast(score: number): number {
  return Number.isNaN(score) ? -2 : score;
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new CellstateError(
    "option",
    `findUnits: ${name} is ${value}, wanted a whole number of ${least} or more`,
  );
}

/** @param r NaN for a unit that never changed. */
function checkChanging(r: Float64Array, toDo: string): void {
  if (r.some((value) => !Number.isNaN(value))) return;
  throw new CellstateError(
    "data",
    `of ${r.length} units none changes, or is a number, over the part of the input that is to ${toDo}; look at other signals, give a longer input, or weights that are numbers`,
  );
}
