/** How a trace's bounded signals are spread: the gates of a cell, or where it has none all that has a range. */
import type { Trace } from "@cellstate/core";
import type { Histogram } from "./protocol.ts";

export const BINS = 20;

export function histogramsOf({ layers }: Trace): Histogram[] {
  const bounded = Object.values(layers[0] ?? {}).flatMap((signal) =>
    signal.range === null ? [] : [{ ...signal, range: signal.range }],
  );
  const gates = bounded.filter(({ range }) => range[0] === 0 && range[1] === 1);
  return (gates.length > 0 ? gates : bounded).map(({ name, caption, range, values }) => ({
    ...{ signal: name, caption, range },
    shares: sharesOf(values, range),
  }));
}

function sharesOf(values: ArrayLike<number>, [low, high]: readonly [number, number]): Float32Array {
  const counts = new Float32Array(BINS);
  let all = 0;
  for (let index = 0; index < values.length; index++) {
    const bin = Math.floor((BINS * (values[index] - low)) / (high - low));
    if (Number.isNaN(bin)) continue;
    counts[Math.max(0, Math.min(BINS - 1, bin))]++;
    all++;
  }
  return counts.map((count) => count / Math.max(1, all));
}
