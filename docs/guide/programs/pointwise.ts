/** The pointwise product, by itself: a cell whose only equation is one, run by both engines. */
import {
  createRecurrentNetwork,
  createReferenceEngine,
  createWasmEngine,
  defineCell,
} from "cellstate";

const mask = defineCell("h[t] = x[t] ∘ p_mask");
const network = createRecurrentNetwork(
  { cell: mask, inputSize: 6, hiddenSize: 6 },
  { init: "default", forgetBias: null, chronoSteps: 50, seed: 1 },
);

function multiply(x: readonly number[], by: readonly number[]): void {
  network.load(new Map([["p_mask_l0", { shape: [6], data: Float32Array.from(by) }]]));
  console.log(`[${x.join(" ")}] ∘ [${by.join(" ")}]`);
  for (const engine of [createReferenceEngine(), createWasmEngine()]) {
    const { outputs } = network.run(engine, x, { steps: 1, batch: 1 });
    console.log(`  ${engine.name.padEnd(9)} = [${[...outputs].join(" ")}]`);
  }
}

multiply([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 1]);
multiply([1, 2, 3, 4, 5, 6], [1, 0.5, 0.25, 0, 0, 1]);
