/** `cellstate/fields`: numbers and times as they stand in tables, for programs that read them elsewhere than from a file. */
export { isMissing, parseNumber } from "./data/numbers.ts";
export { type DateOrder, parseTime } from "./data/times.ts";
