/** `cellstate doctor`: what it finds, and how it looks where there is little room. */
import { availableParallelism } from "node:os";
import type { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { findBlas } from "../src/blas/index.ts";
import { examineMachine } from "../src/doctor/machine.ts";
import { type Findings, printFindings } from "../src/doctor/report.ts";
import { workloads } from "../src/doctor/workloads.ts";
import { createTerminal } from "../src/terminal/terminal.ts";
import { displayWidth } from "../src/terminal/text.ts";
import { cellstate } from "./support/command.ts";

describe("doctor --json", () => {
  test("has everything: what there is, what was measured, what auto takes and why", async () => {
    const { code, stdout, stderr } = await cellstate(["doctor", "--json", "--seconds", "0.5"]);
    expect([code, stderr]).toEqual([0, ""]);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({
      node: process.versions.node,
      arch: process.arch,
      cores: availableParallelism(),
      simd: true,
      sharedMemory: true,
    });
    const usable = findBlas().filter(({ fault }) => fault === null);
    expect(found.blas.map(({ path }: { path: string }) => path)).toEqual(
      findBlas().map(({ path }) => path),
    );
    const wasm = availableParallelism() > 1 ? ["wasm", "wasm"] : ["wasm"];
    const engines = found.speeds.map(({ engine }: { engine: string }) => engine);
    expect(engines).toEqual([...wasm, ...usable.map(({ name }) => `blas (${name})`)]);
    for (const { gflops } of found.speeds) {
      expect(gflops).toHaveLength(3);
      for (const figure of gflops) expect(figure).toBeGreaterThan(0);
    }
    expect(found.auto).toHaveLength(3);
    expect(found.auto[2]).toEqual({
      workload: "one token",
      engine: "wasm",
      why: "as fast as a BLAS one step at a time",
    });
  }, 60_000);

  test("says why no library is used, where none is", async () => {
    const { stdout } = await cellstate(["doctor", "--json", "--seconds", "0"], {
      env: { CELLSTATE_BLAS: "none" },
    });
    const found = JSON.parse(stdout);
    expect(found.noBlas).toEqual({
      reason: "BLAS is switched off",
      advice: "unset CELLSTATE_BLAS",
    });
    expect([found.speeds, found.auto[1].engine]).toEqual([[], "wasm"]);
  });
});

describe("the report", () => {
  const loads = workloads();
  const speeds = ["wasm", "blas (oneDNN 3.6.2)", "blas (OpenBLAS 0.3.26 SkylakeX)"].map(
    (engine, i) => ({ engine, threads: 2, gflops: [98.4, 103.2, 9.84].map((x) => x + i), ms: [] }),
  );
  const choices = loads.map(() => ({
    kind: "blas" as const,
    name: "blas (oneDNN 3.6.2)",
    why: "the fastest here; --engine wasm gives the same bits on every machine",
    lender: null,
  }));
  const machine = { ...examineMachine(), blas: [], noBlas: null, load: 7 };
  const findings: Findings = { machine, workloads: loads, speeds, choices };

  function printed(columns: number, env: NodeJS.ProcessEnv): string {
    let text = "";
    const stream = { columns, write: (more: string) => (text += more) } as unknown as WriteStream;
    printFindings(findings, createTerminal({ stdout: stream, stderr: stream }, env, true).out);
    return text;
  }

  test.each([120, 80, 60, 40])("fits into %d columns", (columns) => {
    const widths = printed(columns, {}).split("\n").map(displayWidth);
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
  });

  test("is a table where there is room, and lists where there is none", () => {
    expect(printed(80, {})).toMatch(/^GFLOP\/s +threads +2×128 +1×512 +one token$/m);
    expect(printed(80, {})).toMatch(/^blas \(oneDNN 3\.6\.2\) +2 +99 +104 +11$/m);
    expect(printed(40, {})).toMatch(/^2×128, GFLOP\/s\n +98 {2}wasm, 2 threads$/m);
  });

  test("says where other programs have slowed the figures down", () => {
    expect(printed(80, {})).toContain("Other programs keep the machine busy (a load of 7.0)");
  });

  test("has colours only where they are wanted, and says the same in them", () => {
    const coloured = printed(80, { FORCE_COLOR: "1" });
    expect(coloured).toContain("\x1b[");
    expect(stripVTControlCharacters(coloured)).toBe(printed(80, {}));
    expect(printed(80, { NO_COLOR: "1" })).not.toContain("\x1b[");
  });
});
