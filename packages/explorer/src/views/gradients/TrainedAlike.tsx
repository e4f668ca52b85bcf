/** The same for three small models that differ in their cell alone: trained on the same stories with as many steps. */

import type { ReadonlySignal } from "@preact/signals";
import type { Answer } from "../../compute/questions.ts";
import type { LineSeries } from "../../draw/Lines.tsx";
import type { Session } from "../../state/session.ts";
import { useAnswer } from "../../state/useAnswer.ts";
import { useLast } from "../measures/lastAnswer.ts";
import { keepOwn, ownOf, textIn } from "../measures/own.ts";
import { type Beside, useBuiltIn } from "../measures/useBuiltIn.ts";
import { FlowFigure } from "./FlowFigure.tsx";
import { verdictOf } from "./verdict.ts";

/** Ends in the answer: the loss is of the guess after the question mark. */
const TEXT =
  "My name is Krish. I live in Pune. I like tea. My brother's name is Wish. He likes chess. What is my name? Krish";

const MODELS = [
  { name: "names-rnn", cell: "RNN", colour: "--minus" },
  { name: "names-gru", cell: "GRU", colour: "--plus" },
  { name: "names-lstm", cell: "LSTM", colour: "--accent" },
] as const;
/** Of each cell a dash, so that colours are not all there is. */
const DASHES: Readonly<Record<string, readonly number[]>> = { RNN: [2, 3], GRU: [9, 4], LSTM: [] };

const BEFORE =
  "The first weights, drawn at random: what has to be learnt is still unknown. The simple network's line falls fastest: its way back goes through all its weights at every step.";
const AFTER =
  "Three models of 48 units, each shown the same 20,000 stories, that differ in their cell. Training makes ways back where a task asks for them, in a simple network too: tick the box to see where each began.";

export function TrainedAlike({ session }: { readonly session: Session }) {
  const rnn = useFlow(session, "names-rnn");
  const gru = useFlow(session, "names-gru");
  const lstm = useFlow(session, "names-lstm");
  const flows = [rnn, gru, lstm];
  const { text, isUntrained } = choicesOf(session);
  const error = flows.map((flow) => flow.error).find((each) => each !== null) ?? null;
  const series = flows.flatMap(({ value }, n) => (value ? seriesOf(value, MODELS[n]) : []));
  return (
    <section aria-label="Three cells trained alike">
      <label class="measure-text">
        What the three read
        <textarea
          rows={2}
          value={text}
          onInput={(event) => keepOwn(session, "gradients", { text: event.currentTarget.value })}
        />
      </label>
      <label class="measure-check">
        <input
          type="checkbox"
          checked={isUntrained}
          onChange={(event) =>
            keepOwn(session, "gradients", { untrained: event.currentTarget.checked })
          }
        />{" "}
        as they were before training
      </label>
      {error ? (
        <p class="error" role="alert">
          {error}
        </p>
      ) : null}
      {series.length === 0 ? (
        <p>{error ? "" : "Reading…"}</p>
      ) : (
        <FlowFigure
          name="gradients-trained-alike"
          title={`RNN, GRU and LSTM, ${isUntrained ? "before training" : "trained alike"}`}
          caption={isUntrained ? BEFORE : AFTER}
          series={series}
          mark={null}
        >
          <ul class="verdicts" data-verdicts="alike">
            {flows.flatMap(({ value }, n) =>
              (value?.layers[0].states ?? []).map((state) => (
                <li key={`${MODELS[n].cell} ${state.name}`}>
                  <strong>{MODELS[n].cell}</strong> {verdictOf(state)}
                </li>
              )),
            )}
          </ul>
        </FlowFigure>
      )}
    </section>
  );
}

function useFlow(session: Session, name: string) {
  const beside: ReadonlySignal<Beside> = useBuiltIn(session, () => name);
  const answer = useAnswer(session, "gradients", () => {
    const { model } = beside.value;
    const { text, isUntrained } = choicesOf(session);
    return model && { model: model.id, input: { kind: "text", text }, at: null, isUntrained };
  });
  const last = useLast(answer.value, name);
  return { ...last, error: beside.value.error ?? last.error, beside };
}

function choicesOf(session: Session): { readonly text: string; readonly isUntrained: boolean } {
  const own = ownOf(session, "gradients");
  return { text: textIn(own, "text") ?? TEXT, isUntrained: own.untrained === true };
}

function seriesOf(
  { layers }: Answer<"gradients">,
  { cell, colour }: (typeof MODELS)[number],
): LineSeries[] {
  return layers[0].states.map(({ name, whole }) => ({
    name: `${cell} ${name}`,
    values: whole.norms,
    colour: name === "c" ? "--ink" : colour,
    dash: DASHES[cell],
  }));
}
