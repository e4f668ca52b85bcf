/** A number over updates, of one training or of two side by side. */
import { Lines } from "../../draw/Lines.tsx";
import { linesSvg } from "../../draw/linesSvg.ts";
import { Figure } from "../../figure/Figure.tsx";

export interface CurveLine {
  readonly name: string;
  readonly colour: string;
  /** Rising. */
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

export interface CurvesProps {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly lines: readonly CurveLine[];
  readonly yLabel: string;
  readonly isLog?: boolean;
  readonly domain?: readonly [number, number];
  /** The update that is looked at; null for none. */
  readonly at: number | null;
  readonly height: number;
  onStep?(step: number): void;
}

export function Curves(props: CurvesProps) {
  const { name, title, caption, lines, yLabel, isLog = false, domain, at, height, onStep } = props;
  const x = [...new Set(lines.flatMap(({ steps }) => steps))].sort((a, b) => a - b);
  const series = lines.map((line) => ({
    name: line.name,
    colour: line.colour,
    values: alongSteps(line, x),
  }));
  const data = { series, x, isLog, ...(domain ? { domain } : {}) };
  const said = lines.map(({ name: of, values }) =>
    values.length === 0
      ? `${of}: nothing yet`
      : `${of}: ${values[values.length - 1].toPrecision(3)}`,
  );
  return (
    <Figure
      name={name}
      title={title}
      caption={caption}
      table={() => ({
        columns: ["update", ...series.map((each) => each.name)],
        rows: x.length,
        cell: (row, column) => (column === 0 ? x[row] : (series[column - 1].values[row] ?? "")),
      })}
      svg={() => linesSvg({ ...data, title, xLabel: "updates", yLabel })}
    >
      {x.length < 2 ? (
        <p class="train-empty" style={{ height: `${height}px` }}>
          Nothing yet: press Play, or Space.
        </p>
      ) : (
        <Lines
          {...data}
          label={`${title}, over ${x[x.length - 1]} updates. ${said.join("; ")}`}
          xLabel="updates"
          yLabel={yLabel}
          height={height}
          cursor={at === null ? null : nearest(x, at)}
          onCursor={onStep ? (index) => onStep(x[index]) : undefined}
        />
      )}
    </Figure>
  );
}

/** The line's values where the other lines have theirs; between its points straight, beyond its ends nothing. */
function alongSteps({ steps, values }: CurveLine, x: readonly number[]): number[] {
  let next = 0;
  return x.map((step) => {
    while (next < steps.length && steps[next] < step) next++;
    if (next === steps.length) return Number.NaN;
    if (steps[next] === step) return values[next];
    if (next === 0) return Number.NaN;
    const share = (step - steps[next - 1]) / (steps[next] - steps[next - 1]);
    return values[next - 1] + share * (values[next] - values[next - 1]);
  });
}

function nearest(x: readonly number[], step: number): number {
  let best = 0;
  for (let index = 1; index < x.length; index++) {
    if (Math.abs(x[index] - step) < Math.abs(x[best] - step)) best = index;
  }
  return best;
}
