/** The README's lines on what the page costs: frames, training, memory, and how soon it is there. */
import { existsSync, readFileSync } from "node:fs";
import type { Circumstances } from "../bench/results.ts";

const results = new URL("../bench/results/", import.meta.url);

/** Of packages/explorer/bench/scrub.ts. */
interface Scrub extends Circumstances {
  readonly ms: Readonly<
    Record<"scrub" | "zoom" | "pan", { readonly script: { readonly median: number } }>
  >;
  readonly limit: number;
}

/** Of packages/explorer/bench/train.ts. */
interface Trained {
  readonly compared: readonly { readonly threads: number; readonly share: number }[];
}

/** Of packages/explorer/bench/soak.ts. */
interface Soak {
  readonly seconds: number;
  readonly updates: number;
  readonly heapGrowthBytes: number;
  readonly residentGrowthBytes: number;
  readonly longestTaskOwnMs: number;
  readonly longTasksByTheClock: readonly unknown[];
}

/** Of packages/explorer/bench/first.ts. */
interface First {
  readonly ms: { readonly median: number };
  readonly throttled: { readonly times: number; readonly ms: { readonly median: number } };
  readonly mainScriptGzipBytes: number;
}

/** Null where nobody has measured yet. */
export function pageText(): string | null {
  const scrub = read<Scrub>("page-scrub.json");
  const trained = read<Trained>("page-train.json");
  const soak = read<Soak>("page-soak.json");
  const first = read<First>("page-first.json");
  const parts = [
    first && firstText(first),
    scrub && scrubText(scrub),
    trained && trainedText(trained),
    soak && soakText(soak),
  ].filter((part) => part !== null);
  if (parts.length === 0) return null;
  const about = scrub ? `, ${scrub.date}: ${scrub.machine}` : "";
  return `${parts.join(" ")}\n(\`npm run bench:page\`, \`npm run soak:page\`${about}, headless Chromium.)`;
}

function firstText({ ms, throttled, mainScriptGzipBytes }: First): string {
  return `The first picture stands ${seconds(ms.median)} after the address is entered, ${seconds(throttled.ms.median)} on a processor made ${throttled.times} times as slow; the main script is ${kilobytes(mainScriptGzipBytes)} KB, gzipped.`;
}

function scrubText({ ms: { scrub, zoom, pan } }: Scrub): string {
  const [along, closer, aside] = [scrub, zoom, pan].map(({ script }) => script.median.toFixed(2));
  return `A frame costs ${along} ms of script while the cursor is dragged over 512 units × 2,000 steps (zoom ${closer}, pan ${aside}; medians).`;
}

function trainedText({ compared }: Trained): string {
  const shares = compared.map(
    ({ threads, share }) =>
      `${Math.round(100 * share)} % with ${threads === 1 ? "one thread" : `${threads} threads`}`,
  );
  return `Training to watch goes at ${shares.join(", ")} of the speed of the command on the same engine.`;
}

function soakText(soak: Soak): string {
  const { seconds: all, updates, heapGrowthBytes, residentGrowthBytes, longestTaskOwnMs } = soak;
  const long = soak.longTasksByTheClock.length;
  return `In ${all / 60} minutes of it (${(updates / 1e6).toFixed(1)} million updates) the page's heap grew by ${megabytes(heapGrowthBytes)} MB and its process by ${megabytes(residentGrowthBytes)} MB; its longest task took ${longestTaskOwnMs.toFixed(0)} ms, and ${long === 0 ? "none" : long} took over 50 ms by the clock.`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function read<T>(path: string): T | null {
  const file = new URL(path, results);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}
