/** Norms by distance as lines on a log axis, with what they come to beneath. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { fitDecades } from "../../draw/colours.ts";
import { Plot, type PlotSeries } from "../../draw/Plot.tsx";
import { svgDocument } from "../../draw/svgDocument.ts";
import { Figure } from "../../figure/Figure.tsx";

export interface FlowFigureProps {
  readonly name: string;
  readonly title: string;
  readonly caption: ComponentChildren;
  readonly series: readonly PlotSeries[];
  /** Distance of the cursor; null where it is not among them. */
  readonly mark: number | null;
  onPick?(distance: number): void;
  /** What stands beneath. */
  readonly children: ComponentChildren;
}

export function FlowFigure({ series, mark, onPick, children, ...frame }: FlowFigureProps) {
  const picture = useRef<SVGSVGElement>(null);
  const all = series.flatMap(({ values }) => Array.from(values));
  const { scale, clipped, of } = fitDecades(all);
  const longest = Math.max(0, ...series.map(({ values }) => values.length));
  const nothing = all.filter((value) => value === 0).length;
  return (
    <Figure
      {...frame}
      table={() => ({
        columns: ["distance", ...series.map(({ name }) => name)],
        rows: longest,
        cell: (row, column) => (column === 0 ? row : (series[column - 1].values[row] ?? "")),
      })}
      svg={() => svgDocument(picture.current)}
    >
      <Plot
        series={series}
        y={{ low: scale.low, high: scale.high, isLog: true }}
        xName="steps before the loss"
        yName="size of the gradient"
        label={`${frame.title}: ${series.map(({ name, values }) => `${name} from ${values[0]?.toPrecision(2)} to ${values[values.length - 1]?.toPrecision(2)}`).join(", ")} over ${longest - 1} steps`}
        mark={mark}
        picture={picture}
        onPick={onPick}
      />
      {clipped > 0 ? (
        <p>
          {clipped} of {of} lie below the axis and are drawn on its edge.
        </p>
      ) : null}
      {nothing > 0 ? (
        <p>{nothing} are 0, which a log axis does not have: the line ends there.</p>
      ) : null}
      {children}
    </Figure>
  );
}
