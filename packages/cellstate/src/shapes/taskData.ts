/**
 * What a file holds as a task reads it: inputs, and targets where the file has them. The kind decides the types, so whoever predicts or
 * judges asks for it once.
 */
import type {
  Condition,
  ForecastingTask,
  GenerationTask,
  Row,
  RowClassificationTask,
  RowRegressionTask,
  SequenceClassificationTask,
  SequenceRegressionTask,
  SeriesInput,
  Table,
  TaggingTask,
  TextClassificationTask,
  Tokens,
  TransductionTask,
  Values,
} from "@cellstate/core";

interface Data<Kind extends string, T, Input, Target> {
  readonly kind: Kind;
  readonly task: T;
  /** What messages call it: the file's name. */
  readonly name: string;
  readonly inputs: Values<Input>;
  /** As many; null where the file has none. */
  readonly targets: Values<Target> | null;
  /** What each input is called, where it is not by its number. */
  readonly names?: readonly string[];
}

export type CodedData =
  | Data<"text-classification", TextClassificationTask, string, string>
  | Data<"sequence-classification", SequenceClassificationTask, SeriesInput, string>
  | Data<"sequence-regression", SequenceRegressionTask, SeriesInput, number>
  | Data<"row-classification", RowClassificationTask, Row, string>
  | Data<"row-regression", RowRegressionTask, Row, number>
  | Data<"transduction", TransductionTask, string, string>
  | Data<"tagging", TaggingTask, Tokens, Tokens>
  | Data<"generation", GenerationTask, Condition, string>;

export interface SeriesData {
  readonly kind: "forecasting";
  readonly task: ForecastingTask;
  readonly name: string;
  readonly table: Table;
}

export type TaskData = CodedData | SeriesData;

/** What a model's file says of the data that it was trained on, beside its task. */
export interface DataRecord {
  /** The columns of texts and labels; null where the file had no names. */
  readonly text: string | null;
  readonly label: string | null;
  /** The column that rows were to predict. */
  readonly target: string | null;
  /** The unit of MASE: see `seasonalNaiveError`. */
  readonly seasonalError: number | null;
}

export const NO_RECORD: DataRecord = { text: null, label: null, target: null, seasonalError: null };

/** What a file says: it may say anything. */
export function dataRecordOf(training: unknown): DataRecord {
  const data: unknown = Reflect.get(Object(training), "data");
  const text = (name: string): string | null => {
    const value: unknown = Reflect.get(Object(data), name);
    return typeof value === "string" ? value : null;
  };
  const error: unknown = Reflect.get(Object(data), "seasonalError");
  const seasonalError = typeof error === "number" && error > 0 ? error : null;
  return { text: text("text"), label: text("label"), target: text("target"), seasonalError };
}

/** Inputs whose lengths are looked at. */
const LOOK = 200;

/** Steps of all inputs together, about: how much work they are. */
export function stepsOf(data: TaskData): number {
  if (data.kind === "forecasting") return data.table.rows * data.task.config.history;
  const { inputs } = data;
  const stride = Math.max(1, Math.floor(inputs.length / LOOK));
  let steps = 0;
  let looked = 0;
  for (let index = 0; index < inputs.length; index += stride) {
    const input: unknown = inputs.at(index);
    const length: unknown =
      Reflect.get(Object(input), "length") ?? Reflect.get(Object(input), "steps");
    steps += typeof length === "number" ? length : 1;
    looked++;
  }
  return (steps / Math.max(1, looked)) * inputs.length;
}
