/** What is said of a language model's run before it begins. */
import type { LanguageModel, TokenDocument } from "@cellstate/core";
import { shownPath } from "../files/fileError.ts";
import { grouped } from "../terminal/text.ts";
import type { Corpus } from "./corpus.ts";
import type { TrainSettings } from "./settings.ts";

interface Summarised {
  /** As typed. */
  readonly names: readonly string[];
  readonly model: LanguageModel;
  readonly corpus: Corpus;
  readonly settings: TrainSettings;
  readonly validation: readonly TokenDocument[];
}

/** What is about to happen: the text, the model. */
export function textSummary(
  { model, corpus, settings, validation, names }: Summarised,
  out: string,
): string[] {
  const { config, vocabulary, parameterCount } = model;
  const documents =
    corpus.documents.length === 1 ? "" : ` in ${grouped(corpus.documents.length)} documents`;
  const heldOut = validation.reduce(
    (sum, { tokens, context = 0 }) => sum + tokens.length - context,
    0,
  );
  const layers = config.layers === 1 ? "one layer" : `${config.layers} layers`;
  return [
    `${shownPath(names.join(" "))}: ${grouped(corpus.tokens)} ${vocabulary.kind}${documents}, ${grouped(vocabulary.size)} different` +
      `${heldOut === 0 ? "" : `; ${grouped(heldOut)} held out`}`,
    `${shownPath(out)}: ${config.cell.name}, ${layers} of ${config.hiddenSize}, ${grouped(parameterCount)} parameters; seed ${settings.seed}`,
  ];
}
