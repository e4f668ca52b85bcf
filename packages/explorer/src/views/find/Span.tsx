/** Tokens over which a span is dragged, with a slider for each end. */
import { useRef } from "preact/hooks";
import { shownToken } from "../../draw/axes.ts";

interface SpanProps {
  readonly labels: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Either end may be the first. */
  onSpan(from: number, to: number): void;
}

/** More are not drawn: the sliders reach them. */
const SHOWN = 400;

export function Span({ labels, from, to, onSpan }: SpanProps) {
  const anchor = useRef<number | null>(null);
  const stepAt = (x: number, y: number): number | null => {
    const token = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-step]");
    return token ? Number(token.dataset.step) : null;
  };
  return (
    <>
      <div
        class="find-tokens"
        onPointerDown={(event) => {
          anchor.current = stepAt(event.clientX, event.clientY);
          if (anchor.current !== null) onSpan(anchor.current, anchor.current);
        }}
        onPointerMove={(event) => {
          if (anchor.current === null || event.buttons === 0) return;
          const step = stepAt(event.clientX, event.clientY);
          if (step !== null) onSpan(anchor.current, step);
        }}
        onPointerUp={() => {
          anchor.current = null;
        }}
        onPointerCancel={() => {
          anchor.current = null;
        }}
      >
        {labels.slice(0, SHOWN).map((label, step) => (
          <span
            key={`${step}`}
            data-step={step}
            class={step >= from && step <= to ? "find-inside" : undefined}
          >
            {shownToken(label)}
          </span>
        ))}
        {labels.length > SHOWN ? `… ${labels.length - SHOWN} more` : null}
      </div>
      <p class="find-ends">
        {(["from", "to"] as const).map((end) => {
          const value = end === "from" ? from : to;
          return (
            <label key={end}>
              {end} step {value}{" "}
              <input
                type="range"
                min={0}
                max={labels.length - 1}
                value={value}
                aria-valuetext={`step ${value}, ${labels[value]}`}
                onInput={(event) => {
                  const next = Number(event.currentTarget.value);
                  if (end === "from") onSpan(Math.min(next, to), to);
                  else onSpan(from, Math.max(next, from));
                }}
              />
            </label>
          );
        })}
      </p>
    </>
  );
}
