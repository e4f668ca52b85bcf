/**
 * The first command's lessons: a small word model learns stories of one person, then of two, and is asked about stories that it
 * has never seen.
 */
import {
  createLanguageModel,
  type Engine,
  findCell,
  type LanguageModel,
  LanguageStream,
  type TrainOptions,
  Vocabulary,
} from "@cellstate/core";
import {
  promptFor,
  type Question,
  type Story,
  type StoryBook,
  type StoryCounts,
  storyText,
} from "../stories.ts";
import type { Progress } from "../terminal/progress.ts";
import { type RunResult, runTraining } from "./trainRun.ts";

/**
 * Found by trial: nine answers in ten are right within forty-five seconds of one core. With 64 units the likings are never told apart, and
 * with 128 the same takes longer.
 */
export const STORY_COUNTS: StoryCounts = { short: 4_000, long: 45_000, unseen: 200 };

/** Of the long stories, the share that is learnt from at the full rate; over the rest it falls. */
const FULL_RATE = 0.7;

const MODEL = {
  cell: "lstm",
  hiddenSize: 96,
  layers: 1,
  embeddingSize: 96,
  tieWeights: true,
} as const;

/** Whole stories, twenty side by side; no story is as long as the window. */
const TRAINING = {
  batchSize: 20,
  window: 128,
  optimizer: { name: "adam", learningRate: 0.01, beta2: 0.99 },
  clip: { norm: 1 },
  length: { epochs: 1 },
} as const satisfies Partial<TrainOptions>;

/** An untrained model that knows the words of all stories. */
export function storyModel(book: StoryBook, seed: number): LanguageModel {
  const { cell, ...sizes } = MODEL;
  const vocabulary = Vocabulary.of([...book.short, ...book.long].map(storyText), "words");
  return createLanguageModel(
    { ...sizes, cell: findCell(cell), vocabulary, projectionSize: null, dropout: 0 },
    { init: "default", forgetBias: null, chronoSteps: TRAINING.window, seed },
  );
}

/**
 * Trains in three lessons, each once through its stories: short ones, long ones, and long ones at a falling rate.
 *
 * @returns The last lesson's result, with tokens and seconds of all.
 */
export async function learnStories(
  model: LanguageModel,
  book: StoryBook,
  options: { engine: Engine; seed: number; progress: Progress; signal: AbortSignal },
): Promise<RunResult> {
  const { seed, ...run } = options;
  const cut = Math.floor(book.long.length * FULL_RATE);
  const lessons: readonly [stories: readonly Story[], schedule: string][] = [
    [book.short, "constant"],
    [book.long.slice(0, cut), "constant"],
    [book.long.slice(cut), "cosine:0.05"],
  ];
  let seconds = 0;
  let tokens = 0;
  let steps = 0;
  for (const [index, [stories, schedule]] of lessons.entries()) {
    const training = stories.map((story, number) => ({
      name: `story ${number + 1}`,
      tokens: model.vocabulary.encode(storyText(story)).tokens,
    }));
    const train = { ...TRAINING, schedule, seed };
    const lesson = { number: index + 1, of: lessons.length };
    const result = await runTraining(model, { ...run, training, validation: [], train, lesson });
    seconds += result.seconds;
    tokens += result.progress.tokens;
    steps += result.progress.step;
    if (index < lessons.length - 1 && result.reason !== "aborted") continue;
    const progress = { ...result.progress, step: steps, tokens };
    return { ...result, progress, seconds, tokensPerSecond: tokens / seconds };
  }
  throw new RangeError("a book without lessons");
}

/** Answers questions by the most likely next word. */
export class Answerer {
  readonly #model: LanguageModel;
  readonly #stream: LanguageStream;

  constructor(model: LanguageModel, engine: Engine) {
    this.#model = model;
    this.#stream = new LanguageStream(model, engine);
  }

  answer(story: Story, question: Question): string {
    const { vocabulary } = this.#model;
    this.#stream.reset();
    let best = 0;
    let logits: Float32Array | Float64Array | null = null;
    for (const token of vocabulary.encode(promptFor(story, question)).tokens) {
      logits = this.#stream.step(token);
    }
    for (let i = 1; logits !== null && i < vocabulary.size; i++) {
      if (logits[i] > logits[best]) best = i;
    }
    return vocabulary.items[best].trim();
  }
}

export interface Score {
  readonly asked: number;
  readonly right: number;
}

/** Asks every question of every story, each with the facts alone before it. */
export function scoreStories(answerer: Answerer, stories: readonly Story[]): Score {
  let asked = 0;
  let right = 0;
  for (const story of stories) {
    for (const question of story.questions) {
      asked++;
      if (answerer.answer(story, question) === question.answer) right++;
    }
  }
  return { asked, right };
}
