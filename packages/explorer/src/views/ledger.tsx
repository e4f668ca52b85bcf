/** A memory's accounts: what a unit kept, erased and wrote at each step, and how long what was written lasts. */

import { figure } from "../app/summaryWords.ts";
import type { StateAccounts } from "../compute/questions.ts";
import { fitScale } from "../draw/colours.ts";
import { Heatmap } from "../draw/Heatmap.tsx";
import { heatmapSvg } from "../draw/heatmapSvg.ts";
import { Legend } from "../draw/Legend.tsx";
import { svgDocument } from "../draw/svgDocument.ts";
import { Figure } from "../figure/Figure.tsx";
import type { Session } from "../state/session.ts";
import { aboutInput, useAnswer } from "../state/useAnswer.ts";
import { Accounts } from "./ledger/Accounts.tsx";
import "./ledger.css";
import { keepOwn, ownOf } from "./measures/own.ts";
import type { ViewProps } from "./view.ts";

type Kept = Extract<StateAccounts, { readonly reason: null }>;

/** Every unit's triangle takes steps² numbers; the mean over all is computed up to so many steps. */
const MOST_STEPS_OF_ALL = 400;
/** A triangle of more steps would take more than 16 MB. */
const MOST_STEPS = 2000;

export default function Ledger({ session }: ViewProps) {
  const { cursor } = session.state;
  const answer = useAnswer(session, "ledger", () =>
    aboutInput(session, { place: cursor.value.place }),
  );
  const { value, error } = answer.value;
  if (error) {
    return (
      <p class="error" role="alert">
        {error}
      </p>
    );
  }
  if (!value) return <p>Reading…</p>;
  return (
    <>
      <p>
        At each step a memory keeps a share of what it held, and something is written to it. What it
        held and did not keep is erased. So nothing is ever lost from the accounts: kept and written
        add up to the memory.
      </p>
      {value.map((state) =>
        state.reason === null ? (
          <StateLedger key={state.name} session={session} state={state} />
        ) : (
          <p key={state.name}>
            <strong>{state.name}</strong>: {state.reason}
          </p>
        ),
      )}
    </>
  );
}

function StateLedger({ session, state }: { readonly session: Session; readonly state: Kept }) {
  const { unit, step } = session.state.cursor.value;
  const labels = session.reading.value.value?.labels ?? [];
  const { name, steps, units } = state;
  const at = Math.min(step, steps - 1) * units + Math.min(unit, units - 1);
  const before = step > 0 ? state.memory[at - units] : 0;
  return (
    <>
      <Figure
        name={`ledger-${name}-${unit}`}
        title={`${name} of unit ${unit}`}
        caption="Bars above zero and below: dark is what was kept, light with stripes what was written; the line is the memory after the step. The open bar is what was erased."
        table={() => ({
          columns: ["step", "token", "kept", "erased", "written", "memory", "share kept"],
          rows: steps,
          cell: (row, column) => {
            if (column === 0) return row;
            if (column === 1) return labels[row] ?? "";
            const parts = [state.kept, state.erased, state.written, state.memory, state.keep];
            return parts[column - 2][row * units + unit];
          },
        })}
        svg={() => svgDocument(document.querySelector<SVGSVGElement>(`[data-accounts="${name}"]`))}
      >
        <Accounts
          state={state}
          unit={unit}
          step={step}
          labels={labels}
          onStep={(to) => session.move({ step: to })}
        />
        <p>
          At step {step}
          {labels[step] ? ` “${labels[step].trim()}”` : ""} unit {unit} held {figure(before)}, kept{" "}
          {figure(state.kept[at])} of it (× {figure(state.keep[at])}), erased{" "}
          {figure(state.erased[at])} and wrote {figure(state.written[at])}: its memory is{" "}
          {figure(state.memory[at])}
          {state.shown ? `, and it shows ${figure(state.shown[at])}` : ""}.
        </p>
      </Figure>
      <Survival session={session} state={state} />
    </>
  );
}

