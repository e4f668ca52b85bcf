import { CellstateError } from "@cellstate/core";
import { fitScale } from "cellstate/scales";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

export function answerSignal(library: Library, ask: Ask<"signal">): Answer<"signal"> {
  const { layers, places } = library.trace(ask);
  const layer = layers[ask.place];
  if (!layer)
    throw new CellstateError("option", `no layer ${ask.place}; there are ${layers.length}`);
  const traced = layer[ask.signal];
  if (!traced) {
    const known = Object.keys(layer).join(", ");
    throw new CellstateError(
      "option",
      `${places[ask.place].name}: no signal "${ask.signal}"; there are ${known}`,
    );
  }
  const { steps, units, range } = traced;
  // A copy: the trace's own goes on being looked at here.
  const values = new Float32Array(traced.values);
  const missing = values.reduce((count, value) => (Number.isNaN(value) ? count + 1 : count), 0);
  return { values, steps, units, missing, fitted: fitScale(range, values) };
}
