/** What two readings have in common, in plain words. */
import type { Answer } from "../../compute/questions.ts";
import { figures } from "../gradients/verdict.ts";

export type Comparison = Answer<"compare">;
export type Distance = Comparison["layers"][number]["signals"][string];

export function partingOf({ parting, steps, labels }: Comparison): string {
  if (parting === 0) {
    return `From the first step on they read other things: “${labels[0][0]?.trim()}” and “${labels[1][0]?.trim()}”.`;
  }
  if (parting < steps) {
    return `They read the same for ${parting} steps; at step ${parting} the first reads “${labels[0][parting]?.trim()}” and the second “${labels[1][parting]?.trim()}”.`;
  }
  const longer = labels[0].length === labels[1].length ? "" : " that both have";
  return `Both read the same at all ${steps} steps${longer}.`;
}

export function distanceWords({ name, caption, distance }: Distance): string {
  return distance === 0
    ? `${name} (${caption}) is the same at every step of every unit.`
    : `${name} (${caption}) is ${figures(distance)} apart.`;
}

/** The units that differ most, the most first. */
export function mostApart({ byUnit, unitNumbers }: Distance, count: number): number[] {
  return [...byUnit.keys()]
    .filter((n) => byUnit[n] > 0)
    .sort((a, b) => byUnit[b] - byUnit[a] || a - b)
    .slice(0, count)
    .map((n) => unitNumbers[n]);
}
