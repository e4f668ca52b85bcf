/**
 * The wasm engine: float32 on four lanes, in Node and in the browser. Its kernels are emitted at run time for the plan at
 * hand (`assembler.ts`), without relaxed instructions: the same bits on every machine.
 */
import type { Engine, Operation, OperationSpec } from "../engine.ts";
import { cell } from "./cell.ts";
import { compilePlan, type Linked, type PlanContext } from "./compile.ts";
import { crossEntropy } from "./crossEntropy.ts";
import { dropout } from "./dropout.ts";
import { embedding } from "./embedding.ts";
import { linear } from "./linear.ts";
import { sumOfSquares } from "./sumOfSquares.ts";
import { updates } from "./update.ts";

export function createWasmEngine(): Engine {
  return {
    name: "wasm",
    precision: "float32",
    compile: (plan) =>
      compilePlan(plan, { operation: planOperation, sumOfSquares, update: updates }),
  };
}

/** The first move of each kind of operation; see `compile.ts`. */
function planOperation(spec: OperationSpec, context: PlanContext): (linked: Linked) => Operation {
  switch (spec.kind) {
    case "cell":
      return cell(spec, context);
    case "linear":
      return linear(spec, context);
    case "embedding":
      return embedding(spec, context);
    case "dropout":
      return dropout(spec, context);
    case "crossEntropy":
      return crossEntropy(spec, context);
  }
}
