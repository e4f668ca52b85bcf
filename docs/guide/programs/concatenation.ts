/** One matrix times two vectors laid end to end, and two matrices times one vector each: the same numbers, by both engines. */
import {
  type Cell,
  createRecurrentNetwork,
  createReferenceEngine,
  createWasmEngine,
  defineCell,
  type Engine,
} from "cellstate";

const joined = defineCell("h[t] = W·[h[t-1], x[t]] + b_y");
const apart = defineCell("h[t] = W_h·h[t-1] + W_x·x[t] + b_y");

// Two units, an input of three numbers. A matrix has a row a unit.
const W_h = [0.5, -1, 0.25, 2];
const W_x = [1, 0, -0.5, 0.75, 3, -2];
const W = [...W_h.slice(0, 2), ...W_x.slice(0, 3), ...W_h.slice(2), ...W_x.slice(3)];
const b_y = [0.1, -0.2];
const x = [1, 2, 3, 0.3, -0.7, 0.9];

function run(cell: Cell, weights: Readonly<Record<string, number[]>>, engine: Engine): number[] {
  const network = createRecurrentNetwork(
    { cell, inputSize: 3, hiddenSize: 2 },
    { init: "default", forgetBias: null, chronoSteps: 50, seed: 1 },
  );
  const tensors = Object.entries(weights).map(([name, values]) => {
    const shape = name.startsWith("W") ? [2, values.length / 2] : [2];
    return [`${name}_l0`, { shape, data: Float32Array.from(values) }] as const;
  });
  network.load(new Map(tensors));
  return [...network.run(engine, x, { steps: 2, batch: 1 }).outputs];
}

for (const engine of [createReferenceEngine(), createWasmEngine()]) {
  const one = run(joined, { W, b_y }, engine);
  const two = run(apart, { W_h, W_x, b_y }, engine);
  console.log(`${engine.name}`);
  console.log(`  W·[h, x] + b_y        ${one.map((value) => value.toFixed(4)).join("  ")}`);
  console.log(`  W_h·h + W_x·x + b_y   ${two.map((value) => value.toFixed(4)).join("  ")}`);
  console.log(`  the same to the last bit: ${one.every((value, n) => Object.is(value, two[n]))}`);
}
