/**
 * W1 and W2 here: a whole training step of a character model, window in, weights updated.
 *
 *     node bench/ours/characters.ts W1|W2 ENGINE THREADS TIMES
 */
import { Trainer } from "../../packages/core/src/training/trainer.ts";
import { caseOf } from "../cases.ts";
import { checkLosses } from "../checks.ts";
import { benchEngine, describeEngine } from "../engine.ts";
import { measure } from "../measure.ts";
import { workloadName } from "../workloads.ts";
import { characterModel } from "./characterModel.ts";

const [workload, engineName, threads, times] = process.argv.slice(2);
const of = caseOf(workloadName(workload));
const { B, T, inputs, targets, learningRate } = of;
const engine = await benchEngine(engineName, Number(threads));

const trainer = new Trainer(characterModel(of), engine, {
  batchSize: B,
  window: T,
  optimizer: { name: "adam", learningRate },
  seed: 1,
});
const window = {
  steps: T,
  // Each step begins from a zero state, as the peers' do.
  starts: Array.from({ length: B }, () => true),
  pieces: new Int32Array(B),
  inputs,
  targets,
  counted: T * B,
};
const step = () => trainer.step(window, learningRate).loss;

await checkLosses(of.name, "oneBias", step);
await measure({
  version: describeEngine(engine),
  times: Number(times),
  run: (count) => {
    for (let k = 0; k < count; k++) step();
  },
});
process.exit(0);
