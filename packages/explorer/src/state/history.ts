/** Keeps the address and the session alike: what a person does is written into it, and Back, Forward and links are read from it. */
import { effect } from "@preact/signals";
import { readAddress, writeAddress } from "./address.ts";
import type { Session } from "./session.ts";

/** Browsers refuse many changes of the address in a short time (Safari: 100 in ten seconds). */
const PAUSE_MS = 250;

/** Goes to what the address says, and follows it from then on. */
export async function followAddress(session: Session): Promise<void> {
  let written = location.hash;
  const go = async (): Promise<void> => {
    written = location.hash;
    const { page, problem } = await readAddress(written);
    if (problem !== null) session.notify("error", problem);
    session.show(page);
  };
  // An empty address says nothing: what was opened already stays.
  if (written !== "" && written !== "#") await go();
  addEventListener("popstate", () => {
    if (location.hash !== written) void go();
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  let entry = entryOf(session);
  effect(() => {
    session.page();
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const address = `#${await writeAddress(session.page())}`;
      if (address === written) return;
      const next = entryOf(session);
      written = address;
      // Another view, model or input is a place to come back from; a moved cursor is not.
      if (next === entry) history.replaceState(null, "", address);
      else history.pushState(null, "", address);
      entry = next;
    }, PAUSE_MS);
  });
}

function entryOf(session: Session): string {
  const { view, model, input } = session.page();
  return JSON.stringify([view, model, input]);
}
