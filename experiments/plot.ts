/** Lines over an axis, with bands where a value is uncertain, as SVG drawn by vega: the same data give the same bytes. */
import type { Mark, Spec } from "vega";

export interface PlotAxis {
  readonly label: string;
  /** @default "linear" */
  readonly scale?: "linear" | "log";
  /** What it shows at least. */
  readonly from?: number;
  readonly to?: number;
}

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  /** The band around y. */
  readonly low?: number;
  readonly high?: number;
}

export interface PlotLine {
  readonly name: string;
  /** By rising x. On a logarithmic axis what is not above zero is left out. */
  readonly points: readonly PlotPoint[];
  /** A dot at each point. @default true for up to 30 points */
  readonly dots?: boolean;
}

export interface LinePlot {
  readonly title: string;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  /** Up to eight. */
  readonly lines: readonly PlotLine[];
  /** Horizontal lines to compare with: a baseline, a limit. */
  readonly levels?: readonly { readonly name: string; readonly y: number }[];
}

/**
 * M. Okabe and K. Ito's colours, which people who see colours differently tell apart, on white; its yellow is left out as too
 * pale for a line. Lines differ in their dashes as well.
 */
export const PALETTE = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
  "#E69F00",
  "#56B4E9",
  "#000000",
  "#7F7F7F",
] as const;
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 3], [4, 4], [1, 3], [10, 2, 2, 2, 2, 2]];
const WIDTH = 560;
const HEIGHT = 320;
const MOST_DOTTED = 30;

interface Datum {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/** @throws RangeError for a plot without a point, or of more lines than there are colours. */
export async function linePlot(plot: LinePlot): Promise<string> {
  const { title, x, y, lines, levels = [] } = plot;
  if (lines.length > PALETTE.length) {
    throw new RangeError(
      `${title}: ${lines.length} lines, ${PALETTE.length} can be told apart; make two plots`,
    );
  }
  const shown = (axis: PlotAxis, value: number) =>
    Number.isFinite(value) && (axis.scale !== "log" || value > 0);
  const points: Datum[] = lines.flatMap(({ name, points }) =>
    points
      .filter((point) => shown(x, point.x) && shown(y, point.y))
      .map((point) => {
        const low = point.low !== undefined && shown(y, point.low) ? point.low : point.y;
        const high = point.high !== undefined && shown(y, point.high) ? point.high : point.y;
        return { name, x: point.x, y: point.y, low, high };
      }),
  );
  if (points.length === 0) throw new RangeError(`${title}: there is no point to draw`);
  const dotted = new Set(
    lines
      .filter(({ dots, points: all }) => dots ?? all.length <= MOST_DOTTED)
      .map(({ name }) => name),
  );
  const names = lines.map(({ name }) => name);
  const xs = points.map((point) => point.x);
  const ys = [...points.flatMap(({ low, high }) => [low, high]), ...levels.map((level) => level.y)];
  const spec: Spec = {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width: WIDTH,
    height: HEIGHT,
    padding: 12,
    background: "white",
    title: { text: title, anchor: "start", fontSize: 13, fontWeight: "normal" },
    data: [
      { name: "points", values: points },
      { name: "dots", values: points.filter(({ name }) => dotted.has(name)) },
      { name: "levels", values: levels.filter((level) => shown(y, level.y)) },
    ],
    scales: [
      scaleOf("x", x, "width", xs),
      scaleOf("y", y, "height", ys),
      { name: "colour", type: "ordinal", domain: names, range: PALETTE.slice(0, names.length) },
      { name: "dash", type: "ordinal", domain: names, range: DASHES.slice(0, names.length) },
    ],
    axes: [
      {
        ...{ orient: "bottom", scale: "x", title: x.label, titleFontWeight: "normal" },
        ...{ labelOverlap: true, ...ticksOf(x, xs) },
      },
      {
        ...{ orient: "left", scale: "y", title: y.label, titleFontWeight: "normal" },
        ...{ grid: true, gridColor: "#e6e6e6", labelOverlap: true, ...ticksOf(y, ys) },
      },
    ],
    legends: [
      {
        ...{ stroke: "colour", strokeDash: "dash", symbolType: "stroke", symbolSize: 400 },
        ...{ symbolStrokeWidth: 2, labelLimit: 420, orient: "right" },
      },
    ],
    marks: [
      {
        type: "group",
        from: { facet: { name: "line", data: "points", groupby: "name" } },
        marks: [bandMark(), lineMark()],
      },
      dotMark(),
      ...levelMarks(),
    ],
  };
  return await draw(spec);
}

/** Any vega specification as SVG. */
export async function draw(spec: Spec): Promise<string> {
  const vega = await import("vega");
  // The numbers that definitions within a drawing are called by go on from drawing to drawing otherwise.
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(JSON.parse(JSON.stringify(spec))), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

function scaleOf(name: string, axis: PlotAxis, range: "width" | "height", values: number[]) {
  const { scale = "linear", from, to } = axis;
  const domain = [
    Math.min(...values, ...(from === undefined ? [] : [from])),
    Math.max(...values, ...(to === undefined ? [] : [to])),
  ];
  return { name, type: scale, range, domain, nice: name === "y", zero: false } as const;
}

/** On a logarithmic axis the powers of ten, where there are two or more. */
function ticksOf({ scale }: PlotAxis, values: readonly number[]) {
  if (scale !== "log") return {};
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.ceil(Math.log10(Math.max(...values)));
  if (to - from < 2) return { format: ",~g" };
  const all = Array.from({ length: to - from + 1 }, (_, index) => Number(`1e${from + index}`));
  return { values: all, format: from < -3 || to > 7 ? "~e" : ",~g" };
}

const at = { x: { scale: "x", field: "x" }, y: { scale: "y", field: "y" } } as const;
const colour = { scale: "colour", field: "name" } as const;

const bandMark = (): Mark => ({
  type: "area",
  from: { data: "line" },
  encode: {
    enter: {
      ...{ x: at.x, y: { scale: "y", field: "low" }, y2: { scale: "y", field: "high" } },
      ...{ fill: colour, fillOpacity: { value: 0.18 } },
    },
  },
});

const lineMark = (): Mark => ({
  type: "line",
  from: { data: "line" },
  encode: {
    enter: {
      ...{ ...at, stroke: colour, strokeWidth: { value: 1.8 } },
      strokeDash: { scale: "dash", field: "name" },
    },
  },
});

const dotMark = (): Mark => ({
  type: "symbol",
  from: { data: "dots" },
  encode: { enter: { ...at, fill: colour, size: { value: 28 } } },
});

const levelMarks = (): Mark[] => [
  {
    type: "rule",
    from: { data: "levels" },
    encode: {
      enter: {
        ...{ x: { value: 0 }, x2: { value: WIDTH }, y: at.y },
        ...{ stroke: { value: "#555555" }, strokeDash: { value: [3, 3] } },
      },
    },
  },
  {
    type: "text",
    from: { data: "levels" },
    encode: {
      enter: {
        ...{ x: { value: WIDTH - 4 }, y: at.y, dy: { value: -5 }, align: { value: "right" } },
        ...{ text: { field: "name" }, fill: { value: "#555555" }, fontSize: { value: 10 } },
      },
    },
  },
];
