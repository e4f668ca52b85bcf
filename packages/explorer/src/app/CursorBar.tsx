/** Where the cursor is, with what moves it: layer, signal, step, unit; and play. */
import type { ViewProps } from "../views/view.ts";

export function CursorBar({ session }: ViewProps) {
  const { cursor, signal, selected } = session.state;
  const model = session.model.value;
  const place = session.place.value;
  const reading = session.reading.value.value;
  if (!model || !place || !reading) return null;
  const steps = reading.placeSteps[cursor.value.place] ?? reading.steps;
  const label = reading.labels[cursor.value.step]?.trim() ?? "";
  return (
    <section class="cursor" aria-label="Cursor">
      {model.places.length > 1 ? (
        <label>
          layer{" "}
          <select
            value={cursor.value.place}
            onChange={(event) => session.move({ place: Number(event.currentTarget.value) })}
          >
            {model.places.map(({ name }, index) => (
              <option key={name} value={index}>
                {name}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <label>
        signal{" "}
        <select
          value={signal.value}
          onChange={(event) => {
            signal.value = event.currentTarget.value;
          }}
        >
          {place.cell.signals.map(({ name, caption }) => (
            <option key={name} value={name}>
              {name}: {caption}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>
          step <span class="value">{cursor.value.step}</span> <span class="faint">{label}</span>
        </span>
        <input
          type="range"
          min={0}
          max={Math.max(0, steps - 1)}
          value={cursor.value.step}
          onInput={(event) => session.move({ step: Number(event.currentTarget.value) })}
        />
      </label>
      <label>
        <span>
          unit <span class="value">{cursor.value.unit}</span>
        </span>
        <input
          type="range"
          min={0}
          max={place.units - 1}
          value={cursor.value.unit}
          onInput={(event) => session.move({ unit: Number(event.currentTarget.value) })}
        />
      </label>
      <button
        type="button"
        aria-pressed={session.playing.value}
        onClick={() => {
          session.playing.value = !session.playing.value;
        }}
      >
        {session.playing.value ? "Pause" : "Play"}
      </button>
      {selected.value ? (
        <button
          type="button"
          onClick={() => {
            selected.value = null;
          }}
        >
          {selected.value.length} units selected: show all
        </button>
      ) : null}
    </section>
  );
}
