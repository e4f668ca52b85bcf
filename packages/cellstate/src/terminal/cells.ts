/**
 * A picture of signals in a terminal: a row a unit, a column a token, each cell a colour of `inspection/scales.ts`. Without colour, shades
 * and signs say the same.
 *
 * Pure: data and a width in, lines of text out.
 */
import {
  type ColourScale,
  colourOf,
  type FittedScale,
  fitDecades,
  fitScale,
  positionOf,
  shortNumber,
} from "../inspection/scales.ts";
import { shownToken } from "../inspection/shownToken.ts";
import { background, type ColourDepth, RESET_BACKGROUND, styled } from "./colour.ts";
import { displayWidth, padEnd, truncate, wrap } from "./text.ts";

/** One signal over one sequence; what `trace` gives has this shape. */
export interface PicturedSignal {
  readonly name: string;
  readonly caption: string;
  /** [0, 1] for a gate; anything else is drawn as signed, unless it says `decades`. */
  readonly range: readonly [number, number] | null;
  readonly steps: number;
  readonly units: number;
  /** Which unit each is, where not all are there. */
  readonly unitNumbers?: readonly number[];
  /** Sizes above zero, on a logarithmic scale. */
  readonly decades?: boolean;
  /** What is drawn on the same scale elsewhere. */
  readonly alsoScaledBy?: PicturedSignal;
  /** In place of the units' numbers. */
  readonly rowNames?: ReadonlyMap<number, string>;
  at(step: number, unit: number): number;
}

export interface PictureOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly depth: ColourDepth;
}

export interface Picture {
  /** What was read, one string a step. */
  readonly tokens: readonly string[];
  readonly signals: readonly PicturedSignal[];
  /** Which units, in the order of their rows: the same ones for every signal. */
  readonly units: readonly number[];
  /** What the units from a row on have in common, said at that row's end: `kept`. */
  readonly groups?: ReadonlyMap<number, string>;
  /** Something that happens at a step, said over its column. */
  readonly mark?: { readonly step: number; readonly text: string };
}

const LABEL = 6;
const TALLEST_HEAD = 8;

/** Signals below one another, in as many blocks as the tokens take. */
export function drawCells(picture: Picture, options: PictureOptions): string {
  const { tokens, signals, units, groups } = picture;
  const side = Math.max(0, ...[...(groups?.values() ?? [])].map((text) => displayWidth(text) + 1));
  const room = Math.max(1, options.width - LABEL - 1 - side);
  // Two columns a token where that is enough for all, or would not take more blocks than one column does.
  const wide = Math.ceil(tokens.length / room) === Math.ceil((2 * tokens.length) / room);
  const cellWidth = wide ? 2 : 1;
  const perBlock = Math.max(1, Math.floor(room / cellWidth));
  const blocks = Math.ceil(tokens.length / perBlock);
  const size = Math.ceil(tokens.length / blocks);

  const scales = signals.map((signal) => scaleOf(signal, units));
  const lines: string[] = [];
  for (let block = 0; block < blocks; block++) {
    const from = block * size;
    const to = Math.min(tokens.length, from + size);
    const head = drawHead(tokens.slice(from, to), cellWidth).map((line) =>
      styled(line, "dim", options.depth),
    );
    if (block > 0) lines.push("");
    const { mark } = picture;
    if (mark && mark.step >= from && mark.step < to) {
      const column = LABEL + (mark.step - from) * cellWidth;
      lines.push(drawMark(mark.text, column, options.width));
    }
    lines.push(...head);
    for (const [index, signal] of signals.entries()) {
      if (index > 0) lines.push("");
      const draw = drawerOf(scales[index].scale, options.depth);
      for (const [row, unit] of units.entries()) {
        const label = row === 0 && !signal.rowNames ? signal.name : "";
        const named = signal.rowNames?.get(unit) ?? String(unit);
        const number = truncate(named, LABEL - 1).padStart(LABEL - 1 - displayWidth(label));
        let line = `${styled(label, "bold", options.depth)}${styled(number, "dim", options.depth)} `;
        for (let step = from; step < to; step++) line += draw(signal.at(step, unit), cellWidth);
        if (options.depth >= 8) line += RESET_BACKGROUND;
        const group = groups?.get(row);
        lines.push(group === undefined ? line : `${line} ${styled(group, "dim", options.depth)}`);
      }
    }
  }
  lines.push("");
  for (const [index, signal] of signals.entries())
    lines.push(...drawLegend(signal, scales[index], options));
  return lines.join("\n");
}

