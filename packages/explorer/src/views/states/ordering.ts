/** How the rows of the state heatmap are sorted: the choices, and what each is in words. */
import type { OrderLabel } from "../../compute/questions.ts";
import type { Json, PageOrder } from "../../state/page.ts";

export const ORDERS: readonly { readonly id: PageOrder; readonly words: string }[] = [
  { id: "number", words: "their numbers" },
  { id: "likeness", words: "likeness: like beside like" },
  { id: "saturation", words: "saturation: from open to shut" },
  { id: "mean", words: "mean: from high to low" },
  { id: "correlation", words: "correlation with a label" },
];

export const LABEL_WORDS: Readonly<Record<OrderLabel, string>> = {
  surprisal: "surprise at the next token",
  position: "position in what is read",
};

/** What this view keeps in the link: `{ label: "surprisal" }`. Anything else counts as nothing. */
export function labelFrom(own: Json | undefined, canSurprise: boolean): OrderLabel {
  const label = typeof own === "object" && own !== null && "label" in own ? own.label : undefined;
  if (label === "position" || !canSurprise) return "position";
  return "surprisal";
}

/** @param order Null for their numbers. @param selected Null for all. @returns null where all stand by their numbers. */
export function shownUnits(
  order: Int32Array | null,
  selected: readonly number[] | null,
): Int32Array | null {
  if (selected === null) return order;
  const chosen = new Set(selected);
  return order ? order.filter((unit) => chosen.has(unit)) : Int32Array.from(selected);
}

/** What the rows' order says, in a sentence. */
export function orderInWords(order: PageOrder, label: OrderLabel): string {
  switch (order) {
    case "number":
      return "Rows stand by their numbers, which mean nothing.";
    case "likeness":
      return "Units that do alike stand beside each other.";
    case "saturation":
      return "At the top are units that are most often near their highest value, at the bottom those most often near their lowest.";
    case "mean":
      return "At the top are units with the highest mean, at the bottom those with the lowest.";
    case "correlation":
      return label === "surprisal"
        ? "Units at the top rise where the next token was little expected, those at the bottom fall there."
        : "Units at the top rise as more is read, those at the bottom fall.";
  }
}
