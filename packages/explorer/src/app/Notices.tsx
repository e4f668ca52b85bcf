/** What the page has to say: errors first of all, each until it is put away. */
import type { Session } from "../state/session.ts";

export function Notices({ session }: { readonly session: Session }) {
  return (
    <div class="notices" role="alert">
      {session.notices.value.map(({ id, kind, text }) => (
        <p key={id} class={kind}>
          {text}{" "}
          <button type="button" aria-label="Put away" onClick={() => session.dismiss(id)}>
            ✕
          </button>
        </p>
      ))}
    </div>
  );
}
