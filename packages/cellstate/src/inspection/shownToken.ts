/** Tokens where they stand along an axis: in one visible line, whatever they hold. */
import type { TokenKind } from "@cellstate/core";
import { withoutControls } from "../terminal/text.ts";

const SIGNS: Readonly<Record<string, string>> = { "\n": "⏎", "\t": "⇥", "\r": "␍" };

/** A space, a line's end and other white space as signs; a word without the space before it; controls as signs. */
export function shownToken(token: string): string {
  if (token === "") return "∅";
  const isBlank = token.trim() === "";
  const text = Array.from(
    isBlank ? token.replaceAll(" ", "␣") : token.trim(),
    (c) => SIGNS[c] ?? c,
  );
  return withoutControls(text.join(""));
}

/** Bytes beyond ASCII by their two digits: by themselves they are parts of characters, and no characters. */
export function shownBytes(labels: readonly string[], kind: TokenKind): readonly string[] {
  if (kind !== "bytes") return labels;
  return labels.map((label) => {
    const byte = label.charCodeAt(0);
    return byte < 0x80 ? label : byte.toString(16);
  });
}
