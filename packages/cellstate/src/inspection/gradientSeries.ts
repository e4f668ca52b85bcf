/** How gradients fall with distance, as rows to print, plot and write. */
import type { Decay, GradientFlow, TracePlace } from "@cellstate/core";
import { lineOf } from "../shapes/writeRows.ts";
import { shortNumber } from "./scales.ts";
import { prefixOf } from "./selection.ts";

/** One line of the plot: a state of a layer, or its memory path alone. */
export interface GradientSeries extends Decay {
  readonly layer: string;
  readonly state: string;
  /** The step of the input that distance 0 is at; null where there is none. */
  readonly anchor: number | null;
  /** Which way steps go with distance. */
  readonly way: 1 | -1;
  /** Through ∏ keep alone. */
  readonly isPath: boolean;
  /** By distance from the loss, 0 and up. */
  readonly norms: Float64Array;
  /** Whether a later step reads the state; else there is no verdict. */
  readonly isRead: boolean;
}

/** What was read, and where in it the losses are. */
export interface Source {
  /** One a step of the input. */
  readonly labels: readonly string[];
  /** Steps of the answers whose losses count. */
  readonly at: readonly number[];
  /** Whether there is an answer a step of the input; else answers come after all of it. */
  readonly isAligned: boolean;
}

export function seriesOf({ layers }: GradientFlow, source: Source): GradientSeries[] {
  return layers.flatMap(({ place, states }) => {
    const way = place.direction === "backward" ? 1 : -1;
    const of = { layer: prefixOf(place), anchor: anchorOf(place, source), way } as const;
    return states.flatMap(({ name: state, path, ...rest }) => {
      const whole = { ...of, ...rest, state, isPath: false };
      return path === null ? [whole] : [whole, { ...whole, ...path, isPath: true }];
    });
  });
}

/** The step of the input that distance 0 is at; null where the layer has other steps, or several losses are looked at. */
function anchorOf({ along, direction }: TracePlace, { labels, at, isAligned }: Source) {
  if (along !== "steps" || at.length !== 1) return null;
  if (isAligned) return at[0];
  return direction === "backward" ? 0 : labels.length - 1;
}

export function stepAt({ anchor, way }: GradientSeries, distance: number): number | null {
  return anchor === null ? null : anchor + way * distance;
}

/** `c`, `c, memory path alone` */
export function seriesName({ state, isPath }: GradientSeries): string {
  return isPath ? `${state}, memory path alone` : state;
}

/** Steps that the rate is measured over; null for none. */
export function spanSteps({ span }: Pick<Decay, "span">): number | null {
  return span === null || span.to === span.from ? null : span.to - span.from;
}

/** `carried, × 0.98 a step over 28 steps, memory 53 steps` */
export function verdictWords(series: GradientSeries): string {
  const { verdict, rate, memoryLength, isRead } = series;
  if (!isRead) return "no later step reads it";
  const steps = spanSteps(series);
  if (steps === null || Number.isNaN(rate)) return verdict;
  const over = `× ${shortNumber(rate)} a step over ${steps === 1 ? "one" : `${steps} steps`}`;
  const unit = Number.isFinite(memoryLength) ? " steps" : "";
  return `${verdict}, ${over}, memory ${shownLength(memoryLength)}${unit}`;
}

export function shownLength(memoryLength: number): string {
  if (Number.isNaN(memoryLength)) return "";
  return Number.isFinite(memoryLength) ? shortNumber(memoryLength) : "no end";
}

export function* gradientCsv(
  series: readonly GradientSeries[],
  { labels }: Source,
): Generator<string> {
  yield lineOf(["layer", "state", "path", "distance", "step", "token", "norm"], "csv");
  for (const each of series) {
    const { layer, state, isPath, norms } = each;
    for (const [distance, norm] of norms.entries()) {
      const step = stepAt(each, distance);
      const token = step === null ? "" : (labels[step] ?? "");
      const of = isPath ? "memory" : "all";
      yield lineOf([layer, state, of, distance, step ?? "", token, figure(norm)], "csv");
    }
  }
}

export function gradientJson(
  flow: GradientFlow,
  series: readonly GradientSeries[],
  { labels }: Source,
): Record<string, unknown> {
  return {
    loss: figure(flow.loss),
    at: flow.at,
    tokens: labels,
    series: series.map(({ layer, state, isRead, isPath, verdict, span, ...of }) => ({
      ...{ layer, state, path: isPath ? "memory" : "all", isRead, verdict, span },
      rate: figure(of.rate),
      memoryLength: Number.isFinite(of.memoryLength) ? figure(of.memoryLength) : null,
      norms: Array.from(of.norms, figure),
    })),
  };
}

/** JSON has no NaN and no infinity: they become null. */
function figure(value: number): number {
  return Number(value.toPrecision(6));
}
