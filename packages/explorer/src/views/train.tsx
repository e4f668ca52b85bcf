/** Training, live: a small network learns here, and each of its checkpoints can be looked into by every other view. */
import { batch, useSignal, useSignalEffect } from "@preact/signals";
import { useAnswer } from "../state/useAnswer.ts";
import type { Checkpoint, TrainingSettings } from "../training/protocol.ts";
import { TASKS } from "../training/taskInfo.ts";
import { ownOf } from "./measures/own.ts";
import { Controls } from "./train/Controls.tsx";
import { Curves } from "./train/Curves.tsx";
import { Gates } from "./train/Gates.tsx";
import { lineOf, measuredLine } from "./train/lines.ts";
import { openCheckpoint } from "./train/openCheckpoint.ts";
import { SettingsForm } from "./train/SettingsForm.tsx";
import { keyOf, ownFrom, paceOf, settingsOf } from "./train/settings.ts";
import { usePlaying } from "./train/usePlaying.ts";
import { aboutWords, grouped, measureWords, progressWords } from "./train/words.ts";
import type { ViewProps } from "./view.ts";
import "./train.css";

export default function Train({ session }: ViewProps) {
  const training = session.training.main;
  const chosen = useSignal<number | null>(null);
  const said = useSignal("");
  const zoo = useAnswer(session, "zoo", () => ({}));
  const own = ownOf(session, "train");
  const pace = paceOf(own, "steady");
  const settings = settingsOf(own, session.training.text.value);
  usePlaying(session, [training], () => paceOf(ownOf(session, "train"), "steady").perSecond);
  const begin = (next: TrainingSettings) => {
    session.playing.value = false;
    chosen.value = null;
    said.value = "";
    training.start(next);
  };
  const change = (what: Partial<TrainingSettings>) =>
    batch(() => {
      const next = {
        ...settingsOf(ownOf(session, "train"), session.training.text.peek()),
        ...what,
      };
      session.training.text.value = next.text;
      session.remember("train", ownFrom(next, { pace: pace.id }));
    });
  // What the link says is what is trained; whoever comes back to it finds it where it was left.
  useSignalEffect(() => {
    const next = settingsOf(ownOf(session, "train"), session.training.text.value);
    const running = training.settings.peek();
    const isThere = running !== null && training.status.peek() !== "none";
    if (!isThere || keyOf(running) !== keyOf(next)) begin(next);
  });

  training.version.value;
  const checkpoints = training.checkpoints.value;
  const shown = checkpointAt(checkpoints, chosen.value);
  const { measure, title } = TASKS[settings.task];
  const open = async (checkpoint: Checkpoint) => {
    said.value = await openCheckpoint(session, training, checkpoint, title);
  };
  return (
    <div data-training={training.status.value} data-step={training.step.value}>
      {zoo.value.value ? (
        <SettingsForm
          settings={settings}
          zoo={zoo.value.value}
          cellTitle="cell"
          onChange={change}
        />
      ) : null}
      <Controls
        session={session}
        trainings={[training]}
        pace={pace.id}
        onPace={(id) => session.remember("train", ownFrom(settings, { pace: id }))}
        onReset={() => begin(settings)}
      />
      {training.problem.value ? (
        <p class="error" role="alert">
          {progressWords(training)}
        </p>
      ) : (
        <p class="train-progress">
          {progressWords(training)} {aboutWords(training)}
        </p>
      )}
      {shown ? (
        <section class="train-scrubber" aria-label="Checkpoints">
          <label>
            checkpoint at update {grouped(shown.step)}{" "}
            <input
              type="range"
              min={0}
              max={checkpoints.length - 1}
              value={checkpoints.indexOf(shown)}
              aria-valuetext={`update ${shown.step}`}
              onInput={({ currentTarget: { valueAsNumber } }) => {
                chosen.value = checkpoints[valueAsNumber]?.step ?? null;
              }}
              onChange={({ currentTarget: { valueAsNumber } }) => {
                const checkpoint = checkpoints[valueAsNumber];
                if (checkpoint) void open(checkpoint);
              }}
            />
          </label>
          <button type="button" onClick={() => void open(shown)}>
            Look inside it
          </button>
          <button type="button" onClick={() => save(shown, settings)}>
            Save it
          </button>
          <p>
            {[
              measureWords(training, shown),
              shown.validationLoss === null
                ? null
                : `loss of what was held out: ${shown.validationLoss.toFixed(3)}`,
            ]
              .filter((words) => words !== null)
              .join("; ")}
          </p>
          <output>{said.value}</output>
        </section>
      ) : null}
      <div class="train-figures">
        <Curves
          name="training-loss"
          title="Loss"
          caption={
            settings.task === "adding"
              ? "How far off the answers are, squared, update by update: the lower, the better. 1 is what a guess of the mean would have."
              : "How surprised the network is by what comes next, in nats, update by update: the lower, the better."
          }
          lines={[lineOf("loss", "--plus", training.loss)]}
          yLabel="loss"
          domain={[0, Math.max(1e-6, 1.1 * Math.max(...training.loss.values.slice(0, 20), 0))]}
          at={chosen.value}
          height={220}
          onStep={(step) => {
            chosen.value = step;
          }}
        />
        {measure ? (
          <Curves
            name="training-measure"
            title={`${measure.name[0].toUpperCase()}${measure.name.slice(1)}`}
            caption={`The task's own measure, at each checkpoint, on what was not learnt from: the ${measure.better}, the better.`}
            lines={[measuredLine("measure", "--accent", checkpoints)]}
            yLabel={measure.unit === "" ? measure.name : measure.unit}
            at={chosen.value}
            height={220}
          />
        ) : null}
        <Curves
          name="training-gradient"
          title="Gradient norm"
          caption="How strongly each update would change the weights, before it is cut to 1, by powers of ten."
          lines={[lineOf("norm", "--minus", training.gradientNorm)]}
          yLabel="‖gradient‖"
          isLog
          at={chosen.value}
          height={220}
        />
      </div>
      <Gates
        trainings={[{ name: settings.cell, checkpoints }]}
        at={chosen.value}
        onStep={(step) => {
          chosen.value = step;
        }}
      />
      {training.about.value?.command ? (
        <p>
          The same file, byte for byte, in a terminal:{" "}
          <code class="train-command">{training.about.value.command}</code>
        </p>
      ) : null}
    </div>
  );
}

/** The last one before an update, or the newest. */
function checkpointAt(checkpoints: readonly Checkpoint[], step: number | null): Checkpoint | null {
  const found = step === null ? undefined : checkpoints.findLast((each) => each.step <= step);
  return found ?? checkpoints.at(-1) ?? null;
}

function save({ bytes, step }: Checkpoint, { task, cell }: TrainingSettings): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = `${task}-${cell}-${step}.safetensors`;
  link.click();
  URL.revokeObjectURL(link.href);
}
