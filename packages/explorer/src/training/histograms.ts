/** The gates of a trace's first layer as histograms, or where its cell has none all that its equations bound. */
import { histogram, type Trace } from "@cellstate/core";
import type { SignalSpread } from "./protocol.ts";

export function spreadsOf({ layers }: Trace): SignalSpread[] {
  const bounded = Object.values(layers[0] ?? {}).filter(({ range }) => range !== null);
  const gates = bounded.filter(({ range }) => range?.[0] === 0 && range[1] === 1);
  return (gates.length > 0 ? gates : bounded).map((signal) => {
    const { name, caption, low, high, shares } = histogram(signal);
    return { signal: name, caption, range: [low, high], shares: Float32Array.from(shares) };
  });
}
