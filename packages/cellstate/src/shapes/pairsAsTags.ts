/** Pairs of texts as tokens and tags: words where they stand apart by spaces in all of them, else letters. */
import { type AnyTask, CellstateError, type Tokens, type Values } from "@cellstate/core";

/** Where a model reads words, its tokens are lists; where it reads letters, they are texts. */
export function taggedTokens(
  sources: Values<string>,
  targets: Values<string>,
): { readonly inputs: Values<Tokens>; readonly targets: Values<Tokens> } {
  const words = readsWords(sources, targets);
  return { inputs: tokensOf(sources, words), targets: tokensOf(targets, words) };
}

/** Whether a tagger was taught words: some of its items have more than one character. */
export function learntWords(task: AnyTask): boolean {
  const items: unknown = Reflect.get(Object(task.toJson().input), "items");
  return Array.isArray(items) && items.some((item) => Array.from(String(item)).length > 1);
}

export function tokensOf(texts: Values<string>, words: boolean): Values<Tokens> {
  return {
    length: texts.length,
    at: (index) => {
      const text = texts.at(index);
      return text === undefined || !words ? text : wordsOf(text);
    },
  };
}

function wordsOf(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

/** @throws CellstateError `data` for pairs of which neither words nor letters have a tag each. */
function readsWords(sources: Values<string>, targets: Values<string>): boolean {
  let letters = true;
  let words = true;
  for (let index = 0; index < sources.length; index++) {
    const source = sources.at(index) ?? "";
    const target = targets.at(index) ?? "";
    letters &&= Array.from(source).length === Array.from(target).length;
    words &&= wordsOf(source).length === wordsOf(target).length;
    if (letters || words) continue;
    throw new CellstateError(
      "data",
      `pair ${index + 1}: ${Array.from(source).length} letters in ${wordsOf(source).length} words and ${Array.from(target).length} tags in ${wordsOf(target).length}; give each letter or each word one tag`,
    );
  }
  return !letters;
}
