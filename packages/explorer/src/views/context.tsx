/** Two continuations of one beginning: what the gates did, and what is left of the beginning. */
import { type LineSeries, Lines } from "../draw/Lines.tsx";
import { linesSvg } from "../draw/linesSvg.ts";
import { Figure } from "../figure/Figure.tsx";
import type { Session } from "../state/session.ts";
import { useAnswer } from "../state/useAnswer.ts";
import { Gates } from "./context/Gates.tsx";
import { type Change, groundsOf, percent, verdictOf } from "./context/words.ts";
import { useLast } from "./measures/lastAnswer.ts";
import "./measures/measures.css";
import { keepOwn, numberIn, ownOf, textIn } from "./measures/own.ts";
import { textRead } from "./measures/texts.ts";
import type { ViewProps } from "./view.ts";

interface Texts {
  readonly shared: string;
  readonly first: string;
  readonly second: string;
}

/** For the models that the page brings along, who tell such stories. */
const STORY: Texts = {
  shared: "My name is Krish. I live in Pune.",
  first: " I like tea. What is my name?",
  second: " My brother's name is Wish. He likes chess.",
};
const FIELDS = [
  { name: "shared", title: "Both have read" },
  { name: "first", title: "The first goes on as before" },
  { name: "second", title: "The second changes the subject" },
] as const;
const HEIGHT = 220;

export default function Context({ session }: ViewProps) {
  const answer = useAnswer(session, "context", () => {
    const model = session.model.value;
    return model && { model: model.id, ...textsOf(session) };
  });
  const { value, error, isEarlier } = useLast(answer.value, session.model.value?.id);
  const texts = textsOf(session);
  return (
    <>
      <p>
        The model reads a beginning, and then goes on in two ways: once with the same subject, once
        with another. What of the beginning is still in it afterwards is measured by reading each
        continuation once more without the beginning: where that makes no difference, nothing of it
        is left.
      </p>
      <div class="beside">
        {FIELDS.map(({ name, title }) => (
          <label key={name} class="measure-text">
            {title}
            <textarea
              rows={2}
              value={texts[name]}
              onInput={(event) =>
                keepOwn(session, "context", { [name]: event.currentTarget.value })
              }
            />
          </label>
        ))}
      </div>
      {error ? (
        <p class="error" role="alert">
          {error}
          {isEarlier && value ? " What follows is of the last texts that could be read." : ""}
        </p>
      ) : null}
      {value ? <Result session={session} change={value} /> : error ? null : <p>Reading…</p>}
    </>
  );
}

function Result({ session, change }: { readonly session: Session; readonly change: Change }) {
  const chosen = numberIn(ownOf(session, "context"), "step") ?? 0;
  const longest = Math.max(change.tokens.first.length, change.tokens.second.length);
  const step = Math.max(0, Math.min(Math.trunc(chosen), longest - 1));
  const setStep = (to: number) => {
    keepOwn(session, "context", { step: to });
  };
  const layer = change.layers[session.state.cursor.value.place] ?? change.layers[0];
  const { owedByStep } = change.forgetting;
  return (
    <>
      <p class="verdict" role="status">
        <strong data-verdict="">{verdictOf(change)}</strong> {groundsOf(change)}
      </p>
      <ByStep
        name="context-owed"
        title="What the states still owe to the beginning"
        caption="1 is all of it, 0 none. It falls with every step, since much of what a state holds is of the moment; the question is whether it falls faster where the subject changes."
        yName="share"
        domain={[0, Math.max(1, ...owedByStep[0], ...owedByStep[1])]}
        series={pairOf("first", "second", owedByStep)}
        {...{ step, setStep }}
      />
      <label class="measure-check">
        step {step + 1} after the parting, {wordsAt(change, step)}{" "}
        <input
          type="range"
          min={0}
          max={longest - 1}
          value={step}
          onInput={(event) => setStep(Number(event.currentTarget.value))}
        />
      </label>
      <Expected change={change} step={step} />
      {layer.states.map((state) =>
        state.keep ? (
          <Gates key={state.name} {...{ session, change, layer, state, step }} onStep={setStep} />
        ) : null,
      )}
      <ByStep
        name="context-memory"
        title={`How far the memories of the two are apart, ${layer.place}`}
        caption={layer.states
          .map(({ name, size }) => `At the parting the size of ${name} was ${size.toPrecision(3)}.`)
          .join(" ")}
        yName="distance"
        domain={[0, Math.max(1e-9, ...layer.states.flatMap(({ distance }) => [...distance]))]}
        series={layer.states.map(({ name, distance }, s) => ({
          name,
          values: distance,
          colour: s === 0 ? "--accent" : "--plus",
        }))}
        {...{ step, setStep }}
      />
      {change.answers === "none" ? null : (
        <ByStep
          name="context-predictions"
          title="How far the predictions are apart"
          caption="Between the two continuations, and for each between having read the beginning and not having read it; 0.69 nats is the most there is."
          yName="nats"
          domain={[0, Math.LN2]}
          series={[
            { name: "first–second", values: change.divergence, colour: "--ink" },
            ...pairOf("first, heard", "second, heard", change.heard),
          ]}
          {...{ step, setStep }}
        />
      )}
    </>
  );
}

