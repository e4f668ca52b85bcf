/** Engines and threads, from outside: which one computes, what it says of it, and what becomes of a run that loses one. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { decodeCheckpoint, encodeCheckpoint } from "@cellstate/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { findBlas } from "../src/blas/index.ts";
import { chooseEngine } from "../src/engine/choose.ts";
import { openEngine } from "../src/engine/open.ts";
import { chooseToGoOn } from "../src/run/resumedEngine.ts";
import { BIN, cellstate, inFolder, type Ran, type RunOptions } from "./support/command.ts";

const TEXT = "Who likes chess? Wish likes chess. Who likes tea? Krish likes tea.\n".repeat(60);
const SMALL = ["--hidden-size", "24", "--layers", "2", "--window", "20", "--batch-size", "8"];
/** Large enough for a BLAS to be worth it. */
const LARGE = ["--hidden-size", "64", "--layers", "1", "--window", "20", "--batch-size", "16"];

const NO_BLAS = { CELLSTATE_BLAS: "none" };
const blas = findBlas().find(({ fault }) => fault === null);
const needsBlas = blas ? "" : " (skipped: this machine has no BLAS)";

type Run = (args: readonly string[], options?: RunOptions) => Promise<Ran>;

/** A folder with `x.txt` in it, and the command run there. */
function withText(work: (folder: string, run: Run) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    writeFileSync(join(folder, "x.txt"), TEXT);
    await work(folder, (args, options) => cellstate(args, { cwd: folder, ...options }));
  });
}

function modelIn(folder: string, name = "x"): Buffer {
  return readFileSync(join(folder, `${name}.safetensors`));
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the engine that auto takes", () => {
  test("is wasm where products are small, whatever the machine has", () => {
    const choice = chooseEngine({ shape: { hiddenSize: 16, batchSize: 8 } });
    expect(choice).toMatchObject({ kind: "wasm", why: "as fast as a BLAS at this size" });
  });

  test("is wasm for one token after another", () => {
    const choice = chooseEngine({ shape: { hiddenSize: 2048, batchSize: 1 } });
    expect(choice).toMatchObject({ kind: "wasm", why: "as fast as a BLAS one step at a time" });
  });

  test("is wasm where there is no library, and says what to do", () => {
    vi.stubEnv("CELLSTATE_BLAS", "none");
    expect(chooseEngine()).toMatchObject({
      kind: "wasm",
      why: "BLAS is switched off; to make it faster: unset CELLSTATE_BLAS",
    });
  });

  test.skipIf(!blas)(`is blas for a large one${needsBlas}`, () => {
    const choice = chooseEngine({ shape: { hiddenSize: 512, batchSize: 50 } });
    expect(choice.kind).toBe("blas");
    expect(choice.name).toBe(`blas (${choice.lender?.name})`);
  });

  test("stands in the summary in one line, and by name in the model and what --json prints", async () => {
    await withText(async (_, run) => {
      const { stderr, stdout } = await run(
        ["train", "x.txt", "--steps", "5", ...LARGE, "--threads", "2", "--json"],
        { env: NO_BLAS },
      );
      expect(stderr.split("\n").filter((line) => /blas/i.test(line))).toEqual([
        "wasm, 2 threads: BLAS is switched off; to make it faster: unset CELLSTATE_BLAS",
      ]);
      expect(JSON.parse(stdout)).toMatchObject({ engine: "wasm", threads: 2 });
      const told = await run(["info", "x.safetensors"]);
      expect(told.stdout).toMatch(/^ {2}engine +wasm$/m);
    });
  });

  test.skipIf(!blas)(
    `with its version in the model where it is the machine's${needsBlas}`,
    async () => {
      await withText(async (_, run) => {
        const { stderr } = await run(["train", "x.txt", "--steps", "5", ...LARGE]);
        const told = JSON.parse((await run(["info", "x.safetensors", "--json"])).stdout);
        expect(told.training.engine).toMatch(/^blas \(.+ \d+\.\d+.*\)$/);
        expect(told.training.settings.engine).toBe("blas");
        expect(stderr).toContain(`${told.training.engine}, `);
        expect(stderr).toContain("--engine wasm gives the same bits on every machine");
      });
    },
  );
});

test("--engine blas without a library fails in one line that says what to do, before anything is written", async () => {
  await withText(async (_, run) => {
    const { code, stdout, stderr } = await run(["train", "x.txt", "--engine", "blas"], {
      env: NO_BLAS,
    });
    expect(stderr).toBe("cellstate: engine blas: BLAS is switched off: unset CELLSTATE_BLAS\n");
    expect([code, stdout]).toEqual([1, ""]);
  });
});

test("--engine blas is not taken and ignored where weights are in int8", async () => {
  await withText(async (_, run) => {
    await run(["train", "x.txt", "--steps", "2", ...SMALL]);
    const asked = ["--weights", "int8", "--engine", "blas"];
    const { code, stderr } = await run(["eval", "x.safetensors", "x.txt", ...asked]);
    expect(stderr).toBe(
      "cellstate: --engine blas: int8 weights are multiplied by wasm; " +
        "leave the option out, or add --weights float32\n",
    );
    expect(code).toBe(2);
  });
});

