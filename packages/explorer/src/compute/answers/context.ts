import {
  CellstateError,
  contextChange,
  type Engine,
  type LanguageModel,
  type LayerChange,
  type LayerLedger,
  memoryLedger,
  type SignalTrace,
  trace,
} from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask, ContextLayer, SignalValues } from "../questions.ts";

/** What is told of the predictions after a step. */
const TOP = 4;

export function answerContext(
  library: Library,
  { model: id, shared, first, second }: Ask<"context">,
): Answer<"context"> {
  const { language: model } = library.model(id);
  if (model === null) {
    throw new CellstateError(
      "data",
      "this view continues a text in two ways, as a language model reads it; this model is of another kind: open a language model",
    );
  }
  const { engine } = library;
  const change = contextChange(model, engine, { shared, first, second });
  const { tokens } = change;
  const sides = [tokens.first, tokens.second].map((continuation) =>
    readSide(model, engine, tokens.shared, continuation.length, [
      ...tokens.shared,
      ...continuation,
    ]),
  );
  const { layers, ...rest } = change;
  return {
    ...rest,
    layers: layers.map((layer, l) =>
      layerOf(layer, sides[0].layers[l], sides[1].layers[l], tokens.shared.length),
    ),
    top: [sides[0].top, sides[1].top],
  };
}

/** A continuation after the beginning: the accounts of its memories, and what was expected at each of its steps. */
function readSide(
  model: LanguageModel,
  engine: Engine,
  shared: readonly string[],
  steps: number,
  labels: readonly string[],
) {
  // As the change was read: parts that were encoded each by itself.
  const numbers = labels.map((label) => model.vocabulary.numberOf(label) ?? 0);
  const { predictions } = trace(model, engine, numbers, { top: TOP });
  const top = Array.from({ length: steps }, (_, t) => predictions?.top(shared.length + t) ?? []);
  return { layers: memoryLedger(model, engine, numbers).layers, top };
}

function layerOf(
  { place, forgetting, states }: LayerChange,
  first: LayerLedger,
  second: LayerLedger,
  from: number,
): ContextLayer {
  return {
    place: place.name,
    forgetting,
    states: states.map((state, s) => {
      const [one, other] = [first.states[s], second.states[s]];
      if ("reason" in one || "reason" in other) return { ...state, keep: null };
      const { name, caption } = one.keep;
      return {
        ...state,
        keep: { name, caption, values: [valuesFrom(one.keep, from), valuesFrom(other.keep, from)] },
      };
    }),
  };
}

function valuesFrom({ values, units, steps }: SignalTrace, from: number): SignalValues {
  return { values: Float32Array.from(values.subarray(from * units)), steps: steps - from, units };
}
