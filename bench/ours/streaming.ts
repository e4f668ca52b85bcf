/**
 * W4 here: a step a call, x in, h out, the state carried.
 *
 *     node bench/ours/streaming.ts ENGINE THREADS TIMES REPEAT
 */
import { caseOf, STREAMED } from "../cases.ts";
import { checkOutputs } from "../checks.ts";
import { benchEngine, describeEngine } from "../engine.ts";
import { measure } from "../measure.ts";
import { networkOf } from "./network.ts";

const [engineName, threads, times, repeat] = process.argv.slice(2);
const of = caseOf("W4");
const engine = await benchEngine(engineName, Number(threads));
const stream = networkOf(of).stream(engine);

const inputs = Array.from({ length: STREAMED }, (_, t) => of.x.subarray(t * of.I, (t + 1) * of.I));
let t = 0;
const step = () => {
  const h = stream.step(inputs[t]);
  t = (t + 1) % STREAMED;
  return h;
};

for (let k = 0; k < STREAMED - 1; k++) step();
checkOutputs("W4", step());
await measure({
  version: describeEngine(engine),
  times: Number(times),
  repeat: Number(repeat),
  run: (count) => {
    for (let k = 0; k < count; k++) step();
  },
});
process.exit(0);
