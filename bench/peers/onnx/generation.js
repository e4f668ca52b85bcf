/**
 * W3 on ONNX Runtime: a token a call, the best one next; one call's states are the next one's, in the tensors in
 * which they came (outputs into tensors made beforehand are no faster, and its web build does not write them).
 *
 *     node generation.js node|web operator|written-out TIMES REPEAT THREADS
 */
import { caseOf } from "../../cases.ts";
import { argmax, checkTokens } from "../../checks.ts";
import { measure } from "../../measure.ts";
import { operatorGraph, writtenOutGraph } from "./graphs.ts";
import { start } from "./runtime.js";

const [build, form, times, repeat, threads] = process.argv.slice(2);
const of = caseOf("W3");
const writtenOut = form === "written-out";
const graph = writtenOut ? writtenOutGraph(of) : operatorGraph(of);
const { Tensor, session, version } = await start(build, graph, Number(threads));

const stateShape = writtenOut ? [1, of.H] : [1, 1, of.H];
const names = Array.from({ length: of.L }, (_, l) => [`h${l}`, `c${l}`]).flat();
const states = Object.fromEntries(
  names.map((name) => [name, new Tensor("float32", new Float32Array(of.H), stateShape)]),
);
const x = writtenOut
  ? new Tensor("int64", new BigInt64Array(1), [1])
  : new Tensor("float32", new Float32Array(of.I), [1, 1, of.I]);
const feed = writtenOut ? "token" : "x";

async function step(token) {
  if (writtenOut) x.data[0] = BigInt(token);
  else x.data.fill(0)[token] = 1;
  const { logits, ...next } = await session.run({ ...states, [feed]: x });
  for (const name of names) states[name] = next[`${name}.next`];
  return argmax(logits.data);
}

await checkTokens(step);
let token = 0;
await measure({
  version,
  times: Number(times),
  repeat: Number(repeat),
  run: async (count) => {
    for (let k = 0; k < count; k++) token = await step(token);
  },
});
process.exit(0);
