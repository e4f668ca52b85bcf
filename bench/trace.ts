/**
 * What does it cost to look? Tracing 2,000 characters through a model of two LSTM layers of 512 units, every signal of every unit at
 * every step, against reading them, on one thread.
 *
 *     node bench/trace.ts [ROUNDS]     → bench/results/trace.json
 *
 * Reading goes to the states, by a stream that is there already; tracing makes its plan each time. Both have to end in the same
 * states before they are timed, bit for bit but for lent products; then they take turns. Memory is that of fresh processes: the peak in the end,
 * less what was there before the call, held to the trace's own numbers and 50 MB.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LanguageStream, trace } from "../packages/core/src/index.ts";
import { caseOf } from "./cases.ts";
import { benchEngine } from "./engine.ts";
import { characterModel } from "./ours/characterModel.ts";
import { circumstances, keep, median, round, significant, sorted } from "./results.ts";

const LENGTH = 2000;
const ENGINES = ["wasm", "blas", "int8"] as const;
const MOST_TIMES = 3;
const MOST_EXTRA_MB = 50;
/** For memory, of which the greatest counts: what else a process gives back meanwhile would hide some. */
const PROCESSES = 5;
const LENT_ROUNDING = 1e-5;

const model = characterModel(caseOf("W3"));
const tokens = Int32Array.from({ length: LENGTH }, (_, n) => (n * 7 + 3) % model.vocabulary.size);

/** Megabytes of the trace, and those that the process took for it. */
interface Memory {
  readonly traceMb: number;
  readonly takenMb: number;
}

async function measureMemory(name: string): Promise<Memory> {
  const engine = await benchEngine(name, 1);
  // What making the model left behind would hide what tracing takes.
  for (let k = 0; k < 3; k++) globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const traced = trace(model, engine, tokens);
  const after = process.resourceUsage().maxRSS * 1024;
  let bytes = 0;
  for (const layer of traced.layers) {
    for (const { values } of Object.values(layer)) bytes += values.byteLength;
  }
  return { traceMb: round(bytes / 2 ** 20), takenMb: round((after - before) / 2 ** 20) };
}

function spread(ms: readonly number[]) {
  const order = sorted(ms);
  return {
    minimum: significant(order[0]),
    median: significant(median(order)),
    maximum: significant(order[order.length - 1]),
  };
}

/** @throws Error where the trace does not end in the stream's states. */
function check(stream: LanguageStream, traced: ReturnType<typeof trace>, allowed: number): void {
  stream.state.forEach((state, layer) => {
    for (const [name, values] of Object.entries(state)) {
      values.forEach((value, unit) => {
        const seen = traced.layers[layer][name].at(LENGTH - 1, unit);
        if (Math.abs(seen - value) <= allowed) return;
        throw new Error(`layer ${layer}, ${name}, unit ${unit}: traced ${seen}, read ${value}`);
      });
    }
  });
}

async function measure(name: (typeof ENGINES)[number], rounds: number) {
  const engine = await benchEngine(name, 1);
  const stream = new LanguageStream(model, engine);
  stream.read(tokens);
  check(stream, trace(model, engine, tokens), name === "blas" ? LENT_ROUNDING : 0);
  const read: number[] = [];
  const traced: number[] = [];
  const time = (into: number[], work: () => unknown): void => {
    const started = performance.now();
    work();
    into.push(performance.now() - started);
  };
  for (let r = 0; r < rounds; r++) {
    stream.reset();
    time(read, () => stream.read(tokens));
    time(traced, () => trace(model, engine, tokens));
  }
  const program = ["--expose-gc", fileURLToPath(import.meta.url), "memory", name];
  const processes = Array.from({ length: PROCESSES }, (): Memory => {
    return JSON.parse(execFileSync(process.execPath, program, { encoding: "utf8" }));
  });
  const memory = processes.reduce((most, one) => (one.takenMb > most.takenMb ? one : most));
  const times = round(median(traced) / median(read), 2);
  const extraMb = round(memory.takenMb - memory.traceMb);
  console.log(
    `${name}: ${times} times as long (at most ${MOST_TIMES}); ${memory.traceMb} MB, and ${extraMb} MB beside (at most ${MOST_EXTRA_MB})`,
  );
  return { engine: name, read: spread(read), traced: spread(traced), times, ...memory, extraMb };
}

const [first = "11", second = ""] = process.argv.slice(2);
if (first === "memory") {
  console.log(JSON.stringify(await measureMemory(second)));
} else {
  const before = circumstances();
  const rounds = Number(first);
  const rows = [];
  for (const name of ENGINES) rows.push(await measure(name, rounds));
  keep(new URL("results/trace.json", import.meta.url), {
    question: `Tracing ${LENGTH} characters against reading them, 2 x 512 LSTM, ms`,
    command: "node bench/trace.ts",
    ...before,
    rounds,
    limits: { times: MOST_TIMES, extraMb: MOST_EXTRA_MB },
    rows,
  });
  const missed = rows.filter(({ times, extraMb }) => times > MOST_TIMES || extraMb > MOST_EXTRA_MB);
  if (missed.length > 0) process.exitCode = 1;
}
