/** The page's frame: its header, the model and the input, the way to the views, the cursor, and the view that is shown. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Session } from "../state/session.ts";
import { VIEWS } from "../views/index.ts";
import type { ViewProps } from "../views/view.ts";
import { CursorBar } from "./CursorBar.tsx";
import { InputBar } from "./InputBar.tsx";
import { Notices } from "./Notices.tsx";

export function App({ session }: { readonly session: Session }) {
  const { view } = session.state;
  const entry = VIEWS.find(({ id }) => id === view.value) ?? VIEWS[0];
  const loaded = useSignal<{ readonly id: string; readonly View: ComponentType<ViewProps> } | null>(
    null,
  );
  useSignalEffect(() => {
    const { id, load } = VIEWS.find((each) => each.id === view.value) ?? VIEWS[0];
    load().then(
      (module) => {
        loaded.value = { id, View: module.default };
      },
      () => session.notify("error", "a part of the page could not be loaded: load the page anew"),
    );
  });
  const View = loaded.value?.id === entry.id ? loaded.value.View : null;
  return (
    <>
      <a class="skip" href="#view">
        To the picture
      </a>
      <header>
        <h1>cellstate</h1>
        <nav aria-label="Views">
          {VIEWS.map(({ id, title }) => (
            <button
              key={id}
              type="button"
              aria-current={id === entry.id ? "page" : undefined}
              onClick={() => {
                view.value = id;
              }}
            >
              {title}
            </button>
          ))}
        </nav>
      </header>
      <Notices session={session} />
      <InputBar session={session} />
      <CursorBar session={session} />
      <main
        id="view"
        tabIndex={-1}
        data-ready={View && session.reading.value.value ? "" : undefined}
      >
        <h2>{entry.title}</h2>
        <p class="question">{entry.question}</p>
        {View ? <View session={session} /> : <p>Loading…</p>}
      </main>
    </>
  );
}
