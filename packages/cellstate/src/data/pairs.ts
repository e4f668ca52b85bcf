/** Pairs of texts, one a line with a tab between: a sentence and its translation, a written date and its ISO form, a label and a name. */
import type { Values } from "@cellstate/core";
import { dataError } from "./bytes.ts";
import { unquoted } from "./delimited.ts";
import { textColumn } from "./findColumns.ts";
import { readLines } from "./lines.ts";
import { countOf } from "./numbers.ts";
import { readTable } from "./readTable.ts";
import { Spool, type SpoolOptions } from "./spool.ts";
import { TextStore } from "./stores.ts";

export interface Pairs {
  readonly sources: Values<string>;
  readonly targets: Values<string>;
  /** @default none: the file has no names */
  readonly columns?: { readonly source: string; readonly target: string };
  /** What was assumed, a line each, for people. */
  readonly notes: readonly string[];
}

export interface PairOptions extends SpoolOptions {
  /** The columns of a table with names, where the file is one. @default none: the file has two fields a line and no names above them */
  readonly columns?: { readonly source: string; readonly target: string };
}

/**
 * Reads pairs; unless columns are named, there is no line of names above them. A third field and those after it (where a sentence comes from) are ignored, empty lines
 * too.
 *
 * @throws CellstateError `data` for a line with one field, or an empty one, with its number; `file-access` where the file cannot be read.
 */
export async function readPairs(path: string, options: PairOptions = {}): Promise<Pairs> {
  if (options.columns !== undefined) return readPairColumns(path, options, options.columns);
  const spool = new Spool(options);
  const sources = new TextStore(spool);
  const targets = new TextStore(spool);
  let more = 0;
  await readLines(path, (line, number) => {
    if (line.trim() === "") return;
    const fields = line.split("\t");
    if (fields.length < 2) {
      throw dataError(
        path,
        `line ${number}: 1 field, a pair has 2 with a tab between; complete it`,
      );
    }
    if (fields.length > 2) more++;
    const [source, target] = fields.slice(0, 2).map(unquoted);
    if (source === "" || target === "") {
      const which = source === "" ? "first" : "second";
      throw dataError(
        path,
        `line ${number}: the ${which} field is empty; complete or remove the line`,
      );
    }
    sources.append(source);
    targets.append(target);
  });
  if (sources.length === 0) throw dataError(path, "has no pairs; name a file with some");
  const notes = more > 0 ? [`fields after the second are ignored (${countOf(more, "line")})`] : [];
  return { sources, targets, notes };
}

async function readPairColumns(
  path: string,
  options: SpoolOptions,
  { source, target }: { readonly source: string; readonly target: string },
): Promise<Pairs> {
  const table = await readTable(path, { ...options, columns: "text" });
  const [sources, targets] = [source, target].map((name) => textColumn(table, name).values);
  for (let row = 0; row < table.rows; row++) {
    if (sources.at(row) !== "" && targets.at(row) !== "") continue;
    const name = sources.at(row) === "" ? source : target;
    throw dataError(
      path,
      `column \`${name}\`, row ${row + 1}: is empty; complete or remove the row`,
    );
  }
  return { sources, targets, columns: { source, target }, notes: table.notes.lines };
}
