/** What a table can be read from: named columns of fields, as often as is needed. */

/** As it stands in the file. Null is missing. */
export type Field = string | number | Date | null;

/** @param place The line of a text, or the row of a file that has no lines; from 1. */
export type PushField = (column: number, field: Field, place: number) => void;

export interface TableSource {
  readonly columns: readonly string[];
  /** What `place` counts. */
  readonly placeName: "line" | "row";
  /** Whether `3,14` may be a number: not where commas stand between the fields. */
  readonly decimalComma: "never" | "perhaps" | "likely";
  /**
   * Reads every row, each column in the order of the rows.
   *
   * @param wanted Columns that are asked for; others need not be pushed.
   * @throws CellstateError `data` or `file-access`, one line.
   */
  read(push: PushField, wanted: (column: number) => boolean): Promise<void>;
}
