/** What can be learnt on the page, in words and with sizes that show something within seconds. */
import { TASK_IDS, type TaskId, type TrainingSettings } from "./protocol.ts";

export interface TaskInfo {
  readonly title: string;
  /** What is to be learnt, in a sentence. */
  readonly about: string;
  /** What its own measure is, and which way is better; null where the loss says it all. */
  readonly measure: {
    readonly name: string;
    readonly unit: string;
    readonly better: "more" | "less";
  } | null;
  readonly suited: Pick<TrainingSettings, "units" | "layers" | "steps" | "learningRate">;
}

export const TASKS: Readonly<Record<TaskId, TaskInfo>> = {
  stories: {
    title: "Stories",
    about:
      "Short stories of two people, each followed by questions: an answer can only be given by what still remembers who said what.",
    measure: { name: "questions answered right", unit: "%", better: "more" },
    suited: { units: 64, layers: 1, steps: 3000, learningRate: 0.015 },
  },
  counting: {
    title: "Counting",
    about:
      "Strings such as aaabbb, one after the other: as many b as there were a, and then a full stop. Some are broken off by an exclamation mark, and what was counted is to be forgotten: aaaa!aabb.",
    measure: { name: "longest count right", unit: "", better: "more" },
    suited: { units: 4, layers: 1, steps: 4000, learningRate: 0.02 },
  },
  adding: {
    title: "Adding",
    about:
      "Of a long row of numbers two are marked, and their sum is asked for at the end: the first has to be kept until the second comes.",
    measure: { name: "mean squared error", unit: "", better: "less" },
    suited: { units: 16, layers: 1, steps: 3000, learningRate: 0.005 },
  },
  text: {
    title: "A text of yours",
    about: "What comes next, character by character, in a text that you drop or paste here.",
    measure: null,
    suited: { units: 64, layers: 1, steps: 1500, learningRate: 0.01 },
  },
};

export function settingsFor(task: TaskId): TrainingSettings {
  return {
    task,
    text: null,
    cell: "lstm",
    equations: null,
    seed: 1,
    threads: 1,
    ...TASKS[task].suited,
  };
}

export function isTask(name: unknown): name is TaskId {
  return TASK_IDS.some((task) => task === name);
}
