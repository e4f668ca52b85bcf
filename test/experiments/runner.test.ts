import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keptFile, readKept, standingOf } from "../../experiments/keptRuns.ts";
import { aimsText, find, resultsMarkdown } from "../../experiments/report.ts";
import { doAndKeep, missingWork, type Watcher } from "../../experiments/runner.ts";
import type { PaperTask } from "../../experiments/task.ts";

type Settings = { readonly seed: number; readonly rate: number };

/** Says the square of the seed; a seed of 13 fails. */
function squares(rate = 1, own = 4): PaperTask<Settings, number> {
  return {
    name: "squares",
    title: "Squares",
    about: "What a seed is by itself.",
    source: "Euclid",
    criterion: "exact",
    published: [],
    runs: ({ seeds }) =>
      Array.from({ length: seeds ?? own }, (_, seed) => ({
        key: `seed ${seed}`,
        settings: { seed, rate },
      })),
    async run({ seed }) {
      if (seed === 13) throw new Error("unlucky");
      return seed * seed;
    },
    report: (done) => ({
      verdicts: [{ asked: "all", measured: `${done.length} squares`, reached: true }],
      tables: [
        { title: "Squares", columns: ["x²"], rows: done.map(({ result }) => [`${result}`]) },
      ],
      figures: [],
      notes: [],
    }),
  };
}

let path: string;
let folder: URL;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "cellstate-"));
  folder = pathToFileURL(`${path}/`);
});
afterEach(() => rmSync(path, { recursive: true }));

const QUIET: Watcher = { began: () => {}, said: () => {}, ended: () => {} };

/** @returns the keys of the runs that were done. */
async function run(
  task: PaperTask,
  {
    seeds = null,
    most = 100,
    jobs = 1,
  }: { seeds?: number | null; most?: number; jobs?: number } = {},
): Promise<string[]> {
  const stop = new AbortController();
  const done: string[] = [];
  await doAndKeep(missingWork([task], folder, seeds), {
    ...{ folder, seeds, jobs, watcher: QUIET, signal: stop.signal },
    async execute({ task: of, run: { key, settings } }, say) {
      if (done.length === most) {
        stop.abort();
        throw new Error("broken off");
      }
      done.push(key);
      return await of.run(settings, say);
    },
  });
  return done;
}

describe("runs", () => {
  it("go on where they were broken off", async () => {
    expect(await run(squares(), { most: 1 })).toEqual(["seed 0"]);
    expect(Object.keys(readKept(folder, "squares")?.runs ?? {})).toEqual(["seed 0"]);
    expect(await run(squares())).toEqual(["seed 1", "seed 2", "seed 3"]);
    expect(await run(squares())).toEqual([]);
  });

  it("are done again under other settings, and where more seeds are asked for", async () => {
    await run(squares(1), { seeds: 2 });
    expect(await run(squares(1), { seeds: 3 })).toEqual(["seed 2"]);
    expect(await run(squares(2), { seeds: 3 })).toEqual(["seed 0", "seed 1", "seed 2"]);
  });

  it("side by side keep the same as one after the other", async () => {
    await run(squares(), { jobs: 3 });
    const kept = readKept(folder, "squares");
    expect(Object.entries(kept?.runs ?? {}).map(([key, { result }]) => [key, result])).toEqual([
      ["seed 0", 0],
      ["seed 1", 1],
      ["seed 2", 4],
      ["seed 3", 9],
    ]);
  });

  it("that fail keep no others, are told of, and are tried again", async () => {
    const task = squares(1, 15);
    await run(task);
    const kept = readKept(folder, "squares");
    expect(Object.keys(kept?.runs ?? {})).toHaveLength(14);
    expect(kept?.failed).toEqual({
      "seed 13": { settings: { seed: 13, rate: 1 }, message: "unlucky" },
    });
    const text = resultsMarkdown([await find(task, kept)]);
    expect(text).toContain("**Not complete**: missing: seed 13. seed 13 failed: unlucky");
    expect(text).toContain("| 14 of 15 |");
    expect(await run(task)).toEqual(["seed 13"]);
  });

  it("that were done under former settings are not reported, and counted", async () => {
    await run(squares(1));
    const standing = standingOf(squares(2), readKept(folder, "squares"));
    expect(standing.done).toEqual([]);
    expect(standing.stale).toBe(4);
  });

  it("asked for beyond an experiment's own are reported too", async () => {
    await run(squares(), { seeds: 6 });
    expect(standingOf(squares(), readKept(folder, "squares")).done).toHaveLength(6);
  });
});

it("a report is the same bytes from the same runs", async () => {
  await run(squares());
  const report = async () => resultsMarkdown([await find(squares(), readKept(folder, "squares"))]);
  expect(await report()).toBe(await report());
  expect(await report()).toContain(
    "1 of 1 experiments reach all that was asked of them, 1 of 1 aims together.",
  );
});

it("what was only measured is no aim, and an experiment counts as one however many aims it has", () => {
  const verdicts = (...all: (boolean | null)[]) =>
    all.map((reached) => ({ asked: "", measured: "", reached }));
  const all = [verdicts(true, true, null), verdicts(true, false), verdicts(null), verdicts(true)];
  expect(aimsText(all)).toBe(
    "2 of 3 experiments reach all that was asked of them, 4 of 5 aims together",
  );
});

it("a killed process leaves the runs that were done, and the next goes on", async () => {
  const script = fileURLToPath(new URL("slowRuns.ts", import.meta.url));
  const child = spawn(process.execPath, [script, folder.href], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  // It says when its second run has begun, which never ends.
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.kill("SIGKILL");
  await ended;
  expect(existsSync(keptFile(folder, "squares"))).toBe(true);
  const kept = JSON.parse(readFileSync(keptFile(folder, "squares"), "utf8"));
  expect(Object.keys(kept.runs)).toEqual(["seed 0"]);
  expect(await run(squares())).toEqual(["seed 1", "seed 2", "seed 3"]);
});

describe("npm run experiments", () => {
  const RUN = fileURLToPath(new URL("../../experiments/run.ts", import.meta.url));
  const experiments = (...args: string[]) =>
    new Promise<{ code: number | null; told: string }>((resolve) => {
      const child = spawn(process.execPath, [RUN, ...args], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      let told = "";
      child.stderr.on("data", (chunk) => {
        told += chunk;
      });
      child.on("close", (code) => resolve({ code, told }));
    });

  it("lists what there is", async () => {
    const { code, told } = await experiments();
    expect(code).toBe(0);
    for (const name of ["adding", "tinyshakespeare", "shapes", "all"]) expect(told).toContain(name);
  });

  it.each([
    [["addin"], 'no experiment "addin"; did you mean adding? (npm run experiments lists them)\n'],
    [["adding", "--seeds", "0"], "--seeds: expected a whole number of 1 or more, got 0\n"],
    [["adding", "--jobs", "two"], "--jobs: expected a whole number of 1 or more, got two\n"],
  ])("%j is refused in one line", async (args, line) => {
    expect(await experiments(...args)).toEqual({ code: 2, told: line });
  });

  it("an option that there is not is refused in one line", async () => {
    const { code, told } = await experiments("adding", "--sedes", "1");
    expect(code).toBe(2);
    expect(told.trimEnd().split("\n")).toHaveLength(1);
    expect(told).toContain("--sedes");
  });
});
