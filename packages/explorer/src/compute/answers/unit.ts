import { CellstateError } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

export function answerUnit(
  library: Library,
  { place, unit, step, ...ask }: Ask<"unit">,
): Answer<"unit"> {
  const { layers, places } = library.trace(ask);
  if (!places[place])
    throw new CellstateError("option", `no layer ${place}; there are ${places.length}`);
  const { program } = places[place].cell;
  const states = new Set(program.states.map(({ name }) => name));
  // Layers that read backward come from the step after.
  const earlier = places[place].direction === "forward" ? step - 1 : step + 1;
  return program.signals.map(({ name, caption }) => {
    const signal = layers[place][name];
    const isCarried = states.has(name) && earlier >= 0 && earlier < signal.steps;
    return {
      name,
      caption,
      value: signal.at(step, unit),
      before: isCarried ? signal.at(earlier, unit) : null,
    };
  });
}
