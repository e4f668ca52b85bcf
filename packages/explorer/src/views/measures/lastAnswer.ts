/** The last answer that there was: while a word is being typed, a text is often one that nothing can be said of, and the picture would come and go. */
import { useRef } from "preact/hooks";
import type { Asked } from "../../state/session.ts";

export interface LastAnswer<T> {
  readonly value: T | null;
  readonly error: string | null;
  /** Whether the value is of an earlier question, because the present one has failed. */
  readonly isEarlier: boolean;
}

/** @param about What the question is about besides the text, the model: of another one, no earlier answer stands. */
export function useLast<T>({ value, error }: Asked<T>, about: string | undefined): LastAnswer<T> {
  const last = useRef<{ readonly value: T | null; readonly about: string | undefined }>({
    value: null,
    about,
  });
  if (value !== null && value !== last.current.value) last.current = { value, about };
  const isEarlier = value === null && error !== null;
  const earlier = last.current.about === about ? last.current.value : null;
  return { value: value ?? earlier, error, isEarlier };
}
