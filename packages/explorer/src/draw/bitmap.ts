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

/** How many cells are one pixel, in each direction. */
export interface Reduction {
  readonly steps: number;
  readonly rows: number;
}

export const ONE_EACH: Reduction = { steps: 1, rows: 1 };

export function rowsOf({ units, order }: Cells): number {
  return order?.length ?? units;
}

/**
 * @param by Where several cells are one pixel, it has the value that is largest by size; what is not a number counts only where nothing else is.
 * @returns [height, width] colours of the window's cells, transparent where there is no number; width and height are those of the window divided by `by`,
 *   rounded up.
 */
export function paintCells(
  { values, units, order }: Cells,
  { from, to, top, bottom }: Window2d,
  scale: ColourScale,
  ground: Ground,
  by: Reduction = ONE_EACH,
): Uint32Array<ArrayBuffer> {
  const width = Math.ceil((to - from) / by.steps);
  const height = Math.ceil((bottom - top) / by.rows);
  const pixels = new Uint32Array(width * height);
  const shades = shadesOf(scale.kind, ground);
  const isLog = scale.kind === "log";
  const low = isLog ? Math.log10(scale.low) : scale.low;
  const high = isLog ? Math.log10(scale.high) : scale.high;
  const factor = (SHADES - 1) / (high - low);
  const unitOf = Int32Array.from(
    { length: bottom - top },
    (_, row) => order?.[top + row] ?? top + row,
  );
  const largest = new Float64Array(height);
  // Values lie step by step: they are read in their order, a column of pixels at a time.
  for (let x = 0; x < width; x++) {
    const begin = from + x * by.steps;
    const end = Math.min(to, begin + by.steps);
    largest.fill(Number.NaN);
    for (let step = begin; step < end; step++) {
      const base = step * units;
      for (let y = 0, row = 0; y < height; y++) {
        let best = largest[y];
        for (const stop = Math.min(unitOf.length, row + by.rows); row < stop; row++) {
          const value = values[base + unitOf[row]];
          if (Number.isNaN(best) || Math.abs(value) > Math.abs(best)) best = value;
        }
        largest[y] = best;
      }
    }
    for (let y = 0, at = x; y < height; y++, at += width) {
      const value = largest[y];
      const position = ((isLog ? Math.log10(value) : value) - low) * factor;
      pixels[at] =
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

/** A canvas of the pixels, one each. */
export function pixelCanvas(pixels: Uint32Array<ArrayBuffer>, width: number): OffscreenCanvas {
  const height = pixels.length / width;
  const canvas = new OffscreenCanvas(width, height);
  const image = new ImageData(new Uint8ClampedArray(pixels.buffer), width, height);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}
