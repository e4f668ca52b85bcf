/**
 * A memory of one number, written once and then only kept: how much of it is left, and how much of it can still be learnt from.
 *
 *     npx node docs/guide/programs/memory.ts
 */
import { createRecurrentNetwork, createReferenceEngine, defineCell } from "cellstate";

const memory = defineCell("h[t] = p_keep ∘ h[t-1] + x[t]");
const network = createRecurrentNetwork(
  { cell: memory, inputSize: 1, hiddenSize: 1 },
  { init: "default", forgetBias: null, chronoSteps: 50, seed: 1 },
  "float64",
);
const engine = createReferenceEngine();
const STEPS = [1, 5, 10, 20, 50];
const most = Math.max(...STEPS);

/** The memory after each step, where the first input is given and all others are 0. */
function remember(keep: number, first: number): ArrayLike<number> {
  network.load(new Map([["p_keep_l0", { shape: [1], data: Float64Array.of(keep) }]]));
  const inputs = [first, ...new Array<number>(most).fill(0)];
  return network.run(engine, inputs, { steps: inputs.length, batch: 1 }).outputs;
}

/** Two figures; what is below a thousandth with its power of ten. */
const figure = (value: number): string =>
  value < 1e-3 ? value.toExponential(1) : value.toPrecision(2);

const row = (title: string, cells: readonly (string | number)[]): void =>
  console.log(title.padEnd(22) + cells.map((cell) => String(cell).padStart(10)).join(""));

row("steps later", STEPS);
for (const keep of [1, 0.9, 0.5]) {
  const held = remember(keep, 3);
  row(
    `keep ${keep}: the 3 is now`,
    STEPS.map((step) => figure(held[step])),
  );
}
console.log();
// By how much the memory at the end changes if the first input is changed a little: its gradient.
for (const keep of [1, 0.9, 0.5]) {
  const [less, more] = [remember(keep, 3 - 1e-3), remember(keep, 3 + 1e-3)];
  row(
    `keep ${keep}: the gradient`,
    STEPS.map((step) => figure((more[step] - less[step]) / 2e-3)),
  );
}
