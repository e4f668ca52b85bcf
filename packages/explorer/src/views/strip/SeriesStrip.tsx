/** A series that was read as lines, and beneath it one unit's signal within the band of all units. */
import { useMemo } from "preact/hooks";
import { shortNumber } from "../../draw/colours.ts";
import { pageColour } from "../../draw/ground.ts";
import { Lines } from "../../draw/Lines.tsx";
import type { LinesData } from "../../draw/linesData.ts";
import { linesGroup } from "../../draw/linesSvg.ts";
import { Figure } from "../../figure/Figure.tsx";
import { signalInWords } from "../states/words.ts";
import type { StripProps } from "./props.ts";

/** More lines are not told apart; the table has all columns. */
const MOST_COLUMNS = 4;
const COLOURS = ["--plus", "--minus", "--accent", "--ink"] as const;

const NOTHING = { values: new Float32Array(), width: 0, names: null };

export function SeriesStrip({ session, value, reading, signal }: StripProps) {
  const { step, unit } = session.state.cursor.value;
  const at = Math.min(unit, value.units - 1);
  const { values: read, width, names } = reading.vectors ?? NOTHING;
  const nameOf = (c: number) => names?.[c] ?? (width === 1 ? "input" : `input ${c}`);
  const columns = useMemo(
    () => Array.from({ length: width }, (_, c) => columnOf(read, width, c)),
    [read, width],
  );
  const band = useMemo(() => bandOf(value.values, value.units), [value]);
  const own = useMemo(() => columnOf(value.values, value.units, at), [value, at]);
  const input: LinesData = useMemo(
    () => ({
      series: columns.slice(0, MOST_COLUMNS).map((values, c) => ({
        name: nameOf(c),
        values,
        colour: COLOURS[c],
      })),
    }),
    [columns, width, names],
  );
  const inside: LinesData = {
    series: [{ name: `unit ${at}`, values: own, colour: "--accent" }],
    bands: useMemo(() => [{ ...band, colour: "--accent" }], [band]),
    ...(signal.range?.every(Number.isFinite) ? { domain: [signal.range[0], signal.range[1]] } : {}),
  };
  const title = `${signal.name} of unit ${at}: ${signal.caption}`;
  const onCursor = (to: number) => session.move({ step: to });
  const more =
    width > MOST_COLUMNS ? ` The first ${MOST_COLUMNS} of ${width} columns are drawn.` : "";
  return (
    <Figure
      name={`strip-${signal.name}-${at}`}
      title={title}
      caption={
        <>
          Above, what the network read, as it reads it.{more} Below, {signal.name} of one unit; the
          band reaches from the lowest to the highest of all {value.units} units. {wordsFor(signal)}
        </>
      }
      table={() => ({
        columns: [
          "step",
          ...columns.map((_, c) => nameOf(c)),
          signal.name,
          "lowest of all units",
          "highest of all units",
        ],
        rows: value.steps,
        cell: (row, column) =>
          [row, ...columns.map((each) => each[row]), own[row], band.low[row], band.high[row]][
            column
          ],
      })}
      svg={() => seriesSvg(title, signal.name, input, inside)}
    >
      <p class="strip-words">
        Step {step}: read{" "}
        {columns
          .slice(0, MOST_COLUMNS)
          .map((each) => shortNumber(each[step] ?? Number.NaN))
          .join(", ")}
        ; {signal.name} of unit {at} is <strong>{shortNumber(own[step] ?? Number.NaN)}</strong>.
      </p>
      <Lines
        {...input}
        label={`what was read, over ${value.steps} steps; the table has its numbers`}
        xLabel="step"
        yLabel="input"
        height={220}
        cursor={step}
        onCursor={onCursor}
      />
      <Lines
        {...inside}
        label={`${signal.name} of unit ${at} over ${value.steps} steps; the table has its numbers`}
        xLabel="step"
        yLabel={signal.name}
        height={200}
        cursor={step}
        onCursor={onCursor}
      />
    </Figure>
  );
}

function wordsFor(signal: StripProps["signal"]): string {
  const { range } = signal;
  return range?.[0] === 0 && range[1] === 1
    ? signalInWords(signal).replace("The colour says", "The height says")
    : "";
}

function columnOf(values: ArrayLike<number>, width: number, column: number): Float32Array {
  return Float32Array.from(
    { length: Math.floor(values.length / width) },
    (_, step) => values[step * width + column],
  );
}

/** The lowest and the highest of all units at each step. */
function bandOf(
  values: ArrayLike<number>,
  units: number,
): { readonly low: Float32Array; readonly high: Float32Array } {
  const steps = values.length / units;
  const low = new Float32Array(steps).fill(Number.POSITIVE_INFINITY);
  const high = new Float32Array(steps).fill(Number.NEGATIVE_INFINITY);
  for (let step = 0, n = 0; step < steps; step++) {
    for (let unit = 0; unit < units; unit++, n++) {
      if (values[n] < low[step]) low[step] = values[n];
      if (values[n] > high[step]) high[step] = values[n];
    }
  }
  return { low, high };
}

function seriesSvg(title: string, name: string, input: LinesData, inside: LinesData): string {
  const [width, above, below] = [900, 260, 240];
  const top = linesGroup({ ...input, title, xLabel: "step", yLabel: "input" }, width, above);
  const bottom = linesGroup({ ...inside, title, xLabel: "step", yLabel: name }, width, below);
  const height = above + below + 24;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12"><rect width="100%" height="100%" fill="${pageColour("--ground")}"/>${top}<g transform="translate(0 ${above + 12})">${bottom}</g></svg>`;
}
