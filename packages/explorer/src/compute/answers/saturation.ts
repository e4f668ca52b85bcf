import { CellstateError, saturation } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

export function answerSaturation(
  library: Library,
  { place, ...ask }: Ask<"saturation">,
): Answer<"saturation"> {
  const layer = library.trace(ask).layers[place];
  if (!layer) throw new CellstateError("option", `there is no layer ${place}`);
  return Object.values(layer).map((signal) => saturation(signal));
}
