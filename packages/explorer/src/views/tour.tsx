/** The tour: ten stops from the vanishing gradient to what it is all good for, each with a real view beneath its text. */
import { batch, useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useRef } from "preact/hooks";
import { keepOwn, numberIn, ownOf } from "./measures/own.ts";
import { STOPS } from "./tour/stops.tsx";
import "./tour.css";
import type { ViewProps } from "./view.ts";

interface Shown {
  readonly stop: number;
  readonly View: ComponentType<ViewProps>;
}

export default function Tour({ session }: ViewProps) {
  const shown = useSignal<Shown | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const stop = stopOf(numberIn(ownOf(session, "tour"), "stop"));
  useSignalEffect(() => {
    const wanted = stopOf(numberIn(ownOf(session, "tour"), "stop"));
    STOPS[wanted].load().then(
      (module) => {
        shown.value = { stop: wanted, View: module.default };
      },
      () => session.notify("error", "a part of the page could not be loaded: load the page anew"),
    );
  });
  const go = (to: number) => {
    const { model, cursor, signal } = STOPS[to];
    const { model: before } = session.state;
    batch(() => {
      if (before.peek().kind !== "built-in" || before.peek().name !== model)
        session.openBuiltIn(model);
      session.state.input.value = { kind: "sample", sample: 0 };
      session.state.cursor.value = { place: 0, ...cursor };
      session.state.signal.value = signal;
      session.state.selected.value = null;
      session.state.edits.value = {};
      keepOwn(session, "tour", { stop: to });
    });
    heading.current?.focus();
  };
  const { title, text } = STOPS[stop];
  const View = shown.value?.stop === stop ? shown.value.View : null;
  return (
    <div class="tour">
      <nav class="tour-stops" aria-label="Stops of the tour">
        {STOPS.map((each, index) => (
          <button
            key={each.title}
            type="button"
            aria-current={index === stop ? "step" : undefined}
            aria-label={`${index + 1}: ${each.title}`}
            onClick={() => go(index)}
          >
            {index + 1}
          </button>
        ))}
      </nav>
      <h3 ref={heading} tabIndex={-1}>
        {stop + 1}. {title}
      </h3>
      <div class="tour-text">{text(session)}</div>
      <p class="tour-ways">
        <button type="button" disabled={stop === 0} onClick={() => go(stop - 1)}>
          ← Back
        </button>
        <button
          type="button"
          class="tour-next"
          disabled={stop === STOPS.length - 1}
          onClick={() => go(stop + 1)}
        >
          Next: {STOPS[Math.min(stop + 1, STOPS.length - 1)].title} →
        </button>
      </p>
      <section
        class="tour-figure"
        aria-label="What the text speaks of"
        data-stop={View ? stop + 1 : undefined}
      >
        {View ? <View session={session} /> : <p>Loading…</p>}
      </section>
    </div>
  );
}

function stopOf(kept: number | null): number {
  return kept !== null && Number.isInteger(kept) && kept >= 0 && kept < STOPS.length ? kept : 0;
}