/** The likeliest next words after either. */
function Expected({ change, step }: { readonly change: Change; readonly step: number }) {
  return (
    <div class="beside" data-expected="">
      {(["first", "second"] as const).map((side, s) => {
        const top = change.top[s][step];
        return (
          <section key={side} aria-label={`Predictions, ${side} continuation`}>
            <p class="beside-title">
              {top
                ? `After “${change.tokens[side][step].trim()}” the ${side} expects`
                : `The ${side} continuation has ended.`}
            </p>
            <ol>
              {top?.map(({ token, probability }) => (
                <li key={token}>
                  {token.trim() === "" ? JSON.stringify(token) : token.trim()}:{" "}
                  {percent(probability)}
                </li>
              ))}
            </ol>
          </section>
        );
      })}
    </div>
  );
}

interface ByStepProps {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly yName: string;
  readonly domain: readonly [number, number];
  readonly series: readonly LineSeries[];
  readonly step: number;
  setStep(step: number): void;
}

const X = "steps after the parting";

function ByStep({ name, title, caption, yName, domain, series, step, setStep }: ByStepProps) {
  const longest = Math.max(...series.map(({ values }) => values.length));
  const x = Array.from({ length: longest }, (_, n) => n + 1);
  return (
    <Figure
      {...{ name, title, caption }}
      table={() => ({
        columns: ["step", ...series.map((each) => each.name)],
        rows: longest,
        cell: (row, column) => (column === 0 ? row + 1 : (series[column - 1].values[row] ?? "")),
      })}
      svg={() => linesSvg({ series, domain, x, title, xLabel: X, yLabel: yName })}
    >
      <Lines
        {...{ series, domain, x }}
        label={`${title}: ${series.map((each) => `${each.name} ends at ${each.values[each.values.length - 1]?.toPrecision(2)}`).join(", ")}`}
        xLabel={X}
        yLabel={yName}
        height={HEIGHT}
        cursor={step < longest ? step : null}
        onCursor={setStep}
      />
    </Figure>
  );
}

function pairOf(
  first: string,
  second: string,
  values: readonly [Float64Array, Float64Array],
): LineSeries[] {
  return [
    { name: first, values: values[0], colour: "--plus" },
    { name: second, values: values[1], colour: "--minus" },
  ];
}

function wordsAt({ tokens }: Change, step: number): string {
  const said = [tokens.first[step], tokens.second[step]].map((token) =>
    token === undefined ? "(ended)" : `“${token.trim()}”`,
  );
  return said.join(" and ");
}

/** What was typed; else a story, or for other models what they read, cut in half: the second half goes on, the first once more does not. */
function textsOf(session: Session): Texts {
  const own = ownOf(session, "context");
  const begin = defaultsFor(session);
  return {
    shared: textIn(own, "shared") ?? begin.shared,
    first: textIn(own, "first") ?? begin.first,
    second: textIn(own, "second") ?? begin.second,
  };
}

function defaultsFor(session: Session): Texts {
  const text = textRead(session);
  if (session.state.model.value.kind === "built-in" || text === null) return STORY;
  const half = text.indexOf(" ", text.length / 2);
  const middle = half < 0 ? Math.ceil(text.length / 2) : half;
  return {
    shared: text.slice(0, middle),
    first: text.slice(middle),
    second: ` ${text.slice(0, middle)}`,
  };
}
