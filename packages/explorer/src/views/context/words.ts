/** What a change of context did, in plain words and with its numbers. */
import type { Answer } from "../../compute/questions.ts";

export type Change = Answer<"context">;

const VERDICTS = {
  neither: "Not forgotten.",
  second: "Forgotten after the second continuation.",
  first: "Not forgotten after the second continuation, but after the first.",
  both: "Forgotten after both alike: that is time, and no change of context.",
} as const;

export function verdictOf({ forgetting, reason }: Change): string {
  const why = reason ? ` (${reason}.)` : "";
  return `${VERDICTS[forgetting.after]}${why}`;
}

/** What the verdict rests on. */
export function groundsOf({ forgetting, steps }: Change): string {
  const [first, second] = forgetting.owed;
  return `${steps} steps after the two part, the states still owe ${percent(second)} to the beginning after the second continuation, and ${percent(first)} after the first. It counts as forgotten where the second leaves less than half of what the first leaves, or where neither leaves a tenth.`;
}

export function percent(share: number): string {
  const hundredths = 100 * share;
  const text = Math.abs(hundredths) < 10 ? hundredths.toFixed(1) : hundredths.toFixed(0);
  return `${text.replace("-", "−")} %`;
}
