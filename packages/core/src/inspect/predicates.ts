/**
 * What a unit may follow: a label for every step of an input, given or found by a predicate. A label says what holds once its token or row
 * has been read, since that is what a unit can know then.
 *
 * The ready-made ones read tokens character by character, so that they mean the same for characters and for words. With
 * a vocabulary of bytes they know ASCII only.
 */
import { CellstateError } from "../errors.ts";
import type { Numbers, TracedInput } from "./signals.ts";

/** One number or truth a token; NaN where the token is not to be counted. */
export type Predicate = (tokens: readonly string[]) => ArrayLike<number | boolean>;

/** A step of a series, a row or a sequence of tokens, as a predicate is told it. */
export interface PredicateStep {
  readonly step: number;
  /** What the input calls it: a time, a token; else its number. */
  readonly label: string;
  /** As the network reads it (scaled, where its task scales); empty where it reads a token. */
  readonly row: Numbers;
  /** Null where the network reads a row of numbers. */
  readonly token: number | null;
}

/**
 * One number or truth a step of an example; NaN where the step is not to be counted.
 *
 * @param input Which of the inputs it is, from 0: for what is known of each, such as its class.
 */
export type StepPredicate = (
  steps: readonly PredicateStep[],
  input: number,
) => ArrayLike<number | boolean>;

/** Labels that are known already: one list an input, in it a number or truth a step; NaN where the step is not to be counted. */
export type StepLabels = readonly ArrayLike<number | boolean>[];

/** 1 inside quotation marks: from "opening" mark to before the closing one. A blank line ends a quotation that nobody closed. */
export const quotes: Predicate = (tokens) => {
  let isInside = false;
  let previous = "";
  return byCharacter(tokens, (character) => {
    if (character === '"') isInside = !isInside;
    else if (character === "“" || character === "«") isInside = true;
    else if (character === "”" || character === "»") isInside = false;
    else if (character === "\n" && previous === "\n") isInside = false;
    previous = character;
    return isInside ? 1 : 0;
  });
};

const CLOSING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** How many of ( [ { are open. What closes a bracket that is not the last opened one is passed over. */
export const brackets: Predicate = (tokens) => {
  const open: string[] = [];
  return byCharacter(tokens, (character) => {
    if (character === "(" || character === "[" || character === "{") open.push(character);
    else if (character in CLOSING && open.at(-1) === CLOSING[character]) open.pop();
    return open.length;
  });
};

/** Characters since the line began: 0 at the line break itself. */
export const linePosition: Predicate = (tokens) => {
  let position = 0;
  return byCharacter(tokens, (character) => {
    position = character === "\n" ? 0 : position + 1;
    return position;
  });
};

/**
 * 1 where one of the names has just been said: from its last character on, and `within` characters further.
 *
 * @param names As they are written in the text, `["Krish", "ROMEO"]`; they count only where no letter or digit stands beside them.
 * @throws CellstateError `option` without a name, or for a `within` below 0.
 */
export function afterName(names: readonly string[], within = 20): Predicate {
  if (names.length === 0 || names.includes("")) {
    throw new CellstateError("option", "afterName: give at least one name, none of them empty");
  }
  if (!(within >= 0)) {
    throw new CellstateError(
      "option",
      `afterName: within is ${within}, wanted 0 or more characters`,
    );
  }
  const escaped = names
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join("|")})(?![\\p{L}\\p{N}])`, "gu");
  return (tokens) => {
    const text = tokens.join("");
    const ends = Array.from(text.matchAll(pattern), (match) => match.index + match[0].length);
    const labels = new Uint8Array(tokens.length);
    // Of the text up to the token's end: characters as UTF-16 units, as in `ends`.
    let end = 0;
    let next = 0;
    for (const [t, token] of tokens.entries()) {
      end += token.length;
      while (next < ends.length && ends[next] <= end) next++;
      labels[t] = next > 0 && end - ends[next - 1] <= within ? 1 : 0;
    }
    return labels;
  };
}

/** Ready-made predicates by the names that the command knows. */
export const PREDICATES: Readonly<Record<string, Predicate>> = {
  quotes,
  brackets,
  "line-position": linePosition,
};

/** The label after a token's last character. */
function byCharacter(
  tokens: readonly string[],
  label: (character: string) => number,
): Float64Array {
  let last = 0;
  return Float64Array.from(tokens, (token) => {
    for (const character of token) last = label(character);
    return last;
  });
}

/** What a predicate is told of an input that is no text. */
export function predicateSteps(input: TracedInput, labels: readonly string[]): PredicateStep[] {
  const none = new Float64Array(0);
  return labels.map((label, step) =>
    input.kind === "tokens"
      ? { step, label, row: none, token: input.tokens[step] }
      : {
          ...{ step, label, token: null },
          row: input.vectors.subarray(step * input.width, (step + 1) * input.width),
        },
  );
}

/**
 * Labels of an input, as numbers.
 *
 * @param told What gave them, and the input as errors name it: `the predicate`, `text 0`, its 20 `tokens`.
 * @param nameOf A step as errors name it: `token 3, "a"`.
 * @throws CellstateError `data` where there is not one a step, or one is no number, truth or NaN.
 */
export function checkLabels(
  labels: ArrayLike<number | boolean> | undefined,
  { by, of, count, unit }: { by: string; of: string; count: number; unit: "token" | "step" },
  nameOf: (step: number) => string = (step) => `step ${step}`,
): Float64Array {
  if (labels?.length !== count) {
    throw new CellstateError(
      "data",
      `${by} gave ${labels?.length ?? "no"} labels for the ${count} ${unit}s of ${of}; it must give one a ${unit}`,
    );
  }
  return Float64Array.from({ length: count }, (_, t) => {
    const label: unknown = labels[t];
    if (typeof label === "boolean") return label ? 1 : 0;
    if (typeof label === "number" && Math.abs(label) !== Number.POSITIVE_INFINITY) return label;
    throw new CellstateError(
      "data",
      `${by} gave ${String(label)} for ${nameOf(t)}, of ${of}; wanted a number, true or false, or NaN to leave it out`,
    );
  });
}
