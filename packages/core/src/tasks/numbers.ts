/** A number as output: its mean and deviation taken out for the network and put back for people. */

import { Moments } from "../data/columns.ts";
import type {
  NetworkOutput,
  NumberHead,
  OutputPort,
  Values,
  WrittenOutput,
} from "../data/examples.ts";
import { valueAt } from "../data/splits.ts";
import { CellstateError } from "../errors.ts";
import {
  type Check,
  finite,
  list,
  nullable,
  number,
  object,
  oneOf,
  positive,
  SchemaError,
  string,
} from "../files/schema.ts";
import { shown } from "../files/shown.ts";
import { answered, type OutputCoding, type TrainingExamples } from "./coding.ts";

export interface NumberPrediction {
  readonly value: number;
  /** Of the value, as it was given in training; null where it was not. */
  readonly unit: string | null;
  /** In ascending order of their levels, none where the task has none. */
  readonly quantiles: readonly { readonly level: number; readonly value: number }[];
}

export interface RegressionOptions {
  /** What predictions say the number is in: "µg/m³". @default none */
  readonly unit?: string;
  /** `squared` learns the mean, `absolute` the median, `huber` what outliers move little. @default "squared" */
  readonly loss?: "squared" | "absolute" | "huber";
  /** Levels of quantiles to predict beside the value, each above 0 and below 1: [0.1, 0.9] is a band of 80 %. @default none */
  readonly quantiles?: readonly number[];
}

type NumberJson = {
  readonly column: string;
  readonly place: "row" | "example";
  readonly unit: string | null;
  readonly mean: number;
  readonly deviation: number;
  readonly loss: "squared" | "absolute" | "huber";
  readonly quantiles: readonly number[];
};

/** Where the Huber loss turns from squared to absolute, in standard deviations of the target. */
const HUBER_DELTA = 1;

const LONGEST_NAME = 65_536;
const MOST_QUANTILES = 99;

const numberJson = object<NumberJson>({
  column: string(LONGEST_NAME),
  place: oneOf("row", "example"),
  unit: nullable(string(LONGEST_NAME)),
  mean: finite,
  deviation: positive,
  loss: oneOf("squared", "absolute", "huber"),
  quantiles: list(number(0, 1), 0, MOST_QUANTILES),
});

export const numberOutput: Check<NumberOutput> = (value, path) => {
  const json = numberJson(value, path);
  if (!areLevels(json.quantiles)) {
    throw new SchemaError(`${path}.quantiles: expected ascending levels above 0 and below 1`);
  }
  return new NumberOutput(json);
};

function areLevels(levels: readonly number[]): boolean {
  return levels.every((level, at) => level > (levels[at - 1] ?? 0) && level < 1);
}

export class NumberOutput implements OutputCoding<number, NumberPrediction> {
  readonly port: OutputPort;
  readonly #json: NumberJson;

  constructor(json: NumberJson) {
    const { loss, quantiles } = json;
    this.#json = json;
    const heads: NumberHead[] = [
      loss === "huber" ? { name: "value", loss, delta: HUBER_DELTA } : { name: "value", loss },
    ];
    if (quantiles.length > 0)
      heads.push({ name: "quantiles", loss: "quantile", levels: quantiles });
    this.port = { kind: "numbers", width: 1, heads, each: "sequence", known: 0 };
  }

  /**
   * @throws CellstateError `data` for a target that is missing or not finite, or the same everywhere.
   * @throws RangeError for levels that are no quantiles.
   */
  static fit(
    { name, targets, target = "value" }: Omit<TrainingExamples<never, number>, "inputs">,
    place: "row" | "example",
    {
      unit = null,
      loss = "squared",
      quantiles = [],
    }: { readonly unit?: string | null } & Omit<RegressionOptions, "unit">,
  ): NumberOutput {
    if (!areLevels(quantiles) || quantiles.length > MOST_QUANTILES) {
      throw new RangeError(
        `quantiles: expected ascending levels above 0 and below 1, got ${quantiles.join(", ")}`,
      );
    }
    const moments = new Moments();
    let isConstant = true;
    for (let index = 0; index < targets.length; index++) {
      const value = valueAt(targets, index);
      checkTarget(value, name, target, place, index);
      moments.add(value);
      isConstant &&= value === targets.at(0);
    }
    if (isConstant) {
      throw new CellstateError(
        "data",
        `${shown(name)}: column \`${shown(target)}\` is ${moments.mean} in every ${place}; there is nothing to learn`,
      );
    }
    const { mean, deviation } = moments;
    return new NumberOutput({ column: target, place, unit, mean, deviation, loss, quantiles });
  }

  encode(targets: Values<number>, name: string) {
    const { mean, deviation, column, place } = this.#json;
    const scaled = new Float64Array(targets.length);
    for (let index = 0; index < targets.length; index++) {
      const value = valueAt(targets, index);
      checkTarget(value, name, column, place, index);
      scaled[index] = (value - mean) / deviation;
    }
    return {
      target: {
        kind: "vectors",
        width: 1,
        steps: () => 1,
        copy: (example: number, into: { [index: number]: number }, at: number) => {
          into[at] = scaled[example];
        },
      } as const,
    };
  }

  decode(output: NetworkOutput | WrittenOutput): NumberPrediction {
    const { mean, deviation, unit, quantiles } = this.#json;
    const [value, bands] = answered(output).heads;
    const restore = (scaled: number): number => mean + scaled * deviation;
    // Each level is learnt for itself and may cross its neighbour; in order they are no worse (Chernozhukov et al., Econometrica 78, 2010).
    const ordered = quantiles.length > 0 ? bands.slice(0, quantiles.length).sort() : [];
    return {
      value: restore(value[0]),
      unit,
      quantiles: quantiles.map((level, at) => ({ level, value: restore(ordered[at]) })),
    };
  }

  toJson(): NumberJson {
    return this.#json;
  }
}

function checkTarget(
  value: number,
  name: string,
  column: string,
  place: "row" | "example",
  index: number,
): void {
  if (Number.isFinite(value)) return;
  const at = `${shown(name)}: ${place} ${index + 1}`;
  const wrong = Number.isNaN(value)
    ? `no \`${shown(column)}\`; give a number or take the ${place} out`
    : `column \`${shown(column)}\`: expected a number, got ${value}; correct it or take the ${place} out`;
  throw new CellstateError("data", `${at}: ${wrong}`);
}
