/** Which layers, signals and units a person names, and what they are called in files. */
import { CellstateError, type SignalTrace, type Trace, type TracePlace } from "@cellstate/core";
import { UsageError } from "../usageError.ts";

/** A layer in one direction, with what was kept of it. */
export interface TracedPlace {
  /** What tensors' names begin with: `layers.0`, `layers.0.reverse`, `decoder.layers.0`. */
  readonly prefix: string;
  /** As people say it: `layer 0`. */
  readonly title: string;
  readonly place: TracePlace;
  /** One a step. */
  readonly labels: readonly string[];
  readonly signals: readonly SignalTrace[];
}

/** What the layers of each part of a model are called: in files, and to people. What reads the input goes without a name of its own. */
const PARTS: Readonly<
  Record<
    TracePlace["part"],
    { readonly prefix: string; readonly title: string; readonly isMain: boolean }
  >
> = {
  rnn: { prefix: "layers.", title: "layer", isMain: true },
  encoder: { prefix: "layers.", title: "layer", isMain: true },
  decoder: { prefix: "decoder.layers.", title: "decoder, layer", isMain: false },
  hidden: { prefix: "hidden.", title: "hidden layer", isMain: false },
  combine: { prefix: "combine.", title: "where decoder and attention meet, layer", isMain: false },
};

export function prefixOf({ part, layer, direction }: PlaceNames): string {
  return `${PARTS[part].prefix}${layer}${direction === "backward" ? ".reverse" : ""}`;
}

function titleOf({ part, layer, direction }: PlaceNames): string {
  return `${PARTS[part].title} ${layer}${direction === "backward" ? ", read backward" : ""}`;
}

/** The layers of which something was kept. */
export function tracedPlaces(trace: Trace): TracedPlace[] {
  const all = trace.places.map((place, index): TracedPlace => {
    const signals = Object.values<SignalTrace>(trace.layers[index]);
    const { labels, outputLabels } = trace;
    const steps = signals[0]?.steps ?? 0;
    const named = { once: [], steps: labels, outputSteps: outputLabels }[place.along];
    return {
      prefix: prefixOf(place),
      title: titleOf(place),
      place,
      labels: Array.from({ length: steps }, (_, step) => named[step] ?? String(step)),
      signals,
    };
  });
  return all.filter(({ signals }) => signals.length > 0);
}

/** What says where a layer is. */
type PlaceNames = Pick<TracePlace, "name" | "part" | "layer" | "direction">;

function isNamed(place: PlaceNames, layer: string): boolean {
  if (/^\d+$/.test(layer)) {
    return place.layer === Number(layer) && PARTS[place.part].isMain;
  }
  return layer === place.name || layer === prefixOf(place);
}

/**
 * The indices of the places that are meant; undefined for all.
 *
 * @param layer A number, or a name: `1`, `rnn.1`, `layers.1.reverse`, `decoder.layers.0`.
 * @throws CellstateError `option` for a layer that is not there, naming those that are.
 */
export function chosenPlaces(
  places: readonly PlaceNames[],
  layer: string | undefined,
): number[] | undefined {
  if (layer === undefined) return undefined;
  const chosen = places.flatMap((place, index) => (isNamed(place, layer) ? [index] : []));
  if (chosen.length > 0) return chosen;
  const there = places.map(prefixOf).join(", ");
  throw new CellstateError("option", `--layer ${layer || '""'}: the model has ${there}`);
}

/** More units than any layer has are a slip. */
const MOST_UNITS = 1_000_000;

/** @throws UsageError for anything but numbers and ranges. @example parseUnits("1,5-9") // [1, 5, 6, 7, 8, 9] */
export function parseUnits(text: string): number[] {
  const units = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^\s*(\d{1,7})(?:-(\d{1,7}))?\s*$/.exec(part);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (!match || to < from || to >= MOST_UNITS) {
      throw new UsageError(
        `--units ${text || '""'}: expected numbers and ranges from 0, such as 1,5-9`,
      );
    }
    for (let unit = from; unit <= to; unit++) units.add(unit);
  }
  return [...units];
}

/** @throws UsageError for an empty name. @example parseSignals("f,c") // ["f", "c"] */
export function parseSignals(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return [...new Set(names)];
  throw new UsageError(
    `--signal ${text === "" ? '""' : text}: expected names of signals, such as f,c`,
  );
}

/** The line of the cell's equations that gives a signal; null where it is not found. */
export function equationOf({ equations }: { readonly equations: string }, signal: string) {
  for (const line of equations.split("\n")) {
    const [code] = line.split("#");
    const [left, right] = code.split(/=(.*)/s);
    if (right !== undefined && left.trim().replace("[t]", "") === signal) {
      return `${left.trim()} = ${right.trim().replaceAll(/\s+/g, " ")}`;
    }
  }
  return null;
}
