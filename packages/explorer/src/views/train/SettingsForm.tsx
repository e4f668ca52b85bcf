/** What is to be learnt, by which cell, how large, from which seed. */
import { useId } from "preact/hooks";
import type { Answer } from "../../compute/questions.ts";
import { TASK_IDS, type TrainingSettings } from "../../training/protocol.ts";
import { isTask, settingsFor, TASKS } from "../../training/taskInfo.ts";
import { BOUNDS, checkedNumber, type NumberSetting } from "./settings.ts";
import { TextField } from "./TextField.tsx";

const NUMBERS: readonly { readonly name: NumberSetting; readonly title: string }[] = [
  { name: "units", title: "units" },
  { name: "layers", title: "layers" },
  { name: "seed", title: "seed" },
  { name: "steps", title: "updates" },
  { name: "learningRate", title: "learning rate" },
  { name: "threads", title: "threads" },
];

export interface SettingsFormProps {
  readonly settings: TrainingSettings;
  readonly zoo: Answer<"zoo">;
  readonly cellTitle: string;
  /** Where two train side by side, each has one thread. */
  readonly isPair?: boolean;
  onChange(settings: TrainingSettings): void;
}

export function SettingsForm({ settings, zoo, cellTitle, isPair, onChange }: SettingsFormProps) {
  const id = useId();
  return (
    <form class="train-form" onSubmit={(event) => event.preventDefault()}>
      <label>
        task{" "}
        <select
          value={settings.task}
          onChange={({ currentTarget: { value } }) => {
            const { cell, text, seed, threads } = settings;
            if (isTask(value)) onChange({ ...settingsFor(value), cell, text, seed, threads });
          }}
        >
          {TASK_IDS.map((task) => (
            <option key={task} value={task}>
              {TASKS[task].title}
            </option>
          ))}
        </select>
      </label>
      <label>
        {cellTitle}{" "}
        <select
          value={settings.cell}
          onChange={({ currentTarget: { value } }) => onChange({ ...settings, cell: value })}
        >
          {zoo.map(({ name, title }) => (
            <option key={name} value={name}>
              {name}: {title}
            </option>
          ))}
        </select>
      </label>
      {NUMBERS.filter(({ name }) => !isPair || name !== "threads").map(({ name, title }) => (
        <label key={name}>
          {title}{" "}
          <input
            type="number"
            min={BOUNDS[name].least}
            max={BOUNDS[name].most}
            step={BOUNDS[name].whole ? 1 : "any"}
            value={settings[name]}
            aria-describedby={`${id}-hint`}
            onChange={({ currentTarget }) => {
              const value = checkedNumber(name, currentTarget.valueAsNumber);
              if (value === null) currentTarget.value = String(settings[name]);
              else onChange({ ...settings, [name]: value });
            }}
          />
        </label>
      ))}
      <p id={`${id}-hint`} class="train-hint">
        {TASKS[settings.task].about} A change begins the training anew.
      </p>
      {settings.task === "text" ? (
        <TextField text={settings.text} onText={(text) => onChange({ ...settings, text })} />
      ) : null}
    </form>
  );
}
