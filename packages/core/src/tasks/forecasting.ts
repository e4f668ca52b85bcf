/**
 * Forecasting: from the rows of a series up to now to its next values, with bands. A step's target is its value, or its difference from the last
 * known one, in units of the training part's deviation.
 *
 * Encoders and decoders are told nothing but numbers; what columns, times and units they mean is kept here.
 */
import type {
  Examples,
  NetworkOutput,
  NumberHead,
  Ports,
  Values,
  WrittenOutput,
} from "../data/examples.ts";
import { spelt } from "../data/labels.ts";
import type { Table } from "../data/table.ts";
import { CellstateError } from "../errors.ts";
import type { JsonObject } from "../files/json.ts";
import { shown } from "../files/shown.ts";
import { exp, expm1, log } from "../numbers/portable.ts";
import { writeCalendar } from "./forecastingCalendar.ts";
import {
  type Calibration,
  type ForecastingConfig,
  readForecastingConfig,
  writeForecastingConfig,
} from "./forecastingConfig.ts";
import { ForecastSeries, type ForecastWindow, stepWidth } from "./forecastingSeries.ts";
import type { Task } from "./task.ts";

export interface Forecast {
  readonly target: string;
  /** What the values are measured in; null where nobody said. */
  readonly unit: string | null;
  /** Of each step ahead, seconds since 1970-01-01T00:00Z. */
  readonly times: readonly number[];
  /** The mean; of a target learnt by its logarithm, the exponential of the mean logarithm, smeared where it is calibrated. */
  readonly values: readonly number[];
  /** A quantile each, ascending: none is ever below the one before. */
  readonly bands: readonly { readonly level: number; readonly values: readonly number[] }[];
}

/** The rows up to now, as a table; or a window of a series that `series` made. */
export type ForecastInput = Table | ForecastWindow;

const KIND = "forecasting";

/** What a decoder knows of a step: how far ahead it is, as a share of the horizon, and its calendar. */
function knownWidth({ calendar }: ForecastingConfig): number {
  return 1 + 2 * calendar.length;
}

