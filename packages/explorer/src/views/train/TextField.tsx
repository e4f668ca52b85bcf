/** Where a text of the person's own is dropped, chosen or pasted. A long one is not put into the field: the page would stand still. */
import { useSignal } from "@preact/signals";
import type { TrainingText } from "../../training/protocol.ts";
import { PASTED } from "./settings.ts";

const LONGEST_SHOWN = 20_000;
const LARGEST = 100_000_000;

export interface TextFieldProps {
  readonly text: TrainingText | null;
  onText(text: TrainingText): void;
}

export function TextField({ text, onText }: TextFieldProps) {
  const problem = useSignal("");
  // What is typed stands until the field is left, however often the view is drawn.
  const draft = useSignal<string | null>(null);
  const take = async (file: File) => {
    problem.value = "";
    if (file.size > LARGEST) {
      problem.value = `${file.name} has ${Math.round(file.size / 1e6)} MB; 100 MB are the most that a page can learn from`;
      return;
    }
    const value = await file.text();
    if (value.includes("\0")) problem.value = `${file.name} is not text`;
    else onText({ name: file.name, text: value, size: file.size });
  };
  const isLong = text !== null && text.text.length > LONGEST_SHOWN;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place to drop a file on; the button beside it does the same by keyboard
    <div
      class="train-text"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        const [file] = event.dataTransfer?.files ?? [];
        if (!file) return;
        event.preventDefault();
        event.stopPropagation();
        void take(file);
      }}
    >
      <label>
        Drop a text file here, or choose one{" "}
        <input
          type="file"
          accept=".txt,.md,.csv,text/*"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file) void take(file);
          }}
        />
      </label>
      {isLong ? (
        <p>
          {text.name}, {text.text.length.toLocaleString("en")} characters. It stays in this browser.
        </p>
      ) : (
        <label>
          or paste one; it stays in this browser
          <textarea
            rows={4}
            value={draft.value ?? text?.text ?? ""}
            onInput={({ currentTarget: { value } }) => {
              draft.value = value;
            }}
            onChange={({ currentTarget: { value } }) => {
              draft.value = null;
              onText({ name: PASTED, text: value, size: new Blob([value]).size });
            }}
          />
        </label>
      )}
      <p class="error" role="alert">
        {problem.value}
      </p>
    </div>
  );
}
