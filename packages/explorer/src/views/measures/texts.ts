/** The text that the model reads, wherever it stands. */
import type { Session } from "../../state/session.ts";

/** Null for what is no text. */
export function textRead(session: Session): string | null {
  const input = session.state.input.value;
  if (input.kind === "text") return input.text;
  if (input.kind === "rows") return null;
  const sample = session.builtIn.value?.samples[input.sample];
  return typeof sample === "string" ? sample : null;
}
