/** Products of a layer's input with its weights, in the format that the plan asks for. */
import type { Linked, PlanContext } from "./compile.ts";
import { type PackedProduct, type PackedProductShape, packedProduct } from "./matmul.ts";
import { quantisedProduct } from "./quantisedProduct.ts";

export function weightProduct(
  context: PlanContext,
  shape: PackedProductShape,
): (linked: Linked) => PackedProduct {
  return context.plan.weights === "int8"
    ? quantisedProduct(context, shape)
    : packedProduct(context, shape);
}
