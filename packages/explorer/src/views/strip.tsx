/** What was read, coloured by one unit's signal, with what was expected next; for series, lines. */
import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { FittedSignal, Reading } from "../compute/questions.ts";
import { shownToken } from "../draw/axes.ts";
import { shortNumber } from "../draw/colours.ts";
import { Legend } from "../draw/Legend.tsx";
import { Figure } from "../figure/Figure.tsx";
import type { Json } from "../state/page.ts";
import { aboutInput, useAnswer } from "../state/useAnswer.ts";
import { namesOf } from "./states/names.ts";
import { signalInWords } from "./states/words.ts";
import "./strip.css";
import { expectedAfter, percent } from "./strip/expected.ts";
import type { StripProps } from "./strip/props.ts";
import { SeriesStrip } from "./strip/SeriesStrip.tsx";
import { stripSvg } from "./strip/stripSvg.ts";
import { TextStrip } from "./strip/TextStrip.tsx";
import type { ViewProps } from "./view.ts";

export default function Strip({ session }: ViewProps) {
  const { state } = session;
  const place = useComputed(() => state.cursor.value.place);
  const answer = useAnswer(session, "signal", () =>
    aboutInput(session, { place: place.value, signal: state.signal.value }),
  );
  const { value, error } = answer.value;
  const reading = session.reading.value.value;
  const signal = session.place.value?.cell.signals.find(({ name }) => name === state.signal.value);
  if (error) return <p role="alert">{error}</p>;
  if (!value || !reading || !signal) return <p aria-busy="true">Reading…</p>;
  if (value.steps === 0 || value.units === 0) return <p>There are no steps to show.</p>;
  const Shown = reading.vectors && value.steps === reading.steps ? SeriesStrip : Tokens;
  return <Shown session={session} value={value} reading={reading} signal={signal} />;
}

const MOST_EXPECTED = 5;

function Tokens({ session, value, reading, signal }: StripProps) {
  const { step, unit } = session.state.cursor.value;
  const { scale, clipped, of } = value.fitted;
  const names = useMemo(() => namesOf(reading, value.steps), [reading, value.steps]);
  const canExpect = reading.top !== null && value.steps === reading.steps;
  const count = canExpect ? countFrom(session.state.own.value.strip) : 0;
  const expected = useMemo(
    () => (at: number) => expectedAfter(reading, at, count),
    [reading, count],
  );
  const at = Math.min(unit, value.units - 1);
  const numberOf = (each: number) => value.values[each * value.units + at];
  const title = `${signal.name} of unit ${at}: ${signal.caption}`;
  return (
    <Figure
      name={`strip-${signal.name}-${at}`}
      title={title}
      caption={
        <>
          What was read, each token coloured by one unit. {signalInWords(signal)}{" "}
          {canExpect
            ? "Beneath each token stands what the network expected to come next, in percent; what did come is underlined."
            : ""}
        </>
      }
      table={() => ({
        columns: ["step", "token", signal.name, ...(canExpect ? ["expected next", "percent"] : [])],
        rows: value.steps,
        cell: (row, column) => {
          if (column === 0) return row;
          if (column === 1) return names[row];
          if (column === 2) return numberOf(row);
          const likeliest = reading.top?.[row]?.[0];
          if (column === 3) return likeliest?.token ?? "";
          return likeliest ? 100 * likeliest.probability : "";
        },
      })}
      svg={() => stripSvg({ title, names, numberOf, scale, expected, count })}
    >
      {canExpect ? (
        <label>
          expected tokens beneath{" "}
          <select
            value={count}
            onChange={(event) =>
              session.remember("strip", { count: Number(event.currentTarget.value) })
            }
          >
            {Array.from({ length: MOST_EXPECTED + 1 }, (_, each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <Legend
        scale={scale}
        name={signal.name}
        clipped={{ count: clipped, of }}
        missing={value.missing}
      />
      <p class="strip-words">
        Step {step} “{shownToken(names[step] ?? "")}”, unit {at}: {signal.name} is{" "}
        <strong>{inWords(numberOf(step))}</strong>.{canExpect ? afterInWords(reading, step) : ""}
      </p>
      <TextStrip
        names={names}
        numberOf={numberOf}
        scale={scale}
        version={`${signal.name} ${at} ${versionOf(value)}`}
        expected={expected}
        count={count}
        label={`${signal.name} of unit ${at} along ${value.steps} tokens; the table has its numbers`}
        cursor={step}
        onCursor={(to) => session.move({ step: to })}
      />
    </Figure>
  );
}

/** What this view keeps in the link: `{ count: 3 }`. Anything else counts as nothing. */
function countFrom(own: Json | undefined): number {
  const count = typeof own === "object" && own !== null && "count" in own ? own.count : undefined;
  return Number.isInteger(count) ? Math.max(0, Math.min(MOST_EXPECTED, Number(count))) : 3;
}

function inWords(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "not a number" : shortNumber(value);
}

/** What was expected after a step, and what came. */
function afterInWords({ top, labels, surprisal }: Reading, step: number): string {
  const likely = (top?.[step] ?? [])
    .slice(0, 3)
    .map(({ token, probability }) => `“${shownToken(token)}” ${percent(probability)} %`)
    .join(", ");
  if (likely === "") return "";
  const came = labels[step + 1];
  if (came === undefined) return ` Next it expects ${likely}.`;
  const nats = surprisal?.[step] ?? Number.NaN;
  const share = Number.isNaN(nats) ? "" : `, to which it gave ${percent(Math.exp(-nats))} %`;
  return ` Next it expected ${likely}; “${shownToken(came)}” came${share}.`;
}

const versions = new WeakMap<FittedSignal, number>();
let newest = 0;

/** A number for each answer. */
function versionOf(value: FittedSignal): number {
  const known = versions.get(value) ?? newest++;
  versions.set(value, known);
  return known;
}
