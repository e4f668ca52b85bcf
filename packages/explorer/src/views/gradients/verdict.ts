/** What a row of norms comes to, in plain words. */
import type { FlowOfState } from "../../compute/questions.ts";

/** `h vanishes: × 0.62 a step over distances 0 to 23. …` */
export function verdictOf({ name, isRead, whole }: FlowOfState): string {
  const { verdict, rate, memoryLength, span } = whole;
  if (verdict === "unknown") {
    return isRead
      ? `${name}: unknown. There are fewer than two steps that could be measured, or nothing but rounding.`
      : `${name}: unknown. No later step reads it, so there is nothing to follow back.`;
  }
  const over = span
    ? ` a step, by a line through distances ${span.from} to ${span.to}`
    : ", over no distance that could be measured";
  const pace = Number.isNaN(rate) ? "no rate is known" : `× ${figures(rate)}${over}`;
  return `${name} ${VERBS[verdict]}: ${pace}. ${MEANING[verdict]} ${lengthOf(memoryLength)}`.trim();
}

const VERBS = { vanishing: "is vanishing", carried: "is carried", exploding: "is exploding" };

const MEANING = {
  vanishing: "What was read early hardly counts in learning from this loss.",
  carried: "What was read early still counts in learning from this loss.",
  exploding: "A small change early makes a huge one here: learning becomes unstable.",
};

function lengthOf(steps: number): string {
  if (Number.isNaN(steps)) return "";
  if (steps === Number.POSITIVE_INFINITY) return "It does not fall.";
  return `It falls to 37 % (1/e) in ${figures(steps)} steps.`;
}

export function figures(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e5 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}
