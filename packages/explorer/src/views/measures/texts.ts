/** The text that the model reads, wherever it stands. */
import type { Session } from "../../state/session.ts";
import { typedSample } from "../../state/typedSample.ts";

/** As it is or would be typed; null for what nobody types. */
export function typedInput(session: Session): string | null {
  const input = session.state.input.value;
  if (input.kind === "text") return input.text;
  return typedSample(session.builtIn.value?.samples[input.sample]);
}

/** Null for what is no text. */
export function textRead(session: Session): string | null {
  return session.model.value?.reads === "text" ? typedInput(session) : null;
}
