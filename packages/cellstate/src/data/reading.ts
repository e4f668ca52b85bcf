/**
 * What a column holds, decided over all its rows: numbers, times or words. A column of numbers with a few words among them is an
 * error that names the first of them, not a column of words.
 */
import type { TableColumn } from "@cellstate/core";
import { isComputable, isInfinite, isMissing, parseDecimalComma, parseNumber } from "./numbers.ts";
import type { Field } from "./tableSource.ts";
import { type DateOrder, parseTime } from "./times.ts";

export type Reading =
  | { readonly kind: "number"; readonly decimal: "." | "," }
  | { readonly kind: "time"; readonly order: DateOrder }
  | { readonly kind: "text" };

export const TEXT: Reading = { kind: "text" };
const TIME: Reading = { kind: "time", order: "yearFirst" };
const NUMBER: Reading = { kind: "number", decimal: "." };

/** With a larger share than this of numbers (or times), what is none is an error. */
const ALMOST_ALL = 0.95;

/** Where a field stands, for a message. */
export interface Spot {
  readonly text: string;
  readonly place: number;
}

const ORDERS = ["yearFirst", "dayFirst", "monthFirst"] as const;

/** What has been seen in a column. */
export class Tally {
  rows = 0;
  /** Fields that say that there is no value, and those of them that are empty. */
  missing = 0;
  empty = 0;
  numbers = 0;
  smallest = Number.POSITIVE_INFINITY;
  largest = Number.NEGATIVE_INFINITY;
  /** The numbers so far are 0, 1, 2 … or 1, 2, 3 … without a gap. */
  counts = true;
  commas = 0;
  /** Numbers such as `3,142`, which may be thousands. */
  thousands = 0;
  firstNumber: Spot | null = null;
  firstPoint: Spot | null = null;
  firstComma: Spot | null = null;
  infinite = 0;
  firstInfinite: Spot | null = null;
  firstNotNumber: Spot | null = null;
  readonly times: Record<DateOrder, number> = { yearFirst: 0, dayFirst: 0, monthFirst: 0 };
  readonly firstNot: Record<DateOrder, Spot | null> = {
    yearFirst: null,
    dayFirst: null,
    monthFirst: null,
  };
  /** A time of day without a zone. */
  zoneless = 0;
  readonly #commas: boolean;
  #first = 0;

  /** @param commas Whether `3,14` may be a number. */
  constructor(commas: boolean) {
    this.#commas = commas;
  }

  get present(): number {
    return this.rows - this.missing;
  }

  /** @returns The number that the field is, NaN where it is none. */
  add(field: Field, place: number): number {
    this.rows++;
    if (typeof field === "string") return this.#addText(field, place);
    if (typeof field === "number" && !Number.isNaN(field)) {
      if (isComputable(field)) return this.#addNumber(field, field, place);
      this.infinite++;
      this.firstInfinite ??= { text: String(field), place };
      return Number.NaN;
    }
    if (field instanceof Date && !Number.isNaN(field.getTime())) {
      this.times.yearFirst++;
      return this.#notNumber(field.toISOString(), place, "yearFirst");
    }
    this.missing++;
    this.empty++;
    this.counts = false;
    return Number.NaN;
  }

  #addText(text: string, place: number): number {
    const number = parseNumber(text);
    if (number !== undefined) {
      if (this.#commas && this.firstPoint === null && text.includes(".")) {
        this.firstPoint = { text, place };
      }
      return this.#addNumber(number, text, place);
    }
    this.counts = false;
    if (isMissing(text)) {
      this.missing++;
      if (text === "") this.empty++;
      return Number.NaN;
    }
    if (this.#commas && parseDecimalComma(text) !== undefined) {
      this.commas++;
      if (/,\d{3}$/.test(text)) this.thousands++;
      this.firstComma ??= { text, place };
      return Number.NaN;
    }
    if (isInfinite(text)) {
      this.infinite++;
      this.firstInfinite ??= { text, place };
      return Number.NaN;
    }
    let seen: DateOrder | undefined;
    for (const order of ORDERS) {
      const time = parseTime(text, order);
      if (time === undefined) this.firstNot[order] ??= { text, place };
      else {
        this.times[order]++;
        if (seen === undefined && time.zone === "none") this.zoneless++;
        seen ??= order;
      }
    }
    this.firstNotNumber ??= { text, place };
    return Number.NaN;
  }

  #addNumber(number: number, text: string | number, place: number): number {
    if (this.firstNumber === null) {
      this.firstNumber = { text: String(text), place };
      this.#first = number;
    }
    // The first is the first row's: a missing one before it has put an end to counting.
    this.counts &&=
      number === this.#first + this.numbers && (this.#first === 0 || this.#first === 1);
    this.numbers++;
    if (number < this.smallest) this.smallest = number;
    if (number > this.largest) this.largest = number;
    return number;
  }

  #notNumber(text: string, place: number, order: DateOrder): number {
    this.counts = false;
    this.firstNotNumber ??= { text, place };
    for (const other of ORDERS) if (other !== order) this.firstNot[other] ??= { text, place };
    return Number.NaN;
  }
}

