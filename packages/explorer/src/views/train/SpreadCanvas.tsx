/** A small picture of shares: a column a checkpoint, the range from bottom to top. */
import { useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Cells, paintCells } from "../../draw/bitmap.ts";
import type { ColourScale } from "../../draw/colours.ts";
import { ground } from "../../draw/ground.ts";

export interface SpreadCanvasProps {
  readonly cells: Cells;
  readonly scale: ColourScale;
  readonly label: string;
  /** The column that is looked at; null for none. */
  readonly column: number | null;
  onColumn?(column: number): void;
}

export function SpreadCanvas({ cells, scale, label, column, onColumn }: SpreadCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const draw = () => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context || cells.steps === 0) return;
    const { steps, units } = cells;
    // One pixel a cell; the style makes it large, without smoothing.
    canvas.current.width = steps;
    canvas.current.height = units;
    const all = { from: 0, to: steps, top: 0, bottom: units };
    const pixels = new Uint8ClampedArray(paintCells(cells, all, scale, ground.value).buffer);
    context.putImageData(new ImageData(pixels, steps, units), 0, 0);
  };
  useLayoutEffect(draw);
  useSignalEffect(() => {
    ground.value;
    draw();
  });
  const point = (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const at = Math.floor(((event.clientX - left) / width) * cells.steps);
    onColumn?.(Math.max(0, Math.min(cells.steps - 1, at)));
  };
  return (
    <div
      class="train-spread"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        point(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons !== 0) point(event);
      }}
    >
      <canvas ref={canvas} role="img" aria-label={label} />
      {column === null ? null : (
        <span
          class="train-column"
          style={{
            left: `${(100 * column) / cells.steps}%`,
            width: `${100 / cells.steps}%`,
          }}
        />
      )}
    </div>
  );
}
