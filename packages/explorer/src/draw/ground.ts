/** Whether values are drawn for a light or a dark page, as the system says. */
import { type Signal, signal } from "@preact/signals";
import type { Ground } from "./colours.ts";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Which of the two colour tables values have. */
export const ground: Signal<Ground> = signal(dark.matches ? "screen" : "paper");
dark.addEventListener("change", () => {
  ground.value = dark.matches ? "screen" : "paper";
});
