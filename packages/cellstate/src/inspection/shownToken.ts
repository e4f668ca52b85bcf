/** Tokens where they stand along an axis: in one visible line, whatever they hold. */
import { withoutControls } from "../terminal/text.ts";

const SIGNS: Readonly<Record<string, string>> = { " ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍" };

/** A space, a line's end and other white space as signs; a word without the space before it; controls as signs. */
export function shownToken(token: string): string {
  if (token === "") return "∅";
  const blank = token.trim() === "";
  const text = Array.from(blank ? token : token.trim(), (c) => SIGNS[c] ?? c).join("");
  return withoutControls(text);
}