describe("threads", () => {
  test("1, 2 and 3 of them write the same model, byte for byte", async () => {
    await withText(async (folder, run) => {
      for (const threads of ["1", "2", "3"]) {
        const asked = ["--engine", "wasm", "--threads", threads, "--out", `${threads}.safetensors`];
        const { code, stderr } = await run(["train", "x.txt", "--steps", "40", ...SMALL, ...asked]);
        expect(code, stderr).toBe(0);
      }
      expect(modelIn(folder, "2").equals(modelIn(folder, "1"))).toBe(true);
      expect(modelIn(folder, "3").equals(modelIn(folder, "1"))).toBe(true);
    });
  }, 60_000);

  test("judge and write the same too", async () => {
    await withText(async (_, run) => {
      await run(["train", "x.txt", "--steps", "20", ...LARGE, "--engine", "wasm"]);
      const both = async (...args: string[]) => {
        const printed = ["1", "3"].map(async (threads) => {
          const { stdout } = await run([...args, "--engine", "wasm", "--threads", threads]);
          return stdout;
        });
        return Promise.all(printed);
      };
      const [alone, shared] = await both("eval", "x.safetensors", "x.txt");
      expect(alone).toMatch(/^loss/);
      expect(shared).toBe(alone);
      const [written, together] = await both("generate", "x.safetensors", "--seed", "1");
      expect(written.length).toBeGreaterThan(400);
      expect(together).toBe(written);
    });
  }, 60_000);

  test("are not started unasked to write a few hundred characters", async () => {
    await withText(async (_, run) => {
      await run(["train", "x.txt", "--steps", "2", ...SMALL]);
      const threads = async (...args: string[]) => {
        const { stdout } = await run(["generate", "x.safetensors", "--json", ...args]);
        return JSON.parse(stdout).threads;
      };
      expect(await threads()).toBe(1);
      expect(await threads("--threads", "2")).toBe(2);
    });
  });

  test("do not keep a program waiting that forgets them", async () => {
    await inFolder(async (folder) => {
      const library = JSON.stringify(pathToFileURL(join(BIN, "../../src/index.ts")).href);
      const program = join(folder, "forgets.mjs");
      writeFileSync(
        program,
        `import { openEngine } from ${library};
         const { choice } = await openEngine({ engine: "wasm", threads: 3 });
         console.log(choice);`,
      );
      const { code, stdout } = await cellstate([], { program });
      expect([code, stdout]).toEqual([0, "wasm, 3 threads\n"]);
    });
  });

  test("an engine without a number takes all cores; the reference has one", async () => {
    const { engine, choice, end } = await openEngine({ engine: "reference" });
    expect([engine.threads, choice]).toEqual([1, "reference, one thread"]);
    end();
    await expect(openEngine({ engine: "wasm", threads: 0 })).rejects.toThrow(RangeError);
  });
});

/** Loaded before the command: ends its worker thread soon after the first checkpoint. */
const KILLER = `import { existsSync } from "node:fs";
process.on("worker", (worker) => {
  const timer = setInterval(() => {
    if (!existsSync("x.checkpoint.safetensors")) return;
    clearInterval(timer);
    setTimeout(() => worker.terminate(), 200);
  }, 10);
});`;

describe("a thread that dies", () => {
  const LONG = ["train", "x.txt", "--steps", "3000", ...SMALL, "--engine", "wasm"];

  test("ends the run in one line; what --resume makes of its checkpoint is an undisturbed run's model", async () => {
    await withText(async (folder, run) => {
      writeFileSync(join(folder, "killer.mjs"), KILLER);
      const killer = pathToFileURL(join(folder, "killer.mjs")).href;
      const died = await run([...LONG, "--threads", "2", "--checkpoint-every", "0.2"], {
        env: { NODE_OPTIONS: `--import ${killer}` },
      });
      const last = died.stderr.trimEnd().split("\n").at(-1);
      expect(last).toMatch(
        /^cellstate: thread 2 of 2 ended before .* Go on: cellstate train x\.txt --resume$/,
      );
      expect(died.code).toBe(1);
      const bytes = new Uint8Array(readFileSync(join(folder, "x.checkpoint.safetensors")));
      expect(decodeCheckpoint(bytes, "x").state).toMatchObject({ engine: "wasm" });
      const resumed = await run(["train", "x.txt", "--resume", "--threads", "1"]);
      expect(resumed.stderr).toMatch(/going on from .* at step [1-9]/);
      const whole = await run([...LONG, "--threads", "1", "--out", "whole.safetensors"]);
      expect(whole.code).toBe(0);
      expect(modelIn(folder).equals(modelIn(folder, "whole"))).toBe(true);
    });
  }, 90_000);

  test("Ctrl-C saves with threads as without", async () => {
    await withText(async (_, run) => {
      const stopped = await run([...LONG, "--threads", "2"], {
        meanwhile: (child) =>
          child.stderr?.once("data", () => setTimeout(() => child.kill("SIGINT"), 300)),
      });
      expect(stopped.stderr).toContain("Go on: cellstate train x.txt --resume");
      expect(stopped.code).toBe(130);
    });
  }, 30_000);
});

