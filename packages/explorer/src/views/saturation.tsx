/** How often each unit's gates are nearly shut or nearly open; a rectangle of them selects units for all views. */
import { useRef } from "preact/hooks";
import type { Answer } from "../compute/questions.ts";
import { svgDocument } from "../draw/svgDocument.ts";
import { Figure } from "../figure/Figure.tsx";
import type { Session } from "../state/session.ts";
import { aboutInput, useAnswer } from "../state/useAnswer.ts";
import { keepOwn, ownOf } from "./measures/own.ts";
import "./measures/measures.css";
import { Waiting } from "./measures/Waiting.tsx";
import { type Brush, brushFrom, brushToJson, unitsWithin } from "./saturation/brush.ts";
import { type Panel, Scatter } from "./saturation/Scatter.tsx";
import "./saturation.css";
import type { ViewProps } from "./view.ts";

/** Units that are told by number. */
const NAMED = 24;

type Bounded = Extract<Answer<"saturation">[number], { readonly kind: "bounded" }>;

export default function Saturation({ session }: ViewProps) {
  const answer = useAnswer(session, "saturation", () =>
    aboutInput(session, { place: session.state.cursor.value.place }),
  );
  const { value, error } = answer.value;
  if (error) {
    return (
      <p class="error" role="alert">
        {error}
      </p>
    );
  }
  if (!value) return <Waiting session={session} />;
  const bounded = value.filter((signal): signal is Bounded => signal.kind === "bounded");
  const others = value.flatMap((signal) => (signal.kind === "unbounded" ? [signal.reason] : []));
  if (bounded.length === 0) return <p>No signal of this cell has ends to lie near.</p>;
  return (
    <>
      <p>
        A gate near 0 lets nothing through, one near 1 everything; there it hardly changes, and
        little is learnt through it. Each dot is a unit: the further right, the more often it is
        near its low end over this input, the further up, the more often near its high end. A forget
        gate at the top is a unit that keeps what it has.
      </p>
      <Picture session={session} bounded={bounded} />
      {others.length > 0 ? <p>Not drawn: {others.join("; ")}.</p> : null}
    </>
  );
}

function Picture({
  session,
  bounded,
}: {
  readonly session: Session;
  readonly bounded: readonly Bounded[];
}) {
  const picture = useRef<SVGSVGElement>(null);
  const { cursor, selected, signal } = session.state;
  const own = brushFrom(ownOf(session, "saturation").brush);
  const brush = bounded.some(({ name }) => name === own?.signal) ? own : null;
  const chosen = bounded.find(({ name }) => name === (brush?.signal ?? signal.value)) ?? bounded[0];
  const panels: Panel[] = bounded.map((each) => ({ ...each, ends: endsOf(each) }));
  const select = (next: Brush | null) => {
    keepOwn(session, "saturation", { brush: next && brushToJson(next) });
    const of = next && bounded.find(({ name }) => name === next.signal);
    const units = next && of ? unitsWithin(of, next) : [];
    // Of no unit, there would be nothing to show.
    selected.value = units.length > 0 ? units : null;
  };
  const set = selected.value && new Set(selected.value);
  const { unit } = cursor.value;
  return (
    <Figure
      name="saturation"
      title={`Near the ends over ${chosen.steps} steps, ${session.place.value?.name}`}
      caption="Drag a rectangle over dots to select units, or use the two sliders; the other views then show those alone. Tap a dot to put the cursor on its unit."
      table={() => tableOf(bounded)}
      svg={() => svgDocument(picture.current)}
    >
      <Scatter
        panels={panels}
        brush={brush}
        selected={set}
        unit={unit}
        label={bounded.map(meanWords).join("; ")}
        picture={picture}
        onBrush={select}
        onUnit={(to, name) => {
          signal.value = name;
          session.move({ unit: to });
        }}
      />
      <p data-cursor-words="">
        Unit {unit}:{" "}
        {bounded
          .map(
            ({ name, below, above, low, high }) =>
              `${name} below ${short(low)} in ${percent(below[unit])} of the steps, above ${short(high)} in ${percent(above[unit])}`,
          )
          .join("; ")}
        .
      </p>
      <Sliders
        chosen={chosen}
        bounded={bounded}
        brush={brush}
        onBrush={select}
        onSignal={(name) => {
          signal.value = name;
        }}
      />
      <p role="status">
        {set
          ? `${set.size} of ${chosen.below.length} units are selected${namesOf([...set])}.`
          : brush
            ? "No unit lies there: all are shown."
            : "All units are shown."}{" "}
        {set || brush ? (
          <button type="button" onClick={() => select(null)}>
            Show all units
          </button>
        ) : null}
      </p>
      <ul class="verdicts">
        {bounded.map((each) => (
          <li key={each.name}>{meanWords(each)}</li>
        ))}
      </ul>
    </Figure>
  );
}

