/**
 * W3 here: a token a call, the best one next, the state carried.
 *
 *     node bench/ours/generation.ts ENGINE THREADS TIMES REPEAT
 *
 * With `int8` the weights are others, and so may be a token; the logits have to stay near, along the same text.
 */
import { LanguageStream } from "../../packages/core/src/index.ts";
import { caseOf } from "../cases.ts";
import { argmax, checkLogits, checkTokens } from "../checks.ts";
import { benchEngine, describeEngine } from "../engine.ts";
import { measure } from "../measure.ts";
import { characterModel } from "./characterModel.ts";

const [engineName, threads, times, repeat] = process.argv.slice(2);
const engine = await benchEngine(engineName, Number(threads));
const stream = new LanguageStream(characterModel(caseOf("W3")), engine);

if (engineName === "int8") checkLogits((token) => stream.step(token));
else await checkTokens((token) => argmax(stream.step(token)));
let token = 0;
await measure({
  version: describeEngine(engine),
  times: Number(times),
  repeat: Number(repeat),
  run: (count) => {
    for (let k = 0; k < count; k++) token = argmax(stream.step(token));
  },
});
process.exit(0);
