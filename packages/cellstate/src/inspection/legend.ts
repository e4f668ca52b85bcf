/** What the colours of a panel mean, in numbers: a bar, its ends, and what lies beyond them. */
import { colourAt, type FittedScale, shortNumber, ticksOf } from "./scales.ts";
import { element, FAINT, textAt } from "./svg.ts";

export const LEGEND_WIDTH = 160;
const BAR = 130;
const HEIGHT = 8;
const STRIPES = 30;

/**
 * @param x Of its left end; it is `LEGEND_WIDTH` wide and 26 high.
 * @param hatched Whether what is below zero is hatched.
 */
export function drawLegend(
  { scale, clipped, of, most }: FittedScale,
  x: number,
  y: number,
  hatched = false,
): string {
  const left = x + (LEGEND_WIDTH - BAR) / 2;
  let content = "";
  for (let stripe = 0; stripe < STRIPES; stripe++) {
    const [red, green, blue] = colourAt(scale.kind, (stripe + 0.5) / STRIPES, "paper");
    content += element("rect", {
      ...{ x: left + (stripe * BAR) / STRIPES, y, width: BAR / STRIPES + 0.1, height: HEIGHT },
      fill: `rgb(${red},${green},${blue})`,
    });
  }
  if (hatched) {
    content += element("rect", {
      ...{ x: left, y, width: BAR * 0.4, height: HEIGHT, fill: "url(#below)" },
    });
  }
  content += element("rect", {
    ...{ x: left, y, width: BAR, height: HEIGHT },
    ...{ fill: "none", stroke: "#999999", "stroke-width": 0.5 },
  });
  const low = scale.kind === "log" && clipped > 0;
  const both = scale.kind === "signed" && clipped > 0;
  if (low || both) content += point(left, y, -1, colourText(scale.kind, 0));
  if (both) content += point(left + BAR, y, 1, colourText(scale.kind, 1));
  const ticks = ticksOf(scale).map(({ position, text }) =>
    textAt(left + position * BAR, y + HEIGHT + 10, text),
  );
  content += element("g", { "font-size": 9, "text-anchor": "middle" }, ticks.join(""));
  if (clipped === 0) return content;
  const beyond =
    scale.kind === "log"
      ? `${clipped} of ${of} below`
      : `${clipped} of ${of} beyond, up to ${shortNumber(most)}`;
  return (
    content +
    textAt(left + BAR / 2, y + HEIGHT + 20, beyond, {
      ...{ "font-size": 8.5, "text-anchor": "middle", fill: FAINT },
    })
  );
}

/** An end that goes on: as arrows are. */
function point(x: number, y: number, way: 1 | -1, fill: string): string {
  return element("path", {
    d: `M${x} ${y}l${way * 7} ${HEIGHT / 2}l${-way * 7} ${HEIGHT / 2}z`,
    ...{ fill, stroke: "#999999", "stroke-width": 0.5 },
  });
}

function colourText(kind: FittedScale["scale"]["kind"], position: number): string {
  return `rgb(${colourAt(kind, position, "paper").join()})`;
}
