/** What the network expected next, in words short enough to stand beneath a token. */
import type { Reading } from "../../compute/questions.ts";
import { shownToken } from "../../draw/axes.ts";

export interface Expected {
  /** `Krish 93` */
  readonly text: string;
  /** Whether it is what came next. */
  readonly came: boolean;
}

/** @param count How many, the likeliest first. */
export function expectedAfter(
  { top, labels }: Pick<Reading, "top" | "labels">,
  step: number,
  count: number,
): readonly Expected[] {
  return (top?.[step] ?? []).slice(0, count).map(({ token, probability }) => {
    const came = labels[step + 1] === token;
    return { text: `${shownToken(token)} ${percent(probability)}`, came };
  });
}

/** Whole percents; what is less than one says so. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.01) return "<1";
  return String(Math.round(100 * probability));
}
