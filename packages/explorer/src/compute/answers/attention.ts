import { CellstateError, type NetworkOutput, type WrittenOutput } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

/** What an encoder has at its end for whoever comes after it, and where a decoder looked. */
export function answerAttention(library: Library, ask: Ask<"attention">): Answer<"attention"> {
  const { labels, outputLabels, places, layers, output } = library.trace(ask);
  if (library.subject(ask).family !== "network") {
    throw new CellstateError("data", "this model has no encoder that hands something over");
  }
  const handOver = places.flatMap(({ name, part, direction, along, cell }, place) => {
    if (part !== "encoder" || along !== "steps") return [];
    return cell.program.states.map((state) => {
      const { steps, units, values } = layers[place][state.name];
      // What reads backward ends at the input's first step.
      const last = direction === "forward" ? steps - 1 : 0;
      const end = values.subarray(last * units, (last + 1) * units);
      return { place: name, state: state.name, values: Float32Array.from(end) };
    });
  });
  const weights = output && !("outputs" in output) ? attentionOf(output) : null;
  return {
    handOver,
    attention: weights && {
      source: labels,
      target: outputLabels,
      weights: Float32Array.from(weights),
    },
  };
}

function attentionOf(output: NetworkOutput | WrittenOutput): Float32Array | null {
  return output.attention ?? null;
}
