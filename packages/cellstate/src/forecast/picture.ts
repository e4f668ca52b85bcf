/**
 * A forecast as a picture: SVG drawn by vega, PNG of it by resvg. Both are optional parts of the package, loaded when a picture is asked for.
 */
import { CellstateError } from "@cellstate/core";
import type { PlottedForecast } from "./terminalPlot.ts";

const INK = "#1f3a5f";
const BAND = "#9db8d9";
const PAST = "#4a4a4a";

/** @throws CellstateError `option` where the part that draws is not installed. */
export async function forecastSvg(forecast: PlottedForecast): Promise<string> {
  const vega = await part("vega", () => import("vega"));
  const { past, times, values, band, title } = forecast;
  const before = past.times.map((time, i) => ({ time: time * 1000, value: past.values[i] }));
  const known = before.filter(({ value }) => Number.isFinite(value));
  const ahead = times.map((time, i) => ({
    time: time * 1000,
    value: values[i],
    low: band?.low[i] ?? values[i],
    high: band?.high[i] ?? values[i],
  }));
  const x = { scale: "x", field: "time" } as const;
  const share = band === null ? "" : `, with the band of ${Math.round(100 * band.share)} %`;
  const spec = {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    ...{ width: 760, height: 320, padding: 12, background: "white" },
    title: { text: `${title}${share}`, anchor: "start", fontSize: 13, fontWeight: "normal" },
    data: [
      { name: "past", values: known },
      { name: "ahead", values: ahead },
    ],
    scales: [
      {
        ...{ name: "x", type: "utc", range: "width" },
        domain: {
          fields: [
            { data: "past", field: "time" },
            { data: "ahead", field: "time" },
          ],
        },
      },
      {
        ...{ name: "y", type: "linear", range: "height", nice: true, zero: false },
        domain: {
          fields: [
            { data: "past", field: "value" },
            { data: "ahead", field: "low" },
            { data: "ahead", field: "high" },
            { data: "ahead", field: "value" },
          ],
        },
      },
    ],
    axes: [
      { orient: "bottom", scale: "x", labelOverlap: true },
      { orient: "left", scale: "y", grid: true, gridColor: "#e6e6e6", tickCount: 6 },
    ],
    marks: [
      {
        ...{ type: "area", from: { data: "ahead" } },
        encode: {
          enter: {
            x,
            y: { scale: "y", field: "low" },
            y2: { scale: "y", field: "high" },
            fill: { value: BAND },
            fillOpacity: { value: 0.6 },
          },
        },
      },
      lineOf("past", PAST),
      lineOf("ahead", INK),
    ],
  };
  const view = new vega.View(vega.parse(JSON.parse(JSON.stringify(spec))), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function lineOf(data: string, colour: string) {
  return {
    ...{ type: "line", from: { data } },
    encode: {
      enter: {
        x: { scale: "x", field: "time" },
        y: { scale: "y", field: "value" },
        stroke: { value: colour },
        strokeWidth: { value: 1.8 },
      },
    },
  };
}

/** Twice as wide as the drawing: sharp on most screens. */
const PNG_WIDTH = 1600;

/** @throws CellstateError as `forecastSvg`. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const { Resvg } = await part("@resvg/resvg-js", () => import("@resvg/resvg-js"));
  const drawn = new Resvg(svg, {
    fitTo: { mode: "width", value: PNG_WIDTH },
    font: { loadSystemFonts: true },
  });
  return drawn.render().asPng();
}

async function part<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    throw new CellstateError(
      "option",
      `--out: pictures need ${name}, which is not installed here; npm install ${name}, or name a .csv`,
    );
  }
}
