/** A cell's equations, to be changed: the changed cell trains beside the unchanged one, from the same seed on the same data. */
import { useSignal } from "@preact/signals";
import type { LiveTraining } from "../training/live.ts";
import { settingsFor, TASKS } from "../training/taskInfo.ts";
import "./equations.css";
import "./train.css";
import { Editor } from "./equations/Editor.tsx";
import { SUGGESTIONS } from "./equations/suggestions.ts";
import { type Equations as Edited, useEquations } from "./equations/useEquations.ts";
import { Controls } from "./train/Controls.tsx";
import { Curves } from "./train/Curves.tsx";
import { Gates } from "./train/Gates.tsx";
import { lineOf, measuredLine } from "./train/lines.ts";
import { openCheckpoint } from "./train/openCheckpoint.ts";
import { SettingsForm } from "./train/SettingsForm.tsx";
import { PACES } from "./train/settings.ts";
import { usePlaying } from "./train/usePlaying.ts";
import { grouped, measureWords, progressWords } from "./train/words.ts";
import type { ViewProps } from "./view.ts";

export default function Equations({ session }: ViewProps) {
  const { unchanged, edited } = session.training;
  const equations = useEquations(session);
  usePlaying(session, [unchanged, edited], () => {
    const own = session.state.own.value.equations;
    const id = typeof own === "object" && own !== null && "pace" in own ? own.pace : "steady";
    return PACES.find((pace) => pace.id === id)?.perSecond ?? null;
  });
  if (equations === null) return <p>Reading…</p>;
  return (
    <div
      data-training={edited.status.value}
      data-unchanged={unchanged.status.value}
      data-step={edited.step.value}
    >
      <p>
        These lines are the cell: there is nothing else to it. Change them, press Play, and the
        changed cell learns beside the unchanged one, from the same seed and the same data.
      </p>
      <Suggestions equations={equations} />
      <EditorPart equations={equations} />
      <SettingsForm
        settings={equations.own.settings}
        zoo={equations.zoo}
        cellTitle="unchanged cell"
        isPair
        onChange={equations.change}
      />
      <Controls
        session={session}
        trainings={[unchanged, edited]}
        pace={equations.own.pace.id}
        onPace={(id) => {
          const pace = PACES.find((each) => each.id === id) ?? equations.own.pace;
          equations.choose({ ...equations.own, pace });
        }}
        onReset={equations.restart}
      />
      <SideBySide session={session} equations={equations} />
    </div>
  );
}

function Suggestions({ equations }: { readonly equations: Edited }) {
  const { own, zoo, baseGates, base } = equations;
  const chosen = useSignal("");
  return (
    <section class="suggestions" aria-label="Worth a try">
      <h3>Try</h3>
      {SUGGESTIONS.map(({ title, task, cell, change }) => {
        const changed = own.settings.cell === cell ? change(baseGates, zoo, base) : null;
        return (
          <button
            key={title}
            type="button"
            aria-pressed={
              changed !== null && equations.text === changed && own.settings.task === task
            }
            onClick={() => {
              chosen.value = title;
              const settings = { ...settingsFor(task), cell };
              // Of another cell the gates are not known yet: first the cell, then the change.
              equations.choose({ ...own, settings, equations: changed });
            }}
          >
            {title}
          </button>
        );
      })}
      <p>
        {
          (
            SUGGESTIONS.find(
              ({ task, cell, change }) =>
                own.settings.task === task &&
                own.settings.cell === cell &&
                change(baseGates, zoo, base) === equations.text,
            ) ?? SUGGESTIONS.find(({ title }) => title === chosen.value)
          )?.about
        }
      </p>
    </section>
  );
}

