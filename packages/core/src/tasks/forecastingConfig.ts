/** What a forecaster knows: plain data, fitted on the training part, and how it is checked when it comes out of a file. */
import type { TimeStep } from "../data/seriesTime.ts";
import type { JsonObject } from "../files/json.ts";
import {
  boolean,
  type Check,
  distinct,
  finite,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  positive,
  SchemaError,
  string,
} from "../files/schema.ts";
import { CALENDAR_FEATURES, type CalendarFeature } from "./forecastingCalendar.ts";

/** A column that the network reads, and what its numbers or categories are to it. */
export interface SeriesInput {
  readonly name: string;
  readonly kind: "number" | "category";
  /** Of the training part; numbers are read as (value − mean) / deviation. 0 and 1 for categories. */
  readonly mean: number;
  readonly deviation: number;
  /** Of the training part, one number each, 0 or 1; others are read as none of them. Empty for numbers. */
  readonly categories: readonly string[];
  /** True where the training part has missing values: one number more, 1 where the value is missing. */
  readonly indicator: boolean;
}

export const FORECAST_FORMS = ["seq2vec", "seq2seq"] as const;
/** `seq2vec`: all steps at once. `seq2seq`: one after the other by a decoder, which knows how far ahead each is, and its calendar. */
export type ForecastForm = (typeof FORECAST_FORMS)[number];

/** What validation taught about the forecasts, in the numbers that the network writes. */
export interface Calibration {
  /** What is added to each quantile, step by step: [horizon][quantiles]. */
  readonly offsets: readonly (readonly number[])[];
  /** What the exponential of each step's mean logarithm is multiplied by; 1 without logarithms. */
  readonly smearing: readonly number[];
}

export interface ForecastingConfig {
  readonly form: ForecastForm;
  readonly target: string;
  /** What the target is measured in, for people; null where nobody said. */
  readonly unit: string | null;
  /** Steps ahead. */
  readonly horizon: number;
  /** Rows that a forecast looks back. */
  readonly history: number;
  /** Ascending, each between 0 and 1; none for the mean alone. */
  readonly quantiles: readonly number[];
  readonly timeName: string;
  readonly step: TimeStep;
  /** After so many steps the series is expected to come round; 1 where nothing is expected. */
  readonly season: number;
  readonly calendar: readonly CalendarFeature[];
  /** The target first. */
  readonly inputs: readonly SeriesInput[];
  /** True where the target is learnt as log(1 + value). */
  readonly log: boolean;
  /** True where a step's target is its difference from the last known value. */
  readonly relative: boolean;
  /** Of each step's targets (differences, logarithms) in the training part. */
  readonly scale: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
  readonly calibration: Calibration | null;
}

export const MOST_STEPS = 10_000;
export const MOST_HISTORY = 1_000_000;
export const MOST_QUANTILES = 99;
const LONGEST_NAME = 1_000;
const MOST_INPUTS = 10_000;
const MOST_CATEGORIES = 1_000;

const name = string(LONGEST_NAME);
const steps = list(finite, 1, MOST_STEPS);

const config: Check<ForecastingConfig> = object({
  form: oneOf(...FORECAST_FORMS),
  target: name,
  unit: nullable(name),
  horizon: integer(1, MOST_STEPS),
  history: integer(1, MOST_HISTORY),
  quantiles: list(number(0, 1), 0, MOST_QUANTILES),
  timeName: name,
  step: object<TimeStep>({ unit: oneOf("seconds", "months"), count: positive }),
  season: integer(1, Number.MAX_SAFE_INTEGER),
  calendar: distinct(
    list(oneOf(...CALENDAR_FEATURES), 0, CALENDAR_FEATURES.length),
    (feature) => feature,
  ),
  inputs: distinct(
    list(
      object<SeriesInput>({
        name,
        kind: oneOf("number", "category"),
        mean: finite,
        deviation: positive,
        categories: distinct(list(name, 0, MOST_CATEGORIES), (category) => category),
        indicator: boolean,
      }),
      1,
      MOST_INPUTS,
    ),
    (input) => input.name,
  ),
  log: boolean,
  relative: boolean,
  scale: object<ForecastingConfig["scale"]>({
    mean: steps,
    deviation: list(positive, 1, MOST_STEPS),
  }),
  calibration: nullable(
    object<Calibration>({
      offsets: list(list(finite, 0, MOST_QUANTILES), 1, MOST_STEPS),
      smearing: list(positive, 1, MOST_STEPS),
    }),
  ),
});

/**
 * What a file says a forecaster knows.
 *
 * @param path Where it stands in the file, for messages.
 * @throws SchemaError for what does not fit together.
 */
export function readForecastingConfig(value: unknown, path: string): ForecastingConfig {
  const read = config(value, path);
  const { horizon, quantiles, inputs, scale, calibration, step } = read;
  const wanted = (fits: boolean, field: string, what: string): void => {
    if (!fits) throw new SchemaError(`${path}.${field}: expected ${what}`);
  };
  wanted(ascending(quantiles), "quantiles", "ascending numbers between 0 and 1");
  wanted(step.unit === "seconds" || Number.isInteger(step.count), "step.count", "whole months");
  wanted(
    inputs[0].kind === "number" && inputs[0].name === read.target,
    "inputs[0]",
    "the numbers of the target",
  );
  for (const [i, { kind, categories }] of inputs.entries()) {
    const fits = kind === "number" ? categories.length === 0 : categories.length > 0;
    wanted(fits, `inputs[${i}].categories`, "some, and none for numbers");
  }
  wanted(scale.mean.length === horizon, "scale.mean", `${horizon} numbers, one a step`);
  wanted(scale.deviation.length === horizon, "scale.deviation", `${horizon} numbers, one a step`);
  if (calibration) {
    const { offsets, smearing } = calibration;
    wanted(
      offsets.length === horizon && offsets.every((row) => row.length === quantiles.length),
      "calibration.offsets",
      `${horizon} lists of ${quantiles.length} numbers`,
    );
    wanted(smearing.length === horizon, "calibration.smearing", `${horizon} numbers, one a step`);
  }
  return read;
}

/** True for quantiles that can be: above 0, below 1, each above the one before. */
export function ascending(quantiles: readonly number[]): boolean {
  return quantiles.every((level, q) => level > (q === 0 ? 0 : quantiles[q - 1]) && level < 1);
}

export function writeForecastingConfig(known: ForecastingConfig): JsonObject {
  const { step, scale, calibration } = known;
  return {
    ...known,
    step: { ...step },
    inputs: known.inputs.map((input) => ({ ...input })),
    scale: { ...scale },
    calibration: calibration && { ...calibration },
  };
}
