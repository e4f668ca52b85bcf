/** What a training is to do, kept in the link and read out of it with care. */
import type { Json } from "../../state/page.ts";
import type { TrainingSettings, TrainingText } from "../../training/protocol.ts";
import { isTask, settingsFor } from "../../training/taskInfo.ts";
import { numberIn, type Own, textIn } from "../measures/own.ts";

/** Longer texts are not in the link: they have to be dropped again. */
const LONGEST_KEPT = 20_000;

export const BOUNDS = {
  units: { least: 1, most: 256, whole: true },
  layers: { least: 1, most: 3, whole: true },
  seed: { least: 0, most: 999_999, whole: true },
  steps: { least: 10, most: 1_000_000, whole: true },
  learningRate: { least: 0.00001, most: 10, whole: false },
  threads: { least: 1, most: 8, whole: true },
} as const;
export type NumberSetting = keyof typeof BOUNDS;

/** How fast updates are shown. */
export const PACES = [
  { id: "slow", title: "20 updates a second", perSecond: 20 },
  { id: "steady", title: "250 updates a second", perSecond: 250 },
  { id: "fast", title: "as fast as it goes", perSecond: null },
] as const;
export type PaceId = (typeof PACES)[number]["id"];

export function paceOf(own: Own, usual: PaceId): (typeof PACES)[number] {
  const id = textIn(own, "pace") ?? usual;
  return PACES.find((pace) => pace.id === id) ?? PACES[0];
}

/** Null for a number that no training could have. */
export function checkedNumber(name: NumberSetting, value: number): number | null {
  const { least, most, whole } = BOUNDS[name];
  const fits = value >= least && value <= most && (!whole || Number.isInteger(value));
  return fits ? value : null;
}

/** @param text What was given last, for a link that has no text of its own. */
export function settingsOf(own: Own, text: TrainingText | null): TrainingSettings {
  const task = textIn(own, "task");
  const usual = settingsFor(isTask(task) ? task : "counting");
  const number = (name: NumberSetting): number => {
    const value = numberIn(own, name);
    return (value === null ? null : checkedNumber(name, value)) ?? usual[name];
  };
  return {
    ...usual,
    cell: textIn(own, "cell") ?? usual.cell,
    text: textOf(own) ?? text,
    units: number("units"),
    layers: number("layers"),
    seed: number("seed"),
    steps: number("steps"),
    learningRate: number("learningRate"),
    threads: number("threads"),
  };
}

function textOf(own: Own): TrainingText | null {
  const text = textIn(own, "text");
  if (text === null) return null;
  return { text, name: textIn(own, "textName") ?? PASTED, size: numberIn(own, "textSize") ?? 0 };
}

export const PASTED = "pasted.txt";

/** Tells trainings apart, without going through a long text. */
export function keyOf({ text, ...settings }: TrainingSettings): string {
  const short = text && (text.text.length > LONGEST_KEPT ? [text.name, text.size] : text.text);
  return JSON.stringify([settings, short]);
}

/** For the link: all but what is as it usually is. */
export function ownFrom(settings: TrainingSettings, more: Own): Json {
  const usual = settingsFor(settings.task);
  const own: { [key: string]: Json } = { task: settings.task };
  for (const name of Object.keys(BOUNDS) as NumberSetting[]) {
    if (settings[name] !== usual[name]) own[name] = settings[name];
  }
  if (settings.cell !== usual.cell) own.cell = settings.cell;
  const { text } = settings;
  if (text !== null && text.text.length <= LONGEST_KEPT) {
    Object.assign(own, { text: text.text, textName: text.name, textSize: text.size });
  }
  return { ...own, ...more };
}