/** The typeset text is core's own MathML, in which every name and caption is escaped. */
function EditorPart({ equations }: { readonly equations: Edited }) {
  const { text, mistake, typeset, gates, base, zoo } = equations;
  const isSame = text === base;
  return (
    <div class="equations-pair">
      <div>
        <Editor text={text} mistake={mistake} onText={equations.edit} />
        <div class="train-controls">
          {gates.map(({ name, caption, without }) => (
            <button key={name} type="button" onClick={() => equations.edit(without)}>
              Without {name}
              {caption === "" ? "" : `, the ${caption.split(":")[0]}`}
            </button>
          ))}
          <button type="button" disabled={isSame} onClick={() => equations.edit(base)}>
            As it was
          </button>
          <label>
            or write in{" "}
            <select
              value={zoo.find((cell) => cell.equations === text)?.name ?? ""}
              onChange={({ currentTarget: { value } }) => {
                const cell = zoo.find(({ name }) => name === value);
                if (cell) equations.edit(cell.equations);
              }}
            >
              <option value="">one's own</option>
              {zoo.map(({ name, title }) => (
                <option key={name} value={name}>
                  {name}: {title}
                </option>
              ))}
            </select>
          </label>
        </div>
        <p>
          {isSame
            ? "Nothing is changed yet: both cells are the same."
            : mistake
              ? "While there is a mistake, what was a cell last goes on."
              : ""}
        </p>
      </div>
      {typeset === null ? null : (
        <section
          class="equations-typeset"
          aria-label="The same, typeset"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
          tabIndex={0}
          dangerouslySetInnerHTML={{ __html: slanted(typeset) }}
        />
      )}
    </div>
  );
}

/** Marks the names of one letter, which stand slanted; names of functions stand upright. */
function slanted(mathml: string): string {
  return mathml.replaceAll(/<mi>(.)<\/mi>/gu, '<mi class="slanted">$1</mi>');
}

function SideBySide({ session, equations }: ViewProps & { readonly equations: Edited }) {
  const { unchanged, edited } = session.training;
  const at = useSignal<number | null>(null);
  const said = useSignal("");
  unchanged.version.value;
  edited.version.value;
  const { settings } = equations.own;
  const { measure, title } = TASKS[settings.task];
  const pair: readonly Side[] = [
    { name: settings.cell, colour: "--plus", training: unchanged },
    { name: "edited", colour: "--minus", training: edited },
  ];
  // What grows beyond the unchanged one's beginning is cut off: it would leave no room for either.
  const first = unchanged.loss.values.slice(0, 20);
  return (
    <>
      <ul class="equations-state">
        {pair.map(({ name, colour, training }) => {
          const last = training.checkpoints.value.at(-1);
          return (
            <li key={name}>
              <strong style={{ color: `var(${colour})` }}>{name}</strong>{" "}
              {training.about.value
                ? `${grouped(training.about.value.parameters)} parameters. `
                : ""}
              {progressWords(training)} {last ? measureWords(training, last) : ""}{" "}
              <button
                type="button"
                disabled={!last}
                onClick={async () => {
                  if (!last) return;
                  const called = `${title} with ${name === "edited" ? "the edited cell" : name}`;
                  said.value = await openCheckpoint(session, training, last, called);
                }}
              >
                Look inside
              </button>
            </li>
          );
        })}
      </ul>
      <p role="alert" class="error">
        {pair
          .filter(({ training }) => training.status.value === "failed")
          .map(({ name, training }) => `${name}: ${progressWords(training)}`)
          .join(" ")}
      </p>
      <output>{said.value}</output>
      <div class="train-figures">
        <Curves
          name="equations-loss"
          title="Loss"
          caption="Update by update: the lower, the better. Both begin alike, since both know nothing yet."
          lines={pair.map(({ name, colour, training }) => lineOf(name, colour, training.loss))}
          yLabel="loss"
          domain={[0, Math.max(1e-6, 1.1 * Math.max(...first, 0))]}
          at={at.value}
          height={260}
          onStep={(step) => {
            at.value = step;
          }}
        />
        {measure ? (
          <Curves
            name="equations-measure"
            title={`${measure.name[0].toUpperCase()}${measure.name.slice(1)}`}
            caption={`The task's own measure, on what was not learnt from: the ${measure.better}, the better.`}
            lines={pair.map(({ name, colour, training }) =>
              measuredLine(name, colour, training.checkpoints.value),
            )}
            yLabel={measure.unit === "" ? measure.name : measure.unit}
            at={at.value}
            height={260}
          />
        ) : null}
      </div>
      <Gates
        trainings={pair.map(({ name, training }) => ({
          name,
          checkpoints: training.checkpoints.value,
        }))}
        at={at.value}
        onStep={(step) => {
          at.value = step;
        }}
      />
    </>
  );
}

interface Side {
  readonly name: string;
  readonly colour: string;
  readonly training: LiveTraining;
}
