/** A text of the person's own, learnt as `cellstate train` learns it: the same settings give the same file, byte for byte. */
import { type Cell, CellstateError, splitDocuments, Vocabulary } from "@cellstate/core";
import { mergeSettings, recordOf, resultOf, withLength } from "cellstate/training";
import type { TrainingSettings } from "../protocol.ts";
import type { LiveCourse } from "./course.ts";
import { languageCourse } from "./languageCourse.ts";

/** Characters along which the gates are watched. */
const WATCHED = 300;

/** @throws CellstateError `data` for a text that is missing, empty or too short. */
export async function textCourse(
  asked: TrainingSettings,
  cell: Cell,
  version: string,
): Promise<LiveCourse> {
  const { text: given, units, layers, seed, steps, learningRate } = asked;
  if (given === null || given.text === "") {
    throw new CellstateError("data", "there is no text yet: drop a text file here, or paste some");
  }
  const { name, text, size } = given;
  if (text.includes("\0")) {
    throw new CellstateError("data", `${name} is not text: it has bytes that no text has`);
  }
  const vocabulary = Vocabulary.of([text], "characters");
  const documents = [{ name, tokens: vocabulary.encode(text).tokens }];
  const merged = mergeSettings({
    cell: asked.equations === null ? asked.cell : `${asked.cell}.cell`,
    ...{ hiddenSize: units, layers, seed, steps, learningRate, engine: "wasm" },
  });
  const { training, validation } = splitDocuments(documents, merged.validation, seed);
  const settings = withLength(merged, training);
  const files = [{ name, size }];
  const sha256 = await sha256Of(`${text.length}\n${text}`);
  const state = { cellstate: version, settings, engine: "wasm", files, sha256, from: null };
  return languageCourse({
    ...{ settings, cell, vocabulary, training, validation },
    command: commandFor(asked, settings.cell, name),
    example: [...text.slice(0, 2 * WATCHED)].slice(0, WATCHED).join(""),
    record: (progress) => recordOf(state, resultOf(progress, "finished")),
    // biome-ignore lint/correctness/useYield: there is nothing to be done in pieces
    *measure() {
      return null;
    },
  });
}

function commandFor(
  { units, layers, steps, learningRate, seed }: TrainingSettings,
  cell: string,
  name: string,
): string {
  const quoted = /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
  const options = [
    ["--cell", cell],
    ["--hidden-size", units],
    ["--layers", layers],
    ["--steps", steps],
    ["--learning-rate", learningRate],
    ["--seed", seed],
    ["--engine", "wasm"],
  ];
  return `cellstate train ${quoted} ${options.map((pair) => pair.join(" ")).join(" ")}`;
}

async function sha256Of(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
