/** The first command's stories, fewer of them, in one lesson; asked about stories that were not told. */
import { type Cell, Vocabulary } from "@cellstate/core";
import { type Story, storyText, writeStoryBook } from "cellstate/stories";
import { Answerer } from "cellstate/storyAnswers";
import { mergeSettings } from "cellstate/training";
import type { TrainingSettings } from "../protocol.ts";
import type { LiveCourse } from "./course.ts";
import { languageCourse } from "./languageCourse.ts";

const COUNTS = { short: 8000, long: 4000, unseen: 8 } as const;
/** Answers given help with those asked later, which then teach less. */
const ASKED = 3;

export function storiesCourse(asked: TrainingSettings, cell: Cell): LiveCourse {
  const { units, layers, seed, steps, learningRate } = asked;
  const { short, long, unseen } = writeStoryBook(1, COUNTS);
  const texts = [...short, ...long].map((story) => storyText(firstAsked(story)));
  const vocabulary = Vocabulary.of(texts, "words");
  const settings = mergeSettings({
    ...{ cell: asked.cell, hiddenSize: units, layers, seed, steps, learningRate, tokens: "words" },
    ...{ batchSize: 20, window: 64, schedule: "warmup:50", engine: "wasm", validation: 0 },
  });
  return languageCourse({
    ...{ settings, cell, vocabulary, validation: [], command: null, tieWeights: true },
    optimizer: { name: "adam", learningRate, beta2: 0.99 },
    training: texts.map((text, index) => ({
      name: `story ${index + 1}`,
      tokens: vocabulary.encode(text).tokens,
    })),
    example: storyText(unseen[0]),
    record: ({ step }) => ({ task: "stories", seed, steps: step }),
    *measure(model, engine) {
      const answerer = new Answerer(model, engine);
      let asked = 0;
      let right = 0;
      for (const story of unseen) {
        for (const question of story.questions) {
          asked++;
          if (answerer.answer(story, question) === question.answer) right++;
        }
        yield;
      }
      return (100 * right) / asked;
    },
  });
}

function firstAsked(story: Story): Story {
  return { ...story, questions: story.questions.slice(0, ASKED) };
}
