/**
 * Holds the results to the limits that cellstate sets itself: each a ratio to a peer at the same number of threads, in one run.
 *
 *     node bench/judge.ts        prints every limit with its measured ratio; exits 1 where one is missed or not measured
 */
import { fastest, figure, type Results, readResults } from "./results.ts";
import { isOurs, type Who } from "./variants.ts";
import type { WorkloadName } from "./workloads.ts";

interface Limit {
  readonly workload: WorkloadName;
  readonly threads: 1 | 2;
  readonly who: Who;
  /** At most so many times as long as this peer takes. */
  readonly times: number;
  readonly peer: Who | "the fastest peer";
}

const limit = (
  workload: WorkloadName,
  threads: 1 | 2,
  engine: "wasm" | "blas" | "int8",
  times: number,
  peer: Limit["peer"],
): Limit => ({ workload, threads, who: `cellstate ${engine}`, times, peer });

const LIMITS: readonly Limit[] = [
  limit("W1", 1, "wasm", 1.5, "PyTorch"),
  limit("W1", 1, "blas", 0.5, "PyTorch"),
  limit("W1", 2, "wasm", 1.1, "PyTorch"),
  limit("W1", 2, "blas", 0.4, "PyTorch"),
  limit("W2", 1, "wasm", 2.5, "PyTorch"),
  limit("W2", 1, "blas", 0.65, "PyTorch"),
  limit("W2", 2, "blas", 0.65, "PyTorch"),
  limit("W3", 1, "wasm", 1.1, "ORT-node"),
  limit("W3", 1, "int8", 0.65, "ORT-node"),
  limit("W3", 2, "wasm", 1.0, "ORT-node"),
  limit("W4", 1, "wasm", 0.25, "the fastest peer"),
  limit("W5", 1, "wasm", 0.6, "ORT-web"),
  limit("W5", 1, "blas", 1.0, "ORT-node"),
  limit("W5", 2, "blas", 1.0, "ORT-node"),
  limit("W6", 1, "wasm", 1.75, "PyTorch"),
  limit("W6", 1, "blas", 0.6, "PyTorch"),
  limit("W6", 2, "blas", 0.5, "PyTorch"),
  limit("W7", 1, "wasm", 0.4, "PyTorch"),
];

/** Two threads of the wasm engine on W2, against one. */
const LEAST_SPEEDUP = 1.85;

export interface Verdict {
  readonly workload: WorkloadName;
  readonly threads: number;
  readonly claim: string;
  /** Null where one side was not measured. */
  readonly ratio: number | null;
  readonly figures: string;
  readonly passed: boolean;
}

function judge({ workload, threads, who, times, peer }: Limit): Verdict {
  const results = readResults(workload);
  const ours = results && fastest(results, who, threads);
  const theirs = results && peerRow(results, peer, threads);
  const ratio = ours && theirs ? ours.ms.median / theirs.ms.median : null;
  return {
    workload,
    threads,
    claim: `${who.replace("cellstate ", "")} ≤ ${times} × ${peer}`,
    ratio,
    figures:
      ours && theirs
        ? `${figure(ours.ms.median)} / ${figure(theirs.ms.median)} ms`
        : "not measured",
    passed: ratio !== null && ratio <= times,
  };
}

function peerRow(results: Results, peer: Limit["peer"], threads: number) {
  if (peer !== "the fastest peer") return fastest(results, peer, threads);
  const peers = results.rows.filter((row) => !isOurs(row) && row.threads === threads);
  return peers.sort((one, other) => one.ms.median - other.ms.median)[0];
}

/** What is asked of W2 beside its limits. */
function judgeLarge(): Verdict[] {
  const results = readResults("W2");
  const [one, two] = [1, 2].map((threads) =>
    results ? fastest(results, "cellstate wasm", threads) : undefined,
  );
  const speedup = one && two ? one.ms.median / two.ms.median : null;
  const memory = (["wasm", "blas"] as const).map((engine): Verdict => {
    const ours = results && fastest(results, `cellstate ${engine}`, 1);
    const theirs = results && fastest(results, "PyTorch", 1);
    const ratio = ours && theirs ? ours.maxRssMb / theirs.maxRssMb : null;
    return {
      workload: "W2",
      threads: 1,
      claim: `${engine}: peak memory < PyTorch's`,
      ratio,
      figures: ours && theirs ? `${ours.maxRssMb} / ${theirs.maxRssMb} MB` : "not measured",
      passed: ratio !== null && ratio < 1,
    };
  });
  return [
    {
      workload: "W2",
      threads: 2,
      claim: `wasm ≥ ${LEAST_SPEEDUP} × one thread`,
      ratio: speedup,
      figures:
        one && two ? `${figure(one.ms.median)} / ${figure(two.ms.median)} ms` : "not measured",
      passed: speedup !== null && speedup >= LEAST_SPEEDUP,
    },
    ...memory,
  ];
}

export function verdicts(): Verdict[] {
  return [...LIMITS.map(judge), ...judgeLarge()];
}

/** @returns how many limits were missed or not measured. */
export function printJudgement(): number {
  const all = verdicts();
  console.log("\n    threads  limit                              ratio  ours / theirs");
  for (const { workload, threads, claim, ratio, figures, passed } of all) {
    const found = ratio === null ? "" : ratio.toFixed(2);
    const mark = passed ? "" : ratio === null ? "  –" : "  MISSED";
    console.log(
      `${workload}  ${threads}        ${claim.padEnd(34)} ${found.padStart(5)}  ${figures}${mark}`,
    );
  }
  const failed = all.filter(({ passed }) => !passed).length;
  console.log(failed === 0 ? "all limits held" : `${failed} of ${all.length} limits not held`);
  return failed;
}

if (import.meta.main) process.exitCode = printJudgement() > 0 ? 1 : 0;