describe("--resume", () => {
  /** Makes the checkpoint of a run on wasm look like one that a library of long ago computed. */
  function age(folder: string): void {
    const path = join(folder, "x.checkpoint.safetensors");
    const { state, arrays } = decodeCheckpoint(new Uint8Array(readFileSync(path)), path);
    const settings = { ...Object(state.settings), engine: "blas" };
    const aged = { ...state, settings, engine: "blas (oneDNN 0.9.1)" };
    writeFileSync(path, encodeCheckpoint({ state: aged, arrays }));
  }

  test("says why it cannot go on with the engine that the run began with, and what can be done", async () => {
    await withText(async (folder, run) => {
      await run(["train", "x.txt", "--steps", "5", ...SMALL, "--engine", "wasm"]);
      age(folder);
      const { code, stderr } = await run(["train", "x.txt", "--resume"], { env: NO_BLAS });
      expect(stderr).toBe(
        "cellstate: x.checkpoint.safetensors: that run computes with blas (oneDNN 0.9.1), and here BLAS is switched off: " +
          "unset CELLSTATE_BLAS; --engine wasm goes on without (the last digits will differ)\n",
      );
      expect(code).toBe(1);
      const other = await run(
        ["train", "x.txt", "--resume", "--steps", "9", "--engine", "wasm", "--json"],
        { env: NO_BLAS },
      );
      expect(other.stderr).toContain(
        "with wasm from here, where it was blas (oneDNN 0.9.1): the last digits will differ from an undisturbed run's",
      );
      expect(JSON.parse(other.stdout)).toMatchObject({ engine: "wasm", steps: 9 });
      const told = JSON.parse((await run(["info", "x.safetensors", "--json"])).stdout);
      expect(told.training).toMatchObject({
        engine: "wasm",
        earlierEngines: ["blas (oneDNN 0.9.1)"],
      });
      const again = await run(["train", "x.txt", "--resume", "--steps", "12", "--json"]);
      expect(JSON.parse(again.stdout)).toMatchObject({ engine: "wasm", steps: 12 });
    });
  });

  test.skipIf(!blas)(`takes another version for another engine${needsBlas}`, () => {
    const began = { kind: "blas", name: "blas (oneDNN 0.9.1)" } as const;
    expect(() => chooseToGoOn(undefined, began, "x")).toThrow(
      /^x: that run computes with blas \(oneDNN 0\.9\.1\), and here is blas \(.*\); --engine blas goes on with that, /,
    );
    expect(chooseToGoOn("blas", began, "x").kind).toBe("blas");
  });

  test.skipIf(!blas)(
    `goes on with the threads of a run with lent products${needsBlas}`,
    async () => {
      await withText(async (_, run) => {
        const begun = ["train", "x.txt", "--steps", "5", ...SMALL, "--engine", "blas"];
        await run([...begun, "--threads", "3"]);
        const again = await run(["train", "x.txt", "--resume", "--steps", "8", "--json"]);
        expect(JSON.parse(again.stdout)).toMatchObject({ steps: 8, threads: 3 });
        const typed = ["train", "x.txt", "--resume", "--steps", "9", "--threads", "1", "--json"];
        expect(JSON.parse((await run(typed)).stdout)).toMatchObject({ steps: 9, threads: 1 });
      });
    },
  );

  test.skipIf(!blas)(`finds the run's own library among several${needsBlas}`, () => {
    for (const { path, fault } of findBlas()) {
      if (fault !== null) continue;
      const { name } = chooseEngine({ engine: "blas", library: path });
      expect(chooseToGoOn("auto", { kind: "blas", name }, "x").name).toBe(name);
    }
  });

  test("goes on with wasm where the run began with it, whatever auto would take now", () => {
    const began = { kind: "wasm", name: "wasm" } as const;
    expect(chooseToGoOn("auto", began, "x").name).toBe("wasm");
    expect(chooseToGoOn(undefined, began, "x").name).toBe("wasm");
  });

  test("goes on from a checkpoint that says only which kind of engine it was", async () => {
    await withText(async (folder, run) => {
      await run(["train", "x.txt", "--steps", "5", ...SMALL]);
      const path = join(folder, "x.checkpoint.safetensors");
      const { state, arrays } = decodeCheckpoint(new Uint8Array(readFileSync(path)), path);
      const { engine: _, ...early } = state;
      writeFileSync(path, encodeCheckpoint({ state: early, arrays }));
      const { stdout } = await run(["train", "x.txt", "--resume", "--steps", "9", "--json"]);
      expect(JSON.parse(stdout)).toMatchObject({ engine: "wasm", steps: 9 });
    });
  });

  test("does not change between float32 and float64", async () => {
    await withText(async (_, run) => {
      await run(["train", "x.txt", "--steps", "2", ...SMALL, "--engine", "reference"]);
      const { code, stderr } = await run(["train", "x.txt", "--resume", "--engine", "wasm"]);
      expect(stderr).toContain(
        "--engine wasm: the run in x.checkpoint.safetensors began with reference",
      );
      expect(code).toBe(2);
    });
  });
});
