import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { plainLender } from "../threads/plainLender.ts";
import { engineContract } from "./contract.ts";

/**
 * Float32 against float64, from the same float32 inputs. In the worst case every rounding of a chain adds up (about 250
 * in four steps there and back: a sum of twenty products, a polynomial and a few pointwise operations each); in fact most
 * cancel: over the zoo the largest seen is 12. Thirty-two leaves room for other shapes and still finds a wrong constant.
 */
engineContract("wasm", createWasmEngine, { roundings: 32 });

/** Sums in float64, rounded once: nearer to the reference than the kernels. */
engineContract("wasm with lent products", () => createWasmEngine({ gemm: plainLender }), {
  roundings: 32,
});
