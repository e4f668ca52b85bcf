/** Products with weights by whoever computes them in this plan: integers, the machine's library, or kernels. */
import type { Linked, PlanContext } from "./compile.ts";
import { lentProduct, lentRowSum } from "./lentProduct.ts";
import { packedProduct, rowSumProduct } from "./matmul.ts";
import type {
  PackedProduct,
  PackedProductShape,
  RowSumProduct,
  RowSumShape,
} from "./matrixProduct.ts";
import { quantisedProduct } from "./quantisedProduct.ts";

export function weightProduct(
  context: PlanContext,
  shape: PackedProductShape,
): (linked: Linked) => PackedProduct {
  return context.plan.weights === "int8"
    ? quantisedProduct(context, shape)
    : gradientProduct(context, shape);
}

/** Of gradients with weights: in float32 whatever the format. */
export function gradientProduct(
  context: PlanContext,
  shape: PackedProductShape,
): (linked: Linked) => PackedProduct {
  return context.lends ? lentProduct(context, shape) : packedProduct(context, shape);
}

/** The gradient of weights; see `rowSumProduct`. */
export function weightGradientProduct(
  context: PlanContext,
  shape: RowSumShape,
): (linked: Linked) => RowSumProduct {
  return context.lends ? lentRowSum(context, shape) : rowSumProduct(context, shape);
}
