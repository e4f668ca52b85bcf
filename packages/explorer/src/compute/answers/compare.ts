import { compare } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

export function answerCompare(
  library: Library,
  { first, second }: Ask<"compare">,
): Answer<"compare"> {
  const one = library.trace(first);
  const other = library.trace(second);
  const { layers, ...rest } = compare(one, other);
  return {
    ...rest,
    layers: layers.map(({ place, ...layer }) => ({ place: place.name, ...layer })),
    labels: [one.labels, other.labels],
  };
}
