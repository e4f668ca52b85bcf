/** Norms by distance as lines on a log axis, with what they come to beneath. */
import type { ComponentChildren } from "preact";
import { fitDecades } from "../../draw/colours.ts";
import { type LineSeries, Lines } from "../../draw/Lines.tsx";
import { linesSvg } from "../../draw/linesSvg.ts";
import { Figure } from "../../figure/Figure.tsx";
import { figures } from "./verdict.ts";

export interface FlowFigureProps {
  readonly name: string;
  readonly title: string;
  readonly caption: ComponentChildren;
  readonly series: readonly LineSeries[];
  /** Distance of the cursor; null where it is not among them. */
  readonly mark: number | null;
  onPick?(distance: number): void;
  /** What stands beneath. */
  readonly children: ComponentChildren;
}

const X = "steps before the loss";
const Y = "size of the gradient";
const HEIGHT = 300;

export function FlowFigure({ series, mark, onPick, children, ...frame }: FlowFigureProps) {
  const all = series.flatMap(({ values }) => Array.from(values));
  const { scale, clipped, of } = fitDecades(all);
  const longest = Math.max(0, ...series.map(({ values }) => values.length));
  const nothing = all.filter((value) => value === 0).length;
  const lines = { series, isLog: true, domain: [scale.low, scale.high] } as const;
  const said = series.map(
    ({ name, values }) =>
      `${name} from ${figures(values[0])} to ${figures(values[values.length - 1])}`,
  );
  return (
    <Figure
      {...frame}
      table={() => ({
        columns: ["distance", ...series.map(({ name }) => name)],
        rows: longest,
        cell: (row, column) => (column === 0 ? row : (series[column - 1].values[row] ?? "")),
      })}
      svg={() => linesSvg({ ...lines, xLabel: X, yLabel: Y, title: frame.title })}
    >
      <Lines
        {...lines}
        label={`${frame.title}: ${said.join(", ")}, over ${longest - 1} steps`}
        xLabel={X}
        yLabel={Y}
        height={HEIGHT}
        cursor={mark}
        onCursor={onPick}
      />
      {clipped > 0 ? (
        <p>
          {clipped} of {of} lie below the axis.
        </p>
      ) : null}
      {nothing > 0 ? (
        <p>{nothing} are 0, which a log axis does not have: the line ends there.</p>
      ) : null}
      {children}
    </Figure>
  );
}
