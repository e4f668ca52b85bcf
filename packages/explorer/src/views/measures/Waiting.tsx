/** What stands where no answer is yet: that it is coming, or that there is nothing to ask about. */
import type { Session } from "../../state/session.ts";

export function Waiting({ session }: { readonly session: Session }) {
  return session.reading.value.error === null ? (
    <p>Reading…</p>
  ) : (
    <p>The model has read nothing yet: give it an input above.</p>
  );
}
