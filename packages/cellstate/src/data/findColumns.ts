/** Which columns of a table are meant: its texts and their labels, or what is to be predicted. By name, else by what is in them. */
import {
  CellstateError,
  type Table,
  type TableColumn,
  type TextColumn,
  type Values,
} from "@cellstate/core";

export interface TextAndLabel {
  readonly text: string;
  readonly label: string;
}

const TEXT_NAMES =
  /^(?:text|texts|sentence|review|reviews|review text|name|message|title|comment|content|body|tweet|document|description|question|headline|phrase|sms|utterance|query|v2)$/;
/** Whatever is in such a column, it is read. */
const SURE_TEXT_NAMES =
  /^(?:text|texts|sentence|review|reviews|review text|message|comment|content|body|tweet|headline|phrase|sms|utterance|query)$/;
const LABEL_NAMES =
  /^(?:label|labels|class|category|target|sentiment|country|lang|language|intent|topic|tag|rating|stars|polarity|genre|type|nationality|spam|emotion|v1)$/;
const TARGET_NAMES =
  /^(?:target|label|class|y|outcome|output|species|diagnosis|quality|result|category|value)$/;
const SERIES_TARGET_NAMES =
  /^(?:target|label|y|output|value|close|adj close|sales|demand|load|ot)$/;

/** Rows that are looked at, spread over the table. */
const LOOK = 5000;
/** Labels repeat: each value stands so many times, … */
const REPEATS = 4;
/** … and there are no more of them than this. */
const MOST_LABELS = 1000;

/** What a column's values are like. */
interface Look {
  readonly name: string;
  readonly distinct: number;
  readonly present: number;
  readonly meanLength: number;
  /** Values with white space between words. */
  readonly spaced: number;
  /** Values with a letter. */
  readonly lettered: number;
}

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[_\-.]+/g, " ")
    .trim();

/**
 * The columns of texts and labels; those that are given are only checked to be there.
 *
 * @param settled Whether the table is known to have them: then the longest words are the texts, and what has fewest values the labels.
 * @returns Null where no two columns can be taken for them.
 * @throws CellstateError `option` where there is no column of a given name.
 */
export function findColumns(
  table: Table,
  given: { readonly text?: string; readonly label?: string },
  settled = false,
): TextAndLabel | null {
  for (const name of [given.text, given.label]) if (name !== undefined) mustHave(table, name);
  const columns = table.columns.filter(({ kind }) => kind !== "time");
  const looks = new Map(columns.map((column) => [column.name, lookInto(column)]));
  const names = [...looks.keys()];
  const label =
    given.label ??
    names.find((name) => name !== given.text && LABEL_NAMES.test(plain(name))) ??
    null;
  const others = [...looks.values()].filter(({ name }) => name !== label);
  const named = others.filter((look) => TEXT_NAMES.test(plain(look.name)) && isWordy(look));
  const sure = others.filter((look) => SURE_TEXT_NAMES.test(plain(look.name)) && hasLetters(look));
  const text =
    given.text ??
    longest(named) ??
    (label === null ? null : longest(sure)) ??
    longest(others.filter(isSpaced)) ??
    (settled ? longest(others.filter(hasLetters)) : null);
  if (text === null) return null;
  const labelled =
    label ?? fewest([...looks.values()].filter((look) => look.name !== text && repeats(look)));
  if (labelled !== null) return { text, label: labelled };
  const fewer = settled ? fewest([...looks.values()].filter(({ name }) => name !== text)) : null;
  return fewer === null ? null : { text, label: fewer };
}

/** The two columns of a table that has no others, both of words that hardly repeat. */
export function findPairColumns({
  columns,
}: Table): { readonly source: string; readonly target: string } | null {
  if (columns.length !== 2 || columns.some(({ kind }) => kind === "number")) return null;
  const [source, target] = columns.map(lookInto);
  if (repeats(source) || repeats(target) || columns[0].kind !== "text") return null;
  return { source: source.name, target: target.name };
}

/**
 * The two columns of pairs where a table is known to have them: those that are named, else its only two.
 *
 * @returns Null where it has more, or one.
 */