/** Why a column cannot be read as what it almost is. */
export interface Refusal {
  readonly spot: Spot;
  readonly wanted: string;
  readonly count: number;
  readonly advice: string;
}

/** The reading that a column's fields so far suggest, and what speaks against it. */
export interface Verdict {
  readonly reading: Reading;
  readonly refusal: Refusal | null;
  /** Which dates could be read in two ways. */
  readonly ambiguous: boolean;
}

const A_TIME = "a time such as 2014-01-31 or 2014-01-31T23:00Z";
const STRAY = "correct it or leave the field empty";

/**
 * @param commas How likely it is that `3,142` is 3.142: where it is not, all being so is taken for thousands.
 * @param wanted What the column must be, whatever most of it is. Times may be numbers: seconds since 1970.
 */
export function judge(
  tally: Tally,
  commas: "never" | "perhaps" | "likely",
  wanted?: TableColumn["kind"],
): Verdict {
  const { present } = tally;
  const verdict = (reading: Reading, refusal: Refusal | null = null): Verdict => {
    return { reading, refusal, ambiguous: false };
  };
  if (wanted === "text") return verdict(TEXT);
  if (present === 0) return verdict(wanted === "time" ? TIME : NUMBER);
  const likely = commas === "likely" || tally.thousands < tally.commas;
  const withComma = likely ? tally.commas : 0;
  const numeric = tally.numbers + withComma;
  const mostly = numeric > 0 && numeric + tally.infinite > ALMOST_ALL * present;
  if (mostly || wanted === "number") {
    const reading: Reading = { kind: "number", decimal: withComma > 0 ? "," : "." };
    return verdict(reading, refuseNumber(tally, present - numeric, withComma > 0));
  }
  const [order, other] = [...ORDERS].sort((a, b) => tally.times[b] - tally.times[a]);
  const count = tally.times[order];
  if (count <= ALMOST_ALL * present && wanted !== "time") return verdict(TEXT);
  if (count > 0 && tally.times[other] === count) {
    const first = tally.firstNot.yearFirst;
    if (wanted !== "time" || first === null)
      return { reading: TEXT, refusal: null, ambiguous: true };
    const advice = "say which is the day by writing it so";
    return verdict(TIME, { spot: first, wanted: A_TIME, count, advice });
  }
  const spot =
    tally.firstNot[order] ?? tally.firstNumber ?? tally.firstComma ?? tally.firstInfinite;
  const strays = present - count;
  return verdict(
    { kind: "time", order },
    strays > 0 && spot !== null ? { spot, wanted: A_TIME, count: strays, advice: STRAY } : null,
  );
}

function refuseNumber(tally: Tally, strays: number, commas: boolean): Refusal | null {
  const { firstInfinite, firstNotNumber, firstPoint, firstComma } = tally;
  if (commas && firstPoint !== null && firstComma !== null) {
    return {
      spot: firstPoint,
      wanted: `a decimal comma as in "${firstComma.text}" on line ${firstComma.place}`,
      count: 1,
      advice: "write all numbers with a point",
    };
  }
  if (strays === 0) return null;
  if (firstNotNumber !== null) {
    const count = strays - tally.infinite;
    return { spot: firstNotNumber, wanted: "a number", count, advice: STRAY };
  }
  if (firstInfinite !== null) {
    const wanted = "a finite number, 1e150 at most";
    return { spot: firstInfinite, wanted, count: tally.infinite, advice: STRAY };
  }
  return firstComma && { spot: firstComma, wanted: "a number", count: strays, advice: STRAY };
}

/** A field as a number or in seconds; NaN where it is missing or none. */
export function numberOf(field: Field, reading: Reading): number {
  if (field === null) return Number.NaN;
  if (reading.kind === "time") {
    if (field instanceof Date) return field.getTime() / 1000;
    if (typeof field === "number") return Number.NaN;
    return parseTime(field, reading.order)?.seconds ?? Number.NaN;
  }
  if (typeof field !== "string") return typeof field === "number" ? field : Number.NaN;
  const comma = reading.kind === "number" && reading.decimal === ",";
  return (comma ? parseDecimalComma(field) : undefined) ?? parseNumber(field) ?? Number.NaN;
}

/** A field as a word. */
export function textOf(field: Field): string {
  if (field === null) return "";
  if (field instanceof Date) return Number.isNaN(field.getTime()) ? "" : field.toISOString();
  return typeof field === "number" && Number.isNaN(field) ? "" : String(field);
}
