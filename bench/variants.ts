/** Who is measured at which workload: a command each, that prints one line of JSON (`measure.ts`), and what has to be there for it. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { caseFile } from "./cases.ts";
import type { WorkloadName } from "./workloads.ts";

export type Who =
  | "cellstate wasm"
  | "cellstate blas"
  | "cellstate int8"
  | "PyTorch"
  | "ORT-node"
  | "ORT-web"
  | "jax-js"
  | "TensorFlow.js"
  | "brain.js";

/**
 * What it computes with: floats in 128-bit lanes, or in the widest that the processor has, of both of which `peaks.ts` measures the
 * peak; or integers.
 */
export type Arithmetic = "wasm" | "native" | "integer";

export interface Variant {
  readonly workload: WorkloadName;
  /** `pytorch`, or of several forms `ort-node written out`. */
  readonly name: string;
  /** Of one program's forms the fastest stands for it. */
  readonly who: Who;
  readonly threads: 1 | 2;
  readonly arithmetic: Arithmetic;
  /** What a reader has to know to judge the number. */
  readonly note: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Files without which it cannot run: it is left out then, and the results say so. */
  readonly needs: readonly string[];
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const node = (script: string, ...args: (string | number)[]) => [
  process.execPath,
  here(script),
  ...args.map(String),
];
const THREADS = [1, 2] as const;
type Threads = (typeof THREADS)[number];

/** One of ours at one and at two threads. */
type Ours = "wasm" | "blas" | "int8";

/** Threads for ours at a workload; a blas for one sequence at a time is the wasm engine, as `auto` knows. */
const OURS: readonly {
  readonly workload: WorkloadName;
  readonly engines: readonly Ours[];
  readonly command: (engine: Ours, threads: Threads) => string[];
}[] = [
  { workload: "W1", engines: ["wasm", "blas"], command: characters("W1", 30) },
  { workload: "W2", engines: ["wasm", "blas"], command: characters("W2", 5) },
  {
    workload: "W3",
    engines: ["wasm", "int8"],
    command: (engine, threads) => node("ours/generation.ts", engine, threads, 50, 40),
  },
  {
    workload: "W4",
    engines: ["wasm"],
    command: (engine, threads) => node("ours/streaming.ts", engine, threads, 50, 500),
  },
  {
    workload: "W5",
    engines: ["wasm", "blas"],
    command: (engine, threads) => node("ours/inference.ts", engine, threads, 30),
  },
  {
    workload: "W6",
    engines: ["wasm", "blas"],
    command: (engine, threads) => node("ours/classifier.ts", engine, threads, 40),
  },
  {
    workload: "W7",
    engines: ["wasm", "blas"],
    command: (engine, threads) => node("ours/forecaster.ts", engine, threads, 50, 5),
  },
];

function characters(workload: "W1" | "W2", times: number) {
  return (engine: Ours, threads: Threads) =>
    node("ours/characters.ts", workload, engine, threads, times);
}

const OUR_NOTES: Readonly<Record<Ours, string>> = {
  wasm: "wasm engine",
  blas: "blas engine",
  int8: "wasm engine, weights rounded to int8",
};

const OUR_ARITHMETIC: Readonly<Record<Ours, Arithmetic>> = {
  wasm: "wasm",
  blas: "native",
  int8: "integer",
};

const ours: readonly Variant[] = OURS.flatMap(({ workload, engines, command }) =>
  engines.flatMap((engine) =>
    THREADS.map(
      (threads): Variant => ({
        workload,
        name: engine,
        who: `cellstate ${engine}`,
        threads,
        arithmetic: OUR_ARITHMETIC[engine],
        note: OUR_NOTES[engine],
        command: command(engine, threads),
        needs: [],
      }),
    ),
  ),
);

/** With its default build, the one with its own threads, PyTorch is slower on two threads than on one. */
const OPENMP = "/usr/lib/x86_64-linux-gnu/openblas-openmp";

/** What Debian's PyTorch needs to be itself: no word to OpenBLAS of another processor than there is, and threads of one kind. */
export function pytorchEnvironment(threads: number): Record<string, string> {
  return {
    LD_LIBRARY_PATH: OPENMP,
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
  };
}

const PYTORCH: Readonly<Partial<Record<WorkloadName, readonly [string, string, ...number[]]>>> = {
  W1: ["training.py", "nn.LSTM, two biases a gate", 30],
  W2: ["training.py", "nn.LSTM, two biases a gate", 5],
  W4: ["streaming.py", "nn.LSTMCell", 50, 200],
  W5: ["inference.py", "nn.LSTM", 30],
  W6: ["training.py", "nn.LSTM, two biases a gate", 40],
  W7: ["training.py", "nn.LSTM, two biases a gate", 200],
};

const pytorch: readonly Variant[] = typedEntries(PYTORCH).flatMap(([workload, found]) => {
  const [script, note, ...counts] = found;
  const named = script === "training.py" ? [workload] : [];
  return THREADS.map(
    (threads): Variant => ({
      workload,
      name: "pytorch",
      who: "PyTorch",
      threads,
      arithmetic: "native",
      note: `${note}; OpenBLAS with OpenMP`,
      command: [
        "/usr/bin/python3",
        here(`peers/pytorch/${script}`),
        ...named,
        fileURLToPath(caseFile(workload)),
        ...[...counts, threads].map(String),
      ],
      environment: pytorchEnvironment(threads),
      needs: [OPENMP, "/usr/lib/python3/dist-packages/torch"],
    }),
  );
});

type Build = "node" | "web";

function onnx(
  workload: WorkloadName,
  build: Build,
  note: string,
  command: (threads: Threads) => string[],
  form = "",
): Variant[] {
  return THREADS.map((threads) => ({
    workload,
    name: `ort-${build}${form}`,
    who: `ORT-${build}`,
    threads,
    arithmetic: build === "web" ? "wasm" : "native",
    note,
    command: command(threads),
    needs: [here(`peers/node_modules/onnxruntime-${build}`)],
  }));
}

const generation = (build: Build, form: string) => (threads: Threads) =>
  node("peers/onnx/generation.js", build, form, 50, 20, threads);

const onnxRuntime: readonly Variant[] = (["node", "web"] as const).flatMap((build) => [
  ...onnx("W3", build, "its LSTM operator, one-hot tokens", generation(build, "operator")),
  ...onnx(
    "W3",
    build,
    "written out in operators, tokens looked up",
    generation(build, "written-out"),
    " written out",
  ),
  ...onnx("W4", build, "its LSTM operator", (threads) =>
    node("peers/onnx/streaming.js", build, 50, 200, threads),
  ),
  ...onnx("W5", build, "its LSTM operator", (threads) =>
    node("peers/onnx/inference.js", build, build === "web" ? 15 : 30, threads),
  ),
]);

/** Its wasm backend has one thread. */
const JAX_TIMES: readonly (readonly [WorkloadName, number])[] = [
  ["W1", 10],
  ["W2", 1],
  ["W6", 15],
  ["W7", 50],
];

/** Without it V8 collects garbage for four minutes at W2, again and again: the wasm backend's memory counts as pressure. */
const JAX_HEAP = "--max-old-space-size=16384";

const jaxJs = JAX_TIMES.map(
  ([workload, times]): Variant => ({
    workload,
    name: "jax-js",
    who: "jax-js",
    threads: 1,
    arithmetic: "wasm",
    note: `wasm backend, jitted, unrolled; the product with x step by step, which is its faster form${
      workload === "W7" ? "" : "; widths padded to fours, without which it takes longer"
    }`,
    command: [
      process.execPath,
      JAX_HEAP,
      here("peers/jaxJs/training.js"),
      workload,
      "stepwise",
      String(times),
    ],
    needs: [here("peers/node_modules/@jax-js/jax")],
  }),
);

const others: readonly Variant[] = [
  {
    workload: "W1",
    name: "tfjs",
    who: "TensorFlow.js",
    threads: 1,
    arithmetic: "wasm",
    note: "wasm backend with SIMD; its own LSTM layers",
    command: node("peers/tfjs.js", 2),
    needs: [here("peers/node_modules/@tensorflow/tfjs-backend-wasm")],
  },
  {
    workload: "W1",
    name: "brain.js",
    who: "brain.js",
    threads: 1,
    arithmetic: "wasm",
    note: "as many tokens, one sequence at a time; no memory cell, RMSprop",
    command: node("peers/brainJs.js", 1),
    needs: [here("peers/node_modules/brain.js")],
  },
];

export const VARIANTS: readonly Variant[] = [
  ...ours,
  ...pytorch,
  ...onnxRuntime,
  ...jaxJs,
  ...others,
];

export const isOurs = ({ who }: { readonly who: string }): boolean => who.startsWith("cellstate");

/** What is missing for a variant, or null. */
export function missing(variant: Variant): string | null {
  return variant.needs.find((path) => !existsSync(path)) ?? null;
}

function typedEntries<K extends string, V>(record: Readonly<Partial<Record<K, V>>>): [K, V][] {
  // Object.entries forgets the keys' type, and these records are written above without other keys.
  return Object.entries(record) as [K, V][];
}
