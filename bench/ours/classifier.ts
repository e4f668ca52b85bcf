/**
 * W6 here: a training step of a classifier of sequences.
 *
 *     node bench/ours/classifier.ts ENGINE THREADS TIMES
 */
import { planCrossEntropy } from "../../packages/core/src/layers/dense.ts";
import { caseOf } from "../cases.ts";
import { checkLosses } from "../checks.ts";
import { benchEngine, describeEngine } from "../engine.ts";
import { measure } from "../measure.ts";
import { lastStepModel } from "./lastStep.ts";

const [engineName, threads, times] = process.argv.slice(2);
const of = caseOf("W6");
const engine = await benchEngine(engineName, Number(threads));
const { compiled, loss, step } = lastStepModel(of, engine, planCrossEntropy);
compiled.integers.set(of.targets, loss.targets.offset);

await checkLosses("W6", "oneBias", step);
await measure({
  version: describeEngine(engine),
  times: Number(times),
  run: (count) => {
    for (let k = 0; k < count; k++) step();
  },
});
process.exit(0);
