/** Where the cursor is and what the unit there does, in words: read out by whoever reads the page aloud, once the cursor rests. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { UnitSignal } from "../compute/questions.ts";
import { aboutInput, useAnswer } from "../state/useAnswer.ts";
import type { ViewProps } from "../views/view.ts";
import { inWords } from "./summaryWords.ts";

/** Until the cursor is said to rest. */
const REST_MS = 400;

export function Summary({ session }: ViewProps) {
  const { cursor } = session.state;
  const answer = useAnswer(session, "unit", () => aboutInput(session, cursor.value));
  const said = useSignal("");
  const words = wordsOf(answer.value.value);
  function wordsOf(signals: readonly UnitSignal[] | null): string {
    const { step, unit } = cursor.value;
    const label = session.reading.value.value?.labels[step] ?? "";
    return signals ? inWords({ step, unit, label }, signals) : "";
  }
  useSignalEffect(() => {
    const next = wordsOf(answer.value.value);
    const timer = setTimeout(() => {
      said.value = next;
    }, REST_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div class="summary">
      <p aria-hidden="true">{words}</p>
      <p class="said" aria-live="polite">
        {said.value}
      </p>
    </div>
  );
}
