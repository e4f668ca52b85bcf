/** Takes a column's fields in one by one, and keeps them as what they turn out to be. */
import type { TableColumn, Values } from "@cellstate/core";
import { judge, numberOf, type Reading, Tally, TEXT, textOf, type Verdict } from "./reading.ts";
import type { Spool } from "./spool.ts";
import { NumberStore, TextStore } from "./stores.ts";
import type { Field } from "./tableSource.ts";

/** Fields by which it is guessed what the column will be; all are asked in the end. */
const FIRST_LOOK = 1000;

export class ColumnReader {
  readonly name: string;
  readonly tally: Tally;
  readonly #commas: "never" | "perhaps" | "likely";
  readonly #spool: Spool;
  /** Fields that wait for the first look; null after it. */
  #waiting: Field[] | null = [];
  #reading: Reading = TEXT;
  #numbers: NumberStore;
  #texts: TextStore;
  /** Whether the tally is complete, and the fields are read once more. */
  #again = false;

  readonly #wanted: TableColumn["kind"] | undefined;

  /** @param wanted The kind, where it is settled; `asItStands` takes fields as words without looking at them. */
  constructor(
    name: string,
    spool: Spool,
    commas: "never" | "perhaps" | "likely",
    wanted: TableColumn["kind"] | "asItStands" | undefined,
  ) {
    this.name = name;
    this.tally = new Tally(commas !== "never");
    this.#commas = commas;
    this.#spool = spool;
    this.#numbers = new NumberStore(spool);
    this.#texts = new TextStore(spool);
    this.#wanted = wanted === "asItStands" ? "text" : wanted;
    if (wanted === "asItStands") {
      this.#waiting = null;
      this.#again = true;
    }
  }

  push(field: Field, place: number): void {
    if (this.#again) {
      this.#keep(field);
      return;
    }
    const number = this.tally.add(field, place);
    if (this.#waiting === null) {
      if (this.#reading.kind === "number" && !Number.isNaN(number)) this.#numbers.append(number);
      else this.#keep(field);
    } else if (this.#waiting.push(field) === FIRST_LOOK) this.#look();
  }

  #look(): void {
    this.#reading = judge(this.tally, this.#commas, this.#wanted).reading;
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const field of waiting) this.#keep(field);
  }

  #keep(field: Field): void {
    if (this.#reading.kind === "text") this.#texts.append(textOf(field));
    else this.#numbers.append(numberOf(field, this.#reading));
  }

  /** What the column is, and whether its fields must be pushed once more because the first look was wrong. */
  settle(): { readonly verdict: Verdict; readonly again: boolean } {
    if (this.#waiting !== null) this.#look();
    const verdict = judge(this.tally, this.#commas, this.#wanted);
    const again = !sameReading(verdict.reading, this.#reading);
    if (again) {
      this.#reading = verdict.reading;
      this.#numbers = new NumberStore(this.#spool);
      this.#texts = new TextStore(this.#spool);
      this.#again = true;
    }
    return { verdict, again };
  }

  get reading(): Reading {
    return this.#reading;
  }

  get numbers(): Values<number> {
    return this.#numbers;
  }

  get texts(): Values<string> {
    return this.#texts;
  }

  /** How many values are missing: of words only what is empty. */
  get missing(): number {
    return this.#reading.kind === "text" ? this.tally.empty : this.tally.missing;
  }
}

function sameReading(a: Reading, b: Reading): boolean {
  if (a.kind === "number") return b.kind === "number" && a.decimal === b.decimal;
  if (a.kind === "time") return b.kind === "time" && a.order === b.order;
  return b.kind === "text";
}
