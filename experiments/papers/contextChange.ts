/**
 * A change of context: stories whose subject changes, and questions about any fact, however far back. What each cell recalls, what
 * the gate that keeps does at a change of subject, and what happens when it is held open.
 */
import {
  createLanguageModel,
  createWasmEngine,
  type Engine,
  findCell,
  LanguageModel,
  LanguageStream,
  RandomStream,
  readCellWeights,
  streamKey,
  type TokenDocument,
  trace,
  train,
} from "../../packages/core/src/index.ts";
import { writeCellWeights } from "../../packages/core/src/layers/recurrent.ts";
import { meanInterval } from "../statistics.ts";
import type { PaperTask, Run, RunOptions } from "../task.ts";
import { contextReport } from "./contextChangeReport.ts";
import {
  type ContextStory,
  contextVocabulary,
  distanceOf,
  tellContextStory,
  textOf,
  tokensOf,
} from "./contextStories.ts";

export type ContextSettings = {
  readonly cell: string;
  readonly seed: number;
  readonly hiddenSize: number;
  readonly forgetBias: number | null;
  /** At the beginning of each lesson; it falls to a twentieth by its end. */
  readonly learningRates: readonly number[];
  /** Updates on stories of so many words, one lesson after the other. */
  readonly lessons: readonly { readonly words: number; readonly steps: number }[];
  /** Test stories of each length. */
  readonly stories: number;
};

export type ContextResult = {
  readonly parameters: number;
  readonly recall: Recall;
  /** The same with the forget gate held at 1; null for a cell without one of its own. */
  readonly recallOpen: Recall | null;
  readonly gate: GateAtChanges | null;
};

/** Right answers and questions: [right, asked]. */
export type Count = readonly [right: number, asked: number];

export type Recall = {
  /** Distance and story within what was learnt from. */
  readonly within: Count;
  readonly beyond: Count;
  /** As DISTANCES. */
  readonly byDistance: readonly Count[];
  /** As CHANGES. */
  readonly byChanges: readonly Count[];
};

/** The gate's mean over all units, of one story: means over the stories that have both, and of their differences. */
export type GateAtChanges = {
  readonly signal: string;
  readonly stories: number;
  readonly atChange: number;
  readonly elsewhere: number;
  /** At a change less elsewhere, story by story: mean, and Student's 95 %. */
  readonly difference: Interval;
  /** At a change less where the same subject is named again: what the change does, and not the name. */
  readonly againstNamedAgain: Interval;
  /** Units whose gate is lower at a change than elsewhere by more than so much, in the mean: of how many. */
  readonly unitsFalling: { readonly by01: number; readonly by05: number; readonly of: number };
};

export type Interval = {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly stories: number;
};

/** Words and signs from the word that tells a fact to its answer: up to and with each. */
export const DISTANCES = [20, 40, 60, 80, 120, 160, 200] as const;
/** Subject changes since the fact: from each to below the next. */
export const CHANGES = [0, 1, 2, 3, 4, 6, 9, 13, 19] as const;

/** Stories to learn from, their questions and answers included. */
export const LONGEST_LEARNT = 60;
/** Of test stories without the question, which has five. */
const TEST_WORDS = [15, 25, 35, 45, 54, 75, 100, 125, 150, 175, 194];
const QUESTION_WORDS = 7;
const MOST_QUESTIONS = 4;
const SHORTEST_STORY = 5;
const CHANGE_RATES = { from: 0.3, to: 0.8 } as const;
const TEST_CHANGE_RATE = 0.4;
const BATCH = 32;
/** Different stories to learn from a lesson; beyond, they come again. */
const MOST_STORIES = 200_000;

/** Rates and the forget bias were found by trial on seed 1. */
const CELLS = [
  { cell: "lstm", forgetBias: 2, learningRates: [0.008, 0.004] },
  { cell: "gru", forgetBias: null, learningRates: [0.005, 0.0025] },
  { cell: "lstm-nfg", forgetBias: null, learningRates: [0.008, 0.004] },
  { cell: "rnn", forgetBias: null, learningRates: [0.002, 0.001] },
] as const;
const SEEDS = 3;

/** The gate by which a cell keeps what it has: of the LSTM the forget gate, of the GRU the update gate. */
const KEEP_GATES: Readonly<Record<string, string>> = { lstm: "f", gru: "z" };

