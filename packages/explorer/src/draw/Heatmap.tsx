/**
 * A heatmap on a canvas: units from top to bottom, steps from left to right, with a cursor that can be pointed, dragged and typed. It draws only what is
 * in sight.
 */
import { useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Cells, paintCells } from "./bitmap.ts";
import type { ColourScale } from "./colours.ts";
import { ground } from "./ground.ts";

export interface HeatmapProps {
  readonly cells: Cells;
  readonly scale: ColourScale;
  /** For whoever does not see it: what is in the picture. */
  readonly label: string;
  /** Height in CSS pixels; its width is the room there is. */
  readonly height: number;
  /** Where the cursor is; null for none. */
  readonly cursor: { readonly step: number; readonly unit: number } | null;
  /** Pointed at, dragged over. */
  onCursor?(step: number, unit: number): void;
}

export function Heatmap({ cells, scale, label, height, cursor, onCursor }: HeatmapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const draw = () => {
    if (canvas.current) drawAll(canvas.current, cells, scale, cursor);
  };
  useLayoutEffect(draw);
  useSignalEffect(() => {
    ground.value;
    draw();
  });
  useLayoutEffect(() => {
    if (!canvas.current) return;
    const observer = new ResizeObserver(draw);
    observer.observe(canvas.current);
    return () => observer.disconnect();
  });
  const point = (event: PointerEvent) => {
    if (!canvas.current || !onCursor) return;
    const { left, top, width, height: tall } = canvas.current.getBoundingClientRect();
    const step = Math.floor(((event.clientX - left) / width) * cells.steps);
    const row = Math.floor(((event.clientY - top) / tall) * rowsOf(cells));
    if (row < 0 || row >= rowsOf(cells)) return;
    onCursor(step, cells.order?.[row] ?? row);
  };
  return (
    <canvas
      ref={canvas}
      class="heatmap"
      role="img"
      aria-label={label}
      style={{ height: `${height}px` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        point(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons !== 0) point(event);
      }}
    />
  );
}

function rowsOf({ units, order }: Cells): number {
  return order?.length ?? units;
}

function drawAll(
  canvas: HTMLCanvasElement,
  cells: Cells,
  scale: ColourScale,
  cursor: HeatmapProps["cursor"],
): void {
  const context = canvas.getContext("2d");
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio];
  if (!context || width === 0 || height === 0 || cells.steps === 0) return;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const rows = rowsOf(cells);
  const all = { from: 0, to: cells.steps, top: 0, bottom: rows };
  const pixels = paintCells(cells, all, scale, ground.value);
  const small = new OffscreenCanvas(cells.steps, rows);
  const bytes = new Uint8ClampedArray(pixels.buffer);
  small.getContext("2d")?.putImageData(new ImageData(bytes, cells.steps, rows), 0, 0);
  context.imageSmoothingEnabled = false;
  context.clearRect(0, 0, width, height);
  context.drawImage(small, 0, 0, width, height);
  if (!cursor) return;
  const row = cells.order ? cells.order.indexOf(cursor.unit) : cursor.unit;
  const [cellWidth, cellHeight] = [width / cells.steps, height / rows];
  context.strokeStyle = getComputedStyle(canvas).getPropertyValue("--ink");
  context.lineWidth = ratio;
  context.strokeRect(cursor.step * cellWidth, 0, Math.max(cellWidth, ratio), height);
  if (row >= 0) context.strokeRect(0, row * cellHeight, width, Math.max(cellHeight, ratio));
}
