/** What a picture is to its frame: a name, the numbers, and how it is drawn as a file. */

/** The numbers of a picture, for tables and files. */
export interface FigureTable {
  readonly columns: readonly string[];
  readonly rows: number;
  cell(row: number, column: number): string | number;
}

export interface FigureSource {
  /** Of files, without an ending: `states-f`. */
  readonly name: string;
  /** Called when it is asked for. */
  table(): FigureTable;
  /** A whole SVG document. Called when it is asked for. */
  svg(): string;
}
