/**
 * A heatmap on a canvas: units from top to bottom, steps from left to right, with a cursor that can be pointed, dragged and typed. It can be zoomed (Ctrl and the
 * wheel, two fingers, buttons) and moved (the wheel, Shift and drag, two fingers, the small map). The cursor lies above the canvas: moving it draws nothing anew.
 */
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { drawRowNames, drawStepNames, fitCanvas } from "./axes.ts";
import { type Cells, rowsOf, type Window2d } from "./bitmap.ts";
import type { ColourScale } from "./colours.ts";
import { ground } from "./ground.ts";
import "./heatmap.css";
import { Gestures } from "./gestures.ts";
import { Minimap } from "./Minimap.tsx";
import { following, isWhole, panned, reductionFor, wholeSight, within, zoomed } from "./sight.ts";
import { Tiles } from "./tiles.ts";

export interface HeatmapProps {
  readonly cells: Cells;
  readonly scale: ColourScale;
  /** For whoever does not see it: what is in the picture. */
  readonly label: string;
  /** Height of the cells in CSS pixels; their width is the room there is. */
  readonly height: number;
  /** Where the cursor is; null for none. */
  readonly cursor: { readonly step: number; readonly unit: number } | null;
  /** Pointed at, dragged over. */
  onCursor?(step: number, unit: number): void;
  /** What the steps are called: tokens. @default their numbers */
  readonly stepNames?: readonly string[];
  /** What a unit is called. @default its number */
  readonly rowName?: (unit: number) => string;
  /** What a row is, in words: several of them. @default "units" */
  readonly rowsWord?: string;
  /** What is in sight at first; null for all. @default all */
  readonly sight?: Window2d | null;
  /** Told, once it rests, what is in sight; null for all. */
  readonly onSight?: (sight: Window2d | null) => void;
}

/** Until zooming and panning are said to rest. */
const REST_MS = 150;

/** A press of a button. */
const NEARER = 1.5;

export function Heatmap(props: HeatmapProps) {
  const { cells, scale, label, height, cursor, stepNames } = props;
  const { values, steps, units, order } = cells;
  const whole = { steps, rows: rowsOf(cells) };
  const canvas = useRef<HTMLCanvasElement>(null);
  const rowAxis = useRef<HTMLCanvasElement>(null);
  const stepAxis = useRef<HTMLCanvasElement>(null);
  const column = useRef<HTMLDivElement>(null);
  const row = useRef<HTMLDivElement>(null);
  const tiles = useRef<Tiles | null>(null);
  // What listeners and effects read: the newest.
  const latest = useRef(props);
  latest.current = props;
  const sight = useSignal(props.sight ? within(props.sight, whole) : wholeSight(whole));
  /** In device pixels. */
  const size = useSignal({ width: 1, height: 1 });
  const frame = useRef(0);

  const placeCursor = () => {
    const { cells: now, cursor: at } = latest.current;
    const { from, to, top, bottom } = sight.peek();
    const element = canvas.current;
    if (!element || !column.current || !row.current) return;
    const at0 = at ? (now.order ? now.order.indexOf(at.unit) : at.unit) : -1;
    place(column.current, "X", at?.step ?? -1, from, to, element.clientWidth);
    place(row.current, "Y", at0, top, bottom, element.clientHeight);
  };
  const draw = () => {
    frame.current = 0;
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || !fitCanvas(element) || latest.current.cells.steps === 0) return;
    const { cells: now, scale: by, rowName = String, stepNames: names } = latest.current;
    const known = tiles.current;
    if (known === null || !isSame(known, now, by) || known.ground !== ground.peek()) {
      tiles.current = new Tiles(now, by, ground.peek());
    }
    const { width, height: tall } = element;
    if (size.peek().width !== width || size.peek().height !== tall) {
      size.value = { width, height: tall };
    }
    const seen = sight.peek();
    tiles.current?.draw(context, seen, reductionFor(seen, width, tall));
    if (rowAxis.current) drawRowNames(rowAxis.current, now, seen, rowName);
    if (stepAxis.current) drawStepNames(stepAxis.current, seen, names ?? null);
    placeCursor();
  };
  const drawSoon = () => {
    frame.current ||= requestAnimationFrame(draw);
  };
  // Before it is drawn: another matrix is seen whole.
  const shape = useRef(whole);
  if (shape.current.steps !== whole.steps || shape.current.rows !== whole.rows) {
    shape.current = whole;
    sight.value = wholeSight(whole);
  }
  useLayoutEffect(draw, [
    values,
    steps,
    units,
    order,
    scale.kind,
    scale.low,
    scale.high,
    stepNames,
  ]);
  useSignalEffect(() => {
    ground.value;
    draw();
  });
  useSignalEffect(() => {
    sight.value;
    drawSoon();
  });
  useSignalEffect(() => {
    const seen = sight.value;
    const timer = setTimeout(() => {
      latest.current.onSight?.(isWhole(seen, shape.current) ? null : seen);
    }, REST_MS);
    return () => clearTimeout(timer);
  });
  useLayoutEffect(() => {
    if (!canvas.current) return;
    const observer = new ResizeObserver(draw);
    observer.observe(canvas.current);
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame.current);
    };
  }, []);
  useLayoutEffect(() => {
    if (cursor) {
      const at = order ? order.indexOf(cursor.unit) : cursor.unit;
      sight.value = following(sight.peek(), cursor.step, at, whole);
    }
    placeCursor();
  }, [cursor?.step, cursor?.unit, order, steps]);

  const zoom = (factor: number, x: number, y: number) => {
    sight.value = zoomed(sight.peek(), factor, x, y, shape.current);
  };
  const pan = (x: number, y: number) => {
    const { from, to, top, bottom } = sight.peek();
    sight.value = panned(sight.peek(), x * (to - from), y * (bottom - top), shape.current);
  };
  const point = (x: number, y: number) => {
    const { cells: now, onCursor } = latest.current;
    const { from, to, top, bottom } = sight.peek();
    const step = Math.min(now.steps - 1, Math.max(0, Math.floor(from + x * (to - from))));
    const at = Math.floor(top + y * (bottom - top));
    if (at >= 0 && at < shape.current.rows) onCursor?.(step, now.order?.[at] ?? at);
  };
  const gestures = useRef<Gestures | null>(null);
  gestures.current ??= new Gestures({ zoom, pan, point, canPan: () => isZoomed.peek() });
  const isZoomed = useComputed(() => !isWhole(sight.value, shape.current));
  const nearer = (factor: number) => {
    const { from, to, top, bottom } = sight.peek();
    const at = cursor ? (order ? order.indexOf(cursor.unit) : cursor.unit) : -1;
    const x = cursor ? (cursor.step + 0.5 - from) / (to - from) : 0.5;
    const y = at < 0 ? 0.5 : (at + 0.5 - top) / (bottom - top);
    zoom(factor, inside(x), inside(y));
  };
  const word = props.rowsWord ?? "units";
  return (
    <div class="heatmap-frame" data-zoomed={isZoomed.value || undefined}>
      <canvas ref={rowAxis} class="heatmap-rows" />
      <div class="heatmap-cells" style={{ height: `${height}px` }}>
        <canvas
          ref={canvas}
          class="heatmap"
          role="img"
          aria-label={label}
          style={{ height: `${height}px` }}
          onPointerDown={gestures.current.down}
          onPointerMove={gestures.current.move}
          onPointerUp={gestures.current.up}
          onPointerCancel={gestures.current.up}
          onWheel={gestures.current.wheel}
        />
        <div ref={column} class="heatmap-column" hidden />
        <div ref={row} class="heatmap-row" hidden />
      </div>
      <canvas ref={stepAxis} class="heatmap-steps" />
      <div class="heatmap-tools">
        <button type="button" aria-label="Zoom in" onClick={() => nearer(NEARER)}>
          +
        </button>
        <button
          type="button"
          aria-label="Zoom out"
          disabled={!isZoomed.value}
          onClick={() => nearer(1 / NEARER)}
        >
          −
        </button>
        {isZoomed.value ? (
          <>
            <button
              type="button"
              onClick={() => {
                sight.value = wholeSight(shape.current);
              }}
            >
              Whole
            </button>
            <Minimap cells={cells} scale={scale} sight={sight} />
          </>
        ) : null}
        <Note cells={cells} sight={sight} size={size} word={word} />
      </div>
    </div>
  );
}

