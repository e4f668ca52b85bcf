/** Series of numbers as inputs: each a sequence of vectors, standardised by column. */
import {
  checkNames,
  fittedNumbers,
  Moments,
  type NumberFit,
  notFinite,
  widthOf,
  writeNumber,
} from "../data/columns.ts";
import type { Cells, Values, VectorSequences } from "../data/examples.ts";
import { valueAt } from "../data/splits.ts";
import { CellstateError } from "../errors.ts";
import { type Check, object } from "../files/schema.ts";
import { shown } from "../files/shown.ts";
import { countIn, emptySurvey, type InputCoding } from "./coding.ts";

export interface SeriesInput {
  readonly steps: number;
  /** [steps, columns], step by step; NaN where a value is missing. */
  readonly values: Float32Array;
}

export interface SeriesOptions {
  /** What the numbers of a step are called. @default "1", "2" … */
  readonly columns?: readonly string[];
}

export class SeriesCoding implements InputCoding<SeriesInput> {
  readonly columns: readonly NumberFit[];
  readonly #width: number;

  constructor(columns: readonly NumberFit[]) {
    this.columns = columns;
    this.#width = widthOf(columns);
  }

  /** @throws CellstateError `data`: no step in all, series of different widths, an infinite number. */
  static fit(inputs: Values<SeriesInput>, { columns }: SeriesOptions, name: string): SeriesCoding {
    const names = columns ?? defaultNames(inputs, name);
    checkNames(names, name);
    const moments = names.map(() => new Moments());
    for (let index = 0; index < inputs.length; index++) {
      const { values } = checkedSeries(inputs, index, names.length, name);
      for (let at = 0; at < values.length; at++) {
        const column = at % names.length;
        if (Math.abs(values[at]) === Infinity) {
          throw notFinite(stepOf(name, index, at, names.length), names[column], values[at]);
        }
        moments[column].add(values[at]);
      }
    }
    return new SeriesCoding(moments.map((each, column) => each.fit(names[column])));
  }

  get port() {
    return { kind: "vectors", width: this.#width } as const;
  }

  encode(inputs: Values<SeriesInput>, name: string): VectorSequences {
    const { columns } = this;
    return {
      kind: "vectors",
      width: this.#width,
      steps: (example) => checkedSeries(inputs, example, columns.length, name).steps,
      copy: (example, into, at, stride) =>
        this.#copy(checkedSeries(inputs, example, columns.length, name), into, at, stride, {
          name,
          example,
        }),
    };
  }

  survey(inputs: Values<SeriesInput>, name: string) {
    const missing = new Map<string, number>();
    for (let index = 0; index < inputs.length; index++) {
      const { values } = checkedSeries(inputs, index, this.columns.length, name);
      for (let at = 0; at < values.length; at++) {
        if (Number.isNaN(values[at])) countIn(missing, this.columns[at % this.columns.length].name);
      }
    }
    return { ...emptySurvey(inputs.length), missing };
  }

  toJson() {
    return { columns: this.columns };
  }

  #copy(
    { steps, values }: SeriesInput,
    into: Cells,
    start: number,
    stride: number,
    { name, example }: { readonly name: string; readonly example: number },
  ): void {
    const { columns } = this;
    for (let t = 0; t < steps; t++) {
      let next = start + t * stride;
      for (let column = 0; column < columns.length; column++) {
        const at = t * columns.length + column;
        if (!writeNumber(columns[column], values[at], into, next)) {
          const place = stepOf(name, example, at, columns.length);
          throw notFinite(place, columns[column].name, values[at]);
        }
        next += columns[column].missing ? 2 : 1;
      }
    }
  }
}

export const seriesCoding: Check<SeriesCoding> = (value, path) =>
  new SeriesCoding(
    object<{ readonly columns: readonly NumberFit[] }>({ columns: fittedNumbers })(value, path)
      .columns,
  );

/** Numbers for names: as many as the first series that has a step has in each. */
function defaultNames(inputs: Values<SeriesInput>, name: string): readonly string[] {
  for (let index = 0; index < inputs.length; index++) {
    const { steps, values } = valueAt(inputs, index);
    if (steps > 0) {
      return Array.from({ length: Math.floor(values.length / steps) }, (_, at) => `${at + 1}`);
    }
  }
  throw new CellstateError(
    "data",
    `${shown(name)}: every series is empty; give series of a step or more`,
  );
}

function checkedSeries(
  inputs: Values<SeriesInput>,
  index: number,
  columns: number,
  name: string,
): SeriesInput {
  const series = valueAt(inputs, index);
  const { steps, values } = series;
  if (columns > 0 && values.length === steps * columns) return series;
  throw new CellstateError(
    "data",
    `${shown(name)}: example ${index + 1}: expected ${columns} numbers in each of ${steps} steps, as in training, got ${values.length} numbers in all; give every step the same columns`,
  );
}

function stepOf(name: string, example: number, at: number, columns: number): string {
  return `${shown(name)}: example ${example + 1}, step ${Math.floor(at / columns) + 1}`;
}
