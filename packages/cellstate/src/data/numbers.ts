/** Numbers as people write them into tables, and what they write where there is none. */

const MISSING = new Set(["", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "nat", "?", "-"]);
const INFINITE = /^[+-]?(?:inf|infinity|∞)$/i;
/** With a comma for a decimal point, and points between thousands or none. */
const DECIMAL_COMMA = /^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+(?:e[+-]?\d+)?$/i;

/** Squares of what is larger are no doubles, and neither is a column's deviation: 1.8e308 is how some programs write that nothing is there. */
const LARGEST = 1e150;

export function isComputable(value: number): boolean {
  return Math.abs(value) <= LARGEST;
}

/** Whether a field of a column of numbers or times says that there is no value. */
export function isMissing(text: string): boolean {
  return text.length <= 4 && MISSING.has(text.toLowerCase());
}

/** A decimal number that can be computed with, or undefined. */
export function parseNumber(text: string): number | undefined {
  const value = Number(text);
  if (!isComputable(value) || text === "") return undefined;
  // Number reads 0x10, 0b1 and 0o7 too, and white space as 0.
  const last = text.charCodeAt(text.length - 1);
  if (last !== 46 && (last < 48 || last > 57)) return undefined;
  return /^0[box]/i.test(text) ? undefined : value;
}

/** `3,14` and `1.234,5`, or undefined. */
export function parseDecimalComma(text: string): number | undefined {
  if (!DECIMAL_COMMA.test(text)) return undefined;
  return parseNumber(text.replaceAll(".", "").replace(",", "."));
}

/** Infinity, or a number too large to be computed with. */
export function isInfinite(text: string): boolean {
  return INFINITE.test(text) || (/^[+-]?[\d.]+e\+?\d+$/i.test(text) && !isComputable(Number(text)));
}

/** `43,824`. */
export function withCommas(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 line`, `43,824 lines`. */
export function countOf(count: number, noun: string): string {
  return `${withCommas(count)} ${noun}${count === 1 ? "" : "s"}`;
}
