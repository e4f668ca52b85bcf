/** Who is measured at W1: a command each, that prints one line of JSON (`measure.ts`), and what has to be there for it. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Variant {
  readonly name: string;
  /** Rows of one group compete, and the fastest stands for it. */
  readonly group: "cellstate" | "PyTorch" | "jax-js" | "TensorFlow.js" | "brain.js";
  /** What a reader has to know to judge the number. */
  readonly note: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Files without which it cannot run: it is left out then, and the results say so. */
  readonly needs: readonly string[];
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const node = (script: string, ...args: string[]) => [process.execPath, here(script), ...args];

/** The case as a file, for programs that are not JavaScript. */
export const CASE_FILE = here("../.scratch/w1.bin");

/** Debian's PyTorch takes whichever BLAS the loader finds first. */
const pytorch = (build: string, note: string): Variant => {
  const folder = `/usr/lib/x86_64-linux-gnu/openblas-${build}`;
  return {
    name: `pytorch-${build}`,
    group: "PyTorch",
    note: `OpenBLAS ${note}; two biases a gate`,
    command: ["/usr/bin/python3", here("peers/pytorch.py"), CASE_FILE, "30"],
    environment: { LD_LIBRARY_PATH: folder, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
    needs: [folder, "/usr/lib/python3/dist-packages/torch"],
  };
};

const jaxJs = (form: string, note: string): Variant => ({
  name: `jax-js-${form}`,
  group: "jax-js",
  note: `wasm backend, jitted; ${note}; 65 tokens padded to 68, without which it takes longer`,
  command: node("peers/jaxJs.js", "10", form),
  needs: [here("peers/node_modules/@jax-js/jax")],
});

export const W1_VARIANTS: readonly Variant[] = [
  {
    name: "cellstate-wasm",
    group: "cellstate",
    note: "wasm engine, one thread",
    command: node("w1.ts", "wasm", "30"),
    needs: [],
  },
  pytorch("pthread", "with its own threads, of which one"),
  pytorch("openmp", "with OpenMP, one thread"),
  pytorch("serial", "without threads"),
  jaxJs("whole", "the product with x for all time steps at once"),
  jaxJs("stepwise", "the product with x step by step"),
  {
    name: "tfjs-wasm",
    group: "TensorFlow.js",
    note: "wasm backend with SIMD, one thread; its own LSTM layers",
    command: node("peers/tfjs.js", "3"),
    needs: [here("peers/node_modules/@tensorflow/tfjs-backend-wasm")],
  },
  {
    name: "brain.js",
    group: "brain.js",
    note: "as many tokens, one sequence at a time; no memory cell, RMSprop",
    command: node("peers/brainJs.js", "2"),
    needs: [here("peers/node_modules/brain.js")],
  },
];

/** What is missing for a variant, or null. */
export function missing(variant: Variant): string | null {
  return variant.needs.find((path) => !existsSync(path)) ?? null;
}
