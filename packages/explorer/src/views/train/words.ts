/** Trainings in words. */
import { shortNumber } from "../../draw/colours.ts";
import type { LiveTraining } from "../../training/live.ts";
import type { Checkpoint } from "../../training/protocol.ts";
import { TASKS } from "../../training/taskInfo.ts";

/** `Update 340 of 4,000. Loss 0.23. 4,800 updates a second.` */
export function progressWords(training: LiveTraining): string {
  const settings = training.settings.value;
  const status = training.status.value;
  if (settings === null) return "Nothing has begun.";
  if (status === "preparing") return "Preparing…";
  const problem = training.problem.value;
  if (problem) return problemWords(problem.code, problem.message);
  const { loss } = training.last.value;
  const { steps } = training.speed.value;
  const at = `Update ${grouped(training.step.value)} of ${grouped(settings.steps)}.`;
  const found = Number.isNaN(loss) ? "" : ` Loss ${shortNumber(loss)}.`;
  const fast = steps > 0 && status === "playing" ? ` ${grouped(Math.round(steps))} a second.` : "";
  return `${at}${found}${status === "done" ? " Done." : fast}`;
}

export function problemWords(code: string, message: string): string {
  if (code !== "not-finite") return message;
  return `The training diverged: a number grew beyond all bounds. A smaller learning rate may help, or a gate that keeps what is carried within bounds. (${message})`;
}

export function aboutWords(training: LiveTraining): string {
  const about = training.about.value;
  if (about === null) return "";
  const { parameters, threads, sharesMemory } = about;
  const wanted = training.settings.value?.threads ?? 1;
  const alone =
    wanted > threads && !sharesMemory
      ? " This page has one thread: whoever serves it does not isolate it from other pages (COOP and COEP), and then memory cannot be shared."
      : "";
  return `${grouped(parameters)} parameters, ${threads === 1 ? "one thread" : `${threads} threads`}.${alone}`;
}

/** `questions answered right: 61 %` */
export function measureWords(training: LiveTraining, checkpoint: Checkpoint): string | null {
  const task = training.settings.value?.task;
  const measure = task ? TASKS[task].measure : null;
  if (!measure || checkpoint.measure === null) return null;
  return `${measure.name}: ${shortNumber(checkpoint.measure)}${measure.unit === "" ? "" : ` ${measure.unit}`}`;
}

export function grouped(value: number): string {
  return value.toLocaleString("en");
}
