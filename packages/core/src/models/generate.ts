/** A language model writes: one token after another, each step of the same cost. */
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import { RandomStream, streamKey } from "../numbers/random.ts";
import type { LanguageModel } from "./languageModel.ts";
import { LanguageStream } from "./languageStream.ts";
import { Sampler, type SamplingOptions } from "./sampling.ts";

export interface GenerateOptions extends SamplingOptions {
  readonly engine: Engine;
  /** What the text begins with; it is read in, not given out. @default a new line, or any token */
  readonly prompt?: string;
  /** Tokens to write at the most. @default 500 */
  readonly length?: number;
  /** Ends before this text would come. */
  readonly stop?: string;
  /** @default 1 */
  readonly seed?: number;
}

/**
 * The prompt in the model's tokens.
 *
 * @throws CellstateError `vocabulary` that names what the model does not know.
 */
export function encodePrompt(model: LanguageModel, prompt: string): Int32Array {
  const { vocabulary } = model;
  const { tokens, unknown } = vocabulary.encode(prompt);
  if (unknown.size > 0) {
    const named = [...unknown.keys()].slice(0, 5).map((item) => JSON.stringify(item));
    const more = unknown.size > named.length ? ` and ${unknown.size - named.length} more` : "";
    const sample = vocabulary.items.slice(0, 12).map((item) => JSON.stringify(item).slice(1, -1));
    throw new CellstateError(
      "vocabulary",
      `the prompt has ${vocabulary.kind} that the model does not know: ${named.join(", ")}${more}; ` +
        `it knows ${vocabulary.size}, among them ${sample.join(" ")}`,
    );
  }
  return tokens;
}

/**
 * Writes text, piece by piece as it comes.
 *
 * @throws CellstateError `vocabulary` where the prompt has what the model does not know.
 * @example for (const piece of generate(model, { engine, prompt: "My name is" })) process.stdout.write(piece);
 */
export function* generate(model: LanguageModel, options: GenerateOptions): Generator<string, void> {
  const { prompt = "", length = 500, stop = "", seed = 1 } = options;
  const { vocabulary } = model;
  const sampler = new Sampler(vocabulary.size, options);
  const chance = new RandomStream(streamKey(seed, "sampling"));
  const stream = new LanguageStream(model, options.engine);

  const read = encodePrompt(model, prompt);
  let logits =
    read.length > 0
      ? stream.read(read)
      : stream.step(vocabulary.numberOf("\n") ?? chance.integer(vocabulary.size));

  const decoder = vocabulary.decoder();
  // The end of what was written that may be the beginning of the stop text is held back.
  let held = "";
  for (let written = 0; written < length; written++) {
    const token = sampler.draw(logits, chance.uniform());
    held += decoder.push(token);
    if (stop !== "" && held.includes(stop)) {
      held = held.slice(0, held.indexOf(stop));
      break;
    }
    const keep = stop === "" ? 0 : overlap(held, stop);
    if (held.length > keep) yield held.slice(0, held.length - keep);
    held = held.slice(held.length - keep);
    logits = stream.step(token);
  }
  held += decoder.end();
  if (held !== "") yield held;
}

/** The length of the longest end of `text` that begins `stop`. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
