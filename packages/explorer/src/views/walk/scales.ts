/** Colours of a node's numbers: a signal's range where the equations say one, else symmetric about zero. */
import type { PlaceCell, WalkedNode } from "../../compute/questions.ts";
import { type ColourScale, fitScale } from "../../draw/colours.ts";

export function scaleOf(node: WalkedNode, cell: PlaceCell): ColourScale {
  const range = cell.signals.find(({ name }) => name === node.signal)?.range ?? null;
  return fitScale(range, node.values).scale;
}

/** What a number of this node may be set to by a slider. */
export function limitsOf({ low, high }: ColourScale): readonly [number, number] {
  return [low, high];
}
