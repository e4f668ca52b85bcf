/** A node's id as mathematics: `W_f·h[t-1]` with its letters below the line. */
import type { ComponentChildren } from "preact";

/** Names with what stands below the line, and times in brackets. */
const PARTS = /([A-Za-z]+)_(\w+)|\[(t(?:-1)?)\]/g;

export function Label({ id }: { readonly id: string }) {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const match of id.matchAll(PARTS)) {
    const [all, name, below, time] = match;
    parts.push(id.slice(at, match.index));
    if (name === undefined) parts.push(<sub key={match.index}>{time.replace("-", "−")}</sub>);
    else parts.push(name, <sub key={match.index}>{below}</sub>);
    at = match.index + all.length;
  }
  parts.push(id.slice(at));
  return <span class="math">{parts}</span>;
}

/** The same as plain text, for pictures. */
export function plainLabel(id: string): string {
  return id.replaceAll("[t-1]", "ₜ₋₁").replaceAll("[t]", "ₜ");
}
