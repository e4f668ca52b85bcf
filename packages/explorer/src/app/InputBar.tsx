/** Which model, and what it reads. */
import type { Session } from "../state/session.ts";

export function InputBar({ session }: { readonly session: Session }) {
  const { input } = session.state;
  const model = session.model.value;
  const { error } = session.reading.value;
  const sample = session.builtIn.value?.samples;
  const text =
    input.value.kind === "text"
      ? input.value.text
      : input.value.kind === "sample"
        ? sample?.[input.value.sample]
        : null;
  return (
    <section class="input" aria-label="Model and input">
      <p>
        <strong>{model?.title ?? "Opening…"}</strong>{" "}
        {model
          ? `${model.places.map(({ cell, units }) => `${cell.name} ${units}`).join(", ")}; ${model.parameters.toLocaleString("en")} parameters`
          : ""}
      </p>
      {typeof text === "string" ? (
        <label>
          It reads
          <textarea
            rows={2}
            value={text}
            onInput={(event) => {
              input.value = { kind: "text", text: event.currentTarget.value };
            }}
          />
        </label>
      ) : null}
      {error ? (
        <p class="error" role="alert">
          {error}
        </p>
      ) : null}
    </section>
  );
}
