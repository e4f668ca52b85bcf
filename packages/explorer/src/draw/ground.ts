/** Whether values are drawn for a light or a dark page, as the system says. */
import { type Signal, signal } from "@preact/signals";
import type { Ground } from "./colours.ts";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Which of the two colour tables values have. */
export const ground: Signal<Ground> = signal(dark.matches ? "screen" : "paper");
dark.addEventListener("change", () => {
  ground.value = dark.matches ? "screen" : "paper";
});

const contrast = matchMedia("(prefers-contrast: more)");
const resolved = new Map<string, string>();
let probe: HTMLElement | null = null;

/** A colour of the page, `--ink`, as a canvas understands it: `rgb(28, 28, 32)`. */
export function pageColour(name: string): string {
  const key = `${name} ${ground.peek()} ${contrast.matches}`;
  const known = resolved.get(key);
  if (known) return known;
  probe ??= document.body.appendChild(document.createElement("span"));
  probe.hidden = true;
  probe.style.color = `var(${name})`;
  const colour = getComputedStyle(probe).color;
  resolved.set(key, colour);
  return colour;
}

/** @param colour As `pageColour` gives it. */
export function faded(colour: string, alpha: number): string {
  return colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}
