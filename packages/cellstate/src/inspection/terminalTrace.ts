/** A layer's trace for a terminal: the most telling of its units, as many steps as a screen or two hold. */
import type { SignalTrace } from "@cellstate/core";
import { drawCells, type PicturedSignal } from "../terminal/cells.ts";
import { type ColourDepth, styled } from "../terminal/colour.ts";
import { wrap } from "../terminal/text.ts";
import type { TracedPlace } from "./selection.ts";
import { headingOf, orderRows, type RowOrder, tellingRows } from "./tracePicture.ts";

export interface TerminalTraceOptions {
  readonly order: RowOrder;
  readonly width: number;
  readonly depth: ColourDepth;
}

/** Rows of units, by how many signals stand below one another. */
const FEW_SIGNALS = 2;
const ROWS_OF_FEW = 16;
const ROWS_OF_MANY = 6;
/** Lines that are filled with steps before the rest is left to a file. */
const MOST_BLOCKS = 3;
const WIDEST = 160;
/** Columns that are not cells. */
const MARGIN = 8;

export function drawTrace(traced: TracedPlace, options: TerminalTraceOptions): string[] {
  const { order, depth } = options;
  const { signals, labels } = traced;
  const width = Math.min(options.width, WIDEST);
  const most = signals.length <= FEW_SIGNALS ? ROWS_OF_FEW : ROWS_OF_MANY;
  const there = Math.max(...signals.map(({ units }) => units));
  const all = there <= most;
  const { units, by } = all ? orderRows(traced, order) : tellingRows(traced, most, order);
  const shown = Math.min(labels.length, MOST_BLOCKS * Math.max(1, width - MARGIN));
  const notes = [
    ...(all
      ? []
      : [
          `the ${most} of ${there} units whose ${by?.name ?? signals[0].name} ${labels.length > 1 ? "varies most" : "is largest"}; --units names others, --out FILE.svg shows all`,
        ]),
    ...(shown < labels.length
      ? [`the first ${shown} of ${labels.length} steps; --out FILE.svg shows all`]
      : []),
  ];
  const say = (text: string): string[] =>
    wrap(text, Math.max(20, width)).map((line) => styled(line, "dim", depth));
  return [
    ...wrap(headingOf(traced), Math.max(20, width)).map((line) => styled(line, "bold", depth)),
    ...notes.flatMap(say),
    "",
    ...drawCells(
      { tokens: labels.slice(0, shown), signals: signals.map((each) => first(each, shown)), units },
      { width, depth },
    ).split("\n"),
  ];
}

function first(signal: SignalTrace, steps: number): PicturedSignal {
  return steps >= signal.steps ? signal : { ...signal, steps };
}
