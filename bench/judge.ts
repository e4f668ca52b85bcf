/**
 * Holds the results to the limits that cellstate sets itself: each a ratio to a peer at the same number of threads, in one run.
 *
 *     node bench/judge.ts        prints every limit with its measured ratio; exits 1 where one is missed or not measured
 */
import { readBeside } from "./beside.ts";
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
  /** A workload, or what is measured beside them. */
  readonly subject: string;
  /** Null where it is no matter of threads. */
  readonly threads: number | null;
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
    subject: workload,
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
      subject: "W2",
      threads: 1,
      claim: `${engine}: peak memory < PyTorch's`,
      ratio,
      figures: ours && theirs ? `${ours.maxRssMb} / ${theirs.maxRssMb} MB` : "not measured",
      passed: ratio !== null && ratio < 1,
    };
  });
  return [
    {
      subject: "W2",
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

/** What is measured by programs of its own. */
function judgeBeside(): Verdict[] {
  const { cost, prompt, busy, int8 } = readBeside();
  const verdict = (
    subject: string,
    claim: string,
    ratio: number | null | undefined,
    holds: (ratio: number) => boolean,
  ): Verdict => ({
    subject,
    threads: null,
    claim,
    ratio: ratio ?? null,
    figures: typeof ratio === "number" ? "" : "not measured",
    passed: typeof ratio === "number" && holds(ratio),
  });
  const { windows, batches } = cost?.dearestByCheapest ?? {};
  const readBy = (name: string) => prompt?.rows.find(({ engine }) => engine === name)?.times;
  const isFaster = (ratio: number) => ratio >= 1.3;
  return [
    verdict("cost a token", "windows 50 to 2,000 within 1.2", windows, (ratio) => ratio <= 1.2),
    verdict("cost a token", "batches 16 to 512 within 1.2", batches, (ratio) => ratio <= 1.2),
    verdict("prompt", "wasm ≥ 1.3 × token by token", readBy("wasm"), isFaster),
    verdict("prompt", "blas ≥ 1.3 × token by token", readBy("blas"), isFaster),
    verdict("busy cores", "two threads ≤ 2 × one alone", busy?.ratio, (ratio) => ratio <= 2),
    verdict("int8", "costs ≤ 0.01 nats", int8?.cost.together, (loss) => loss <= 0.01),
  ];
}

export function verdicts(): Verdict[] {
  return [...LIMITS.map(judge), ...judgeLarge(), ...judgeBeside()];
}

/** @returns how many limits were missed or not measured. */
export function printJudgement(): number {
  const all = verdicts();
  console.log(`\n${"".padEnd(14)}threads  limit${"".padEnd(30)}ratio  ours / theirs`);
  for (const { subject, threads, claim, ratio, figures, passed } of all) {
    const found = ratio === null ? "" : ratio.toPrecision(3);
    const mark = passed ? "" : ratio === null ? "  –" : "  MISSED";
    const by = `${subject.padEnd(17)}${`${threads ?? ""}`.padEnd(6)}`;
    console.log(`${by}${claim.padEnd(34)}${found.padStart(7)}  ${figures}${mark}`);
  }
  const failed = all.filter(({ passed }) => !passed).length;
  console.log(failed === 0 ? "all limits held" : `${failed} of ${all.length} limits not held`);
  return failed;
}

if (import.meta.main) process.exitCode = printJudgement() > 0 ? 1 : 0;
