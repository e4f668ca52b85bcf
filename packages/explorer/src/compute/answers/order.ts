import { orderUnits } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

export function answerOrder(library: Library, { by, ...ask }: Ask<"order">): Answer<"order"> {
  const traced = library.trace(ask).layers[ask.place][ask.signal];
  return Int32Array.from(orderUnits(traced, by));
}
