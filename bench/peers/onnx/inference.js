/**
 * W5 on ONNX Runtime: all outputs of a batch of sequences, by its LSTM operator.
 *
 *     node inference.js node|web TIMES THREADS
 */
import { caseOf } from "../../cases.ts";
import { checkOutputs } from "../../checks.ts";
import { measure } from "../../measure.ts";
import { layerGraph } from "./graphs.ts";
import { start } from "./runtime.js";

const [build, times, threads] = process.argv.slice(2);
const of = caseOf("W5");
const { T, B, I, H } = of;
const { Tensor, session, version } = await start(build, layerGraph(of, true), Number(threads));

const tensor = (shape, data = new Float32Array(shape.reduce((a, b) => a * b, 1))) =>
  new Tensor("float32", data, shape);
const state = () => tensor([1, B, H]);
const feeds = { x: tensor([T, B, I], of.x), h0: state(), c0: state() };

const step = () => session.run(feeds, ["y"]);
checkOutputs("W5", (await step()).y.data);
await step();
await measure({
  version,
  times: Number(times),
  run: async (count) => {
    for (let k = 0; k < count; k++) await step();
  },
});
process.exit(0);
