/**
 * aⁿbⁿ, string after string in one stream: after F. A. Gers and J. Schmidhuber, 2001, LSTM Recurrent Networks Learn Simple Context-Free and
 * Context-Sensitive Languages, here without a reset between strings, as in their *Learning to Forget* of 2000.
 */
import { type Cell, LanguageStream, RandomStream, streamKey, Vocabulary } from "@cellstate/core";
import { mergeSettings } from "cellstate/training";
import type { TrainingSettings } from "../protocol.ts";
import type { LiveCourse } from "./course.ts";
import { languageCourse } from "./languageCourse.ts";

/** Learnt from. */
const LONGEST = 20;
/** Asked for: beyond, nothing is counted. */
const MOST_COUNTED = 40;
const STREAMS = 20;
const STRINGS = 400;
/** Strings that are read before counts are asked for: a memory that nothing empties is full by then. */
const BEFORE = 60;
/** Before each string that is asked for: it does not count. */
const BROKEN_OFF = "aaaaaa!";

export function countingCourse(asked: TrainingSettings, cell: Cell): LiveCourse {
  const { units, layers, seed, steps, learningRate } = asked;
  const streams = Array.from({ length: STREAMS }, (_, index) =>
    streamOf("training", index, STRINGS),
  );
  const vocabulary = Vocabulary.of(["ab.!"], "characters");
  const settings = mergeSettings({
    ...{ cell: asked.cell, hiddenSize: units, layers, seed, steps, learningRate },
    ...{ batchSize: STREAMS, window: 60, schedule: "warmup:50", engine: "wasm", validation: 0 },
  });
  const before = streamOf("asked", 0, BEFORE);
  return languageCourse({
    ...{ settings, cell, vocabulary, validation: [], command: null },
    training: streams.map((text, index) => ({
      name: `stream ${index + 1}`,
      tokens: vocabulary.encode(text).tokens,
    })),
    example: before.slice(0, 300),
    record: ({ step }) => ({ task: "counting", seed, steps: step }),
    *measure(model, engine) {
      const stream = new LanguageStream(model, engine);
      const read = (text: string) => stream.read(vocabulary.encode(text).tokens);
      const expected = (logits: ArrayLike<number>) => vocabulary.items[largest(logits)];
      read(before);
      for (let n = 1; n <= MOST_COUNTED; n++) {
        let logits = read(`${BROKEN_OFF}${"a".repeat(n)}b`);
        for (let left = n - 1; left > 0; left--) {
          if (expected(logits) !== "b") return n - 1;
          logits = read("b");
        }
        if (expected(logits) !== ".") return n - 1;
        if (expected(read(".")) !== "a") return n - 1;
        if (n % 10 === 0) yield;
      }
      return MOST_COUNTED;
    },
  });
}

function streamOf(purpose: string, index: number, strings: number): string {
  const stream = new RandomStream(streamKey(1, "counting", purpose, index));
  return Array.from({ length: strings }, () => {
    const n = 1 + stream.integer(LONGEST);
    const brokenOff = stream.integer(2) === 0 ? `${"a".repeat(1 + stream.integer(LONGEST))}!` : "";
    return `${brokenOff}${"a".repeat(n)}${"b".repeat(n)}.`;
  }).join("");
}

function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
