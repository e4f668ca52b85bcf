/** How much the loss depends on what a layer carried before: ‖∂L/∂h‖ and ‖∂L/∂c‖ by distance. */
import type { Answer } from "../compute/questions.ts";
import type { LineSeries } from "../draw/Lines.tsx";
import { aboutInput, useAnswer } from "../state/useAnswer.ts";
import "./measures/measures.css";
import { FlowFigure } from "./gradients/FlowFigure.tsx";
import { TrainedAlike } from "./gradients/TrainedAlike.tsx";
import { figures, verdictOf } from "./gradients/verdict.ts";
import { useLast } from "./measures/lastAnswer.ts";
import { keepOwn, ownOf, textIn } from "./measures/own.ts";
import { Waiting } from "./measures/Waiting.tsx";
import type { ViewProps } from "./view.ts";

const LOSSES = [
  { id: "last", title: "the last step that has one" },
  { id: "cursor", title: "the step under the cursor" },
] as const;
const COLOURS = ["--accent", "--plus", "--minus", "--ink"];

export default function Gradients({ session }: ViewProps) {
  const chosen = textIn(ownOf(session, "gradients"), "at") === "cursor" ? "cursor" : "last";
  const answer = useAnswer(session, "gradients", () => {
    const isCursor = textIn(ownOf(session, "gradients"), "at") === "cursor";
    return aboutInput(session, {
      at: isCursor ? session.state.cursor.value.step : null,
      isUntrained: false,
    });
  });
  const { value, error } = useLast(answer.value, session.model.value?.id);
  return (
    <>
      <p>
        Training corrects a network by its mistake: the loss. Going back from it, step by step, this
        is how strongly the loss depends on what the layer carried then. The scale goes by tens: a
        straight line down loses the same share at every step.
      </p>
      <fieldset class="choices">
        <legend>Loss of</legend>
        {LOSSES.map(({ id, title }) => (
          <label key={id}>
            <input
              type="radio"
              name="loss"
              checked={chosen === id}
              onChange={() => keepOwn(session, "gradients", { at: id })}
            />{" "}
            {title}
          </label>
        ))}
      </fieldset>
      {error ? (
        <p class="error" role="alert">
          {error}
        </p>
      ) : null}
      {value ? (
        <OwnModel session={session} value={value} />
      ) : error ? null : (
        <Waiting session={session} />
      )}
      <TrainedAlike session={session} />
    </>
  );
}

function OwnModel({ session, value }: ViewProps & { readonly value: Answer<"gradients"> }) {
  const cursor = session.state.cursor.value;
  const layer = value.layers[cursor.place] ?? value.layers[0];
  const labels = session.reading.value.value?.labels ?? [];
  const distance = value.at - cursor.step;
  const longest = Math.max(...layer.states.map(({ whole }) => whole.norms.length));
  // Else the layer counts its distances along something else than the steps of the answers.
  const isAlong = session.place.value?.direction === "forward" && longest === value.at + 1;
  const mark = isAlong && distance >= 0 ? distance : null;
  const series = layer.states.flatMap(({ name, whole, path }, s): LineSeries[] => {
    const colour = COLOURS[s % COLOURS.length];
    const line = { name, values: whole.norms, colour, dash: s === 0 ? [9, 4] : [] };
    const within = `${name}, memory alone`;
    return path ? [line, { name: within, values: path.norms, colour, dash: [2, 3] }] : [line];
  });
  return (
    <FlowFigure
      name="gradients"
      title={`${session.model.value?.title ?? "Your model"}, ${layer.place}: the loss at step ${value.at}${isAlong && labels[value.at] ? `, after “${labels[value.at].trim()}”` : ""}`}
      caption={`The loss there is ${figures(value.loss)}. A line is all that the loss depends on a state through; “memory alone” is the way through what the gate keeps, without the other gates.`}
      series={series}
      mark={mark}
      onPick={(back) => {
        if (isAlong) session.move({ step: value.at - back });
      }}
    >
      <p data-cursor-words="">
        {mark === null
          ? isAlong
            ? `The cursor is at step ${cursor.step}, behind the loss: it does not depend on it.`
            : "This layer counts its own steps back, from the one that the loss reads."
          : `${mark} steps before the loss, at step ${cursor.step}${labels[cursor.step] ? ` “${labels[cursor.step].trim()}”` : ""}: ${layer.states.map(({ name, whole }) => `the size of ∂L/∂${name} is ${figures(whole.norms[mark])}`).join(", ")}.`}
      </p>
      <ul class="verdicts" data-verdicts="own">
        {value.layers.flatMap(({ place, states }) =>
          states.map((state) => (
            <li key={`${place} ${state.name}`}>
              {value.layers.length > 1 ? <strong>{place} </strong> : null}
              {verdictOf(state)}
            </li>
          )),
        )}
      </ul>
    </FlowFigure>
  );
}