function Sliders({
  chosen,
  bounded,
  brush,
  onBrush,
  onSignal,
}: {
  readonly chosen: Bounded;
  readonly bounded: readonly Bounded[];
  readonly brush: Brush | null;
  onBrush(brush: Brush | null): void;
  onSignal(name: string): void;
}) {
  const least = { below: brush?.below[0] ?? 0, above: brush?.above[0] ?? 0 };
  const from = (name: string, below: number, above: number) =>
    onBrush(
      below === 0 && above === 0 ? null : { signal: name, below: [below, 1], above: [above, 1] },
    );
  return (
    <fieldset class="choices">
      <legend>Select units</legend>
      <label>
        by{" "}
        <select
          value={chosen.name}
          onChange={(event) => {
            from(event.currentTarget.value, least.below, least.above);
            onSignal(event.currentTarget.value);
          }}
        >
          {bounded.map(({ name, caption }) => (
            <option key={name} value={name}>
              {name}: {caption}
            </option>
          ))}
        </select>
      </label>
      {(["below", "above"] as const).map((side) => (
        <label key={side}>
          {side} {short(side === "below" ? chosen.low : chosen.high)} in at least{" "}
          {percent(least[side])} of the steps{" "}
          <input
            type="range"
            min={0}
            max={100}
            value={Math.round(100 * least[side])}
            onInput={(event) => {
              const share = Number(event.currentTarget.value) / 100;
              const next = { ...least, [side]: share };
              from(chosen.name, next.below, next.above);
            }}
          />
        </label>
      ))}
    </fieldset>
  );
}

/** `: 1, 5, 7` */
function namesOf(units: readonly number[]): string {
  if (units.length === 0) return "";
  const left = units.length - NAMED;
  return `: ${units.slice(0, NAMED).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

function endsOf({ low, high }: Bounded): readonly [string, string] {
  return [`steps below ${short(low)}`, `steps above ${short(high)}`];
}

function meanWords({ name, low, high, mean }: Bounded): string {
  const lost = mean.nan > 0 ? `, no number in ${percent(mean.nan)}` : "";
  return `${name}: over all units below ${short(low)} in ${percent(mean.below)} of the steps, above ${short(high)} in ${percent(mean.above)}${lost}`;
}

/** A bound such as 0.9, which 1 − 0.1 is but for a rounding. */
function short(bound: number): string {
  return String(Number(bound.toPrecision(3))).replace("-", "−");
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function tableOf(bounded: readonly Bounded[]) {
  const columns = bounded.flatMap(({ name, low, high, below, above }) => [
    { name: `${name} below ${short(low)}`, shares: below },
    { name: `${name} above ${short(high)}`, shares: above },
  ]);
  return {
    columns: ["unit", ...columns.map(({ name }) => name)],
    rows: bounded[0].below.length,
    cell: (row: number, column: number) => (column === 0 ? row : columns[column - 1].shares[row]),
  };
}
