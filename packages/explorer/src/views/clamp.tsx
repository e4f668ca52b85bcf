/** What the network says while a unit of a signal, or all of it, is held at a value; and which units are missed most. */
import { useComputed } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Answer, ClampedOutcome } from "../compute/questions.ts";
import { shownToken } from "../draw/axes.ts";
import { shortNumber } from "../draw/colours.ts";
import { svgDocument } from "../draw/svgDocument.ts";
import { Figure } from "../figure/Figure.tsx";
import type { Session } from "../state/session.ts";
import { aboutInput, useAnswer } from "../state/useAnswer.ts";
import { Bars } from "./clamp/Bars.tsx";
import { keepOwn, numberIn, ownOf, textIn } from "./measures/own.ts";
import { Waiting } from "./measures/Waiting.tsx";
import "./measures/measures.css";
import "./clamp.css";
import { clampOf, KeptHolds, keptHolds } from "./clamp/KeptHolds.tsx";
import type { ViewProps } from "./view.ts";

/** How far signals without ends are held. */
const UNBOUNDED: readonly [number, number] = [-3, 3];
const RANKED = 12;

interface Held {
  readonly signal: string;
  readonly isWhole: boolean;
  readonly value: number;
  readonly range: readonly [number, number];
}

export default function ClampView({ session }: ViewProps) {
  const held = useComputed(() => heldIn(session));
  const place = useComputed(() => session.state.cursor.value.place);
  const unit = useComputed(() => (held.value?.isWhole ? null : session.state.cursor.value.unit));
  const answer = useAnswer(session, "clamp", () => {
    if (!held.value) return null;
    const { signal, value } = held.value;
    const units = unit.value === null ? {} : { units: [unit.value] };
    const now = { layer: place.value, signal, value, ...units };
    return aboutInput(session, { clamps: [...keptHolds(session).map(clampOf), now] });
  });
  const ranked = useAnswer(session, "ablate", () => {
    if (!held.value) return null;
    const { signal, value } = held.value;
    return aboutInput(session, { place: place.value, signal, value });
  });
  const { value, error } = answer.value;
  if (!held.value) return <Waiting session={session} />;
  return (
    <>
      <p>
        Choose a signal and hold it at a value at every step, whatever the network would have made
        of it. Everything that reads it follows. If the answers stay as they are, it was not needed
        here; how much worse they get is what it was worth.
      </p>
      <Controls session={session} held={held.value} />
      <KeptHolds session={session} held={held.value} />
      {error ? <p role="alert">{error}</p> : null}
      {value ? <Effect session={session} held={held.value} value={value} /> : null}
      {ranked.value.error ? <p role="alert">{ranked.value.error}</p> : null}
      {ranked.value.value ? (
        <Ranking session={session} held={held.value} ranked={ranked.value.value} />
      ) : null}
      {!value && !error ? <Waiting session={session} /> : null}
    </>
  );
}

function heldIn(session: Session): Held | null {
  const signals = session.place.value?.cell.signals ?? [];
  const own = ownOf(session, "clamp");
  const wanted = textIn(own, "signal");
  const gate = signals.find(({ range }) => range?.[0] === 0 && range[1] === 1);
  const signal = signals.find(({ name }) => name === wanted) ?? gate ?? signals[0];
  if (!signal) return null;
  const range = signal.range ?? UNBOUNDED;
  const value = Math.max(range[0], Math.min(range[1], numberIn(own, "value") ?? 0));
  return { signal: signal.name, isWhole: own.of !== "unit", value, range };
}

function Controls({ session, held }: { readonly session: Session; readonly held: Held }) {
  const place = session.place.value;
  const { unit } = session.state.cursor.value;
  const [low, high] = held.range;
  return (
    <fieldset class="choices">
      <legend>Hold</legend>
      <label>
        <span class="said">signal</span>
        <select
          value={held.signal}
          onChange={(event) => keepOwn(session, "clamp", { signal: event.currentTarget.value })}
        >
          {place?.cell.signals.map(({ name, caption }) => (
            <option key={name} value={name}>
              {name}: {caption}
            </option>
          ))}
        </select>
      </label>
      <label>
        <input
          type="radio"
          name="held"
          checked={held.isWhole}
          onChange={() => keepOwn(session, "clamp", { of: "all" })}
        />{" "}
        all {place?.units} units
      </label>
      <label>
        <input
          type="radio"
          name="held"
          checked={!held.isWhole}
          onChange={() => keepOwn(session, "clamp", { of: "unit" })}
        />{" "}
        unit {unit}, under the cursor
      </label>
      <label>
        at{" "}
        <input
          type="range"
          class="clamp-value"
          min={low}
          max={high}
          step={0.01}
          value={held.value}
          onInput={(event) =>
            keepOwn(session, "clamp", { value: Number(event.currentTarget.value) })
          }
        />{" "}
        {shortNumber(held.value)}
      </label>
    </fieldset>
  );
}

