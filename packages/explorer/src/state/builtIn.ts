/** The models that the page brings along: files beside it, made by `models/train.ts`. */
import type { Json } from "./page.ts";

/** What stands beside a model's file, as JSON. */
export interface BuiltIn {
  readonly name: string;
  readonly title: string;
  /** One sentence: what it learnt, and on what. */
  readonly about: string;
  /** Which of the four shapes, or a language model. */
  readonly shape: string;
  /** Inputs as the task reads them, texts for a language model; the first is shown at the beginning. */
  readonly samples: readonly Json[];
  /** What each sample is called. */
  readonly sampleNames: readonly string[];
}

/** Names of files in `models/`, without their endings; the first is what the page opens on. */
export const BUILT_IN_NAMES = [
  "stories",
  "names-rnn",
  "names-lstm",
  "names-gru",
  "tea",
  "digits",
  "waves",
  "dates",
] as const;

/** What they are called before their files are read. */
export const BUILT_IN_TITLES: Readonly<Record<(typeof BUILT_IN_NAMES)[number], string>> = {
  stories: "Stories of two people (LSTM)",
  "names-rnn": "Names: a simple recurrent network",
  "names-lstm": "Names: an LSTM",
  "names-gru": "Names: a GRU",
  tea: "Tea: a row of numbers to a label",
  digits: "Digits: a picture to a word",
  waves: "Waves: a series to a label",
  dates: "Dates: a text to a text, with attention",
};

/** @throws Error where the page's own files cannot be had. */
export async function readBuiltIn(
  name: string,
): Promise<{ readonly about: BuiltIn; readonly bytes: Uint8Array }> {
  if (!BUILT_IN_NAMES.some((each) => each === name)) {
    throw new Error(
      `the page brings no model "${name.slice(0, 40)}" along; there are ${BUILT_IN_NAMES.join(", ")}: choose one, or drop a file`,
    );
  }
  const [about, bytes] = await Promise.all([
    fetchFile(`models/${name}.json`).then((response) => response.json() as Promise<BuiltIn>),
    fetchFile(`models/${name}.safetensors`).then((response) => response.arrayBuffer()),
  ]);
  return { about, bytes: new Uint8Array(bytes) };
}

async function fetchFile(path: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI));
  if (response.ok) return response;
  throw new Error(`${path}: the page's own file is not there (${response.status}); is it whole?`);
}
