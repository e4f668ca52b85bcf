/**
 * A few short lines over steps or distances, drawn as SVG: what stands on the page is what is taken away as a file. Every line has its name beside its end, and a
 * dash of its own where asked, so that none is told by colour alone.
 */
import type { RefObject } from "preact";
import { shortNumber } from "./colours.ts";
import { useWidth } from "./useWidth.ts";

export interface PlotSeries {
  /** Stands at the line's end. */
  readonly name: string;
  readonly values: ArrayLike<number>;
  /** A colour of the page: `--plus`. */
  readonly colour: string;
  /** As SVG has it, `6 4`; null for a whole line. */
  readonly dash: string | null;
}

export interface PlotProps {
  readonly series: readonly PlotSeries[];
  /** What the height is. Values beyond its ends lie on them. */
  readonly y: { readonly low: number; readonly high: number; readonly isLog: boolean };
  readonly xName: string;
  readonly yName: string;
  /** For whoever does not see it. */
  readonly label: string;
  /** Where the cursor is, by index; null for nowhere. */
  readonly mark: number | null;
  /** Where the picture is, for files. */
  readonly picture: RefObject<SVGSVGElement | null>;
  /** Pointed at, dragged over. */
  onPick?(index: number): void;
}

const HEIGHT = 300;
const MARGIN = { top: 12, bottom: 40, left: 62 };
const LINE = 15;

export function Plot({ series, y, xName, yName, label, mark, picture, onPick }: PlotProps) {
  const width = useWidth(picture);
  const longest = Math.max(2, ...series.map(({ values }) => values.length));
  const names = Math.max(...series.map(({ name }) => name.length));
  const right = Math.min(width / 3, 14 + 7.4 * names);
  const [inner, tall] = [width - MARGIN.left - right, HEIGHT - MARGIN.top - MARGIN.bottom];
  const xOf = (index: number) => MARGIN.left + (index / (longest - 1)) * inner;
  const yOf = (value: number) => MARGIN.top + tall * (1 - heightOf(value, y));
  const point = (event: PointerEvent) => {
    const box = picture.current?.getBoundingClientRect();
    if (!box || !onPick) return;
    const index = Math.round(((event.clientX - box.left - MARGIN.left) / inner) * (longest - 1));
    onPick(Math.max(0, Math.min(longest - 1, index)));
  };
  return (
    <svg
      ref={picture}
      class="plot"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width="100%"
      height={HEIGHT}
      font-size="12"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        point(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons !== 0) point(event);
      }}
    >
      {ticksFor(y).map((value) => (
        <g key={value}>
          <line
            x1={MARGIN.left}
            x2={MARGIN.left + inner}
            y1={yOf(value)}
            y2={yOf(value)}
            class="plot-grid"
          />
          <text x={MARGIN.left - 6} y={yOf(value) + 4} text-anchor="end" class="plot-text">
            {shortNumber(value)}
          </text>
        </g>
      ))}
      {stepTicks(longest, inner).map((index) => (
        <text
          key={index}
          x={xOf(index)}
          y={HEIGHT - MARGIN.bottom + 16}
          text-anchor="middle"
          class="plot-text"
        >
          {index}
        </text>
      ))}
      <text x={MARGIN.left + inner / 2} y={HEIGHT - 6} text-anchor="middle" class="plot-text">
        {xName}
      </text>
      <text
        transform={`translate(12 ${MARGIN.top + tall / 2}) rotate(-90)`}
        text-anchor="middle"
        class="plot-text"
      >
        {yName}
      </text>
      {mark === null ? null : (
        <line
          x1={xOf(mark)}
          x2={xOf(mark)}
          y1={MARGIN.top}
          y2={MARGIN.top + tall}
          class="plot-mark"
        />
      )}
      {series.map(({ name, values, colour, dash }) => (
        <path
          key={name}
          d={pathOf(values, xOf, yOf, y.isLog)}
          stroke={`var(${colour})`}
          stroke-dasharray={dash ?? undefined}
          stroke-width="2"
          fill="none"
        />
      ))}
      {labelsOf(series, yOf, xOf, y.isLog).map(({ name, colour, x, at }) => (
        <text key={name} x={x + 5} y={at} fill={`var(${colour})`} font-weight="600">
          {name}
        </text>
      ))}
    </svg>
  );
}

function heightOf(value: number, { low, high, isLog }: PlotProps["y"]): number {
  const share = isLog
    ? (Math.log10(value) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))
    : (value - low) / (high - low);
  return Math.max(0, Math.min(1, share));
}

function ticksFor({ low, high, isLog }: PlotProps["y"]): number[] {
  if (!isLog) return [0, 1, 2, 3, 4].map((part) => low + ((high - low) * part) / 4);
  const [from, to] = [Math.round(Math.log10(low)), Math.round(Math.log10(high))];
  const every = Math.ceil((to - from) / 6);
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, n) =>
    Number(`1e${to - n * every}`),
  );
}

function stepTicks(count: number, width: number): number[] {
  const most = Math.max(2, Math.floor(width / 60));
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((n) => count / n <= most) ?? 5000;
  return Array.from({ length: Math.ceil(count / every) }, (_, n) => n * every);
}

function isDrawn(value: number, isLog: boolean): boolean {
  return Number.isFinite(value) && (!isLog || value > 0);
}

function pathOf(
  values: ArrayLike<number>,
  xOf: (index: number) => number,
  yOf: (value: number) => number,
  isLog: boolean,
): string {
  let path = "";
  let isDown = false;
  for (let n = 0; n < values.length; n++) {
    if (isDrawn(values[n], isLog)) {
      path += `${isDown ? "L" : "M"}${xOf(n).toFixed(1)} ${yOf(values[n]).toFixed(1)}`;
      isDown = true;
    } else isDown = false;
  }
  return path;
}

/** Names at the lines' ends, pushed apart where they would cover one another. */
function labelsOf(
  series: readonly PlotSeries[],
  yOf: (value: number) => number,
  xOf: (index: number) => number,
  isLog: boolean,
): { readonly name: string; readonly colour: string; readonly x: number; readonly at: number }[] {
  const ends = series.flatMap(({ name, colour, values }) => {
    let last = values.length - 1;
    while (last >= 0 && !isDrawn(values[last], isLog)) last--;
    return last < 0 ? [] : [{ name, colour, x: xOf(last), at: yOf(values[last]) + 4 }];
  });
  ends.sort((a, b) => a.at - b.at);
  for (let n = 1; n < ends.length; n++) ends[n].at = Math.max(ends[n].at, ends[n - 1].at + LINE);
  const over = (ends.at(-1)?.at ?? 0) - (HEIGHT - MARGIN.bottom + 4);
  if (over > 0) for (const end of ends) end.at -= over;
  return ends;
}
