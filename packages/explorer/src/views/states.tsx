/** Units × steps of one signal, sorted. */
import { useComputed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { FittedSignal, OpenPlace } from "../compute/questions.ts";
import { ORDER_LABELS } from "../compute/questions.ts";
import { shownToken } from "../draw/axes.ts";
import { rowsOf, type Window2d } from "../draw/bitmap.ts";
import { shortNumber } from "../draw/colours.ts";
import { Heatmap, type HeatmapProps } from "../draw/Heatmap.tsx";
import { heatmapSvg } from "../draw/heatmapSvg.ts";
import { Legend } from "../draw/Legend.tsx";
import { Figure } from "../figure/Figure.tsx";
import type { Json, PageOrder } from "../state/page.ts";
import type { Session } from "../state/session.ts";
import { aboutInput, useAnswer } from "../state/useAnswer.ts";
import { namesOf } from "./states/names.ts";
import { LABEL_WORDS, labelFrom, ORDERS, orderInWords, shownUnits } from "./states/ordering.ts";
import "./states.css";
import { keepOwn, ownOf } from "./measures/own.ts";
import { signalInWords } from "./states/words.ts";
import type { ViewProps } from "./view.ts";

export default function States({ session }: ViewProps) {
  const { state } = session;
  // Not the whole cursor: what follows is not made anew at every step of it.
  const place = useComputed(() => state.cursor.value.place);
  const label = useComputed(() =>
    labelFrom(state.own.value.states, session.reading.value.value?.surprisal != null),
  );
  const answer = useAnswer(session, "signal", () =>
    aboutInput(session, { place: place.value, signal: state.signal.value }),
  );
  const sorted = useAnswer(session, "order", () => {
    const by = state.order.value;
    if (by === "number") return null;
    const about = { place: place.value, signal: state.signal.value, by, label: label.value };
    return aboutInput(session, about);
  });
  const { value, error, busy } = answer.value;
  const about = session.place.value;
  const signal = about?.cell.signals.find(({ name }) => name === state.signal.value);
  const known = sorted.value.value;
  const units = value?.units ?? 0;
  const selected = state.selected.value;
  const order = useMemo(
    () => shownUnits(known?.length === units ? known : null, selected),
    [known, units, selected],
  );
  // Up and down go by the rows that are seen.
  useEffect(() => {
    session.rows.value = order && [...order];
    return () => {
      session.rows.value = null;
    };
  }, [session, order]);
  if (error) return <p role="alert">{error}</p>;
  if (!value || !about || !signal) return <p aria-busy="true">Reading…</p>;
  if (value.steps === 0 || value.units === 0) return <p>There are no steps to show.</p>;
  const cells = { values: value.values, steps: value.steps, units: value.units, order };
  const { scale, clipped, of } = value.fitted;
  const names = namesOf(session.reading.value.value, value.steps);
  const title = `${signal.name}: ${signal.caption} in ${about.name}`;
  const picture: Omit<HeatmapProps, "cursor"> = {
    cells,
    scale,
    label: `${signal.name} of ${rowsOf(cells)} units over ${value.steps} steps; the table has its numbers`,
    height: Math.max(160, Math.min(512, 12 * rowsOf(cells))),
    onCursor: (step, unit) => session.move({ step, unit }),
    stepNames: names,
  };
  return (
    <Figure
      name={`states-${signal.name}`}
      title={title}
      caption={
        <>
          Each row is a unit, each column a step of what was read. {signalInWords(signal)}{" "}
          {orderInWords(known ? state.order.value : "number", label.value)}
        </>
      }
      table={() => tableOf(value, order, names)}
      svg={() => heatmapSvg({ cells, scale, title, stepNames: names })}
    >
      <Sorting session={session} label={label.value} busy={sorted.value.busy || busy} />
      {sorted.value.error ? <p class="states-note">Not sorted: {sorted.value.error}</p> : null}
      <Legend
        scale={scale}
        name={signal.name}
        clipped={{ count: clipped, of }}
        missing={value.missing}
      />
      <Words session={session} value={value} place={about} names={names} />
      <WithCursor session={session} picture={picture} />
    </Figure>
  );
}

/** Alone, so that moving the cursor makes nothing else anew. */
function WithCursor({
  session,
  picture,
}: {
  readonly session: Session;
  readonly picture: Omit<HeatmapProps, "cursor">;
}) {
  return (
    <Heatmap
      {...picture}
      cursor={session.state.cursor.value}
      sight={sightIn(ownOf(session, "states").sight)}
      onSight={(sight) => {
        const kept = sight && [sight.from, sight.to, sight.top, sight.bottom];
        if (JSON.stringify(kept) !== JSON.stringify(ownOf(session, "states").sight ?? null)) {
          keepOwn(session, "states", { sight: kept });
        }
      }}
    />
  );
}

interface SortingProps {
  readonly session: Session;
  readonly label: "surprisal" | "position";
  readonly busy: boolean;
}

function Sorting({ session, label, busy }: SortingProps) {
  const { order, selected } = session.state;
  const canSurprise = session.reading.value.value?.surprisal != null;
  return (
    <div class="states-sorting">
      <label>
        sorted by{" "}
        <select
          value={order.value}
          onChange={(event) => {
            order.value = event.currentTarget.value as PageOrder;
          }}
        >
          {ORDERS.map(({ id, words }) => (
            <option key={id} value={id}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {order.value === "correlation" ? (
        <label>
          label{" "}
          <select
            value={label}
            onChange={(event) => {
              keepOwn(session, "states", { label: event.currentTarget.value });
            }}
          >
            {ORDER_LABELS.map((each) => (
              <option key={each} value={each} disabled={each === "surprisal" && !canSurprise}>
                {LABEL_WORDS[each]}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {selected.value ? (
        <span>
          {selected.value.length} selected units{" "}
          <button
            type="button"
            onClick={() => {
              selected.value = null;
            }}
          >
            Show all
          </button>
        </span>
      ) : null}
      <span role="status">{busy ? "Sorting…" : ""}</span>
    </div>
  );
}

interface WordsProps {
  readonly session: Session;
  readonly value: FittedSignal;
  readonly place: OpenPlace;
  readonly names: readonly string[];
}

/** The number under the cursor. */
function Words({ session, value, place, names }: WordsProps) {
  const { step, unit } = session.state.cursor.value;
  const name = session.state.signal.value;
  if (step >= value.steps || unit >= value.units) return null;
  const number = value.values[step * value.units + unit];
  const token = names[step] === String(step) ? "" : ` “${shownToken(names[step])}”`;
  return (
    <p class="states-words">
      Step {step}
      {token}, unit {unit} of {place.units}: {name} is{" "}
      <strong>{Number.isNaN(number) ? "not a number" : shortNumber(number)}</strong>.
    </p>
  );
}

function tableOf(
  { values, steps, units }: FittedSignal,
  order: Int32Array | null,
  names: readonly string[],
) {
  const shown = Array.from(order ?? { length: units }, (unit: number, index) =>
    order ? unit : index,
  );
  return {
    columns: ["step", "token", ...shown.map((unit) => `unit ${unit}`)],
    rows: steps,
    cell: (step: number, column: number) =>
      column === 0 ? step : column === 1 ? names[step] : values[step * units + shown[column - 2]],
  };
}

/** As a link has it. */
function sightIn(kept: Json | undefined): Window2d | null {
  if (!Array.isArray(kept) || kept.length !== 4 || !kept.every(Number.isFinite)) return null;
  const [from, to, top, bottom] = kept as readonly number[];
  return to > from && bottom > top ? { from, to, top, bottom } : null;
}
