/** Where the cursor is, with sliders to move it. */
import type { Session } from "../state/session.ts";

export function CursorBar({ session }: { readonly session: Session }) {
  const { cursor, signal } = session.state;
  const model = session.model.value;
  const place = session.place.value;
  const reading = session.reading.value.value;
  if (!model || !place || !reading) return null;
  const steps = reading.placeSteps[cursor.value.place] ?? reading.steps;
  return (
    <section class="cursor" aria-label="Cursor">
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
        step {cursor.value.step}{" "}
        <input
          type="range"
          min={0}
          max={steps - 1}
          value={cursor.value.step}
          onInput={(event) => session.move({ step: Number(event.currentTarget.value) })}
        />
      </label>
      <label>
        unit {cursor.value.unit}{" "}
        <input
          type="range"
          min={0}
          max={place.units - 1}
          value={cursor.value.unit}
          onInput={(event) => session.move({ unit: Number(event.currentTarget.value) })}
        />
      </label>
    </section>
  );
}
