/** Text that has to fit: what a person's file holds may be wide, empty or full of control codes. */
import { stripVTControlCharacters } from "node:util";

/** Columns that text takes on a terminal; codes for colour take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) width += characterWidth(character);
  return width;
}

const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;
/** East Asian scripts and pictures take two columns. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

function characterWidth(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** The beginning of a plain text that fits, with `…` where something was cut. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let taken = "";
  let used = 0;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > width - 1) break;
    taken += character;
    used += next;
  }
  return width > 0 ? `${taken}…` : "";
}

/** Plain text filled with spaces to a width. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

/** Control codes shown as signs, so that a sample cannot play with the terminal. Line breaks and tabs stay. */
export function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it takes out
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "\u{fffd}");
}

/** Words in lines of at most `width` columns; a word longer than that is cut. Line breaks count as spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (displayWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    line = truncate(word, width);
  }
  return line === "" ? lines : [...lines, line];
}

/**
 * A sentence that breaks between words on a terminal. It stays one line elsewhere, for whatever reads it, and where a word (a
 * path) would have to be cut.
 */
export function sentence(
  text: string,
  { live, width }: { readonly live: boolean; readonly width: number },
): string {
  const fits = text.split(/\s+/).every((word) => displayWidth(word) <= width);
  return live && fits ? wrap(text, width).join("\n") : text;
}

/** `1,204`, the same on every machine. */
export function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}