export const contextChange: PaperTask<ContextSettings, ContextResult> = {
  name: "context-change",
  title: "A change of context",
  about:
    "Stories of two people, the subject changing any number of times, and a question about any fact at any distance back. Learnt from stories of up to 60 words and signs, tested to 200.",
  source:
    "F. A. Gers, J. Schmidhuber and F. Cummins, 2000, Learning to Forget: Continual Prediction with LSTM, and what tutorials say of it: that the forget gate stays near 1 while the context stays, and nears 0 when it changes",
  criterion:
    "Our own task: LSTM and GRU recall at least 95 % within the lengths that they learnt from; what the gate does is measured, not asked for. A guess is right once in six.",
  published: [],

  runs({ seeds, quick }: RunOptions): readonly Run<ContextSettings>[] {
    const runs: Run<ContextSettings>[] = [];
    const sizes = quick
      ? { hiddenSize: 12, lessons: [{ words: 24, steps: 40 }], stories: 3 }
      : {
          hiddenSize: 96,
          lessons: [
            { words: 36, steps: 16_000 },
            { words: LONGEST_LEARNT, steps: 10_000 },
          ],
          stories: 200,
        };
    for (let seed = 1; seed <= (seeds ?? (quick ? 1 : SEEDS)); seed++) {
      for (const one of CELLS) {
        const settings = { ...one, seed, ...sizes };
        runs.push({ key: `${one.cell} seed ${seed}`, settings });
      }
    }
    return runs;
  },

  async run(settings, say) {
    const engine = createWasmEngine();
    const model = await learnStories(settings, engine, say);
    const stories = testStories(settings.stories);
    const recall = recallOf(model, engine, stories);
    const gate = KEEP_GATES[settings.cell];
    const open = gate === "f" ? heldOpen(model) : null;
    return {
      parameters: model.parameterCount,
      recall,
      recallOpen: open && recallOf(open, engine, stories),
      gate: gate ? gateAtChanges(model, engine, gate, stories) : null,
    };
  },

  report: contextReport,
};

async function learnStories(
  settings: ContextSettings,
  engine: Engine,
  say: (line: string) => void,
): Promise<LanguageModel> {
  const { cell, hiddenSize, forgetBias, learningRates, lessons, seed } = settings;
  const model = createLanguageModel(
    {
      ...{ cell: findCell(cell), vocabulary: contextVocabulary(), hiddenSize, layers: 1 },
      ...{ embeddingSize: hiddenSize, projectionSize: null, dropout: 0, tieWeights: true },
    },
    { init: "default", forgetBias, chronoSteps: LONGEST_LEARNT, seed },
  );
  for (const [lesson, { words, steps }] of lessons.entries()) {
    const run = train(model, {
      engine,
      documents: storiesToLearn(Math.min(MOST_STORIES, steps * BATCH), words, seed),
      length: { steps },
      batchSize: BATCH,
      window: words,
      optimizer: { name: "adam", learningRate: learningRates[lesson], beta2: 0.99 },
      schedule: "cosine:0.05",
      clip: { norm: 1 },
      seed: seed + lesson,
    });
    for await (const event of run) {
      const { progress } = event;
      if (event.kind === "step" && progress.step % 1000 === 0) {
        say(`${words} words, step ${progress.step}: ${event.loss.toFixed(3)} nats a word asked`);
      }
    }
  }
  return model;
}

/** Stories with up to four questions and their answers, `words` in all at most: the story is read, what is asked is predicted. */
function storiesToLearn(count: number, words: number, seed: number): TokenDocument[] {
  const stream = new RandomStream(streamKey(seed, "context stories", words));
  const { from, to } = CHANGE_RATES;
  return Array.from({ length: count }, (_, index) => {
    const room = Math.floor((words - SHORTEST_STORY) / QUESTION_WORDS);
    const questions = 1 + stream.integer(Math.min(MOST_QUESTIONS, room));
    const most = words - QUESTION_WORDS * questions;
    const story = tellContextStory(
      {
        words: SHORTEST_STORY + stream.integer(most - SHORTEST_STORY + 1),
        changeRate: from + (to - from) * stream.uniform(),
      },
      stream,
    );
    const asked = stream.shuffle([...story.facts]).slice(0, questions);
    const told = asked.flatMap(({ question, answer }) => [...question, answer, "."]);
    return {
      name: `story ${index + 1}`,
      tokens: tokensOf([...story.words, ...told]),
      context: story.words.length,
    };
  });
}

/** The same for every cell and seed. */
function testStories(count: number): ContextStory[] {
  const stream = new RandomStream(streamKey(0, "context stories", "test"));
  return TEST_WORDS.flatMap((words) =>
    Array.from({ length: count }, () =>
      tellContextStory({ words, changeRate: TEST_CHANGE_RATE }, stream),
    ),
  );
}

