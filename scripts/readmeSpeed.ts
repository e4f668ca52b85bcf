/** What the README says of speed: a table of all workloads, ours and the peers', and what was measured beside it. */
import { readBeside } from "../bench/beside.ts";
import { fastest, figure, type Results, type Row, readResults } from "../bench/results.ts";
import { isOurs, type Who } from "../bench/variants.ts";
import { WORKLOAD_NAMES, type WorkloadName } from "../bench/workloads.ts";

/** A workload as a reader knows it. */
const TITLES: Readonly<Record<WorkloadName, string>> = {
  W1: "Train a character model: 2 × 128 units, batch 50, window 50",
  W2: "Train a large one: 2 × 512, batch 64, window 100",
  W3: "Generate, a character a call: 2 × 512",
  W4: "Stream, a vector a call: 1 × 64, 8 inputs",
  W5: "Infer: 1 × 256, 128 inputs, batch 32, 128 steps, all outputs",
  W6: "Train a classifier: 1 × 128, 28 inputs, batch 128, 28 steps",
  W7: "Train a tiny forecaster: 1 × 32, 1 input, batch 32, 24 steps",
};

const COLUMNS: readonly (readonly [heading: string, who: Who])[] = [
  ["**wasm**", "cellstate wasm"],
  ["**blas**", "cellstate blas"],
  ["**int8**", "cellstate int8"],
  ["PyTorch", "PyTorch"],
  ["ONNX Runtime", "ORT-node"],
  ["ONNX Runtime, wasm", "ORT-web"],
  ["jax-js", "jax-js"],
];

/** Programs that are measured at one workload alone: a sentence, no column. */
const ASIDE: readonly Who[] = ["TensorFlow.js", "brain.js"];

const THREADS = [1, 2] as const;

/** One thread / two; a dash for what was not measured, nothing where neither was. */
function pair(values: readonly (string | undefined)[]): string {
  return values.some((value) => value) ? values.map((value) => value ?? "–").join(" / ") : "";
}

/** Where everybody's steps are far below a millisecond, a row is in microseconds. */
const unitOf = ({ rows }: Results) =>
  rows.every(({ ms }) => ms.median < 0.1) ? { name: " (µs)", by: 1000 } : { name: "", by: 1 };

function cell(results: Results, who: Who): string {
  const { by } = unitOf(results);
  const rows = THREADS.map((threads) => fastest(results, who, threads));
  // What has one thread only says so by one figure.
  const shown = rows[1] ? rows : rows.slice(0, 1);
  return pair(shown.map((row) => row && figure(by * row.ms.median)));
}

/** Our fastest by the fastest peer's, at one thread and at two. */
function ratios(results: Results): string {
  const best = (rows: readonly Row[]) => Math.min(...rows.map(({ ms }) => ms.median));
  return pair(
    THREADS.map((threads) => {
      const rows = results.rows.filter((row) => row.threads === threads);
      const ours = rows.filter(isOurs);
      const peers = rows.filter((row) => !isOurs(row));
      if (ours.length === 0 || peers.length === 0) return undefined;
      return (best(ours) / best(peers)).toPrecision(2);
    }),
  );
}

function table(all: readonly Results[]): string {
  const lines = all.map((results) => {
    const cells = COLUMNS.map(([, who]) => cell(results, who));
    return `| ${[TITLES[results.workload] + unitOf(results).name, ...cells, ratios(results)].join(" | ")} |`;
  });
  const headings = COLUMNS.map(([heading]) => heading);
  return `| ms a step, one thread / two | ${headings.join(" | ")} | ours ÷ fastest peer |
| --- |${COLUMNS.map(() => " ---: |").join("")} ---: |
${lines.join("\n")}`;
}

function versions(all: readonly Results[]): string {
  const found = COLUMNS.filter(([, who]) => !who.startsWith("cellstate")).flatMap(([, who]) => {
    const row = all.flatMap(({ rows }) => rows).find((each) => each.who === who);
    return row ? [`${NAMES[who] ?? who} ${row.version}`] : [];
  });
  const aside = ASIDE.flatMap((who) => {
    const results = all.find(({ rows }) => rows.some((row) => row.who === who));
    const row = results && fastest(results, who, 1);
    return row ? [`${who} ${row.version} takes ${figure(row.ms.median)} ms for the first row`] : [];
  });
  return [found.join(", "), ...aside].filter((part) => part !== "").join("; ");
}

const NAMES: Readonly<Partial<Record<Who, string>>> = {
  "ORT-node": "onnxruntime-node",
  "ORT-web": "onnxruntime-web",
};

/** How the figures came about: of the run's first file, since one run writes them all. */
function circumstances([results]: readonly Results[]): string {
  const { command, date, machine, node, pinned, rows, peaks } = results;
  const held = pinned ? " held to as many cores as it has threads" : " with the whole machine";
  const native = peaks.native
    ? `; ${Math.round(peaks.native.gflops)} with the machine's widest (${peaks.native.library})`
    : "";
  const { length } = rows[0].rounds;
  return `\`${command}\`, ${date}: ${machine}, Node ${node.replace(/^v/, "")}; the median of ${length === 1 ? "a fresh process" : `${length} fresh processes in alternating order`}, each${held}; of
several forms the fastest. Before it is timed, every program but brain.js has to reach the losses, outputs or text that PyTorch computes in
float64. A core does ${Math.round(peaks.wasm)} GFLOP/s in WebAssembly's vectors${native}; which share of it each reaches, its memory and spread:
${WORKLOAD_NAMES.map((name) => `[${name}](bench/results/${name.toLowerCase()}.json)`).join(" ")}.`;
}

/** A sentence for each thing that was measured beside the workloads. */
function beside(): string {
  const { cost, prompt, busy, int8 } = readBeside();
  const { windows, batches } = cost?.dearestByCheapest ?? { windows: 1, batches: 1 };
  const percent = (ratio: number) => `${Math.round(100 * (ratio - 1))} %`;
  const readBy = (name: string) => prompt?.rows.find(({ engine }) => engine === name)?.times;
  return [
    cost &&
      `A token in training costs the same within ${percent(windows)} from window 50 to 2,000, and within ${percent(batches)} from batch 16 to 512
([plot](bench/results/costPerToken.svg)).`,
    prompt &&
      `A prompt is read in ${readBy("wasm")} times as fast as token by token; with lent products ${readBy("blas")} times.`,
    busy &&
      `With both cores busy otherwise, two threads take ${busy.ratio} times as long as one thread that has the machine to itself.`,
    int8 &&
      `Weights in int8 cost ${int8.cost.together.toFixed(4)} nats a character ([measured](experiments/results/int8.json)).`,
  ]
    .filter((sentence) => sentence)
    .join("\n");
}

/** Null where nobody has measured yet. */
export function speedText(): string | null {
  const all = WORKLOAD_NAMES.map(readResults).filter((results) => results !== null);
  if (all.length === 0) return null;
  return [table(all), `${versions(all)}.`, circumstances(all), beside()]
    .filter((part) => part !== "")
    .join("\n\n");
}
