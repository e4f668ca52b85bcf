/** What is wrong with equations, and where: one line for a terminal, line and column for a page that shows it in place. */
import { CellstateError } from "../errors.ts";

/** A place in the text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** `line 3, column 12: c[t] is used before it is defined; did you mean c[t-1]?` */
export class EquationError extends CellstateError {
  readonly line: number;
  readonly column: number;
  /** The message without its place. */
  readonly reason: string;

  constructor(place: Place, reason: string) {
    super("equation", `line ${place.line}, column ${place.column}: ${reason}`);
    this.name = "EquationError";
    this.line = place.line;
    this.column = place.column;
    this.reason = reason;
  }
}

/** `; did you mean sigmoid?`, or nothing where no name is near. */
export function didYouMean(name: string, known: Iterable<string>): string {
  // Nobody mistypes a name of fifty letters, and the distance takes time with the square of the length.
  if (name.length > 50) return "";
  // One slip in a short name, two in a longer one: beyond that a suggestion is a guess. A letter has none to spare.
  let allowed = name.length > 4 ? 2 : name.length > 1 ? 1 : 0;
  let nearest = "";
  for (const candidate of known) {
    if (candidate === name) continue;
    const distance = editDistance(name, candidate, allowed);
    if (distance < allowed || (distance === allowed && nearest === "")) {
      allowed = distance;
      nearest = candidate;
    }
  }
  return nearest === "" ? "" : `; did you mean ${nearest}?`;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words; anything above `limit` is ∞. */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return Infinity;
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let best = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        best = Math.min(best, before[j - 2] + 1);
      }
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[to.length] <= limit ? last[to.length] : Infinity;
}
