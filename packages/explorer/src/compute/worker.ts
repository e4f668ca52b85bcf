/** The worker in which everything is computed: it answers the page's questions, one after the other. */
import { CellstateError } from "@cellstate/core";
import { answers } from "./answers/index.ts";
import { Library } from "./library.ts";
import type { AnswerMessage, QuestionKind, QuestionMessage } from "./questions.ts";

interface Scope {
  onmessage: ((event: { readonly data: QuestionMessage }) => void) | null;
  postMessage(message: AnswerMessage, transfer?: readonly Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
const library = new Library();

scope.onmessage = ({ data }) => {
  scope.postMessage(answerTo(data));
};

function answerTo<K extends QuestionKind>({
  number,
  kind,
  ask,
}: QuestionMessage<K>): AnswerMessage {
  try {
    return { number, answer: answers[kind](library, ask) };
  } catch (error) {
    const code = error instanceof CellstateError ? error.code : "bug";
    return {
      number,
      error: { message: error instanceof Error ? error.message : String(error), code },
    };
  }
}
