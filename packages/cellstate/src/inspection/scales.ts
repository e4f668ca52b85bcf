/**
 * What colour a number has: one place for terminals and pictures. Gates (0 to 1) have one hue, violet,
 * whose lightness goes one way; signed values two hues that part at zero, orange below and blue above, which people who see red and green
 * alike tell apart; gradients one hue over decades.
 *
 * The anchors are ColorBrewer's Purples, the orange of its PuOr and the blue of its RdBu, and Greens (Harrower & Brewer 2003, colorbrewer2.org, Apache 2.0), from light to dark as
 * paper wants them. A terminal's cells stand beside dark text fields as often as light ones, so there zero is the dark end.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

/** Paper has white for nothing, a screen of characters has black. */
export type Ground = "paper" | "screen";

export type ScaleKind = "gate" | "signed" | "log";

/** From numbers to positions of 0 to 1 along the colours. */
export interface ColourScale {
  readonly kind: ScaleKind;
  /** The numbers at either end; what lies beyond has the end's colour. */
  readonly low: number;
  readonly high: number;
}

const hex = (colour: string): Rgb => {
  const value = Number.parseInt(colour, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
};
const anchors = (colours: string): readonly Rgb[] => colours.split(" ").map(hex);

const PAPER: Readonly<Record<ScaleKind, readonly Rgb[]>> = {
  gate: anchors("fcfbfd efedf5 dadaeb bcbddc 9e9ac8 807dba 6a51a3 54278f 3f007d"),
  signed: anchors("b35806 f1a340 fee0b6 f7f7f7 d1e5f0 67a9cf 2166ac"),
  log: anchors("f7fcf5 e5f5e0 c7e9c0 a1d99b 74c476 41ab5d 238b45 006d2c 00441b"),
};

const SCREEN: Readonly<Record<ScaleKind, readonly Rgb[]>> = {
  gate: anchors("2a0a52 3f007d 54278f 6a51a3 807dba 9e9ac8 bcbddc dadaeb fcfbfd"),
  signed: anchors("fee0b6 f1a340 b35806 26262a 2166ac 67a9cf d1e5f0"),
  log: anchors("00260f 00441b 006d2c 238b45 41ab5d 74c476 a1d99b c7e9c0 f7fcf5"),
};

/** A number that is not there: a step that a gradient does not reach. */
const NOTHING: Readonly<Record<Ground, Rgb>> = { paper: [255, 255, 255], screen: [0, 0, 0] };

/** @returns 0 to 1, clipped; NaN stays NaN. */
export function positionOf({ kind, low, high }: ColourScale, value: number): number {
  const position =
    kind === "log"
      ? (Math.log10(value) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))
      : (value - low) / (high - low);
  return Number.isNaN(position) ? position : Math.max(0, Math.min(1, position));
}

/** The colour of a position of 0 to 1. */
export function colourAt(kind: ScaleKind, position: number, ground: Ground): Rgb {
  if (Number.isNaN(position)) return NOTHING[ground];
  const colours = (ground === "paper" ? PAPER : SCREEN)[kind];
  const place = Math.max(0, Math.min(1, position)) * (colours.length - 1);
  const index = Math.min(colours.length - 2, Math.floor(place));
  const share = place - index;
  const channel = (c: 0 | 1 | 2): number =>
    Math.round(colours[index][c] * (1 - share) + colours[index + 1][c] * share);
  return [channel(0), channel(1), channel(2)];
}

export function colourOf(scale: ColourScale, value: number, ground: Ground): Rgb {
  return colourAt(scale.kind, positionOf(scale, value), ground);
}

export interface FittedScale {
  readonly scale: ColourScale;
  /** Numbers beyond the ends. */
  readonly clipped: number;
  readonly of: number;
  /** The largest there is, by size. */
  readonly most: number;
}

/** Sizes beyond this many times the 98th percentile would leave the others without colour. */
const OUTLYING = 1.5;
const QUANTILE = 0.98;

/**
 * The scale for a signal: its range where the equations say one, else symmetric about zero and as wide as its values, but for a few that
 * lie far out.
 */
export function fitScale(
  range: readonly [number, number] | null,
  values: Iterable<number>,
): FittedScale {
  if (range !== null && range[0] === 0 && range[1] === 1) {
    return { scale: { kind: "gate", low: 0, high: 1 }, clipped: 0, of: 0, most: 1 };
  }
  if (range?.every(Number.isFinite)) {
    const limit = Math.max(Math.abs(range[0]), Math.abs(range[1]));
    return { scale: signed(limit), clipped: 0, of: 0, most: limit };
  }
  const sizes = Float64Array.from(values, Math.abs).filter(Number.isFinite).sort();
  const of = sizes.length;
  const most = sizes[of - 1] ?? 0;
  const usual = sizes[Math.ceil(QUANTILE * (of - 1))] ?? 0;
  const limit = upward(usual > 0 && most > OUTLYING * usual ? usual : most);
  if (most <= limit) return { scale: signed(limit), clipped: 0, of, most };
  const clipped = sizes.reduce((count, size) => (size > limit ? count + 1 : count), 0);
  return { scale: signed(limit), clipped, of, most };
}

function signed(limit: number): ColourScale {
  return { kind: "signed", low: -limit, high: limit };
}

/** Whole decades around sizes above zero, twelve at the most: the lowest give way. */
export function fitDecades(values: Iterable<number>): FittedScale {
  const sizes = Array.from(values).filter((value) => value > 0 && Number.isFinite(value));
  const most = Math.max(...sizes, Number.MIN_VALUE);
  const least = Math.min(...sizes, most);
  const top = sizes.length === 0 ? 0 : Math.ceil(Math.log10(most));
  const bottom = sizes.length === 0 ? -1 : Math.floor(Math.log10(least));
  const from = Math.max(top - 12, Math.min(bottom, top - 1));
  const scale: ColourScale = { kind: "log", low: 10 ** from, high: 10 ** top };
  return { scale, clipped: sizes.filter((v) => v < scale.low).length, of: sizes.length, most };
}

/** Two figures that are no smaller; 1 for zero. */
function upward(value: number): number {
  if (!(value > 0)) return 1;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(2));
}

/** Numbers to write beside the colours, from low to high, with their positions. */
export function ticksOf(
  scale: ColourScale,
): { readonly position: number; readonly text: string }[] {
  const { kind, low, high } = scale;
  if (kind !== "log") {
    const middle = (low + high) / 2;
    return [low, middle, high].map((value) => ({
      position: positionOf(scale, value),
      text: shortNumber(value),
    }));
  }
  const from = Math.round(Math.log10(low));
  const to = Math.round(Math.log10(high));
  const by = Math.ceil((to - from) / 3);
  const ticks = [];
  for (let decade = to; decade >= from; decade -= by) {
    ticks.unshift({ position: (decade - from) / (to - from), text: `1e${decade}` });
  }
  return ticks;
}

/** Three figures at the most, a true minus. */
export function shortNumber(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e5 || size < 1e-3
      ? size.toExponential(1).replace(".0e", "e").replace("e+", "e")
      : String(Number(size.toPrecision(size >= 100 ? Math.ceil(Math.log10(size + 1)) : 3)));
  return value < 0 ? `−${text}` : text;
}
