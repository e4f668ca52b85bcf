/** Two models, or two readings of one, beside each other with one cursor. */
import type { ComponentChildren } from "preact";
import type { Answer } from "../compute/questions.ts";
import { Lines } from "../draw/Lines.tsx";
import { linesSvg } from "../draw/linesSvg.ts";
import { Figure } from "../figure/Figure.tsx";
import type { Session } from "../state/session.ts";
import { aboutInput, useAnswer } from "../state/useAnswer.ts";
import { Choice } from "./compare/Choice.tsx";
import { Pair } from "./compare/Pair.tsx";
import { readOf, type Second, useSecond } from "./compare/useSecond.ts";
import { type Comparison, distanceWords, mostApart, partingOf } from "./compare/words.ts";
import { figures } from "./gradients/verdict.ts";
import { useLast } from "./measures/lastAnswer.ts";
import "./measures/measures.css";
import { Waiting } from "./measures/Waiting.tsx";
import type { ViewProps } from "./view.ts";

const HEIGHT = 220;
/** Units that are told of. */
const TOLD = 8;

export default function Compare({ session }: ViewProps) {
  const second = useSecond(session);
  const compared = useAnswer(session, "compare", () => {
    const first = aboutInput(session, {});
    const other = readOf(second.value);
    return first && other && { first, second: other };
  });
  const read = useLast(
    useAnswer(session, "read", () => aboutInput(session, {}) && readOf(second.value)).value,
    second.value.model?.id,
  );
  const { value, error } = compared.value;
  const { error: missing } = second.value;
  const said = missing ?? read.error ?? error;
  return (
    <>
      <p>
        The model above, with what it reads, is the first; here the second is chosen. Two trainings
        from different beginnings have nothing in common unit by unit: what can be compared so is
        one model on two texts, or before and after more training.
      </p>
      <Choice session={session} second={second.value} />
      {said ? (
        <p class="error" role="alert">
          {said}
        </p>
      ) : null}
      {value ? <p role="status">{partingOf(value)}</p> : null}
      {session.reading.value.value ? null : <Waiting session={session} />}
      {read.value ? (
        <Signals session={session} second={second} reading={read.value} said={said} />
      ) : null}
      {value ? <Distances session={session} comparison={value} /> : null}
    </>
  );
}

interface SignalsProps {
  readonly session: Session;
  readonly second: ReturnType<typeof useSecond>;
  readonly reading: Answer<"read">;
  /** What went wrong, as it is told above. */
  readonly said: string | null;
}

function Signals({ session, second, reading, said }: SignalsProps) {
  const { signal } = session.state;
  const ofFirst = useAnswer(session, "signal", () =>
    aboutInput(session, { place: session.state.cursor.value.place, signal: signal.value }),
  );
  const ofSecond = useAnswer(session, "signal", () => {
    const read = readOf(second.value);
    const { place } = session.state.cursor.value;
    return read && { ...read, place, signal: signal.value };
  });
  const [first, other] = [ofFirst.value.value, ofSecond.value.value];
  const about = session.place.value?.cell.signals.find(({ name }) => name === signal.value);
  const mine = session.reading.value.value;
  const error = ofFirst.value.error ?? ofSecond.value.error;
  if (error) return error === said ? null : <p role="alert">{error}</p>;
  if (!first || !other || !about || !mine) return <p>Reading…</p>;
  return (
    <Pair
      session={session}
      name={about.name}
      caption={about.caption}
      values={[first, other]}
      titles={titlesOf(session, second.value)}
      readings={[mine, reading]}
    />
  );
}

function titlesOf(session: Session, { model, isSame }: Second): readonly [string, string] {
  const title = session.model.value?.title ?? "";
  return [`The first: ${title}`, `The second: ${isSame ? "the same model" : (model?.title ?? "")}`];
}

function Distances({
  session,
  comparison,
}: {
  readonly session: Session;
  readonly comparison: Comparison;
}) {
  const { cursor, signal } = session.state;
  const layer = comparison.layers[cursor.value.place] ?? comparison.layers[0];
  const signals = Object.values(layer.signals);
  const chosen = layer.signals[signal.value] ?? signals[0];
  const only = [
    layer.onlyFirst.length > 0 ? `Only the first has ${layer.onlyFirst.join(", ")}.` : "",
    layer.onlySecond.length > 0 ? `Only the second has ${layer.onlySecond.join(", ")}.` : "",
  ].join(" ");
  const { predictions } = comparison;
  const move = (step: number) => session.move({ step });
  return (
    <>
      {chosen ? (
        <ByStep
          name="compare-distance"
          title={`How far ${chosen.name} is apart, ${layer.place}`}
          caption={`Root mean square over the units, step by step. ${unitWords(chosen)}`}
          yName="distance"
          column="distance"
          values={chosen.byStep}
          most={Math.max(1e-6, ...chosen.byStep)}
          step={cursor.value.step}
          onStep={move}
        >
          <ul class="verdicts" data-distances="">
            {signals.map((each) => (
              <li key={each.name}>{distanceWords(each)}</li>
            ))}
          </ul>
          {only.trim() ? <p>{only}</p> : null}
        </ByStep>
      ) : (
        <p>The two cells have no signal in common. {only}</p>
      )}
      {predictions === null ? null : predictions.measured === "none" ? (
        <p>{predictions.reason}.</p>
      ) : (
        <ByStep
          name="compare-predictions"
          title="How far the predictions are apart"
          caption={`Nats: 0 for the same predictions, 0.69 for those that have no token in common; ${figures(predictions.mean)} in the mean.${predictions.measured === "top" ? " Only the likeliest tokens are known of both: it is this at least." : ""}`}
          yName="nats"
          column="divergence"
          values={predictions.divergence}
          most={Math.LN2}
          step={cursor.value.step}
          onStep={move}
        />
      )}
    </>
  );
}

interface ByStepProps {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly yName: string;
  readonly column: string;
  readonly values: Float64Array;
  readonly most: number;
  readonly step: number;
  readonly children?: ComponentChildren;
  onStep(step: number): void;
}

function ByStep(props: ByStepProps) {
  const { name, title, caption, yName, column, values, most, step, children, onStep } = props;
  const lines = {
    series: [{ name: column, values, colour: "--accent" }],
    domain: [0, most],
  } as const;
  return (
    <Figure
      {...{ name, title, caption }}
      table={() => ({
        columns: ["step", column],
        rows: values.length,
        cell: (row, at) => (at === 0 ? row : values[row]),
      })}
      svg={() => linesSvg({ ...lines, title, xLabel: "step", yLabel: yName })}
    >
      <Lines
        {...lines}
        label={`${title}: at most ${figures(Math.max(...values))} over ${values.length} steps`}
        xLabel="step"
        yLabel={yName}
        height={HEIGHT}
        cursor={step < values.length ? step : null}
        onCursor={onStep}
      />
      {children}
    </Figure>
  );
}

function unitWords(chosen: Parameters<typeof mostApart>[0]): string {
  const units = mostApart(chosen, TOLD);
  return units.length === 0
    ? "No unit differs."
    : `The units that differ most: ${units.join(", ")}.`;
}
