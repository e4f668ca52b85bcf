/** A language model asked about stories: what it answers, and how much of that is right. */
import { type Engine, type LanguageModel, LanguageStream } from "@cellstate/core";
import { promptFor, type Question, type Story } from "./stories.ts";

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
