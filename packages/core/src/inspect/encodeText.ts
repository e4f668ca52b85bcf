/** A text in a model's tokens, or where it has what the model does not know. */
import { cutText, UNKNOWN_WORD } from "../data/vocabulary.ts";
import { CellstateError } from "../errors.ts";
import type { LanguageModel } from "../models/languageModel.ts";

/**
 * @param what Names the text in errors: `text 3`, `the shared beginning`.
 * @returns At least one token. A rare word becomes the model's unknown word, where it has one.
 * @throws CellstateError `data` for an empty text; `vocabulary` with the first piece that the model does not know and where it stands.
 */
export function encodeText({ vocabulary }: LanguageModel, text: string, what: string): Int32Array {
  const { tokens, unknown } = vocabulary.encode(text);
  const hasStand = vocabulary.kind === "words" && vocabulary.numberOf(UNKNOWN_WORD) !== undefined;
  if (unknown.size > 0 && !hasStand) {
    let at = 0;
    let line = 1;
    for (const piece of cutText(text, vocabulary.kind)) {
      if (unknown.has(piece)) {
        const sample = vocabulary.items
          .slice(0, 12)
          .map((item) => JSON.stringify(item).slice(1, -1));
        const others = unknown.size - 1;
        const more =
          others === 0 ? "" : ` (and ${others === 1 ? "another" : `${others} others`} like it)`;
        throw new CellstateError(
          "vocabulary",
          `${what} has ${JSON.stringify(piece)} at character ${at + 1}, line ${line}, which the model does not know${more}; ` +
            `it knows ${vocabulary.size} ${vocabulary.kind}, among them ${sample.join(" ")}`,
        );
      }
      at += Array.from(piece).length;
      if (piece === "\n") line++;
    }
  }
  if (tokens.length === 0) {
    throw new CellstateError("data", `${what} is empty; give a few words`);
  }
  return tokens;
}
