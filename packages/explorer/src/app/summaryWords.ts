/** A unit at a step as a sentence: *step 14 "b", unit 37, forget gate 0.03, memory cell −0.71 to −0.02*. */
import type { UnitSignal } from "../compute/questions.ts";

export interface Spot {
  readonly step: number;
  readonly unit: number;
  readonly label: string;
}

export function inWords({ step, unit, label }: Spot, signals: readonly UnitSignal[]): string {
  const shown = label === "" || label === String(step) ? "" : ` “${spoken(label)}”`;
  const parts = signals.map(({ name, caption, value, before }) => {
    const called = shortCaption(caption, name);
    return before === null
      ? `${called} ${figure(value)}`
      : `${called} ${figure(before)} to ${figure(value)}`;
  });
  return `step ${step}${shown}, unit ${unit}, ${parts.join(", ")}`;
}

/** What stands before the colon, where it is short: `forget gate`. */
function shortCaption(caption: string, name: string): string {
  const [head] = caption.split(/[:,(]/);
  return head.trim() === "" || head.length > 24 ? name : head.trim();
}

function spoken(label: string): string {
  return { "\n": "line break", " ": "space", "\t": "tab" }[label] ?? label.trim();
}

/** Two decimals, a true minus; more of them where two show nothing. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace("-", "−");
  const size = Math.abs(value);
  const text =
    size !== 0 && size < 0.005 ? size.toExponential(0) : size.toFixed(size < 100 ? 2 : 0);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
