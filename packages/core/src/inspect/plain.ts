/**
 * What was seen, as data alone, for messages between threads and pages: `structuredClone` and `postMessage` refuse functions. Of a trace
 * only two are any: a signal's `at` and the predictions' `top`. They read what lies beside them, so they are taken off here and put on there.
 *
 *     const plain = plainTrace(trace(model, engine, text));      // in the worker
 *     postMessage(plain, transferablesOf(plain));
 *     const { layers } = traceFromPlain(event.data);             // on the page
 */
import type {
  LayerTrace,
  PlainPredictions,
  PlainSignal,
  SignalTrace,
  Trace,
  TracedPredictions,
  TraceWindow,
} from "./signals.ts";

/** A layer's signals by the names that its equations give them. */
export type PlainLayer<Names extends string = string> = Readonly<Record<Names, PlainSignal>>;

interface PlainParts<Names extends string> {
  readonly layers: readonly PlainLayer<Names>[];
  readonly predictions: PlainPredictions | null;
}

/** A trace without its functions: plain objects, lists, strings, numbers and typed arrays. */
export type PlainTrace<Names extends string = string> = Omit<
  Trace<Names>,
  keyof PlainParts<Names>
> &
  PlainParts<Names>;

/** A window of one. */
export type PlainWindow<Names extends string = string> = Omit<
  TraceWindow<Names>,
  keyof PlainParts<Names>
> &
  PlainParts<Names>;

export function plainSignal({ at: _, ...plain }: SignalTrace): PlainSignal {
  return plain;
}

export function signalFromPlain(plain: PlainSignal): SignalTrace {
  const { steps, units, unitNumbers, values } = plain;
  const isWhole = unitNumbers.every((unit, column) => unit === column);
  const at = (step: number, unit: number): number => {
    const column = isWhole ? unit : unitNumbers.indexOf(unit);
    const isStep = Number.isInteger(step) && step >= 0 && step < steps;
    return isStep && column >= 0 && column < units
      ? (values[step * units + column] ?? Number.NaN)
      : Number.NaN;
  };
  return { ...plain, at };
}

export function predictionsFromPlain(plain: PlainPredictions): TracedPredictions {
  const { likely, vocabulary } = plain;
  const { count, tokens, probabilities } = likely;
  const top: TracedPredictions["top"] = (step) =>
    Array.from(tokens.subarray(step * count, (step + 1) * count), (token, k) => ({
      token: vocabulary[token],
      probability: probabilities[step * count + k],
    }));
  return { ...plain, top };
}

/**
 * A trace, or a window of one, as data alone. Nothing is copied: its numbers are the trace's own.
 *
 * @example const there = traceFromPlain(structuredClone(plainTrace(here)));
 */
export function plainTrace<Names extends string>(trace: Trace<Names>): PlainTrace<Names>;
export function plainTrace<Names extends string>(window: TraceWindow<Names>): PlainWindow<Names>;
export function plainTrace<Names extends string>(
  given: Trace<Names> | TraceWindow<Names>,
): PlainTrace<Names> | PlainWindow<Names> {
  const { layers, predictions, ...others } = given;
  return {
    ...others,
    layers: layers.map((layer) => eachSignal<Names, SignalTrace, PlainSignal>(layer, plainSignal)),
    predictions: predictions && plainPredictions(predictions),
  };
}

/** The way back. */
export function traceFromPlain<Names extends string>(plain: PlainTrace<Names>): Trace<Names>;
export function traceFromPlain<Names extends string>(plain: PlainWindow<Names>): TraceWindow<Names>;
export function traceFromPlain<Names extends string>(
  given: PlainTrace<Names> | PlainWindow<Names>,
): Trace<Names> | TraceWindow<Names> {
  const { layers, predictions, ...others } = given;
  return {
    ...others,
    layers: layers.map(
      (layer): LayerTrace<Names> =>
        eachSignal<Names, PlainSignal, SignalTrace>(layer, signalFromPlain),
    ),
    predictions: predictions && predictionsFromPlain(predictions),
  };
}

/**
 * The memory of what was computed, to be handed over rather than copied: `postMessage(plain, transferablesOf(plain))`. After that, the trace it
 * came from is empty. The input's is not among it, which may be the caller's own, nor is memory that threads share.
 */
export function transferablesOf({
  layers,
  predictions,
  output,
}: PlainTrace | PlainWindow): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const visit = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) {
      if (value.buffer instanceof ArrayBuffer) buffers.add(value.buffer);
    } else if (typeof value === "object" && value !== null) {
      for (const part of Object.values(value)) visit(part);
    }
  };
  visit([layers, predictions, output]);
  return [...buffers];
}

function plainPredictions({ top: _, ...plain }: TracedPredictions): PlainPredictions {
  return plain;
}

function eachSignal<Names extends string, From, To>(
  layer: Readonly<Record<Names, From>>,
  change: (signal: From) => To,
): Readonly<Record<Names, To>> {
  const names = Object.keys(layer) as Names[];
  const changed = names.map((name) => [name, change(layer[name])]);
  // The same names as before, which no type of fromEntries says.
  return Object.fromEntries(changed) as Record<Names, To>;
}
