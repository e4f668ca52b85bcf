/**
 * Lines over steps, drawn by uPlot: each with a dash, a marker and its name at its end, so that none is told by colour alone. The cursor is an element above the
 * canvas: moving it draws nothing anew.
 */
import "./language.ts";
import { useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import { shortNumber } from "./colours.ts";
import { faded, ground, pageColour } from "./ground.ts";
import "./lines.css";
import {
  dashOf,
  decadesOf,
  isDrawn,
  type LineBand,
  type LinesData,
  labelsOf,
  longestOf,
  type Marker,
  markedSteps,
  markerOf,
  rangeOf,
} from "./linesData.ts";

export type { LineBand, LineSeries, LinesData } from "./linesData.ts";

export interface LinesProps extends LinesData {
  /** For whoever does not see it: what is in the picture. */
  readonly label: string;
  readonly xLabel: string;
  readonly yLabel?: string;
  /** In CSS pixels; its width is the room there is. */
  readonly height: number;
  /** Index of the step under the cursor; null for none. */
  readonly cursor: number | null;
  /** Pointed at, dragged over: an index of the steps. */
  onCursor?(step: number): void;
}

interface Made {
  readonly plot: UPlot;
  /** The cursor. */
  readonly line: HTMLElement;
}

export function Lines(props: LinesProps) {
  const { label, height, cursor } = props;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<Made | null>(null);
  // What hooks and listeners of a plot read: the newest, without making it anew.
  const latest = useRef(props);
  latest.current = props;
  const structure = structureOf(props);

  useLayoutEffect(() => {
    if (!frame.current) return;
    const made = makePlot(frame.current, latest);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      const width = frame.current?.clientWidth ?? 0;
      if (width > 0 && width !== made.plot.width) made.plot.setSize({ width, height });
      placeCursor(made, latest.current);
    });
    observer.observe(frame.current);
    return () => {
      observer.disconnect();
      made.plot.destroy();
      plot.current = null;
    };
  }, [structure]);
  const { series, bands, x, domain } = props;
  useLayoutEffect(() => {
    plot.current?.plot.setData(dataOf(latest.current));
  }, [...series.map(({ values }) => values), bands, x, domain?.[0], domain?.[1]]);
  useLayoutEffect(() => {
    if (plot.current) placeCursor(plot.current, latest.current);
  }, [cursor, structure, series, x]);
  useSignalEffect(() => {
    ground.value;
    plot.current?.plot.redraw(false);
  });
  useEffect(() => {
    const contrast = matchMedia("(prefers-contrast: more)");
    const redraw = () => plot.current?.plot.redraw(false);
    contrast.addEventListener("change", redraw);
    return () => contrast.removeEventListener("change", redraw);
  }, []);
  return (
    <div
      ref={frame}
      class="lines"
      role="img"
      aria-label={label}
      style={{ height: `${height}px` }}
    />
  );
}

/** What a plot cannot change once it is made. */
function structureOf({ series, isLog, height, xLabel, yLabel }: LinesProps): string {
  const of = series.map((each, index) => [each.name, each.colour, dashOf(each, index)]);
  return JSON.stringify([of, isLog ?? false, height, xLabel, yLabel]);
}

function makePlot(frame: HTMLElement, latest: { readonly current: LinesProps }): Made {
  const { series, isLog = false, height, xLabel, yLabel } = latest.current;
  const font = `12px ${getComputedStyle(frame).fontFamily}`;
  const axis = {
    font,
    labelFont: font,
    labelSize: 18,
    stroke: () => pageColour("--faint"),
    grid: { stroke: () => faded(pageColour("--line"), 0.3), width: 1 },
    ticks: { show: false },
  };
  const longestName = Math.max(0, ...series.map(({ name }) => name.length));
  const plot = new UPlot(
    {
      width: Math.max(1, frame.clientWidth),
      height,
      padding: [10, (u) => Math.min(u.width / 3, 12 + 7 * longestName), 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false },
        y: { distr: isLog ? 3 : 1, range: () => rangeOf(latest.current) },
      },
      axes: [
        { ...axis, label: xLabel, size: 28 },
        {
          ...axis,
          label: yLabel,
          size: 52,
          filter: (_, splits) => splits,
          ...(isLog ? { splits: () => decadesOf(rangeOf(latest.current), height / 40) } : {}),
          values: (_, splits) => splits.map((value) => tick(value, isLog)),
        },
      ],
      series: [
        {},
        ...series.map((each, index) => ({
          label: each.name,
          width: 2,
          dash: [...dashOf(each, index)],
          stroke: () => pageColour(each.colour),
          points: { show: false },
        })),
      ],
      hooks: {
        drawAxes: [
          (u) => {
            for (const band of latest.current.bands ?? [])
              drawBand(u, band, pageColour(band.colour));
          },
        ],
        draw: [(u) => drawNames(u, latest.current, font)],
      },
    },
    dataOf(latest.current),
    frame,
  );
  const point = (event: PointerEvent) => {
    const { onCursor } = latest.current;
    if (!onCursor) return;
    onCursor(plot.posToIdx(event.clientX - plot.over.getBoundingClientRect().left));
  };
  plot.over.addEventListener("pointerdown", (event) => {
    plot.over.setPointerCapture(event.pointerId);
    point(event);
  });
  plot.over.addEventListener("pointermove", (event) => {
    if (event.buttons !== 0) point(event);
  });
  const line = document.createElement("div");
  line.className = "lines-cursor";
  plot.over.append(line);
  return { plot, line };
}

