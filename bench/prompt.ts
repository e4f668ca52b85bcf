/**
 * How much faster is a prompt read in one go than token by token? The model of W3, 2 × 512, one thread.
 *
 *     node bench/prompt.ts [ROUNDS]     → bench/results/prompt.json
 *
 * Both ways have to give the same logits before they are timed, bit for bit but for lent products; then they take turns.
 */
import { LanguageStream } from "../packages/core/src/index.ts";
import type { Prompt } from "./beside.ts";
import { caseOf } from "./cases.ts";
import { benchEngine } from "./engine.ts";
import { characterModel } from "./ours/characterModel.ts";
import {
  type Circumstances,
  circumstances,
  keep,
  median,
  round,
  significant,
  sorted,
} from "./results.ts";

const ROUNDS = Number(process.argv[2] ?? 41);
const LENGTH = 512;
const ENGINES = ["wasm", "blas", "int8"] as const;

/** A library sums a window's products in another order than a row's; the logits here are up to 4. */
const LENT_ROUNDING = 1e-5;

const before = circumstances();
const model = characterModel(caseOf("W3"));
const tokens = Int32Array.from({ length: LENGTH }, (_, n) => (n * 7 + 3) % model.vocabulary.size);

function spread(ms: readonly number[]) {
  const order = sorted(ms.map((each) => each / LENGTH));
  return {
    minimum: significant(order[0]),
    median: significant(median(order)),
    maximum: significant(order[order.length - 1]),
  };
}

const rows = [];
for (const name of ENGINES) {
  const stream = new LanguageStream(model, await benchEngine(name, 1));
  const ways = {
    together: () => stream.read(tokens),
    oneByOne: () => {
      let logits = stream.step(tokens[0]);
      for (let n = 1; n < LENGTH; n++) logits = stream.step(tokens[n]);
      return logits;
    },
  };
  const time = (way: () => ArrayLike<number>): number => {
    stream.reset();
    const started = performance.now();
    way();
    return performance.now() - started;
  };
  stream.reset();
  const expected = ways.oneByOne().slice();
  stream.reset();
  const found = ways.together();
  const allowed = name === "blas" ? LENT_ROUNDING : 0;
  const wrong = expected.findIndex((value, n) => !(Math.abs(value - found[n]) <= allowed));
  if (wrong >= 0)
    throw new Error(`${name}: logit ${wrong} is ${found[wrong]}, not ${expected[wrong]}`);

  for (const way of Object.values(ways)) for (let k = 0; k < 3; k++) time(way);
  const together: number[] = [];
  const oneByOne: number[] = [];
  for (let r = 0; r < ROUNDS; r++) {
    together.push(time(ways.together));
    oneByOne.push(time(ways.oneByOne));
  }
  const times = round(median(oneByOne) / median(together), 2);
  console.log(`${name}: ${times} times as fast`);
  rows.push({ engine: name, together: spread(together), oneByOne: spread(oneByOne), times });
}

keep(new URL("results/prompt.json", import.meta.url), {
  question: `A prompt of ${LENGTH} tokens, ms a token: read together against one by one, 2 x 512 LSTM`,
  command: "node bench/prompt.ts",
  ...before,
  rounds: ROUNDS,
  rows,
} satisfies Prompt & Circumstances & Record<string, unknown>);
