/** Names out of files, fit to stand in a one-line message: whatever they hold, they cannot break the line or flood it. */

const LONGEST = 60;

/** Control characters, line and paragraph separators, marks that turn the direction of writing, lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `\\u{${code.toString(16)}}`;
}

/** `name` with unprintable characters escaped, cut to 60 characters. */
export function shown(name: string): string {
  // Cut first: a name may be megabytes long.
  const characters = Array.from(name.slice(0, 2 * LONGEST));
  const cut = characters.length > LONGEST || name.length > 2 * LONGEST;
  const head = cut ? characters.slice(0, LONGEST - 1) : characters;
  return `${head.join("").replace(UNPRINTABLE, escaped)}${cut ? "…" : ""}`;
}

/** A value out of a file as a message shows it: `"abc"`, `12`, `a list of 3`, `an object`, `nothing`. */
export function shownValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return `"${shown(value)}"`;
  if (Array.isArray(value))
    return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return shown(String(value));
}
