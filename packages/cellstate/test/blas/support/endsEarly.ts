/** Starts an engine on two threads and ends it so many milliseconds later, or lets the process end: the other thread may be loading its library. */
import { createRecurrentNetwork, findCell } from "@cellstate/core";
import { openEngine } from "../../../src/engine/open.ts";

const [milliseconds, how] = process.argv.slice(2);
const { engine, end } = await openEngine({ engine: "blas", threads: 2 });
const network = createRecurrentNetwork(
  { cell: findCell("lstm"), inputSize: 8, hiddenSize: 64 },
  { init: "default", forgetBias: null, chronoSteps: 10, seed: 1 },
);
network.runner(engine, { steps: 4, batch: 40 });
const until = performance.now() + Number(milliseconds);
while (performance.now() < until);
if (how === "end") end();
else process.exit(0);
