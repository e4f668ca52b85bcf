import { CellstateError } from "@cellstate/core";
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
  const { values, steps, units } = traced;
  // A copy: the trace's own goes on being looked at here.
  return { values: Float32Array.from(values), steps, units };
}
