/** Units that tell a span of the input from the rest of it, or follow a rule: ranked, with what chance would reach. */
import { useComputed } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Answer, FindBy } from "../compute/questions.ts";
import { shortNumber } from "../draw/colours.ts";
import { svgDocument } from "../draw/svgDocument.ts";
import { Figure } from "../figure/Figure.tsx";
import type { Session } from "../state/session.ts";
import { aboutInput, useAnswer } from "../state/useAnswer.ts";
import { Bars } from "./clamp/Bars.tsx";
import { Span } from "./find/Span.tsx";
import { keepOwn, numberIn, ownOf, textIn } from "./measures/own.ts";
import { Waiting } from "./measures/Waiting.tsx";
import "./measures/measures.css";
import "./find.css";
import type { ViewProps } from "./view.ts";

const AFTER_NAMES = "after-name";
const NAMES = "Krish, Wish";
/** By core's names. */
const RULES = [
  { name: "quotes", words: "inside quotation marks" },
  { name: "brackets", words: "how many brackets are open" },
  { name: "line-position", words: "how far the line has come" },
  { name: AFTER_NAMES, words: "just after one of these names" },
] as const;
/** Steps of the span at the beginning: of the stories, “Krish . I live in Pune”. */
const FIRST: readonly [number, number] = [3, 8];

export default function Find({ session }: ViewProps) {
  const by = useComputed(() => byIn(session));
  const key = useComputed(() => JSON.stringify(by.value));
  const place = useComputed(() => session.state.cursor.value.place);
  const answer = useAnswer(session, "find", () => {
    key.value;
    const wanted = by.peek();
    return wanted && aboutInput(session, { place: place.value, by: wanted });
  });
  const { value, error } = answer.value;
  const reading = session.reading.value.value;
  if (!reading) return <Waiting session={session} />;
  if (!by.value) return <p>What was read has a single step: there is nothing to tell it from.</p>;
  return (
    <>
      <p>
        Mark a span of what was read, and see which units tell it from the rest; or look for a rule.
        The score is how well a unit's value goes along with the label, from 0 for not at all to 1.
      </p>
      <Choices session={session} by={by.value} />
      {by.value.kind === "span" ? (
        <Span
          labels={reading.labels}
          from={by.value.from}
          to={by.value.to}
          onSpan={(from, to) => keepOwn(session, "find", { from, to })}
        />
      ) : null}
      {error ? <p role="alert">{error}</p> : null}
      {value ? (
        <Ranking session={session} by={by.value} value={value} />
      ) : error ? null : (
        <Waiting session={session} />
      )}
    </>
  );
}

function byIn(session: Session): FindBy | null {
  const steps = session.reading.value.value?.steps ?? 0;
  if (steps < 2) return null;
  const own = ownOf(session, "find");
  const rule = RULES.find(({ name }) => name === textIn(own, "rule"));
  if (rule?.name === AFTER_NAMES) return { kind: "names", names: namesIn(session) };
  if (rule) return { kind: "rule", name: rule.name };
  const ends = [numberIn(own, "from") ?? FIRST[0], numberIn(own, "to") ?? FIRST[1]].map((end) =>
    Math.max(0, Math.min(steps - 1, Math.round(end))),
  );
  return { kind: "span", from: Math.min(...ends), to: Math.max(...ends) };
}

function namesIn(session: Session): readonly string[] {
  const names = (textIn(ownOf(session, "find"), "names") ?? NAMES).split(",");
  return names.map((name) => name.trim()).filter((name) => name !== "");
}

function Choices({ session, by }: { readonly session: Session; readonly by: FindBy }) {
  const hasRules = session.model.value?.family === "language model";
  return (
    <p>
      <label>
        Look for{" "}
        <select
          value={by.kind === "span" ? "" : by.kind === "names" ? AFTER_NAMES : by.name}
          onChange={(event) => keepOwn(session, "find", { rule: event.currentTarget.value })}
        >
          <option value="">the span below</option>
          {RULES.map(({ name, words }) => (
            <option key={name} value={name} disabled={!hasRules}>
              {words}
            </option>
          ))}
        </select>
      </label>{" "}
      {by.kind === "names" ? (
        <label>
          names, with commas between them{" "}
          <input
            value={textIn(ownOf(session, "find"), "names") ?? NAMES}
            onInput={(event) => keepOwn(session, "find", { names: event.currentTarget.value })}
          />
        </label>
      ) : null}
    </p>
  );
}

interface RankingProps {
  readonly session: Session;
  readonly by: FindBy;
  readonly value: Answer<"find">;
}

function Ranking({ session, by, value }: RankingProps) {
  const picture = useRef<SVGSVGElement>(null);
  const { units, level, aboveLevel, considered, scoredOn, suggested } = value;
  const { cursor, signal: name } = session.state;
  const [best] = units;
  return (
    <Figure
      name="find-units"
      title={by.kind === "span" ? "Units that tell the span" : "Units that follow the rule"}
      caption={
        <>
          The dashed line is the level: what the best of all {considered} reaches by chance in 95 of
          100 turns, with the labels moved along the text.{" "}
          {by.kind === "span"
            ? "Units are chosen and scored on the same steps; the level allows for that: it is what the best unit reaches that is chosen by the span turned elsewhere. One span of one text is still little to go by: try what stands above the level on other texts."
            : "Units are chosen on the first half of the text and scored on the second; a short text is weak evidence."}
        </>
      }
      table={() => ({
        columns: ["signal", "unit", "score", "rises or falls", "above the level"],
        rows: units.length,
        cell: (row, column) => {
          const { signal, unit, score, sign, above } = units[row];
          return [signal, unit, score, sign > 0 ? "rises" : "falls", above ? "yes" : "no"][column];
        },
      })}
      svg={() => svgDocument(picture.current)}
    >
      <p role="status">
        The level is <strong>{shortNumber(level)}</strong> over {scoredOn} steps;{" "}
        {aboveLevel === 0 ? "no unit is above it" : `${aboveLevel} of ${considered} are above it`}.
        {best && suggested
          ? ` The best, ${best.signal} of unit ${best.unit}, is ${best.sign > 0 ? "above" : "below"} ${shortNumber(suggested.threshold)} at ${suggested.hit} of the ${suggested.inside} steps of the span and at ${suggested.wrong} of the ${suggested.outside} others: no other threshold parts them better.`
          : ""}
      </p>
      <p class="find-units">
        {units.map(({ signal, unit, above }) => (
          <button
            key={`${signal} ${unit}`}
            type="button"
            aria-pressed={cursor.value.unit === unit && name.value === signal}
            onClick={() => {
              name.value = signal;
              session.move({ unit });
            }}
          >
            {signal} {unit}
            {above ? "" : " (below the level)"}
          </button>
        ))}
      </p>
      <Bars
        picture={picture}
        label="Scores"
        bars={units.map(({ signal, unit, score, sign }) => ({
          name: `${signal} ${unit} ${sign > 0 ? "rises" : "falls"}`,
          values: [score],
        }))}
        high={1}
        mark={{ at: level, name: "level" }}
      />
    </Figure>
  );
}