interface EffectProps {
  readonly session: Session;
  readonly held: Held;
  readonly value: Answer<"clamp">;
}

function Effect({ session, held, value }: EffectProps) {
  const picture = useRef<SVGSVGElement>(null);
  const { free, increase, labels, held: then } = value;
  const step = Math.min(session.state.cursor.value.step, labels.length - 1);
  const others = keptHolds(session).length;
  const more =
    others === 0 ? "" : others === 1 ? " and one hold more" : ` and ${others} holds more`;
  const what = `${held.signal} held at ${shortNumber(held.value)}${more}`;
  const top = (of: ClampedOutcome, at: number) => of.top?.[at]?.[0];
  const names = [
    ...new Set(
      [...(free.top?.[step] ?? []), ...(then.top?.[step] ?? [])].map(({ token }) => token),
    ),
  ];
  const shareOf = (of: ClampedOutcome, token: string) =>
    of.top?.[step]?.find((each) => each.token === token)?.probability ?? 0;
  return (
    <Figure
      name={`clamp-${held.signal}`}
      title={`Free, and with ${what}`}
      caption={
        free.top
          ? `What is expected after step ${step}, “${shownToken(labels[step] ?? "")}”: the upper bar as the network is, the lower one with the signal held. Move the step to see others.`
          : "The network's answer as it is, and with the signal held."
      }
      table={() => ({
        columns: ["step", "token", "free", "share, free", "held", "share, held"],
        rows: labels.length,
        cell: (row, column) => {
          if (column === 0) return row;
          if (column === 1) return labels[row];
          const likeliest = top(column < 4 ? free : then, row);
          if (!likeliest) return (column < 4 ? free : then).answer ?? "";
          return column % 2 === 0 ? likeliest.token : likeliest.probability;
        },
      })}
      svg={() => svgDocument(picture.current)}
    >
      <p role="status" class="clamp-words">
        {free.loss !== null && then.loss !== null && increase !== null ? (
          <>
            The mean loss is <strong data-loss="free">{shortNumber(free.loss)}</strong> nats free
            and{" "}
            <strong data-loss="held" data-value={then.loss}>
              {shortNumber(then.loss)}
            </strong>{" "}
            with it held: {increase >= 0 ? "worse" : "better"} by {shortNumber(Math.abs(increase))}.
            (The loss is −log of the share that was given to what came: 0 would be certainty.)
          </>
        ) : (
          <>
            Free it answers {free.answer ?? "nothing"}; with it held, {then.answer ?? "nothing"}.
          </>
        )}
      </p>
      {free.top ? (
        <Bars
          picture={picture}
          label={`Expected after step ${step}, free and held`}
          bars={names.map((token) => ({
            name: shownToken(token),
            values: [shareOf(free, token), shareOf(then, token)],
          }))}
          high={1}
        />
      ) : null}
    </Figure>
  );
}

interface RankingProps {
  readonly session: Session;
  readonly held: Held;
  readonly ranked: Answer<"ablate">;
}

function Ranking({ session, held, ranked }: RankingProps) {
  const hasLoss = ranked[0]?.increase != null;
  const costOf = ({ increase, change }: Answer<"ablate">[number]) => increase ?? change;
  const picture = useRef<SVGSVGElement>(null);
  const first = ranked.slice(0, RANKED);
  const high = Math.max(
    1e-6,
    ...first.map((each) => Math.abs(costOf(each))).filter(Number.isFinite),
  );
  return (
    <Figure
      name="clamp-ranking"
      title="Which single units are missed most"
      caption={`Each unit's ${held.signal} held at ${shortNumber(held.value)} by itself: ${hasLoss ? "by how much the mean loss grows, in nats" : "by how much the raw outputs move"}. Choose one to hold it.`}
      table={() => ({
        columns: ["unit", hasLoss ? "increase of the loss" : "change of the outputs"],
        rows: ranked.length,
        cell: (row, column) => (column === 0 ? ranked[row].unit : costOf(ranked[row])),
      })}
      svg={() => svgDocument(picture.current)}
    >
      <p class="clamp-units">
        {first.map(({ unit }) => (
          <button
            key={unit}
            type="button"
            aria-pressed={!held.isWhole && unit === session.state.cursor.value.unit}
            onClick={() => {
              session.move({ unit });
              keepOwn(session, "clamp", { of: "unit" });
            }}
          >
            unit {unit}
          </button>
        ))}
      </p>
      <Bars
        picture={picture}
        label="The units that are missed most"
        bars={first.map((each) => ({ name: `unit ${each.unit}`, values: [costOf(each)] }))}
        high={high}
      />
    </Figure>
  );
}