export class ForecastingTask
  implements Task<typeof KIND, ForecastInput, ArrayLike<number>, Forecast>
{
  readonly kind = KIND;
  readonly config: ForecastingConfig;
  readonly ports: Ports;
  /** Tables are read once for the input and once for the answer. */
  readonly #series = new WeakMap<Table, ForecastSeries>();

  /** For `fitForecasting` and `fromJson`. */
  constructor(config: ForecastingConfig) {
    const { form, horizon, quantiles } = config;
    const mean: NumberHead = { name: "mean", loss: "squared" };
    const bands: NumberHead = { name: "quantiles", loss: "quantile", levels: quantiles };
    this.config = config;
    this.ports = {
      input: { kind: "vectors", width: stepWidth(config) },
      output: {
        kind: "numbers",
        width: form === "seq2vec" ? horizon : 1,
        heads: quantiles.length > 0 ? [mean, bands] : [mean],
        each: form === "seq2vec" ? "sequence" : "outputStep",
        known: form === "seq2vec" ? 0 : knownWidth(config),
      },
    };
  }

  /** @throws SchemaError for what is no forecaster. */
  static fromJson(json: unknown, path = KIND): ForecastingTask {
    return new ForecastingTask(readForecastingConfig(json, path));
  }

  toJson(): JsonObject {
    return { kind: KIND, ...writeForecastingConfig(this.config) };
  }

  /**
   * A table as this forecaster reads it.
   *
   * @throws CellstateError `data` for a table that it was not made for.
   */
  series(table: Table): ForecastSeries {
    const known = this.#series.get(table);
    if (known) return known;
    const made = new ForecastSeries(this.config, table);
    this.#series.set(table, made);
    return made;
  }

  /** Windows with the targets that their series have. */
  examples(windows: Values<ForecastWindow>): Examples {
    const truths: Values<ArrayLike<number>> = {
      length: windows.length,
      at: (index) => {
        const window = windows.at(index);
        return window?.series.truth(window.origin);
      },
    };
    return this.encode(windows, truths, "windows");
  }

  /** @param targets The values of each step ahead, NaN where one is missing. */
  encode(
    inputs: Values<ForecastInput>,
    targets: Values<ArrayLike<number>> | null,
    name: string,
  ): Examples {
    const { form, history, horizon, calendar } = this.config;
    const window = (example: number): ForecastWindow => {
      const input = inputs.at(example);
      if (input === undefined) throw new RangeError(`${name}: no example ${example}`);
      return this.#window(input);
    };
    return {
      count: inputs.length,
      input: {
        kind: "vectors",
        width: this.ports.input.kind === "vectors" ? this.ports.input.width : 0,
        steps: () => history,
        copy: (example, into, at, stride) => {
          const { series, origin } = window(example);
          series.copyHistory(origin, into, at, stride);
        },
      },
      known:
        form === "seq2vec"
          ? null
          : {
              kind: "vectors",
              width: knownWidth(this.config),
              steps: () => horizon,
              copy: (example, into, at, stride) => {
                const { series, origin } = window(example);
                for (let h = 0; h < horizon; h++) {
                  const place = at + h * stride;
                  into[place] = (h + 1) / horizon;
                  writeCalendar(calendar, series.series.timeOf(origin + h), into, place + 1);
                }
              },
            },
      target: targets && {
        kind: "vectors",
        width: form === "seq2vec" ? horizon : 1,
        steps: () => (form === "seq2vec" ? 1 : horizon),
        copy: (example, into, at, stride) => {
          const values = targets.at(example);
          if (values?.length !== horizon) {
            throw new RangeError(
              `${name}: example ${example} has ${values?.length ?? 0} targets, the horizon is ${horizon}`,
            );
          }
          const scaled = this.scaled(window(example), values);
          for (let h = 0; h < horizon; h++)
            into[at + h * (form === "seq2vec" ? 1 : stride)] = scaled[h];
        },
      },
    };
  }

  decode(output: NetworkOutput | WrittenOutput, input: ForecastInput): Forecast {
    if (!("heads" in output)) throw new TypeError("a forecaster decodes numbers, got tokens");
    const { target, unit, horizon, quantiles, calibration } = this.config;
    const window = this.#window(input);
    const { series, origin } = window;
    if (Number.isNaN(series.lastKnown(origin))) {
      throw new CellstateError(
        "data",
        `${shown(series.series.table.name)}: target column "${shown(target)}" has no value to go on from; give rows in which it is known`,
      );
    }
    const base = this.#base(window);
    const mean = output.heads[0];
    const levels = this.quantilesOf(output);
    const times: number[] = [];
    const values: number[] = [];
    const bands = quantiles.map((level) => ({ level, values: new Array<number>(horizon) }));
    for (let h = 0; h < horizon; h++) {
      times.push(series.series.timeOf(origin + h));
      values.push(this.#unscaled(base, h, mean[h], calibration?.smearing[h] ?? 1));
      const row = levels[h].map((level, q) => level + (calibration?.offsets[h][q] ?? 0));
      row.sort((a, b) => a - b);
      for (let q = 0; q < row.length; q++) {
        bands[q].values[h] = this.#unscaled(base, h, row[q], 1);
      }
    }
    return { target, unit, times, values, bands };
  }

  /** Targets of a window in the numbers that the network writes. */
  scaled(window: ForecastWindow, values: ArrayLike<number>): Float64Array {
    const { scale } = this.config;
    const base = this.#base(window);
    return Float64Array.from({ length: values.length }, (_, h) => {
      const value = this.config.log ? log(1 + values[h]) : values[h];
      return (value - base - scale.mean[h]) / scale.deviation[h];
    });
  }

  /** A network's quantiles as it wrote them, ascending at every step: [horizon][quantiles]. */
  quantilesOf(output: NetworkOutput): number[][] {
    const { horizon, quantiles } = this.config;
    const size = quantiles.length;
    const written: ArrayLike<number> = output.heads[1] ?? [];
    return Array.from({ length: horizon }, (_, h) =>
      Array.from({ length: size }, (_, q) => written[h * size + q]).sort((a, b) => a - b),
    );
  }

  /** This forecaster, corrected by what validation showed. */
  calibrated(calibration: Calibration): ForecastingTask {
    return new ForecastingTask({ ...this.config, calibration });
  }

  #unscaled(base: number, h: number, written: number, smearing: number): number {
    const { scale } = this.config;
    const value = base + scale.mean[h] + scale.deviation[h] * written;
    if (!this.config.log) return value;
    return smearing === 1 ? expm1(value) : exp(value) * smearing - 1;
  }

  /** What targets are differences from: the last known value, or without any the training part's mean. */
  #base({ series, origin }: ForecastWindow): number {
    const { log: isLog, relative, inputs } = this.config;
    if (!relative) return 0;
    const last = series.lastKnown(origin);
    if (Number.isNaN(last)) return inputs[0].mean;
    return isLog ? log(1 + last) : last;
  }

  #window(input: ForecastInput): ForecastWindow {
    const { inputs, history } = this.config;
    const window = "origin" in input ? input : this.series(input).future();
    if (window.series.config.inputs !== inputs) {
      throw new TypeError("a window of another forecaster's series; cut it from this one's");
    }
    const { series, origin } = window;
    if (origin < history) {
      throw new CellstateError(
        "data",
        `${shown(series.series.table.name)}: ${spelt(origin)} rows, but the model looks back ${spelt(history)}; give the last ${spelt(history)} rows at least`,
      );
    }
    return window;
  }
}
