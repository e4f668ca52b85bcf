/**
 * Units that follow something a person can name: inside quotes, the depth of brackets, the place in a line.
 *
 * The score of a unit is |r|, Pearson's correlation of one signal of it with the label over the steps. Among thousands of
 * units some score high by chance, and the more so the slower units and label change; so three things are kept apart:
 *
 * 1. *What is chosen is chosen on one part of the texts and scored on the other*: which units to name, and the sign by which each
 *    follows. The score is r times that sign, so what has turned round by the second part scores below zero.
 * 2. *What chance would reach* is had on the scored part with labels turned in a circle within each text (see
 *    `unitScores.ts`): the best score
 *    of all units each time, and of these bests the value that 95 % do not exceed. That any unit stands above it by chance happens once in
 *    twenty searches, however many units there are.
 * 3. Texts should be such as the model was not trained on: else it may know them by heart.
 *
 * That a unit stands above the level says that it tells something of the label, not that this was learnt: what an untrained
 * unit remembers of the last line break tells something of the place in the line. The score of the best unit of an untrained
 * model beside it says the rest.
 *
 * The texts are read window by window; what is kept are sums, and the named units' values on the scored part.
 */
import { cutText } from "../data/vocabulary.ts";
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { LanguageModel } from "../models/languageModel.ts";
import { areaUnderCurve } from "./correlation.ts";
import { encodeText } from "./encodeText.ts";
import { labelsOf, type Predicate } from "./predicates.ts";
import {
  chooseSignals,
  type SignalColumns,
  SignalReader,
  type SignalWindow,
} from "./signalReader.ts";
import { LabelledStretch, UnitScores } from "./unitScores.ts";

export interface FindUnitsOptions {
  /** Layers to look into. @default all */
  readonly layers?: readonly number[];
  /** Signals to look at. @default what the cell carries from step to step: `c` and `h` of an LSTM */
  readonly signals?: readonly string[];
  /** How many units to name. @default 20 */
  readonly count?: number;
  /** How often labels are turned to learn what chance would reach; 19 at least. @default 100 */
  readonly shifts?: number;
  /** Of the turns. @default 1 */
  readonly seed?: number;
  /** What the texts are called in errors, such as the names of their files. @default `text 0` and so on */
  readonly names?: readonly string[];
  /** In place of the model's weights: those of a training event. @default the model's */
  readonly weights?: Stretch;
}

export interface FoundUnit {
  readonly layer: number;
  readonly signal: string;
  readonly unit: number;
  /** r with the label on the scored part, times `sign`: 1 at best, 0 for none. */
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
  /** Units of all signals that were looked at; and how many of them score above the level. */
  readonly considered: number;
  readonly aboveLevel: number;
  readonly all: readonly SignalScores[];
}

const LEVEL = 0.95;
/** With fewer, nothing could stand above the level: chance alone reaches 1/20. */
const FEWEST_SHIFTS = 19;

/**
 * Ranks units by how well they follow a predicate.
 *
 * @param texts Texts that the model was not trained on. Each is read from the initial state. Of several, whole texts choose and others
 *   score; a single one is cut in the middle.
 * @param predicate A label for every token once it has been read; NaN is left out. It is told the words of the text, also those that
 *   the model reads as its unknown word. Ready-made: `quotes`, `brackets`, `linePosition`,
 *   `afterName`.
 * @throws CellstateError `option` for layers, signals or options that are not there; `vocabulary` for what the model does not know;
 *   `data` where a part has the same label throughout, or no unit changes.
 * @example findUnits(model, engine, [text], quotes).units[0] // { layer: 1, signal: "c", unit: 83, score: 0.91, above: true, … }
 */
