/** Values to pixels: one pixel a cell, by a table of colours. A canvas then scales them up without smoothing. */
import { type ColourScale, type Ground, SHADES, shadesOf } from "./colours.ts";

/** Cells of a matrix of values, [rows of the picture = columns of the matrix]: units from top to bottom, steps from left to right. */
export interface Cells {
  /** [steps, units], row by row. */
  readonly values: Float32Array | Float64Array;
  readonly steps: number;
  readonly units: number;
  /** Which unit each row shows, from top to bottom; null for their own order. */
  readonly order: Int32Array | null;
}

/** What of it is seen: steps [from, to) and rows [top, bottom). */
export interface Window2d {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly bottom: number;
}

/** @returns [height, width] colours of the window's cells, one pixel each. */
export function paintCells(
  { values, units, order }: Cells,
  { from, to, top, bottom }: Window2d,
  scale: ColourScale,
  ground: Ground,
): Uint32Array<ArrayBuffer> {
  const [width, height] = [to - from, bottom - top];
  const pixels = new Uint32Array(width * height);
  const shades = shadesOf(scale.kind, ground);
  const isLog = scale.kind === "log";
  const low = isLog ? Math.log10(scale.low) : scale.low;
  const high = isLog ? Math.log10(scale.high) : scale.high;
  const factor = (SHADES - 1) / (high - low);
  for (let row = 0; row < height; row++) {
    const unit = order === null ? top + row : order[top + row];
    let at = row * width;
    for (let step = from; step < to; step++) {
      const value = values[step * units + unit];
      const position = ((isLog ? Math.log10(value) : value) - low) * factor;
      // Not a number: transparent.
      pixels[at++] =
        position > SHADES - 1
          ? shades[SHADES - 1]
          : position >= 0
            ? shades[(position + 0.5) | 0]
            : position < 0
              ? shades[0]
              : 0;
    }
  }
  return pixels;
}