function tick(value: number, isLog: boolean): string {
  return isLog ? `1e${Math.round(Math.log10(value))}` : shortNumber(value);
}

function dataOf(props: LinesProps): UPlot.AlignedData {
  const { series, x, isLog = false } = props;
  const steps = Array.from({ length: longestOf(props) }, (_, step) => x?.[step] ?? step);
  return [
    steps,
    ...series.map(({ values }) =>
      Array.from(steps, (_, n) => (isDrawn(values[n], isLog) ? values[n] : null)),
    ),
  ];
}

function placeCursor({ plot, line }: Made, props: LinesProps): void {
  const { cursor, x } = props;
  line.hidden = cursor === null || cursor >= longestOf(props);
  if (cursor === null || line.hidden) return;
  line.style.transform = `translateX(${plot.valToPos(x?.[cursor] ?? cursor, "x") - 1}px)`;
}

function drawBand(u: UPlot, { low, high }: LineBand, colour: string): void {
  const { ctx, bbox } = u;
  const xs = u.data[0];
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = faded(colour, 0.22);
  const point = (n: number, values: ArrayLike<number>) =>
    ctx.lineTo(u.valToPos(xs[n] ?? n, "x", true), u.valToPos(values[n], "y", true));
  for (let from = 0; from < low.length; ) {
    let to = from;
    while (to < low.length && Number.isFinite(low[to]) && Number.isFinite(high[to])) to++;
    ctx.beginPath();
    for (let n = from; n < to; n++) point(n, high);
    for (let n = to - 1; n >= from; n--) point(n, low);
    ctx.fill();
    from = to + 1;
  }
  ctx.restore();
}

function drawNames(u: UPlot, props: LinesProps, font: string): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const { series, isLog = false } = props;
  const xs = u.data[0];
  const xOf = (n: number) => u.valToPos(xs[n] ?? n, "x", true);
  const yOf = (value: number) => u.valToPos(value, "y", true);
  ctx.save();
  for (const [index, { values, colour: name }] of series.entries()) {
    ctx.fillStyle = pageColour(name);
    ctx.strokeStyle = pageColour("--ground");
    ctx.lineWidth = ratio;
    if (series.length > 1) {
      for (const n of markedSteps(values.length, bbox.width / ratio, index, series.length)) {
        if (isDrawn(values[n], isLog)) {
          drawMarker(ctx, markerOf(index), xOf(n), yOf(values[n]), 4.5 * ratio);
        }
      }
    }
  }
  const size = { top: bbox.top + 6 * ratio, bottom: bbox.top + bbox.height - 2 * ratio };
  ctx.font = font.replace("12px", `600 ${12 * ratio}px`);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const { series: index, end, at } of labelsOf(props, yOf, { ...size, line: 15 * ratio })) {
    ctx.fillStyle = pageColour(series[index].colour);
    ctx.fillText(series[index].name, xOf(end) + 8 * ratio, at);
  }
  ctx.restore();
}

function drawMarker(
  ctx: CanvasRenderingContext2D,
  marker: Marker,
  x: number,
  y: number,
  r: number,
): void {
  ctx.beginPath();
  if (marker === "circle") ctx.arc(x, y, r, 0, 2 * Math.PI);
  else if (marker === "square") ctx.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
  else {
    const side = marker === "triangle" ? 0.9 * r : 0;
    ctx.moveTo(x, y - 1.2 * r);
    ctx.lineTo(x + 1.2 * r, y + side);
    if (marker === "diamond") ctx.lineTo(x, y + 1.2 * r);
    ctx.lineTo(x - 1.2 * r, y + side);
    ctx.closePath();
  }
  ctx.fill();
  ctx.stroke();
}
