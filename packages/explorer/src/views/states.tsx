/** Units × steps of one signal. */
import { fitScale } from "../draw/colours.ts";
import { Heatmap } from "../draw/Heatmap.tsx";
import { Legend } from "../draw/Legend.tsx";
import { Figure } from "../figure/Figure.tsx";
import { aboutInput, useAnswer } from "../state/useAnswer.ts";
import type { ViewProps } from "./view.ts";

export default function States({ session }: ViewProps) {
  const { cursor, signal } = session.state;
  const answer = useAnswer(session, "signal", () =>
    aboutInput(session, { place: session.state.cursor.value.place, signal: signal.value }),
  );
  const { value, error } = answer.value;
  const about = session.place.value?.cell.signals.find(({ name }) => name === signal.value);
  if (error) return <p role="alert">{error}</p>;
  if (!value || !about) return <p>Reading…</p>;
  const { scale, clipped, of } = fitScale(about.range, value.values);
  const labels = session.reading.value.value?.labels ?? [];
  return (
    <Figure
      name={`states-${signal.value}`}
      title={`${signal.value}: ${about.caption}`}
      table={() => ({
        columns: [
          "step",
          "token",
          ...Array.from({ length: value.units }, (_, unit) => String(unit)),
        ],
        rows: value.steps,
        cell: (step, column) =>
          column === 0
            ? step
            : column === 1
              ? labels[step]
              : value.values[step * value.units + column - 2],
      })}
      svg={() => "<svg xmlns='http://www.w3.org/2000/svg'/>"}
    >
      <Legend scale={scale} name={signal.value} clipped={{ count: clipped, of }} />
      <Heatmap
        cells={{ ...value, order: null }}
        scale={scale}
        label={`${signal.value} of ${value.units} units over ${value.steps} steps`}
        height={480}
        cursor={cursor.value}
        onCursor={(step, unit) => session.move({ step, unit })}
      />
    </Figure>
  );
}
