import prettyMilliseconds from "pretty-ms";

/** `1m 20s`: two units at the most, no fractions; `?` where nobody knows. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 0.5) return "0s";
  return prettyMilliseconds(Math.max(0, Math.round(seconds)) * 1000, { unitCount: 2 });
}
