/**
 * W5 here: all outputs of a batch of sequences.
 *
 *     node bench/ours/inference.ts ENGINE THREADS TIMES
 */
import { caseOf } from "../cases.ts";
import { checkOutputs } from "../checks.ts";
import { benchEngine, describeEngine } from "../engine.ts";
import { measure } from "../measure.ts";
import { networkOf } from "./network.ts";

const [engineName, threads, times] = process.argv.slice(2);
const of = caseOf("W5");
const engine = await benchEngine(engineName, Number(threads));
const runner = networkOf(of).runner(engine, { steps: of.T, batch: of.B });

checkOutputs("W5", runner.run(of.x));
runner.run(of.x);
await measure({
  version: describeEngine(engine),
  times: Number(times),
  run: (count) => {
    for (let k = 0; k < count; k++) runner.run(of.x);
  },
});
process.exit(0);
