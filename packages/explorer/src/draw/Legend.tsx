/** What the colours mean: a bar from low to high with numbers beside it, and how much lies beyond its ends. */

import { type ColourScale, cssColour, ticksOf } from "./colours.ts";
import { ground } from "./ground.ts";

export interface LegendProps {
  readonly scale: ColourScale;
  readonly name: string;
  /** Values beyond the ends, of how many: they have the end's colour. */
  readonly clipped?: { readonly count: number; readonly of: number };
  /** Values that are no numbers: they are striped. */
  readonly missing?: number;
}

const STOPS = 16;

export function Legend({ scale, name, clipped, missing = 0 }: LegendProps) {
  const stops = Array.from({ length: STOPS + 1 }, (_, stop) => {
    const value =
      scale.kind === "log"
        ? scale.low * (scale.high / scale.low) ** (stop / STOPS)
        : scale.low + (scale.high - scale.low) * (stop / STOPS);
    return cssColour(scale, value, ground.value);
  });
  const ticks = ticksOf(scale);
  return (
    <div class="legend">
      <span class="legend-name">{name}</span>
      <span>{ticks[0].text}</span>
      <span
        class="legend-bar"
        style={{ background: `linear-gradient(to right, ${stops.join()})` }}
      />
      <span>{ticks[ticks.length - 1].text}</span>
      {clipped && clipped.count > 0 ? (
        <span class="legend-clipped">
          {clipped.count.toLocaleString("en")} of {clipped.of.toLocaleString("en")} beyond the ends:
          they have the end’s colour
        </span>
      ) : null}
      {missing > 0 ? (
        <>
          <span class="legend-bar legend-missing" style={{ width: "28px" }} />
          <span>{missing} without a number</span>
        </>
      ) : null}
    </div>
  );
}