/** Reads every story once, and asks every question from there. */
function recallOf(model: LanguageModel, engine: Engine, stories: readonly ContextStory[]): Recall {
  const counts = () => ({ right: 0, asked: 0 });
  const [within, beyond] = [counts(), counts()];
  const byDistance = DISTANCES.map(counts);
  const byChanges = CHANGES.map(counts);
  const stream = new LanguageStream(model, engine);
  for (const story of stories) {
    stream.reset();
    stream.read(tokensOf(story.words));
    const { state } = stream;
    for (const fact of story.facts) {
      stream.state = state;
      const logits = stream.read(tokensOf(fact.question));
      const [answer] = tokensOf([fact.answer]);
      const isRight = logits.every((logit, token) => token === answer || logit < logits[answer]);
      const distance = distanceOf(story, fact);
      const changes = story.changes.length - fact.changesBefore;
      const length = story.words.length + fact.question.length + 1;
      for (const count of [
        length <= LONGEST_LEARNT ? within : beyond,
        byDistance[DISTANCES.findIndex((most) => distance <= most)],
        byChanges[CHANGES.findLastIndex((least) => changes >= least)],
      ]) {
        count.asked++;
        if (isRight) count.right++;
      }
    }
  }
  const pair = ({ right, asked }: { right: number; asked: number }): Count => [right, asked];
  return {
    within: pair(within),
    beyond: pair(beyond),
    byDistance: byDistance.map(pair),
    byChanges: byChanges.map(pair),
  };
}

/** A model whose forget gate is 1 whatever is read: no weights, and a bias at which float32's sigmoid is 1. */
export function heldOpen(model: LanguageModel): LanguageModel {
  const open = new LanguageModel(model.config);
  open.weights = model.weights.slice();
  for (const layer of open.recurrent) {
    const { matrices, vectors } = layer.cell.program;
    const weights = readCellWeights(layer, open.parameters, open.weights);
    weights.matrices[matrices.findIndex(({ name }) => name === "W_f")].fill(0);
    weights.vectors[vectors.findIndex(({ name }) => name === "b_f")].fill(OPEN_BIAS);
    writeCellWeights(layer, open.parameters, weights, open.weights);
  }
  return open;
}

const OPEN_BIAS = 40;

/** Over stories of the lengths that were learnt from. */
function gateAtChanges(
  model: LanguageModel,
  engine: Engine,
  signal: string,
  stories: readonly ContextStory[],
): GateAtChanges {
  const units = model.config.hiddenSize;
  const pairs: { readonly at: number; readonly elsewhere: number; readonly again: number }[] = [];
  const numbers = Array.from({ length: units }, (_, unit) => unit);
  const falls = new Float64Array(units);
  for (const story of stories) {
    const { words, changes, repeats } = story;
    if (words.length > LONGEST_LEARNT || changes.length === 0) continue;
    const seen = trace(model, engine, textOf(words)).layers[0][signal];
    const steps = words.map((_, step) => step);
    const others = steps.filter((step) => !changes.includes(step));
    const gateAt = (step: number) => mean(numbers.map((unit) => seen.at(step, unit)));
    const meanAt = (of: readonly number[]) => mean(of.map(gateAt));
    for (const unit of numbers) {
      const at = mean(changes.map((step) => seen.at(step, unit)));
      falls[unit] += mean(others.map((step) => seen.at(step, unit))) - at;
    }
    const again = repeats.length > 0 ? meanAt(repeats) : Number.NaN;
    pairs.push({ at: meanAt(changes), elsewhere: meanAt(others), again });
  }
  const named = pairs.filter(({ again }) => !Number.isNaN(again));
  const fallsBy = (least: number) => falls.filter((fall) => fall / pairs.length > least).length;
  return {
    signal,
    stories: pairs.length,
    atChange: rounded(mean(pairs.map(({ at }) => at))),
    elsewhere: rounded(mean(pairs.map(({ elsewhere }) => elsewhere))),
    difference: intervalOf(pairs.map(({ at, elsewhere }) => at - elsewhere)),
    againstNamedAgain: intervalOf(named.map(({ at, again }) => at - again)),
    unitsFalling: { by01: fallsBy(0.1), by05: fallsBy(0.5), of: units },
  };
}

function intervalOf(values: readonly number[]): Interval {
  if (values.length < 2) return { value: 0, low: 0, high: 0, stories: values.length };
  const { value, low, high } = meanInterval(values);
  return {
    ...{ value: rounded(value), low: rounded(low), high: rounded(high) },
    stories: values.length,
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const rounded = (value: number): number => Math.round(value * 1e5) / 1e5;
