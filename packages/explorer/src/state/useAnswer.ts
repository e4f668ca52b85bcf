/** A question of a view: asked again when what it depends on changes; the earlier answer stands until the next one comes. */
import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import type { Answer, Ask, QuestionKind } from "../compute/questions.ts";
import { type Asked, messageOf, type Session } from "./session.ts";

/**
 * @param make What to ask, from signals that it reads; null while there is nothing to ask. It is called again whenever they change.
 * @example useAnswer(session, "signal", () => aboutInput(session, { place: 0, signal: "f" }))
 */
export function useAnswer<K extends QuestionKind>(
  session: Session,
  kind: K,
  make: () => Ask<K> | null,
): ReadonlySignal<Asked<Answer<K>>> {
  const asked = useSignal<Asked<Answer<K>>>({ value: null, error: null, busy: false });
  const count = useSignal(0);
  useSignalEffect(() => {
    session.compute.losses.value;
    const ask = make();
    const number = count.peek() + 1;
    count.value = number;
    if (!ask) {
      asked.value = { value: null, error: null, busy: false };
      return;
    }
    asked.value = { ...asked.peek(), busy: true };
    session.ask(kind, ask).then(
      (value) => {
        if (count.peek() === number) asked.value = { value, error: null, busy: false };
      },
      (error: unknown) => {
        if (count.peek() === number)
          asked.value = { value: null, error: messageOf(error), busy: false };
      },
    );
  });
  return asked;
}

/** A question about the open model and its input; null until both are there and have been read. */
export function aboutInput<More extends object>(
  session: Session,
  more: More,
): ({ readonly model: string; readonly input: import("./page.ts").PageInput } & More) | null {
  const model = session.model.value;
  const input = session.state.input.value;
  const { value, busy } = session.reading.value;
  return model && value && !busy ? { model: model.id, input, ...more } : null;
}
