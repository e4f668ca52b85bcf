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

/** Found by trial: learnt to nine answers in ten within half a minute of one core. */
export const STORY_COUNTS: StoryCounts = { first: 6_000, second: 26_000, unseen: 200 };

const MODEL = {
  cell: "lstm",
  hiddenSize: 128,
  layers: 1,
  embeddingSize: 128,
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
  const vocabulary = Vocabulary.of([...book.first, ...book.second].map(storyText), "words");
  return createLanguageModel(
    { ...sizes, cell: findCell(cell), vocabulary, projectionSize: null, dropout: 0 },
    { init: "default", forgetBias: null, chronoSteps: TRAINING.window, seed },
  );
}

/** Trains in two lessons, each once through its stories. @returns The second lesson's result, its seconds those of both. */
export async function learnStories(
  model: LanguageModel,
  book: StoryBook,
  options: { engine: Engine; seed: number; progress: Progress; signal: AbortSignal },
): Promise<RunResult> {
  const { seed, ...run } = options;
  const lesson = (stories: readonly Story[], schedule: string): Promise<RunResult> => {
    const training = stories.map((story, index) => ({
      name: `story ${index + 1}`,
      tokens: model.vocabulary.encode(storyText(story)).tokens,
    }));
    const train = { ...TRAINING, schedule, seed };
    return runTraining(model, { ...run, training, validation: [], train });
  };
  const first = await lesson(book.first, "constant");
  if (first.reason === "aborted") return first;
  const second = await lesson(book.second, "cosine:0.1");
  const seconds = first.seconds + second.seconds;
  const tokens = first.progress.tokens + second.progress.tokens;
  return { ...second, seconds, tokensPerSecond: tokens / seconds };
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
