/** A trace as pictures: which units are drawn, in what order, on which scales. */
import { CellstateError, orderUnits, type SignalTrace, UNIT_ORDERS } from "@cellstate/core";
import { tellingUnits } from "../terminal/cells.ts";
import type { Heatmap, HeatmapSection } from "./heatmap.ts";
import { fitScale } from "./scales.ts";
import { equationOf, type TracedPlace } from "./selection.ts";

/** `number`: as they are. `correlation` needs a label and is not for the command. */
export const ROW_ORDERS = [...UNIT_ORDERS.filter((by) => by !== "correlation"), "number"] as const;
export type RowOrder = (typeof ROW_ORDERS)[number];

/** Cells that a picture holds: more are no picture any more. */
const MOST_CELLS = 20_000_000;

export interface OrderedRows {
  /** The units' numbers. */
  readonly units: readonly number[];
  /** Which signal decided; null where none did. */
  readonly by: SignalTrace | null;
}

/**
 * One order for all signals of a layer, so that a unit is one row through all of them: by the memory (a state that is not the output), where it
 * is among the signals; for saturation, by the first that has bounds.
 *
 * @throws CellstateError `option` for saturation where no signal has bounds.
 */
export function orderRows({ place, signals }: TracedPlace, order: RowOrder): OrderedRows {
  const widest = signals.reduce((most, each) => (each.units > most.units ? each : most));
  if (order === "number") return { units: widest.unitNumbers.toSorted((a, b) => a - b), by: null };
  const bounded = signals.find(({ range }) => range?.every(Number.isFinite));
  if (order === "saturation" && !bounded) {
    throw new CellstateError(
      "option",
      `--order saturation: none of ${signals.map(({ name }) => name).join(", ")} has bounds to be near to; order by likeness, mean or number`,
    );
  }
  const by = order === "saturation" && bounded ? bounded : memoryOf({ place, signals });
  return { units: orderUnits(by, order).map((column) => by.unitNumbers[column]), by };
}

/** The signal that says most of a unit: what is carried beside the output, unless it is always the same; else the output, else the first. */
export function memoryOf({ place, signals }: Pick<TracedPlace, "place" | "signals">): SignalTrace {
  const { states, output } = place.cell.program;
  const carried = states.filter((_, index) => index !== output).map(({ name }) => name);
  const names = [...carried, states[output]?.name];
  for (const name of names) {
    const found = signals.find((signal) => signal.name === name);
    if (found && (found.steps < 2 || isChanging(found))) return found;
  }
  return signals[0];
}

function isChanging({ values, units }: SignalTrace): boolean {
  return values.some((value, at) => at >= units && value !== values[at - units]);
}

export interface HeatmapOptions {
  readonly model: string;
  readonly order: RowOrder;
}

/** @throws CellstateError `option` for more cells than a picture holds, and as `orderRows`. */
export function traceHeatmap(
  places: readonly TracedPlace[],
  { model, order }: HeatmapOptions,
): Heatmap {
  const cells = places.reduce(
    (sum, { signals }) => sum + signals.reduce((of, { steps, units }) => of + steps * units, 0),
    0,
  );
  if (cells > MOST_CELLS) {
    throw new CellstateError(
      "option",
      `--out: a picture of ${Math.round(cells / 1e6)} million cells; the most is ${MOST_CELLS / 1e6} million: name --layer, --signal or --units`,
    );
  }
  const notes = new Set<string>();
  const sections = places.map((traced): HeatmapSection => {
    const { units, by } = orderRows(traced, order);
    notes.add(orderNote(order, by));
    return {
      heading: headingOf(traced),
      labels: traced.labels,
      panels: traced.signals.map((signal) => {
        const { name, caption, range, values, at, unitNumbers } = signal;
        const there = new Set(unitNumbers);
        return {
          ...{ name, caption, at },
          equation: equationOf(traced.place.cell, name),
          fitted: fitScale(range, values),
          units: units.filter((unit) => there.has(unit)),
        };
      }),
    };
  });
  return {
    title: model,
    subtitle:
      "what each unit did at each step: rows are units, by their numbers; columns are steps",
    sections,
    notes: [...notes],
  };
}

export function headingOf({ title, place: { part, cell, sizes } }: TracedPlace): string {
  const isCell = part !== "hidden" && part !== "combine";
  return `${title}: ${isCell ? `${cell.title}, ` : ""}${sizes.units} units`;
}

function orderNote(order: RowOrder, by: SignalTrace | null): string {
  if (by === null) return "rows: in the order of their numbers";
  const how = {
    likeness: `units whose ${by.name} moves alike stand together`,
    saturation: `from the units whose ${by.name} is open longest to those shut longest`,
    mean: `from the highest mean of ${by.name} to the lowest`,
    number: "",
  }[order];
  return `rows: ${how}`;
}

/** A layer's most telling units, like beside like: those whose memory varies most, or of a single step is largest. */
export function tellingRows(traced: TracedPlace, count: number, order: RowOrder): OrderedRows {
  const by = memoryOf(traced);
  if (by.units <= count) return orderRows(traced, order);
  const size = (unit: number): number => Math.abs(by.at(0, unit));
  const telling =
    by.steps > 1
      ? tellingUnits(by, count, null)
      : by.unitNumbers.toSorted((a, b) => size(b) - size(a)).slice(0, count);
  const chosen = new Set(telling);
  const { units } = orderRows(traced, order);
  return { units: units.filter((unit) => chosen.has(unit)), by };
}
