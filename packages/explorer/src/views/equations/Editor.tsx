/** Equations as text, with line numbers, and the first mistake under its line. */
import { useRef } from "preact/hooks";
import type { Answer } from "../../compute/questions.ts";

export interface EditorProps {
  readonly text: string;
  readonly mistake: Answer<"equations">["mistake"];
  onText(text: string): void;
}

export function Editor({ text, mistake, onText }: EditorProps) {
  const mirror = useRef<HTMLDivElement>(null);
  const lines = text.split("\n");
  return (
    <div>
      <div class="editor-frame">
        <ol class="editor-numbers" aria-hidden="true">
          {lines.map((_, index) => (
            <li key={index} class={mistake?.line === index + 1 ? "editor-wrong" : undefined}>
              {index + 1}
            </li>
          ))}
        </ol>
        <div class="editor-text">
          <textarea
            wrap="off"
            spellcheck={false}
            autocapitalize="off"
            autocomplete="off"
            aria-label="Equations of the edited cell"
            aria-invalid={mistake !== null}
            aria-describedby="editor-mistake"
            rows={lines.length}
            value={text}
            onInput={({ currentTarget: { value } }) => onText(value)}
            onScroll={({ currentTarget: { scrollLeft } }) => {
              if (mirror.current) mirror.current.style.transform = `translateX(${-scrollLeft}px)`;
            }}
          />
          {mistake ? (
            <div class="editor-mirror" ref={mirror} aria-hidden="true">
              <span
                class="editor-mark"
                style={{ top: `calc(${mistake.line - 1} * var(--line-height))` }}
              >
                <span class="editor-before">
                  {lines[mistake.line - 1]?.slice(0, mistake.column - 1)}
                </span>
                <span>^</span>
                <em>{mistake.reason}</em>
              </span>
            </div>
          ) : null}
        </div>
      </div>
      <p id="editor-mistake" class="error" role="alert">
        {mistake ? `Line ${mistake.line}, column ${mistake.column}: ${mistake.reason}` : ""}
      </p>
    </div>
  );
}
