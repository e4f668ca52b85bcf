import { CellstateError, orderUnits, type Trace } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask, OrderLabel } from "../questions.ts";

export function answerOrder(
  library: Library,
  { by, label = "position", ...ask }: Ask<"order">,
): Answer<"order"> {
  const trace = library.trace(ask);
  const traced = trace.layers[ask.place]?.[ask.signal];
  if (!traced) throw new CellstateError("option", `layer ${ask.place} has no signal ${ask.signal}`);
  const labels = by === "correlation" ? labelsOf(trace, label, traced.steps) : undefined;
  return Int32Array.from(orderUnits(traced, by, labels));
}

function labelsOf({ predictions }: Trace, label: OrderLabel, steps: number): Float64Array {
  if (label === "position") return Float64Array.from({ length: steps }, (_, step) => step);
  if (predictions) return predictions.surprisal;
  throw new CellstateError(
    "option",
    "this model predicts no tokens, so nothing is surprising to it: order by position instead",
  );
}
