/** What is to be learnt, by which cell, how large, from which seed. */
import { useId } from "preact/hooks";
import type { Answer } from "../../compute/questions.ts";
import { TASK_IDS, type TrainingSettings } from "../../training/protocol.ts";
import { isTask, TASKS } from "../../training/taskInfo.ts";
import { NumberField } from "./NumberField.tsx";
import type { NumberSetting } from "./settings.ts";
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
  /** What is to be otherwise; the rest stays as it is by then, which may be newer than what is drawn. */
  onChange(change: Partial<TrainingSettings>): void;
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
            if (isTask(value)) onChange({ task: value, ...TASKS[value].suited });
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
          onChange={({ currentTarget: { value } }) => onChange({ cell: value })}
        >
          {zoo.map(({ name, title }) => (
            <option key={name} value={name}>
              {name}: {title}
            </option>
          ))}
        </select>
      </label>
      {NUMBERS.filter(({ name }) => !isPair || name !== "threads").map(({ name, title }) => (
        <NumberField
          key={name}
          name={name}
          title={title}
          value={settings[name]}
          hint={`${id}-hint`}
          onValue={(value) => onChange({ [name]: value })}
        />
      ))}
      <p id={`${id}-hint`} class="train-hint">
        {TASKS[settings.task].about} A change begins the training anew.
      </p>
      {settings.task === "text" ? (
        <TextField text={settings.text} onText={(text) => onChange({ text })} />
      ) : null}
    </form>
  );
}
