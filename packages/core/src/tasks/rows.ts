/** Rows of a table as inputs: each a vector. */
import {
  ColumnReader,
  type FittedColumn,
  fitColumns,
  fittedColumns,
  type Row,
} from "../data/columns.ts";
import type { Cells, Values, VectorSequences } from "../data/examples.ts";
import { valueAt } from "../data/splits.ts";
import { type Check, object } from "../files/schema.ts";
import { countIn, emptySurvey, type InputCoding, type TrainingExamples } from "./coding.ts";

export interface RowOptions {
  /** What is read of a row, in this order. @default the first row's columns but the target */
  readonly columns?: readonly string[];
}

export class RowInput implements InputCoding<Row> {
  readonly columns: readonly FittedColumn[];
  readonly #reader: ColumnReader;

  constructor(columns: readonly FittedColumn[]) {
    this.columns = columns;
    this.#reader = new ColumnReader(columns);
  }

  /**
   * @throws CellstateError `data`: see `fitColumns`.
   * @throws RangeError where the target is to be read.
   */
  static fit(
    { name, inputs, target }: Omit<TrainingExamples<Row, never>, "targets">,
    { columns }: RowOptions,
  ): RowInput {
    if (target !== undefined && columns?.includes(target)) {
      throw new RangeError(`columns: "${target}" is the target; leave it out`);
    }
    const all = columns ?? Object.keys(valueAt(inputs, 0)).filter((column) => column !== target);
    return new RowInput(fitColumns(inputs, all, name));
  }

  get port() {
    return { kind: "vector", width: this.#reader.width } as const;
  }

  encode(rows: Values<Row>, file: string): VectorSequences {
    return {
      kind: "vectors",
      width: this.#reader.width,
      steps: () => 1,
      copy: (row: number, into: Cells, at: number) =>
        this.#reader.write(valueAt(rows, row), into, at, { file, row }),
    };
  }

  survey(rows: Values<Row>, file: string) {
    const missing = new Map<string, number>();
    for (let row = 0; row < rows.length; row++) {
      for (const name of this.#reader.unread(valueAt(rows, row), { file, row })) {
        countIn(missing, name);
      }
    }
    return { ...emptySurvey(rows.length), missing };
  }

  toJson() {
    return { columns: this.columns };
  }
}

export const rowInput: Check<RowInput> = (value, path) =>
  new RowInput(
    object<{ readonly columns: readonly FittedColumn[] }>({ columns: fittedColumns })(value, path)
      .columns,
  );
