/** Which model, and what it reads: one that the page brings along or a file, one of its examples or a person's own text or numbers. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { BUILT_IN_NAMES, BUILT_IN_TITLES } from "../state/builtIn.ts";
import type { PageInput } from "../state/page.ts";
import type { ViewProps } from "../views/view.ts";
import { readText, takeFile } from "./drop.ts";

/** Typing rests before the model reads again. */
const TYPING_MS = 250;

export function InputBar({ session }: ViewProps) {
  const { input, model: ref } = session.state;
  const model = session.model.value;
  const { error, busy } = session.reading.value;
  const builtIn = session.builtIn.value;
  const file = useRef<HTMLInputElement>(null);
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wrong = useSignal("");
  const type = (text: string) => {
    clearTimeout(typing.current);
    typing.current = setTimeout(() => {
      wrong.value = "";
      if (model?.reads !== "rows") {
        readText(session, text, "the text");
        return;
      }
      const rows = rowsIn(text);
      if (typeof rows === "string") wrong.value = rows;
      else input.value = { kind: "rows", rows };
    }, TYPING_MS);
  };
  const chosen = ref.value.kind === "built-in" ? ref.value.name : "file";
  const said = error ?? wrong.value;
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
      {shownInput() === null ? null : (
        <label class="reads">
          {model?.reads === "rows" ? "It reads these numbers, a line a step" : "It reads"}
          <textarea
            rows={2}
            value={shownInput() ?? ""}
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

  function shownInput(): string | null {
    return inputText(input.value, builtIn?.samples ?? []);
  }
}

/** As it stands in the box; null for a sample that is neither a text nor numbers. */
function inputText(input: PageInput, samples: readonly unknown[]): string | null {
  if (input.kind === "text") return input.text;
  if (input.kind === "rows") return input.rows.map((row) => row.join(" ")).join("\n");
  const sample = samples[input.sample];
  return typeof sample === "string" ? sample : null;
}

/** Numbers a line, separated by blanks, commas or semicolons. @returns what is wrong, as a line. */
function rowsIn(text: string): readonly (readonly number[])[] | string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const rows = lines.map((line) =>
    line
      .trim()
      .split(/[\s,;]+/)
      .map(Number),
  );
  for (const [index, row] of rows.entries()) {
    if (row.some((value) => !Number.isFinite(value))) {
      return `line ${index + 1}: expected numbers separated by blanks or commas, got "${lines[index].slice(0, 40)}"`;
    }
    if (row.length !== rows[0].length) {
      return `line ${index + 1}: expected ${rows[0].length} numbers as in line 1, got ${row.length}`;
    }
  }
  return rows;
}
