/** Texts with their labels: two columns of a table, or a folder with a file of texts for each label. */
import { basename, extname } from "node:path";
import type { Values } from "@cellstate/core";
import { accessError } from "../files/fileError.ts";
import { dataError } from "./bytes.ts";
import { findColumns, type TextAndLabel, textColumn } from "./findColumns.ts";
import { isFolder, listFilesWith } from "./folders.ts";
import { readLines } from "./lines.ts";
import { readPairs } from "./pairs.ts";
import { readTable } from "./readTable.ts";
import { Spool, type SpoolOptions } from "./spool.ts";
import { TextStore } from "./stores.ts";

export interface LabelledTexts {
  readonly texts: Values<string>;
  readonly labels: Values<string>;
  /** The columns' names; null where the file or the folder has none. */
  readonly columns: TextAndLabel | null;
  readonly notes: readonly string[];
}

export interface LabelledTextOptions extends SpoolOptions {
  /** The column of the texts. @default found by its name, else the one with the longest texts */
  readonly text?: string;
  /** The column of the labels. @default found by its name, else one with few different values */
  readonly label?: string;
  /** The file is pairs without a line of names above: which side is the label. @default "none": it has names */
  readonly bare?: "none" | "labelFirst" | "labelSecond";
}

/**
 * @param path A table (CSV, TSV, JSON Lines, Parquet), or a folder of text files: one a label, named after it, with a text a line.
 * @throws CellstateError as `readTable` does; `option` where there is no such column; `data` where no columns can be taken for text and label, or
 * a row lacks one of them.
 */
export async function readLabelledTexts(
  path: string,
  options: LabelledTextOptions = {},
): Promise<LabelledTexts> {
  if (isFolder(path)) return readLabelFolder(path, options);
  const { bare = "none" } = options;
  if (bare !== "none") {
    const { sources, targets, notes } = await readPairs(path, options);
    return bare === "labelFirst"
      ? { texts: targets, labels: sources, columns: null, notes }
      : { texts: sources, labels: targets, columns: null, notes };
  }
  const table = await readTable(path, { ...options, columns: "text" });
  const found = findColumns(table, options, true);
  if (found === null) {
    const names = table.columns.map(({ name }) => `\`${name}\``).join(", ");
    throw dataError(path, `no column of texts with one of labels among ${names}; name them`);
  }
  const texts = textColumn(table, found.text).values;
  const labels = textColumn(table, found.label).values;
  for (let row = 0; row < table.rows; row++) {
    if (labels.at(row) === "" || texts.at(row) === "") {
      const name = labels.at(row) === "" ? found.label : found.text;
      throw dataError(
        path,
        `column \`${name}\`, row ${row + 1}: is empty; complete or remove the row`,
      );
    }
  }
  return { texts, labels, columns: found, notes: table.notes.lines };
}

async function readLabelFolder(path: string, options: SpoolOptions): Promise<LabelledTexts> {
  const files = listFilesWith(path, /\.txt$/i);
  if (files.length < 2) {
    throw accessError(path, "a folder of labelled texts needs two .txt files, one for each label");
  }
  const spool = new Spool(options);
  const texts = new TextStore(spool);
  const labels = new TextStore(spool);
  for (const file of files) {
    const label = basename(file, extname(file));
    const before = texts.length;
    await readLines(file, (line) => {
      const text = line.trim();
      if (text === "") return;
      texts.append(text);
      labels.append(label);
    });
    if (texts.length === before) throw dataError(file, "has no texts; remove it or give it some");
  }
  const notes = [`each line of a file is a text, the file's name its label`];
  return { texts, labels, columns: null, notes };
}