/** `▼ here`, or where there is more room before it, `here ▼`. */
function drawMark(text: string, column: number, width: number): string {
  const after = width - column - 2;
  if (displayWidth(text) <= after) return `${" ".repeat(column)}▼ ${text}`;
  if (displayWidth(text) < column) return `${" ".repeat(column - displayWidth(text) - 1)}${text} ▼`;
  return `${" ".repeat(column)}▼`;
}

/** Tokens from top to bottom, each over its column, standing on the row of the cells. */
function drawHead(tokens: readonly string[], cellWidth: number): string[] {
  const whole = tokens.map(showToken);
  const cut = whole.map((token) => truncate(token, TALLEST_HEAD));
  // Times tell themselves apart by their ends.
  const isTold = new Set(whole).size === 1 || new Set(cut).size > 1;
  const shown = whole.map((token, at) => [...(isTold ? cut[at] : endOf(token))]);
  const height = Math.max(...shown.map(({ length }) => length));
  const indent = " ".repeat(LABEL);
  return Array.from({ length: height }, (_, row) => {
    const cells = shown.map((characters) => {
      const character = characters[row - (height - characters.length)] ?? " ";
      return padEnd(character, cellWidth);
    });
    return (indent + cells.join("")).trimEnd();
  });
}

function endOf(token: string): string {
  const letters = Array.from(token);
  const { length } = letters;
  return length <= TALLEST_HEAD ? token : `…${letters.slice(length - TALLEST_HEAD + 1).join("")}`;
}

/** A token in one visible line, in which each sign takes one column. */
function showToken(token: string): string {
  return Array.from(shownToken(token), (c) => (displayWidth(c) === 1 ? c : "▪")).join("");
}

type Draw = (value: number, cellWidth: number) => string;

const SHADES = [" ", "░", "▒", "▓", "█"] as const;
const POSITIVE = [" ", "∙", "+", "#"] as const;
const NEGATIVE = [" ", "-", "=", "≡"] as const;

function drawerOf(scale: ColourScale, depth: ColourDepth): Draw {
  if (depth === 8 || depth === 24) {
    return (value, cellWidth) =>
      background(colourOf(scale, value, "screen"), depth) + " ".repeat(cellWidth);
  }
  return (value, cellWidth) => {
    const position = positionOf(scale, value);
    const share = scale.kind === "signed" ? Math.abs(2 * position - 1) : position;
    const signs = scale.kind !== "signed" ? SHADES : value < 0 ? NEGATIVE : POSITIVE;
    const sign = signs[Math.min(signs.length - 1, Math.floor(share * signs.length))] ?? " ";
    return sign.repeat(cellWidth);
  };
}

/** Of the units that are drawn. */
function scaleOf(signal: PicturedSignal, units: readonly number[]): FittedScale {
  const { range, decades, alsoScaledBy } = signal;
  const values = valuesOf(signal, units).concat(alsoScaledBy ? valuesOf(alsoScaledBy, units) : []);
  return decades ? fitDecades(values) : fitScale(range, values);
}

function valuesOf({ steps, at }: PicturedSignal, units: readonly number[]): number[] {
  return units.flatMap((unit) => Array.from({ length: steps }, (_, step) => at(step, unit)));
}

