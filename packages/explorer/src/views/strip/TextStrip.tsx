/** A text whose tokens are coloured by numbers, with what was expected beneath each. Only the lines in sight are on the page, so it may be long. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { shownToken } from "../../draw/axes.ts";
import { type ColourScale, cssColour, inkOn } from "../../draw/colours.ts";
import { ground } from "../../draw/ground.ts";
import type { Expected } from "./expected.ts";
import { lineOf, linesOf, measurer } from "./layout.ts";

export interface TextStripProps {
  readonly names: readonly string[];
  /** Of each token. */
  numberOf(step: number): number;
  readonly scale: ColourScale;
  /** Changes when `numberOf` would say something else. */
  readonly version: string;
  expected(step: number): readonly Expected[];
  /** Lines beneath each token. */
  readonly count: number;
  readonly label: string;
  readonly cursor: number;
  onCursor(step: number): void;
}

const TOKEN_FONT = "16px system-ui, sans-serif";
const SMALL_FONT = "12px system-ui, sans-serif";
const PADDING = 12;
const NARROWEST = 26;
export const TOKEN_HEIGHT = 30;
export const EXPECTED_HEIGHT = 17;
const GAP = 8;
/** Lines beyond the edges that are made too. */
const SPARE = 3;

export function TextStrip(props: TextStripProps) {
  const { names, expected, count, cursor, label, onCursor } = props;
  const box = useRef<HTMLElement>(null);
  const room = useSignal({ width: 0, height: 0 });
  const top = useSignal(0);
  const widths = useMemo(() => widthsOf(names, expected, count), [names, expected, count]);
  const starts = useMemo(
    () => linesOf(widths, (token) => names[token].includes("\n"), room.value.width),
    [widths, names, room.value.width],
  );
  const height = TOKEN_HEIGHT + count * EXPECTED_HEIGHT + GAP;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      const { clientWidth, clientHeight } = element;
      const { width, height: tall } = room.peek();
      if (width !== clientWidth || tall !== clientHeight) {
        room.value = { width: clientWidth, height: clientHeight };
      }
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || room.peek().height === 0) return;
    const at = lineOf(starts, cursor) * height;
    if (at < element.scrollTop) element.scrollTop = at;
    else if (at + height > element.scrollTop + element.clientHeight) {
      element.scrollTop = at + height - element.clientHeight;
    }
  }, [cursor, starts, height]);
  const first = Math.max(0, Math.floor(top.value / height) - SPARE);
  const last = Math.min(starts.length, Math.ceil((top.value + room.value.height) / height) + SPARE);
  const lines = Array.from({ length: Math.max(0, last - first) }, (_, n) => first + n);
  const point = (event: PointerEvent) => {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const token = under?.closest("[data-step]");
    if (token instanceof HTMLElement) onCursor(Number(token.dataset.step));
  };
  return (
    <section
      ref={box}
      class="strip"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
      tabIndex={0}
      aria-label={label}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop;
      }}
      onPointerDown={point}
      onPointerMove={(event) => {
        if (event.buttons !== 0) point(event);
      }}
    >
      <div class="strip-lines" style={{ height: `${starts.length * height}px` }}>
        {lines.map((line) => {
          const from = starts[line];
          const to = starts[line + 1] ?? names.length;
          const isHere = cursor >= from && cursor < to;
          return (
            <Line
              key={line}
              {...props}
              widths={widths}
              from={from}
              to={to}
              top={line * height}
              at={isHere ? cursor : -1}
            />
          );
        })}
      </div>
    </section>
  );
}

interface LineProps extends TextStripProps {
  readonly widths: Float64Array;
  readonly from: number;
  readonly to: number;
  readonly top: number;
  /** The token under the cursor; below zero for none of this line. */
  readonly at: number;
}

function Line({
  names,
  numberOf,
  scale,
  version,
  expected,
  count,
  widths,
  from,
  to,
  top,
  at,
}: LineProps) {
  const shade = ground.value;
  // The same element again while nothing of this line changes: then it is not compared either.
  return useMemo(() => {
    const tokens = Array.from({ length: to - from }, (_, n) => from + n);
    return (
      <div class="strip-line" style={{ transform: `translateY(${top}px)` }}>
        {tokens.map((step) => {
          const value = numberOf(step);
          const colour = Number.isNaN(value) ? null : cssColour(scale, value, shade);
          return (
            <div
              key={step}
              class="strip-token"
              data-step={step}
              data-cursor={step === at ? "" : undefined}
              style={{ width: `${widths[step] - 2}px` }}
            >
              <span
                class={colour === null ? "strip-word legend-missing" : "strip-word"}
                style={colour === null ? {} : { background: colour, color: inkOn(colour) }}
              >
                {shownToken(names[step])}
              </span>
              {expected(step).map(({ text, came }) => (
                <small key={text} class={came ? "strip-came" : undefined}>
                  {text}
                </small>
              ))}
            </div>
          );
        })}
      </div>
    );
  }, [
    names,
    version,
    scale.kind,
    scale.low,
    scale.high,
    expected,
    count,
    widths,
    from,
    to,
    top,
    at,
    shade,
  ]);
}

/** A token is as wide as what stands in it. */
export function widthsOf(
  names: readonly string[],
  expected: TextStripProps["expected"],
  count: number,
): Float64Array {
  const wide = measurer(TOKEN_FONT);
  const small = measurer(SMALL_FONT);
  return Float64Array.from(names, (name, step) => {
    let width = wide(shownToken(name));
    if (count > 0) {
      for (const { text } of expected(step)) width = Math.max(width, small(text));
    }
    return Math.ceil(Math.max(NARROWEST, Math.min(180, width + PADDING)));
  });
}