function Survival({ session, state }: { readonly session: Session; readonly state: Kept }) {
  const { cursor } = session.state;
  const { name, steps } = state;
  const ofAll = ownOf(session, "ledger").all === true && steps <= MOST_STEPS_OF_ALL;
  const answer = useAnswer(session, "survival", () => {
    const { place, unit } = cursor.value;
    const all = ownOf(session, "ledger").all === true && steps <= MOST_STEPS_OF_ALL;
    if (steps > MOST_STEPS) return null;
    return aboutInput(session, { place, state: name, unit: all ? null : unit });
  });
  const { value, error } = answer.value;
  const { step, unit } = cursor.value;
  const labels = session.reading.value.value?.labels ?? [];
  if (steps > MOST_STEPS)
    return (
      <p>
        The triangle is drawn up to {MOST_STEPS} steps; this input has {steps}.
      </p>
    );
  if (error) {
    return (
      <p class="error" role="alert">
        {error}
      </p>
    );
  }
  if (!value || value.steps !== steps) return <p>Reading…</p>;
  const { scale, clipped, of } = fitScale(null, value.values);
  // Of the picture: columns are the steps t at which one looks, rows the steps s at which it was written.
  const cells = { values: value.values, steps, units: steps, order: null };
  const whose = ofAll ? "all units (mean of the sizes)" : `unit ${unit}`;
  const left = strongest(value.values, steps, Math.min(step, steps - 1));
  return (
    <Figure
      name={`survival-${name}-${ofAll ? "all" : unit}`}
      title={`What is left of it: ${name}, ${whose}`}
      caption="A row is a step at which something was written, a column a step at which one looks: colour says how much of it is still there. A long bar to the right is something that is remembered."
      table={() => ({
        columns: ["looked at", "written at", "left"],
        rows: (steps * (steps + 1)) / 2,
        cell: (row, column) => {
          const t = Math.floor((Math.sqrt(8 * row + 1) - 1) / 2);
          const s = row - (t * (t + 1)) / 2;
          return column === 0 ? t : column === 1 ? s : value.values[t * steps + s];
        },
      })}
      svg={() => heatmapSvg({ title: `${name}, ${whose}`, cells, scale, stepNames: labels })}
    >
      <label>
        <input
          type="checkbox"
          checked={ofAll}
          disabled={steps > MOST_STEPS_OF_ALL}
          onChange={(event) => keepOwn(session, "ledger", { all: event.currentTarget.checked })}
        />{" "}
        all units together
      </label>
      <Legend scale={scale} name={name} clipped={{ count: clipped, of }} />
      <Heatmap
        cells={cells}
        scale={scale}
        label={`What is left at each step of what was written at each step before, ${whose}`}
        height={Math.min(480, Math.max(160, steps * 12))}
        cursor={{ step, unit: step }}
        onCursor={(to) => session.move({ step: to })}
        stepNames={labels}
        rowName={(row) => labels[row]?.trim() ?? String(row)}
        rowsWord="steps at which it was written"
      />
      <p>{left === null ? `At step ${step} nothing of before is left.` : leftWords(left)}</p>
    </Figure>
  );

  function leftWords(written: number): string {
    if (!value) return "";
    const amount = value.values[Math.min(step, steps - 1) * steps + written];
    return `Most of what the memory holds at step ${step} was written at step ${written}${labels[written] ? ` “${labels[written].trim()}”` : ""}: ${figure(amount)} of it is still there.`;
  }
}

/** The step of which most is left; null where nothing is. */
function strongest(values: Float32Array, steps: number, at: number): number | null {
  let best: number | null = null;
  let most = 0;
  for (let s = 0; s <= at; s++) {
    const size = Math.abs(values[at * steps + s]);
    if (size > most) [best, most] = [s, size];
  }
  return best;
}