interface NoteProps {
  readonly cells: Cells;
  readonly sight: { readonly value: ReturnType<typeof wholeSight> };
  readonly size: { readonly value: { readonly width: number; readonly height: number } };
  readonly word: string;
}

/** What is in sight, and what a pixel stands for where it is more than one cell. */
function Note({ cells, sight, size, word }: NoteProps) {
  const { from, to, top, bottom } = sight.value;
  const by = reductionFor(sight.value, size.value.width, size.value.height);
  const shown = isWhole(sight.value, { steps: cells.steps, rows: rowsOf(cells) })
    ? ""
    : `Steps ${Math.floor(from)} to ${Math.ceil(to) - 1} of ${cells.steps}, ${Math.ceil(bottom) - Math.floor(top)} of ${rowsOf(cells)} ${word}. `;
  const each = [
    ...(by.steps > 1 ? [`${by.steps} steps`] : []),
    ...(by.rows > 1 ? [`${by.rows} ${word}`] : []),
  ].join(" and ");
  const reduced =
    each === "" ? "" : `A pixel stands for ${each}: it has the value that is largest by size.`;
  return shown || reduced ? <span class="heatmap-note">{shown + reduced}</span> : null;
}

function isSame(tiles: Tiles, cells: Cells, scale: ColourScale): boolean {
  const { values, steps, units, order } = tiles.cells;
  const { kind, low, high } = tiles.scale;
  return (
    values === cells.values &&
    steps === cells.steps &&
    units === cells.units &&
    order === cells.order &&
    kind === scale.kind &&
    low === scale.low &&
    high === scale.high
  );
}

function inside(share: number): number {
  return Math.max(0, Math.min(1, share));
}

/** @param at The cell; below zero for none. @param room In CSS pixels. */
function place(
  line: HTMLElement,
  axis: "X" | "Y",
  at: number,
  from: number,
  to: number,
  room: number,
): void {
  line.hidden = at < 0 || at + 1 <= from || at >= to;
  if (line.hidden) return;
  const cell = room / (to - from);
  const wide = Math.max(3, cell);
  line.style.transform = `translate${axis}(${(at + 0.5 - from) * cell - wide / 2}px)`;
  line.style[axis === "X" ? "width" : "height"] = `${wide}px`;
}