export function findUnits(
  model: LanguageModel,
  engine: Engine,
  texts: readonly string[],
  predicate: Predicate,
  options: FindUnitsOptions = {},
): FoundUnits {
  const { count = 20, shifts = 100, seed = 1 } = options;
  checkCount("count", count, 1);
  checkCount("shifts", shifts, FEWEST_SHIFTS);
  if (texts.length === 0) {
    throw new CellstateError("data", "findUnits: there are no texts; give at least one");
  }
  const signals = chooseSignals(model, options);
  const considered = signals.reduce((total, { units }) => total + units, 0);
  const nameOf = (i: number): string => options.names?.[i] ?? `text ${i}`;
  const tokens = texts.map((text, i) => encodeText(model, text, nameOf(i)));
  const labels = texts.map((text, i) =>
    labelsOf(predicate, Array.from(cutText(text, model.vocabulary.kind)), nameOf(i)),
  );
  const isBinary = labels.every((of) =>
    of.every((label) => Number.isNaN(label) || label === 0 || label === 1),
  );
  const { choosing, scoring } = inTwoParts(labels);
  checkLabels(choosing, "choose units");
  checkLabels(scoring, "score them");

  const scoresOver = (placed: readonly Placed[], turns: number): UnitScores =>
    new UnitScores(
      placed.map(({ stretch }) => stretch),
      considered,
      turns,
      seed,
    );
  const chooser = scoresOver(choosing, 0);
  const scorer = scoresOver(scoring, shifts);
  const reader = new SignalReader(model, engine, signals, options.weights);
  read(reader, tokens, choosing, chooser, null);
  const r = chooser.correlations();
  const best = bestColumns(r, count);
  if (best.length === 0) {
    throw new CellstateError(
      "data",
      `findUnits: of ${considered} units none changes, or is a number, over the part of the texts that is to choose units; look at other signals, or at weights that are numbers`,
    );
  }
  const kept = isBinary ? new KeptColumns(best, scorer.count) : null;
  read(reader, tokens, scoring, scorer, kept);

  const signs = r.map((value) => (value < 0 ? -1 : 1));
  const scores = scorer.correlations().map((value, c) => value * signs[c]);
  const turned = Float64Array.from({ length: shifts }, (_, s) =>
    greatest(scorer.correlations(s + 1).map((value, c) => value * signs[c])),
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
      signal,
      scores: scores.slice(first, first + n),
    })),
  };
}

/** A stretch of `text` of one part. */
interface Placed {
  readonly text: number;
  readonly stretch: LabelledStretch;
}

/** Whole texts, each to the part that has less so far; a single text in two halves. */
function inTwoParts(labels: readonly Float64Array[]): { choosing: Placed[]; scoring: Placed[] } {
  if (labels.length === 1) {
    const [of] = labels;
    const middle = of.length >> 1;
    return {
      choosing: [{ text: 0, stretch: new LabelledStretch(of, 0, middle) }],
      scoring: [{ text: 0, stretch: new LabelledStretch(of, middle, of.length) }],
    };
  }
  const parts: { readonly placed: Placed[]; steps: number }[] = [
    { placed: [], steps: 0 },
    { placed: [], steps: 0 },
  ];
  for (const [text, of] of labels.entries()) {
    const part = parts[parts[1].steps < parts[0].steps ? 1 : 0];
    part.placed.push({ text, stretch: new LabelledStretch(of, 0, of.length) });
    part.steps += of.length;
  }
  return { choosing: parts[0].placed, scoring: parts[1].placed };
}

function read(
  reader: SignalReader,
  tokens: readonly Int32Array[],
  placed: readonly Placed[],
  scores: UnitScores,
  kept: KeptColumns | null,
): void {
  for (const { text, stretch } of placed) {
    for (const window of reader.windows(tokens[text], stretch.from, stretch.to)) {
      scores.add(stretch, window);
      kept?.add(stretch, window);
    }
  }
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

function checkLabels(placed: readonly Placed[], toDo: string): void {
  const first = placed.find(({ stretch }) => stretch.known.length > 0)?.stretch.known[0];
  if (placed.some(({ stretch }) => stretch.known.some((label) => label !== first))) return;
  const what = first === undefined ? "has no label" : `is ${first}`;
  throw new CellstateError(
    "data",
    `findUnits: the predicate ${what} at all steps of the part of the texts that is to ${toDo}; give longer texts, or others`,
  );
}
