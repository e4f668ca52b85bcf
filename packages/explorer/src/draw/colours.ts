/** Colours of values on a canvas: the table of `cellstate/scales`, which the command's pictures have too. */
import { type ColourScale, colourAt, type ScaleKind } from "cellstate/scales";

export { fitDecades, fitScale, positionOf, shortNumber, ticksOf } from "cellstate/scales";
export type { ColourScale };

/** Dark pages have the terminal's colours, whose zero is dark. */
export type Ground = "paper" | "screen";

/** Shades a scale; more are not told apart. */
export const SHADES = 256;

const tables = new Map<string, Uint32Array>();

/** [256]: the colours from low to high as a canvas keeps them, red in the lowest byte (every browser's machine is little-endian). */
export function shadesOf(kind: ScaleKind, ground: Ground): Uint32Array {
  const key = `${kind} ${ground}`;
  const known = tables.get(key);
  if (known) return known;
  const table = Uint32Array.from({ length: SHADES }, (_, shade) => {
    const [red, green, blue] = colourAt(kind, shade / (SHADES - 1), ground);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
  tables.set(key, table);
  return table;
}

/** For a style: `rgb(1 2 3)`. */
export function cssColour(scale: ColourScale, value: number, ground: Ground): string {
  const position =
    scale.kind === "log"
      ? (Math.log10(value) - Math.log10(scale.low)) /
        (Math.log10(scale.high) - Math.log10(scale.low))
      : (value - scale.low) / (scale.high - scale.low);
  const [red, green, blue] = colourAt(scale.kind, position, ground);
  return `rgb(${red} ${green} ${blue})`;
}

/** Black or white, whichever is read more easily on a colour. @param colour As `cssColour` gives it. */
export function inkOn(colour: string): string {
  const [red, green, blue] = (colour.match(/\d+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  // Relative luminance, and where both contrasts are the same (WCAG 2.2).
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}
