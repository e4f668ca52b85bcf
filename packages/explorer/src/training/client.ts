/** The page's side of live training: one of its own, and two side by side whose cells differ. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { LiveTraining } from "./live.ts";
import type { TrainingText } from "./protocol.ts";

declare const __CELLSTATE_VERSION__: string;

export class Training {
  /** What the view of training shows. */
  readonly main = new LiveTraining(__CELLSTATE_VERSION__);
  /** What the view of equations shows: the zoo's cell, and the one whose equations were changed. */
  readonly unchanged = new LiveTraining(__CELLSTATE_VERSION__);
  readonly edited = new LiveTraining(__CELLSTATE_VERSION__);
  /** The last text that was given to learn from: a long one is in no link. */
  readonly text: Signal<TrainingText | null> = signal(null);
  readonly running: ReadonlySignal<boolean> = computed(() =>
    [this.main, this.unchanged, this.edited].some(({ status }) => status.value === "playing"),
  );
}