/** `f  forget gate: how much of the memory to keep   0 ░▒▓█ 1` */
function drawLegend(
  { name, caption: said }: PicturedSignal,
  { scale, clipped }: FittedScale,
  { width, depth }: PictureOptions,
): string[] {
  const draw = drawerOf(scale, depth);
  const { kind, low, high } = scale;
  const places = kind === "signed" ? [-1, -0.67, -0.34, 0, 0.34, 0.67, 1] : [0, 0.25, 0.5, 0.75, 1];
  const bar = places.map((place) => {
    if (kind === "signed") return draw(place * high, 2);
    return draw(kind === "log" ? low * (high / low) ** place : place, 2);
  });
  const end = depth >= 8 ? RESET_BACKGROUND : "";
  const beyond = clipped > 0 ? ` (${clipped} beyond)` : "";
  const key = `${shortNumber(low)} ${bar.join("")}${end} ${shortNumber(high)}${beyond}`;
  const indent = " ".repeat(LABEL);
  const title = styled(padEnd(name, LABEL), "bold", depth);
  const caption = wrap(said, Math.max(20, width - LABEL));
  const lines = [title + key, ...caption.map((line) => indent + line)];
  return lines.filter((line) => line.trim() !== "");
}

/**
 * The units worth showing: those whose signal changes most between the stretch before a change of context and the one after it;
 * without a change, those that vary most. Rows of one kind stand together: units that rise first, then those that fall.
 *
 * @param change The step at which the context changes, or null.
 * @param reach Steps on either side that are compared.
 */
export function tellingUnits(
  signal: PicturedSignal,
  count: number,
  change: number | null,
  reach = 4,
): number[] {
  const mean = (unit: number, from: number, to: number): number => {
    const start = Math.max(0, from);
    const end = Math.min(signal.steps, to);
    let sum = 0;
    for (let step = start; step < end; step++) sum += signal.at(step, unit);
    return end > start ? sum / (end - start) : 0;
  };
  const movement = (unit: number): number =>
    change === null ? 0 : mean(unit, change, change + reach) - mean(unit, change - reach, change);
  const variance = (unit: number): number => {
    const middle = mean(unit, 0, signal.steps);
    let sum = 0;
    for (let step = 0; step < signal.steps; step++) sum += (signal.at(step, unit) - middle) ** 2;
    return sum / signal.steps;
  };
  const ranked = Array.from({ length: signal.units }, (_, column) => {
    const unit = signal.unitNumbers?.[column] ?? column;
    const moved = movement(unit);
    return { unit, moved, weight: change === null ? variance(unit) : Math.abs(moved) };
  });
  ranked.sort((a, b) => b.weight - a.weight || a.unit - b.unit);
  return ranked
    .slice(0, count)
    .sort((a, b) => b.moved - a.moved || a.unit - b.unit)
    .map(({ unit }) => unit);
}

/** Units by what became of their memory when the context changed. */
export interface UnitsByFate {
  readonly units: readonly number[];
  /** The row at which each kind begins. */
  readonly groups: ReadonlyMap<number, string>;
}

/**
 * The units that show best what a memory did at a change of context: those that held on to what they had, those that let go of it, and
 * those that took up something new, the clearest of each.
 *
 * @param memory A signed state, such as c.
 * @param change The step at which the context changes; at least 1.
 * @param each Units of each kind.
 */
export function unitsByFate(memory: PicturedSignal, change: number, each: number): UnitsByFate {
  const end = memory.steps - 1;
  const scores = Array.from({ length: memory.units }, (_, unit) => {
    const before = memory.at(change - 1, unit);
    const after = memory.at(end, unit);
    const same = Math.sign(before) === Math.sign(after);
    let least = Math.abs(before);
    for (let step = change; step <= end; step++)
      least = Math.min(least, Math.abs(memory.at(step, unit)));
    return {
      unit,
      kept: same ? least : 0,
      dropped: Math.abs(before) - Math.abs(after),
      "taken up": Math.abs(after) - Math.abs(before),
    };
  });
  const units: number[] = [];
  const groups = new Map<number, string>();
  for (const fate of ["kept", "dropped", "taken up"] as const) {
    const best = scores
      .filter((score) => score[fate] > 0 && !units.includes(score.unit))
      .sort((a, b) => b[fate] - a[fate] || a.unit - b.unit)
      .slice(0, each);
    if (best.length > 0) groups.set(units.length, fate);
    units.push(...best.map(({ unit }) => unit));
  }
  return { units, groups };
}
