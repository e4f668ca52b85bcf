/** The same signal of both, one below the other, with one cursor. */
import { useMemo, useRef } from "preact/hooks";
import type { Answer, FittedSignal } from "../../compute/questions.ts";
import { shortNumber } from "../../draw/colours.ts";
import { Heatmap } from "../../draw/Heatmap.tsx";
import { Legend } from "../../draw/Legend.tsx";
import { Figure } from "../../figure/Figure.tsx";
import type { Session } from "../../state/session.ts";
import { canvasesSvg } from "../measures/canvasesSvg.ts";

export interface PairProps {
  readonly session: Session;
  readonly name: string;
  readonly caption: string;
  readonly values: readonly [FittedSignal, FittedSignal];
  readonly titles: readonly [string, string];
  readonly readings: readonly [Answer<"read">, Answer<"read">];
}

const LABELS = ["first", "second"] as const;

export function Pair({ session, name, caption, values, titles, readings }: PairProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { step, unit } = session.state.cursor.value;
  const { scale, clipped, of } = useMemo(() => fitBoth(values), [values[0], values[1]]);
  const at = (side: 0 | 1) => {
    const { values: numbers, units, steps } = values[side];
    return step < steps && unit < units ? numbers[step * units + unit] : Number.NaN;
  };
  const said = ([0, 1] as const).map((side) => {
    const { labels } = readings[side];
    if (step >= values[side].steps) return `the ${LABELS[side]} has ended`;
    return `the ${LABELS[side]} reads “${labels[step]?.trim()}” and has ${shortNumber(at(side))}${topWords(readings[side], step)}`;
  });
  return (
    <Figure
      name={`compare-${name}`}
      title={`${name}: ${caption}`}
      caption="Rows are units, columns steps; both have the same colours and the same cursor."
      table={() => tableOf(values, readings)}
      svg={() => canvasesSvg(frame.current, titles)}
    >
      <Legend scale={scale} name={name} clipped={{ count: clipped, of }} />
      <div class="beside" ref={frame}>
        {values.map((each, side) => (
          <div key={LABELS[side]}>
            <p class="beside-title">{titles[side]}</p>
            <Heatmap
              cells={{ ...each, order: null }}
              scale={scale}
              label={`${name} of the ${LABELS[side]}: ${each.units} units over ${each.steps} steps`}
              height={Math.max(120, Math.min(400, 4 * each.units))}
              stepNames={readings[side].labels}
              cursor={step < each.steps && unit < each.units ? { step, unit } : null}
              onCursor={(toStep, toUnit) => session.move({ step: toStep, unit: toUnit })}
            />
          </div>
        ))}
      </div>
      <p data-cursor-words="">
        Step {step}, unit {unit}: {said.join("; ")}.
      </p>
    </Figure>
  );
}

/** The wider of the two scales, so that a colour is the same value in both. */
function fitBoth([first, second]: PairProps["values"]) {
  const [one, other] = [first.fitted, second.fitted];
  const { scale } = one.scale.high < other.scale.high ? other : one;
  const limit = Math.max(Math.abs(scale.low), Math.abs(scale.high));
  const beyond = ({ values, fitted }: FittedSignal): number =>
    fitted.most > limit
      ? values.reduce((count, value) => (Math.abs(value) > limit ? count + 1 : count), 0)
      : 0;
  return { scale, clipped: beyond(first) + beyond(second), of: one.of + other.of };
}

function topWords({ top }: Answer<"read">, step: number): string {
  const best = top?.[step]?.[0];
  return best
    ? `, and expects “${best.token.trim()}” (${Math.round(100 * best.probability)} %)`
    : "";
}

function tableOf(values: PairProps["values"], readings: readonly [Answer<"read">, Answer<"read">]) {
  const columns = values.flatMap(({ units, values: numbers, steps }, side) =>
    Array.from({ length: units }, (_, unit) => ({
      name: `${LABELS[side]} ${unit}`,
      of: (step: number) => (step < steps ? numbers[step * units + unit] : ""),
    })),
  );
  return {
    columns: ["step", "first reads", "second reads", ...columns.map(({ name }) => name)],
    rows: Math.max(values[0].steps, values[1].steps),
    cell: (row: number, column: number) => {
      if (column === 0) return row;
      if (column < 3) return readings[column - 1].labels[row] ?? "";
      return columns[column - 3].of(row);
    },
  };
}
