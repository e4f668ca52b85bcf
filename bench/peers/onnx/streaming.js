/**
 * W4 on ONNX Runtime: a step a call; one call's states are the next one's, in the tensors in which they came.
 *
 *     node streaming.js node|web TIMES REPEAT THREADS
 */
import { caseOf, STREAMED } from "../../cases.ts";
import { checkOutputs } from "../../checks.ts";
import { measure } from "../../measure.ts";
import { layerGraph } from "./graphs.ts";
import { start } from "./runtime.js";

const [build, times, repeat, threads] = process.argv.slice(2);
const of = caseOf("W4");
const { Tensor, session, version } = await start(build, layerGraph(of, false), Number(threads));

const tensor = (data, shape) => new Tensor("float32", data, shape);
const inputs = Array.from({ length: STREAMED }, (_, t) =>
  tensor(of.x.slice(t * of.I, (t + 1) * of.I), [1, 1, of.I]),
);
let h = tensor(new Float32Array(of.H), [1, 1, of.H]);
let c = h;
let t = 0;
async function step() {
  const next = await session.run({ x: inputs[t], h0: h, c0: c });
  h = next["h0.next"];
  c = next["c0.next"];
  t = (t + 1) % STREAMED;
}

for (let k = 0; k < STREAMED; k++) await step();
checkOutputs("W4", h.data);
await measure({
  version,
  times: Number(times),
  repeat: Number(repeat),
  run: async (count) => {
    for (let k = 0; k < count; k++) await step();
  },
});
process.exit(0);
