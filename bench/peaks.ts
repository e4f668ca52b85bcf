/**
 * What the shares in the results are of, GFLOP/s a core, measured:
 *
 * - `wasm`: four float32 lanes, multiplied and added in registers;
 * - `native`: the largest rate at which a BLAS of this machine multiplies matrices of 1024 × 1024, with the widest vectors that the
 *   processor has. The processor's own peak lies above it by what the library leaves.
 *
 *     node bench/peaks.ts        prints them as JSON
 */
import { findBlas, openBlas } from "../packages/cellstate/src/blas/index.ts";
import { lanesPeak } from "./kernels/peak.ts";
import { round } from "./results.ts";

export interface Peaks {
  readonly wasm: number;
  /** Null where the machine has no BLAS. */
  readonly native: { readonly gflops: number; readonly library: string } | null;
}

/** The best of some samples: a peak is what can be done, and noise only takes from it. */
function best(flop: number, samples: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < samples; k++) {
    const started = performance.now();
    run();
    least = Math.min(least, performance.now() - started);
  }
  return round(flop / least / 1e6);
}

const SIZE = 1024;

function nativePeak(): Peaks["native"] {
  const pages = Math.ceil((3 * 4 * SIZE * SIZE) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  new Float32Array(memory.buffer).fill(0.5);
  const [b, c] = [1, 2].map((matrix) => matrix * 4 * SIZE * SIZE);
  const found = findBlas().flatMap(({ kind, fault }) => {
    const { lender } = fault === null ? openBlas(kind) : { lender: null };
    if (!lender) return [];
    const multiply = lender.bind(memory);
    const run = () => multiply(false, false, SIZE, SIZE, SIZE, 0, SIZE, b, SIZE, 0, c, SIZE);
    return [{ library: lender.name, gflops: best(2 * SIZE ** 3, 20, run) }];
  });
  return found.sort((one, other) => other.gflops - one.gflops)[0] ?? null;
}

if (import.meta.main) {
  const lanes = lanesPeak();
  const peaks: Peaks = { wasm: best(lanes.flop, 3000, lanes.run), native: nativePeak() };
  console.log(JSON.stringify(peaks));
}
