/**
 * A heatmap in pieces: pixels are made a piece at a time as they come in sight, and kept, so that moving and zooming copies pictures and reads no values.
 */
import {
  type Cells,
  paintCells,
  pixelCanvas,
  type Reduction,
  rowsOf,
  type Window2d,
} from "./bitmap.ts";
import type { ColourScale, Ground } from "./colours.ts";

/** Columns of pixels a piece. */
const COLUMNS = 512;
const MOST_TILES = 24;

export class Tiles {
  readonly cells: Cells;
  readonly scale: ColourScale;
  readonly ground: Ground;
  /** The one used last comes last. */
  readonly #kept = new Map<string, OffscreenCanvas>();

  constructor(cells: Cells, scale: ColourScale, ground: Ground) {
    this.cells = cells;
    this.scale = scale;
    this.ground = ground;
  }

  /** Draws what is in sight over the whole canvas. */
  draw(context: CanvasRenderingContext2D, sight: Window2d, by: Reduction): void {
    const { width, height } = context.canvas;
    const across = width / (sight.to - sight.from);
    const down = height / (sight.bottom - sight.top);
    const rows = rowsOf(this.cells);
    const top = Math.round(-sight.top * down);
    const bottom = Math.round((Math.ceil(rows / by.rows) * by.rows - sight.top) * down);
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, width, height);
    const each = COLUMNS * by.steps;
    for (let index = Math.floor(sight.from / each); index * each < sight.to; index++) {
      const tile = this.#tile(index, by);
      const left = Math.round((index * each - sight.from) * across);
      const right = Math.round((index * each + tile.width * by.steps - sight.from) * across);
      context.drawImage(tile, left, top, right - left, bottom - top);
    }
  }

  #tile(index: number, by: Reduction): OffscreenCanvas {
    const key = `${index} ${by.steps} ${by.rows}`;
    const known = this.#kept.get(key);
    this.#kept.delete(key);
    const tile = known ?? this.#paint(index * COLUMNS * by.steps, by);
    this.#kept.set(key, tile);
    if (this.#kept.size > MOST_TILES) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest);
        break;
      }
    }
    return tile;
  }

  #paint(from: number, by: Reduction): OffscreenCanvas {
    const to = Math.min(this.cells.steps, from + COLUMNS * by.steps);
    const part = { from, to, top: 0, bottom: rowsOf(this.cells) };
    const pixels = paintCells(this.cells, part, this.scale, this.ground, by);
    return pixelCanvas(pixels, Math.ceil((to - from) / by.steps));
  }
}
