/** The whole of a heatmap that was zoomed, small, with a box around what is in sight; pressing it brings a part in sight. */
import type { Signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Cells, paintCells, pixelCanvas, rowsOf, type Window2d } from "./bitmap.ts";
import type { ColourScale } from "./colours.ts";
import { ground } from "./ground.ts";
import { panned, reductionFor, wholeSight } from "./sight.ts";

const WIDTH = 180;
const HEIGHT = 48;

export interface MinimapProps {
  readonly cells: Cells;
  readonly scale: ColourScale;
  readonly sight: Signal<Window2d>;
}

export function Minimap({ cells, scale, sight }: MinimapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { values, steps, order } = cells;
  const rows = rowsOf(cells);
  const shade = ground.value;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const all = wholeSight({ steps, rows });
    const by = reductionFor(all, WIDTH, HEIGHT);
    const small = pixelCanvas(
      paintCells(cells, all, scale, shade, by),
      Math.ceil(steps / by.steps),
    );
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.drawImage(small, 0, 0, WIDTH, HEIGHT);
  }, [values, steps, rows, order, scale.kind, scale.low, scale.high, shade]);
  const { from, to, top, bottom } = sight.value;
  const move = (event: PointerEvent) => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box) return;
    const step = ((event.clientX - box.left) / box.width) * steps;
    const row = ((event.clientY - box.top) / box.height) * rows;
    const now = sight.peek();
    sight.value = panned(now, step - (now.from + now.to) / 2, row - (now.top + now.bottom) / 2, {
      steps,
      rows,
    });
  };
  return (
    <div class="heatmap-mini">
      <canvas
        ref={canvas}
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={`the whole, small: steps ${Math.floor(from)} to ${Math.ceil(to) - 1} of ${steps} are in sight`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          move(event);
        }}
        onPointerMove={(event) => {
          if (event.buttons !== 0) move(event);
        }}
      />
      <div
        class="heatmap-box"
        style={{
          left: `${(100 * from) / steps}%`,
          width: `${(100 * (to - from)) / steps}%`,
          top: `${(100 * top) / rows}%`,
          height: `${(100 * (bottom - top)) / rows}%`,
        }}
      />
    </div>
  );
}
