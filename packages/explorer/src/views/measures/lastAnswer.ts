/** The last answer that there was: while a word is being typed, a text is often one that nothing can be said of, and the picture would come and go. */
import { useRef } from "preact/hooks";
import type { Asked } from "../../state/session.ts";

export interface LastAnswer<T> {
  readonly value: T | null;
  readonly error: string | null;
  /** Whether the value is of an earlier question, because the present one has failed. */
  readonly isEarlier: boolean;
}

export function useLast<T>({ value, error }: Asked<T>): LastAnswer<T> {
  const last = useRef<T | null>(null);
  if (value !== null) last.current = value;
  return { value: last.current, error, isEarlier: value === null && error !== null };
}
