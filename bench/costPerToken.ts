/**
 * Does a token cost the same in long windows and large batches? A training step of W1's model, 2 × 128, on one thread.
 *
 *     node bench/costPerToken.ts [ROUNDS]     → bench/results/costPerToken.json and .svg
 *
 * Windows of 50 to 2,000 at batch 50, batches of 16 to 512 at window 50: each point in a fresh process, in rounds whose order alternates.
 */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Trainer } from "../packages/core/src/training/trainer.ts";
import type { CostPerToken } from "./beside.ts";
import { caseOf } from "./cases.ts";
import { benchEngine } from "./engine.ts";
import { measure } from "./measure.ts";
import { characterModel } from "./ours/characterModel.ts";
import { chart } from "./plot.ts";
import { type Circumstances, circumstances, keep, median, round, significant } from "./results.ts";

const WINDOWS = [50, 100, 200, 500, 1000, 2000];
const BATCHES = [16, 32, 64, 128, 256, 512];
const USUAL = 50;
/** Tokens a time is taken over, so that small points are not noisier than large ones. */
const TOKENS = 100_000;

interface Point {
  readonly window: number;
  readonly batch: number;
}

/** In a process of its own: the steps of one point. */
async function measurePoint({ window, batch }: Point): Promise<void> {
  const of = caseOf("W1");
  const engine = await benchEngine("wasm", 1);
  const trainer = new Trainer(characterModel(of), engine, {
    batchSize: batch,
    window,
    optimizer: { name: "adam", learningRate: of.learningRate },
    seed: 1,
  });
  const rows = window * batch;
  const tokens = (shift: number) =>
    Int32Array.from(
      { length: rows },
      (_, n) => ((n % batch) * 31 + Math.floor(n / batch) * 7 + shift) % of.I,
    );
  const given = {
    steps: window,
    starts: Array.from({ length: batch }, () => true),
    pieces: new Int32Array(batch),
    inputs: tokens(0),
    targets: tokens(7),
    counted: rows,
  };
  const step = () => trainer.step(given, of.learningRate).loss;
  const [first, later] = [step(), step(), step()].filter((_, k) => k !== 1);
  if (!(later < first)) throw new Error(`window ${window}, batch ${batch}: the loss does not fall`);
  await measure({
    version: engine.name,
    times: Math.max(2, Math.round(TOKENS / rows)),
    run: (count) => {
      for (let k = 0; k < count; k++) step();
    },
  });
}

const run = promisify(execFile);

/** Microseconds a token: the median of a process's steps. */
async function measured({ window, batch }: Point): Promise<number> {
  const args = [fileURLToPath(import.meta.url), "point", String(window), String(batch)];
  const { stdout } = await run(process.execPath, args);
  const { ms }: { ms: number[] } = JSON.parse(stdout);
  return (1000 * median(ms)) / (window * batch);
}

async function main(rounds: number): Promise<void> {
  const before = circumstances();
  const points: Point[] = [
    ...WINDOWS.map((window) => ({ window, batch: USUAL })),
    ...BATCHES.map((batch) => ({ window: USUAL, batch })),
  ];
  const found = new Map(points.map((point) => [point, [] as number[]]));
  for (let r = 0; r < rounds; r++) {
    for (const point of r % 2 === 0 ? points : [...points].reverse()) {
      const us = await measured(point);
      found.get(point)?.push(us);
      console.error(`window ${point.window}  batch ${point.batch}  ${us.toFixed(2)} µs a token`);
    }
  }
  const rows = [...found].map(([point, us]) => ({ ...point, us: significant(median(us)) }));
  const byWindow = rows.filter(({ batch }) => batch === USUAL);
  const byBatch = rows.filter(({ window, batch }) => window === USUAL && batch !== USUAL);
  const spread = (of: typeof rows) => {
    const us = of.map((row) => row.us);
    return round(Math.max(...us) / Math.min(...us), 3);
  };
  keep(new URL("results/costPerToken.json", import.meta.url), {
    question: "A training step of a 2 x 128 LSTM, microseconds a token, by window and by batch",
    command: "node bench/costPerToken.ts",
    ...before,
    rounds,
    dearestByCheapest: { windows: spread(byWindow), batches: spread(byBatch) },
    limit: 1.2,
    rows,
  } satisfies CostPerToken & Circumstances & Record<string, unknown>);
  const svg = chart({
    title: "Cost of a token in training, 2 × 128 LSTM, one thread",
    yLabel: "µs a token",
    panels: [
      {
        xLabel: `window, at batch ${USUAL}`,
        points: byWindow.map(({ window, us }) => [window, us] as const),
      },
      {
        xLabel: `batch, at window ${USUAL}`,
        points: byBatch.map(({ batch, us }) => [batch, us] as const),
      },
    ],
  });
  writeFileSync(new URL("results/costPerToken.svg", import.meta.url), svg);
  console.log(
    `dearest by cheapest: ${spread(byWindow)} over windows, ${spread(byBatch)} over batches`,
  );
}

const [what, window, batch] = process.argv.slice(2);
if (what === "point") await measurePoint({ window: Number(window), batch: Number(batch) });
else await main(Number(what ?? 3));
