/**
 * A trace as files for other programs.
 *
 * *safetensors*: tensors `layers.0.f` … [steps, units], float32 or float64 as they were computed; for a layer that reads backward
 * `layers.0.reverse.f`, of a decoder `decoder.layers.0.f`; of a language model also `surprisal` [steps]. Metadata: `format`, `model`,
 * `tokens` (a JSON list, one a step), `outputTokens`, `units` (by tensor, the number of each column).
 *
 * *JSON*: one object: `format`, `model`, `tokens`, `layers` (each with `name`, `cell`, `labels` and `signals`: `caption`, `range`,
 * `units`, `values` by step), `predictions`.
 *
 * *CSV*: a row a number: `step,token,layer,signal,unit,value`.
 */
import {
  CellstateError,
  type SignalTrace,
  type Trace,
  type TracedPredictions,
  writeSafetensors,
} from "@cellstate/core";
import { lineOf } from "../shapes/writeRows.ts";
import type { TracedPlace } from "./selection.ts";

export const TRACE_FORMAT = "cellstate-trace/1";

export interface TraceToWrite {
  readonly model: string;
  readonly trace: Trace;
  readonly places: readonly TracedPlace[];
}

export function traceSafetensors({ model, trace, places }: TraceToWrite): Uint8Array<ArrayBuffer> {
  const tensors = new Map<
    string,
    { shape: readonly number[]; data: Float32Array | Float64Array }
  >();
  const units: Record<string, readonly number[]> = {};
  for (const { prefix, signals } of places) {
    for (const { name, steps, units: width, unitNumbers, values } of signals) {
      tensors.set(`${prefix}.${name}`, { shape: [steps, width], data: values });
      units[`${prefix}.${name}`] = unitNumbers;
    }
  }
  const surprisal = trace.predictions?.surprisal;
  if (surprisal) tensors.set("surprisal", { shape: [surprisal.length], data: surprisal });
  return writeSafetensors(tensors, {
    format: TRACE_FORMAT,
    model,
    tokens: JSON.stringify(trace.labels),
    outputTokens: JSON.stringify(trace.outputLabels),
    units: JSON.stringify(units),
  });
}

/** The object, piece by piece: as one string it could be longer than strings can be. */
export function* traceJson({ model, trace, places }: TraceToWrite): Generator<string> {
  const head = { format: TRACE_FORMAT, model, tokens: trace.labels };
  yield `${JSON.stringify(head).slice(0, -1)},"layers":[`;
  for (const [index, { prefix, place, labels, signals }] of places.entries()) {
    const { cell, direction } = place;
    const of = { name: prefix, cell: cell.name, direction, labels };
    yield `${index > 0 ? "," : ""}${JSON.stringify(of).slice(0, -1)},"signals":{`;
    for (const [number, signal] of signals.entries()) {
      const { name, caption, range, unitNumbers, steps } = signal;
      const about = JSON.stringify({ caption, range, units: unitNumbers }).slice(0, -1);
      yield `${number > 0 ? "," : ""}${JSON.stringify(name)}:${about},"values":[`;
      for (let step = 0; step < steps; step++) {
        yield `${step > 0 ? "," : ""}${JSON.stringify(rowOf(signal, step))}`;
      }
      yield "]}";
    }
    yield "}}";
  }
  yield `],"predictions":${JSON.stringify(predictionsJson(trace.predictions))}}\n`;
}

export function* traceCsv({ places }: TraceToWrite): Generator<string> {
  yield lineOf(["step", "token", "layer", "signal", "unit", "value"], "csv");
  for (const { prefix, labels, signals } of places) {
    for (const signal of signals) {
      for (let step = 0; step < signal.steps; step++) {
        const values = rowOf(signal, step);
        for (const [column, unit] of signal.unitNumbers.entries()) {
          const value = values[column];
          yield lineOf([step, labels[step], prefix, signal.name, unit, value], "csv");
        }
      }
    }
  }
}

function rowOf({ values, units }: SignalTrace, step: number): number[] {
  return Array.from(values.subarray(step * units, (step + 1) * units), rounded);
}

function predictionsJson(predictions: TracedPredictions | null) {
  if (predictions === null) return null;
  const { surprisal } = predictions;
  return {
    surprisal: Array.from(surprisal, (nats) => (Number.isNaN(nats) ? null : rounded(nats))),
    top: Array.from(surprisal, (_, step) =>
      predictions.top(step).map(({ token, probability }) => ({
        token,
        probability: rounded(probability),
      })),
    ),
  };
}

/** float32 has no more figures that mean something. */
function rounded(value: number): number {
  return Number(value.toPrecision(7));
}

/** What is held in memory while it is traced and written. */
const MOST_BYTES = 2 ** 30;

/** Bytes that a number takes in a file, about; it is in memory with the trace or the text. */
const PER_NUMBER = { safetensors: 8, json: 12, csv: 4, svg: 8, png: 8 } as const;

export type TraceFormat = keyof typeof PER_NUMBER;

/**
 * Before memory is taken.
 *
 * @param numbers Steps × units of all signals.
 * @throws CellstateError `option` with the size, where it is more than is held.
 */
export function checkSize(numbers: number, format: TraceFormat | null): void {
  const bytes = numbers * (4 + PER_NUMBER[format ?? "csv"]);
  if (bytes <= MOST_BYTES) return;
  const size = (bytes / 2 ** 30).toFixed(1);
  throw new CellstateError(
    "option",
    `this trace has ${Math.round(numbers / 1e6)} million numbers and takes ${size} GiB, the most is 1; name --layer, --signal or --units, or give a shorter text`,
  );
}
