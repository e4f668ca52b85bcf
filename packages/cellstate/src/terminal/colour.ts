/** How many colours a stream shows, and text in them. */
import type { WriteStream } from "node:tty";
import type { Rgb } from "../inspection/scales.ts";

/** Bits of colour: 0 none, 4 the sixteen of old terminals, 8 of 256, 24 of true colour. */
export type ColourDepth = 0 | 4 | 8 | 24;

/**
 * Who asked for what, in this order: `--no-color`; NO_COLOR (no-color.org) and FORCE_COLOR (0 to 3, or `true`), of which the
 * former wins; TERM=dumb; a stream that is no terminal has none.
 */
export function colourDepth(
  stream: Pick<WriteStream, "isTTY"> & Partial<Pick<WriteStream, "getColorDepth">>,
  env: NodeJS.ProcessEnv,
  wanted = true,
): ColourDepth {
  if (!wanted || (env.NO_COLOR ?? "") !== "") return 0;
  const forced = env.FORCE_COLOR;
  if (forced === "0" || forced === "false") return 0;
  if (forced === "2") return 8;
  if (forced === "3") return 24;
  if (forced !== undefined) return 4;
  if (!stream.isTTY || env.TERM === "dumb") return 0;
  const depth = stream.getColorDepth?.(env) ?? 4;
  return depth >= 24 ? 24 : depth >= 8 ? 8 : depth >= 4 ? 4 : 0;
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;

export type Style = keyof typeof CODES;

/** Text in a style; as it is where the depth is 0. */
export function styled(text: string, style: Style, depth: ColourDepth): string {
  if (depth === 0 || text === "") return text;
  const off = style === "bold" || style === "dim" ? 22 : 39;
  return `\x1b[${CODES[style]}m${text}\x1b[${off}m`;
}

/** A colour of the background, in what the terminal has nearest to it. */
export function background([red, green, blue]: Rgb, depth: 8 | 24): string {
  if (depth === 24) return `\x1b[48;2;${red};${green};${blue}m`;
  return `\x1b[48;5;${colour256([red, green, blue])}m`;
}

export const RESET_BACKGROUND = "\x1b[49m";

/** The levels of the 6 × 6 × 6 cube in xterm's palette, entries 16 to 231. */
const LEVELS = [0, 95, 135, 175, 215, 255] as const;

function colour256(rgb: Rgb): number {
  const nearest = (value: number): number => {
    let best = 0;
    LEVELS.forEach((level, index) => {
      if (Math.abs(level - value) < Math.abs(LEVELS[best] - value)) best = index;
    });
    return best;
  };
  const cube = rgb.map(nearest);
  // Entries 232 to 255 are greys 8, 18, … 238: finer than the cube's six.
  const grey = Math.max(0, Math.min(23, Math.round((rgb[0] + rgb[1] + rgb[2]) / 30 - 0.8)));
  const distance = (candidate: readonly number[]): number =>
    candidate.reduce((sum, value, i) => sum + (value - rgb[i]) ** 2, 0);
  const greyLevel = 8 + 10 * grey;
  const asCube = distance(cube.map((index) => LEVELS[index]));
  if (distance([greyLevel, greyLevel, greyLevel]) < asCube) return 232 + grey;
  return 16 + 36 * cube[0] + 6 * cube[1] + cube[2];
}
