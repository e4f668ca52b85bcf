/** Which model, and what it reads: one that the page brings along or a file, one of its examples or a person's own text or numbers. */
import { useRef } from "preact/hooks";
import type { Reads } from "../compute/questions.ts";
import { BUILT_IN_NAMES, BUILT_IN_TITLES } from "../state/builtIn.ts";
import { typedInput } from "../views/measures/texts.ts";
import type { ViewProps } from "../views/view.ts";
import { readText, takeFile } from "./drop.ts";

const READS = {
  text: "It reads",
  rows: "It reads these numbers, a line a step",
  table: "It reads this table, under a line of names",
} as const satisfies Record<Reads, string>;

/** Typing rests before the model reads again. */
const TYPING_MS = 250;

export function InputBar({ session }: ViewProps) {
  const { input, model: ref } = session.state;
  const model = session.model.value;
  const { error, busy } = session.reading.value;
  const builtIn = session.builtIn.value;
  const file = useRef<HTMLInputElement>(null);
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const type = (text: string) => {
    clearTimeout(typing.current);
    typing.current = setTimeout(() => {
      readText(session, text, "the text");
    }, TYPING_MS);
  };
  const chosen = ref.value.kind === "built-in" ? ref.value.name : "file";
  const typed = typedInput(session);
  const said = error ?? "";
  return (
    <section class="input" aria-label="Model and input">
      <div class="input-line">
        <label>
          Model{" "}
          <select
            value={chosen}
            onChange={(event) => {
              const name = event.currentTarget.value;
              if (name !== "file") session.openBuiltIn(name);
            }}
          >
            {BUILT_IN_NAMES.map((name) => (
              <option key={name} value={name}>
                {BUILT_IN_TITLES[name]}
              </option>
            ))}
            {ref.value.kind === "file" ? <option value="file">{ref.value.name}</option> : null}
          </select>
        </label>
        <button type="button" onClick={() => file.current?.click()}>
          Open a file…
        </button>
        <input
          ref={file}
          type="file"
          hidden
          accept=".safetensors,.txt,.csv,text/*"
          onChange={(event) => {
            const [picked] = event.currentTarget.files ?? [];
            if (picked) void takeFile(session, picked);
            event.currentTarget.value = "";
          }}
        />
        <span class="faint">{describe()}</span>
      </div>
      {builtIn && builtIn.samples.length > 1 ? (
        <label>
          Example{" "}
          <select
            value={input.value.kind === "sample" ? input.value.sample : ""}
            onChange={(event) => {
              input.value = { kind: "sample", sample: Number(event.currentTarget.value) };
            }}
          >
            {input.value.kind === "sample" ? null : <option value="">your own</option>}
            {builtIn.sampleNames.map((name, sample) => (
              <option key={name} value={sample}>
                {name}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {typed === null ? null : (
        <label class="reads">
          {READS[model?.reads ?? "text"]}
          <textarea
            rows={2}
            value={typed}
            spellcheck={false}
            aria-invalid={said === "" ? undefined : true}
            aria-describedby="input-said"
            onInput={(event) => type(event.currentTarget.value)}
          />
        </label>
      )}
      <p id="input-said" class="error" role="status">
        {said}
        {busy && said === "" ? <span class="faint">Reading…</span> : null}
      </p>
    </section>
  );

  function describe(): string {
    if (!model) return "";
    const layers = model.places.map(
      ({ name, cell, units }) => `${name}: ${cell.name}, ${units} units`,
    );
    return `${layers.join("; ")}; ${model.parameters.toLocaleString("en")} parameters`;
  }
}
