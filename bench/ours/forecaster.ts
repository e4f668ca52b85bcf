/**
 * W7 here: a training step of a tiny forecaster.
 *
 *     node bench/ours/forecaster.ts ENGINE THREADS TIMES REPEAT
 */
import { planElementLoss } from "../../packages/core/src/layers/dense.ts";
import { writeMatrix } from "../../packages/core/src/layers/parameters.ts";
import { caseOf } from "../cases.ts";
import { checkLosses } from "../checks.ts";
import { benchEngine, describeEngine } from "../engine.ts";
import { measure } from "../measure.ts";
import { lastStepModel } from "./lastStep.ts";

const [engineName, threads, times, repeat] = process.argv.slice(2);
const of = caseOf("W7");
const engine = await benchEngine(engineName, Number(threads));
const { compiled, loss, step } = lastStepModel(of, engine, (builder, outputs) =>
  planElementLoss(builder, { name: "squared" }, outputs),
);
writeMatrix(compiled.numbers, { ...loss.targets, rows: of.B }, of.values);

await checkLosses("W7", "oneBias", step);
await measure({
  version: describeEngine(engine),
  times: Number(times),
  repeat: Number(repeat),
  run: (count) => {
    for (let k = 0; k < count; k++) step();
  },
});
process.exit(0);
