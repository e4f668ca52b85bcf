/** The page's frame: its header, the model and the input, the way to the views, the cursor, and the view that is shown. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { VIEWS } from "../views/index.ts";
import type { ViewProps } from "../views/view.ts";
import { Busy } from "./Busy.tsx";
import { CursorBar } from "./CursorBar.tsx";
import { Help } from "./Help.tsx";
import { InputBar } from "./InputBar.tsx";
import { listenToKeys } from "./keys.ts";
import { Notices } from "./Notices.tsx";
import { Summary } from "./Summary.tsx";

interface Loaded {
  readonly id: string;
  readonly View: ComponentType<ViewProps>;
}

export function App({ session }: ViewProps) {
  const { view } = session.state;
  const entry = VIEWS.find(({ id }) => id === view.value) ?? VIEWS[0];
  const loaded = useSignal<Loaded | null>(null);
  const help = useRef<HTMLDialogElement>(null);
  const main = useRef<HTMLElement>(null);
  const nav = useRef<HTMLElement>(null);
  useSignalEffect(() => {
    const { id, title, load } = VIEWS.find((each) => each.id === view.value) ?? VIEWS[0];
    document.title = `${title} · cellstate`;
    load().then(
      (module) => {
        loaded.value = { id, View: module.default };
      },
      () => session.notify("error", "a part of the page could not be loaded: load the page anew"),
    );
  });
  // Where the ways to the views do not all fit, the present one is in sight.
  useEffect(() => {
    const now = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (now && nav.current) {
      nav.current.scrollLeft = now.offsetLeft - (nav.current.clientWidth - now.offsetWidth) / 2;
    }
  }, [entry.id]);
  useEffect(() => listenToKeys(session, () => help.current?.showModal()), [session]);
  const View = loaded.value?.id === entry.id ? loaded.value.View : null;
  const isReady = View !== null && session.reading.value.value !== null;
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        To the picture
      </button>
      <header>
        <h1>cellstate</h1>
        <button type="button" aria-haspopup="dialog" onClick={() => help.current?.showModal()}>
          Keys <kbd>?</kbd>
        </button>
      </header>
      <nav ref={nav} aria-label="Views">
        {VIEWS.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            data-view={id}
            aria-current={id === entry.id ? "page" : undefined}
            onClick={() => {
              view.value = id;
            }}
          >
            {title}
          </button>
        ))}
      </nav>
      <Notices session={session} />
      <InputBar session={session} />
      <CursorBar session={session} />
      <Busy session={session} />
      <Summary session={session} />
      <main ref={main} tabIndex={-1} data-ready={isReady ? entry.id : undefined}>
        <h2>{entry.title}</h2>
        <p class="question">{entry.question}</p>
        {View ? <View session={session} /> : <p>Loading…</p>}
      </main>
      <Help dialog={help} />
    </>
  );
}