export function settledPair(
  table: Table,
  given: { readonly text?: string; readonly label?: string },
): { readonly source: string; readonly target: string } | null {
  for (const name of [given.text, given.label]) if (name !== undefined) mustHave(table, name);
  const rest = table.columns
    .map(({ name }) => name)
    .filter((name) => name !== given.text && name !== given.label);
  const wanted = (given.text === undefined ? 1 : 0) + (given.label === undefined ? 1 : 0);
  if (wanted > 0 && rest.length !== wanted) return null;
  const source = given.text ?? rest.shift();
  const target = given.label ?? rest.shift();
  return source === undefined || target === undefined ? null : { source, target };
}

/** @throws CellstateError `option`. */
export function mustHave(table: Table, name: string): TableColumn {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  const names = table.columns.slice(0, 12).map((candidate) => `\`${candidate.name}\``);
  if (table.columns.length > names.length) names.push("…");
  throw new CellstateError(
    "option",
    `${table.name}: no column \`${name}\` among ${names.join(", ")}`,
  );
}

/** A column of words. @throws CellstateError `option` where there is none of that name. */
export function textColumn(table: Table, name: string): TextColumn {
  const column = mustHave(table, name);
  if (column.kind === "text") return column;
  throw new CellstateError("option", `${table.name}: column \`${name}\` has no words`);
}

/** The column that rows are to predict: by its name, else the last that is no time. */
export function findTarget(table: Table): TableColumn | null {
  const columns = table.columns.filter(({ kind }) => kind !== "time");
  return columns.find(({ name }) => TARGET_NAMES.test(plain(name))) ?? columns.at(-1) ?? null;
}

/** The column that a series is to predict: by its name, else the first of numbers that is not the same throughout. */
export function findSeriesTarget(table: Table): TableColumn | null {
  const numbers = table.columns.filter(({ kind }) => kind === "number");
  const named = numbers.find(({ name }) => SERIES_TARGET_NAMES.test(plain(name)));
  return named ?? numbers.find((column) => lookInto(column).distinct > 1) ?? numbers[0] ?? null;
}

/** How many different values a column has, up to `most`; of numbers only whole ones count, any other makes it more. */
export function countClasses(column: TableColumn, most: number): number {
  const seen = new Set<string | number>();
  for (let row = 0; row < column.values.length && seen.size <= most; row++) {
    const value = column.values.at(row);
    if (value === undefined || value === "") continue;
    if (typeof value === "number") {
      if (Number.isNaN(value)) continue;
      if (!Number.isInteger(value)) return most + 1;
    }
    seen.add(value);
  }
  return seen.size;
}

function lookInto({
  name,
  values,
}: {
  readonly name: string;
  readonly values: Values<string | number>;
}): Look {
  const distinct = new Set<string | number>();
  let length = 0;
  let present = 0;
  let spaced = 0;
  let lettered = 0;
  const stride = Math.max(1, Math.floor(values.length / LOOK));
  for (let row = 0; row < values.length; row += stride) {
    const value = values.at(row);
    if (value === undefined || value === "" || Number.isNaN(value)) continue;
    present++;
    distinct.add(value);
    if (typeof value !== "string") continue;
    length += value.length;
    if (/\p{L}/u.test(value)) lettered++;
    if (/\S\s+\S/.test(value)) spaced++;
  }
  return {
    name,
    distinct: distinct.size,
    present,
    meanLength: length / Math.max(1, present),
    spaced,
    lettered,
  };
}

/** Mostly different from row to row, and made of letters: texts, or names. */
function isWordy(look: Look): boolean {
  return look.meanLength > 0 && look.distinct * 2 > look.present;
}

function hasLetters({ lettered, present }: Look): boolean {
  return lettered * 2 > present;
}

function repeats({ distinct, present }: Look): boolean {
  return distinct >= 2 && distinct <= MOST_LABELS && distinct * REPEATS <= present;
}

/** Texts of several words. */
function isSpaced(look: Look): boolean {
  return isWordy(look) && look.spaced * 2 > look.present;
}

/** The column with the longest texts. */
function longest(looks: readonly Look[]): string | null {
  return [...looks].sort((a, b) => b.meanLength - a.meanLength)[0]?.name ?? null;
}

function fewest(looks: readonly Look[]): string | null {
  return [...looks].sort((a, b) => a.distinct - b.distinct)[0]?.name ?? null;
}
