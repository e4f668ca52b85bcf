/** What `cellstate doctor` says to people: what there is, how fast it is, and what `auto` makes of it. */
import type { EngineChoice } from "../engine/choose.ts";
import type { Output } from "../terminal/terminal.ts";
import { displayWidth, padEnd, wrap } from "../terminal/text.ts";
import { VERSION } from "../version.ts";
import type { Machine } from "./machine.ts";
import type { EngineSpeed } from "./measure.ts";
import type { Workload } from "./workloads.ts";

export interface Findings {
  readonly machine: Machine;
  readonly workloads: readonly Workload[];
  /** Empty where nothing was measured. */
  readonly speeds: readonly EngineSpeed[];
  /** What `auto` takes, one a workload. */
  readonly choices: readonly EngineChoice[];
}

const WIDEST = 100;
/** Columns of the words at the left, and of a figure there. */
const LABEL = 12;
const FIGURE = 6;

export function printFindings(findings: Findings, out: Output): void {
  const width = Math.min(out.width, WIDEST);
  printMachine(findings.machine, out, width);
  if (findings.speeds.length > 0) {
    out.line();
    printSpeeds(findings, out, width);
  }
  out.line();
  printChoices(findings, out, width);
}

function printMachine(machine: Machine, out: Output, width: number): void {
  const { cores, simd, sharedMemory, blas, noBlas } = machine;
  const gigabytes = (machine.memoryBytes / 2 ** 30).toFixed(0);
  const say = (label: string, text: string): void => labelled(out, width, label, text);
  say("cellstate", `${VERSION}, Node ${machine.node}, ${machine.platform} ${machine.arch}`);
  say("processor", `${machine.processor}; ${counted(cores, "core")}, ${gigabytes} GiB`);
  say("SIMD", simd ? "yes" : "no: the wasm engine needs it; --engine reference works, slowly");
  say(
    "threads",
    sharedMemory ? `memory can be shared: up to ${cores}` : "no: memory cannot be shared here",
  );
  for (const [i, { name, path, fault }] of blas.entries()) {
    say(i === 0 ? "BLAS" : "", fault === null ? `${name}, checked` : `${name}: ${fault}`);
    // Whole, however long: one may want to copy it.
    if (path !== name) out.line(`${" ".repeat(LABEL)}${out.style(path, "dim")}`);
  }
  if (noBlas) {
    say(blas.length === 0 ? "BLAS" : "", `none is used: ${noBlas.reason}: ${noBlas.advice}`);
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function labelled(out: Output, width: number, label: string, text: string): void {
  const lines = wrap(text, Math.max(20, width - LABEL));
  for (const [i, line] of lines.entries()) {
    out.line(`${padEnd(i === 0 ? out.style(label, "bold") : "", LABEL)}${line}`);
  }
}

function printSpeeds({ machine, speeds, workloads }: Findings, out: Output, width: number): void {
  const best = workloads.map((_, i) => Math.max(...speeds.map(({ gflops }) => gflops[i])));
  const cell = (speed: EngineSpeed, i: number): string => figure(speed.gflops[i]);
  const emphasised = (speed: EngineSpeed, i: number, text: string): string =>
    speed.gflops[i] === best[i] ? out.style(text, "green") : text;
  const names = ["GFLOP/s", ...speeds.map(({ engine }) => engine)];
  const threads = ["threads", ...speeds.map((speed) => String(speed.threads))];
  const first = Math.max(...names.map(displayWidth));
  const columns = workloads.map(({ label }) => Math.max(displayWidth(label), FIGURE));
  const total = first + 2 + "threads".length + columns.reduce((sum, each) => sum + each + 2, 0);
  if (total < width) {
    const row = (cells: readonly string[], name: number): string =>
      `${padEnd(names[name], first)}  ${threads[name].padStart("threads".length)}${cells.join("")}`;
    const header = workloads.map(({ label }, i) => `  ${label.padStart(columns[i])}`);
    out.line(out.style(row(header, 0), "bold"));
    for (const [n, speed] of speeds.entries()) {
      const cells = columns.map(
        (each, i) => `  ${emphasised(speed, i, cell(speed, i).padStart(each))}`,
      );
      out.line(row(cells, n + 1));
    }
  } else {
    for (const [i, { label }] of workloads.entries()) {
      out.line(out.style(`${label}, GFLOP/s`, "bold"));
      for (const speed of speeds) {
        const text = `${speed.engine}, ${counted(speed.threads, "thread")}`;
        const [start = "", ...more] = wrap(text, Math.max(20, width - FIGURE - 2));
        out.line(`${emphasised(speed, i, cell(speed, i).padStart(FIGURE))}  ${start}`);
        for (const line of more) out.line(`${" ".repeat(FIGURE + 2)}${line}`);
      }
    }
  }
  out.line();
  if (machine.load > machine.cores / 2) {
    const load = machine.load.toFixed(1);
    const busy = `Other programs keep the machine busy (a load of ${load}): alone, all of this would be faster.`;
    for (const line of wrap(busy, width)) out.line(out.style(line, "yellow"));
    out.line();
  }
  for (const { label, about } of workloads) {
    const [start = "", ...more] = wrap(about, Math.max(20, width - LABEL));
    out.line(out.style(`${padEnd(label, LABEL)}${start}`, "dim"));
    for (const line of more) out.line(out.style(`${" ".repeat(LABEL)}${line}`, "dim"));
  }
}

/** Three digits are more than a busy machine repeats. */
function figure(gflops: number): string {
  return gflops < 10 ? gflops.toFixed(1) : gflops.toFixed(0);
}

function printChoices({ workloads, choices, speeds }: Findings, out: Output, width: number): void {
  out.line(out.style("What auto takes", "bold"));
  for (const [i, { label }] of workloads.entries()) {
    const { name, why } = choices[i];
    labelled(out, width, label, why === null ? name : `${name}: ${why}`);
    const faster = fasterThan(name, speeds, i);
    if (faster) labelled(out, width, "", faster);
  }
}

/** Measured differences below this are the moment's. */
const CLEARLY = 1.25;

/** A line where what was measured speaks against the rule. */
function fasterThan(name: string, speeds: readonly EngineSpeed[], workload: number): string | null {
  const speedOf = (speed: EngineSpeed): number => speed.gflops[workload];
  const own = Math.max(...speeds.filter(({ engine }) => engine === name).map(speedOf));
  const best = speeds.toSorted((a, b) => speedOf(b) - speedOf(a))[0];
  if (!best || best.engine === name || speedOf(best) < CLEARLY * own) return null;
  const times = (speedOf(best) / own).toFixed(1);
  return `measured just now, ${best.engine} is ${times} times as fast`;
}
