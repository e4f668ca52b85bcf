/** Slips and accidents around a run: no file of a person's is harmed by them, and no option is taken and ignored. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keepEarlier, shellQuoted } from "../src/modelFiles.ts";
import { BIN, cellstate, inFolder, type Ran, type RunOptions } from "./support/command.ts";

const TEXT = "Who likes chess? Wish likes chess. Who likes tea? Krish likes tea.\n".repeat(40);
const SMALL = ["--hidden-size", "16", "--layers", "1", "--window", "20", "--batch-size", "8"];

type Run = (args: readonly string[], options?: RunOptions) => Promise<Ran>;

/** A folder with `x.txt` in it, and the command run there. */
function withText(work: (folder: string, run: Run) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    writeFileSync(join(folder, "x.txt"), TEXT);
    await work(folder, (args, options) => cellstate(args, { cwd: folder, ...options }));
  });
}

describe("a slip is seen before hours of work", () => {
  test.each([
    ["a log into a text to learn from", ["--log", "x.txt"], "--log x.txt: that is a text to learn"],
    ["a log into the model", ["--log", "x.safetensors"], "--log x.safetensors: the run writes its"],
    [
      "a log into the checkpoint",
      ["--log", "./x.checkpoint.safetensors"],
      "--log ./x.checkpoint.safetensors: the run writes its",
    ],
    ["a log into something else", ["--log", "diary.txt"], "--log diary.txt: there is a file that"],
    ["no name", ["--out", ""], '--out "": expected a file\'s name'],
    ["a folder's name", ["--out", "models/"], "--out models/: expected a file's name"],
  ])("%s", async (_, options, message) => {
    await withText(async (folder, run) => {
      writeFileSync(join(folder, "diary.txt"), "dear diary");
      const { code, stderr } = await run(["train", "x.txt", "--steps", "5", ...SMALL, ...options]);
      expect(stderr).toContain(`cellstate: ${message}`);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
      expect(code).toBe(2);
      expect(readdirSync(folder).toSorted()).toEqual(["diary.txt", "x.txt"]);
      expect(readFileSync(join(folder, "x.txt"), "utf8")).toBe(TEXT);
      expect(readFileSync(join(folder, "diary.txt"), "utf8")).toBe("dear diary");
    });
  });

  test("a log of an earlier run is gone on with", async () => {
    await withText(async (folder, run) => {
      const args = ["train", "x.txt", "--steps", "5", ...SMALL, "--log", "l.jsonl"];
      await run(args);
      expect((await run(args)).code).toBe(0);
      const lines = readFileSync(join(folder, "l.jsonl"), "utf8").trimEnd().split("\n");
      expect(lines.filter((line) => JSON.parse(line).kind === "run")).toHaveLength(2);
    });
  });
});

describe("--resume takes no option that it would ignore", () => {
  test("another model to begin with, another preset, another cell of the same name", async () => {
    await withText(async (folder, run) => {
      const cell = join(folder, "mine.cell");
      writeFileSync(cell, "h[t] = tanh(W·[h[t-1], x[t]] + b)\n");
      const own = ["train", "x.txt", "--cell", "mine.cell", "--steps", "5", ...SMALL];
      await run([...own, "--learning-rate", "0.01"]);
      const resume = async (...more: string[]) => {
        const { code, stderr } = await run(["train", "x.txt", "--resume", ...more]);
        expect(code).toBe(2);
        return stderr;
      };
      expect(await resume("--from", "other.safetensors")).toContain(
        "--from other.safetensors: the run in x.checkpoint.safetensors began with new weights",
      );
      expect(await resume("--preset", "char-rnn")).toMatch(
        /--preset char-rnn: the run in x\.checkpoint\.safetensors began with --cell mine\.cell/,
      );
      writeFileSync(cell, "h[t] = relu(W·[h[t-1], x[t]] + b)\n");
      expect(await resume("--cell", "mine.cell")).toContain(
        "--cell mine.cell: its equations are not those of the run in x.checkpoint.safetensors",
      );
      rmSync(cell);
      expect((await run(["train", "x.txt", "--resume"])).code).toBe(0);
    });
  });

  test("what was typed the first time may be typed again", async () => {
    await withText(async (folder, run) => {
      await run(["train", "x.txt", "--steps", "5", ...SMALL, "--out", "a.safetensors"]);
      writeFileSync(join(folder, "mine.cell"), "h[t] = tanh(W·[h[t-1], x[t]] + b)\n");
      for (const options of [
        ["--preset", "char-rnn", "--steps", "5", ...SMALL],
        ["--from", "a.safetensors", "--steps", "5"],
        ["--cell", "mine.cell", "--steps", "5", ...SMALL],
      ]) {
        await run(["train", "x.txt", ...options]);
        const again = await run(["train", "x.txt", ...options, "--resume"]);
        expect(again.code, again.stderr).toBe(0);
      }
    });
  });
});

describe("a run that is killed before it has saved anything", () => {
  test("has put the earlier run's files aside: what --resume finds is its own", async () => {
    await withText(async (folder, run) => {
      await run(["train", "x.txt", "--steps", "5", ...SMALL]);
      const killed = await run(["train", "x.txt", "--steps", "100000", ...SMALL, "--seed", "2"], {
        meanwhile: (child) => {
          const timer = setInterval(() => {
            if (!existsSync(join(folder, "x.1.safetensors"))) return;
            clearInterval(timer);
            setTimeout(() => child.kill("SIGKILL"), 300);
          }, 10);
          child.once("exit", () => clearInterval(timer));
        },
      });
      expect(killed.code).toBeNull();
      const resumed = await run(["train", "x.txt", "--resume", "--steps", "9", "--json"]);
      expect(JSON.parse(resumed.stdout), resumed.stderr).toMatchObject({ seed: 2 });
    });
  });

  test("the checkpoint is put aside before the model: stopped between, none of another run is left", async () => {
    await inFolder((folder) => {
      // The longest name that a checkpoint can have: with a number in it there is no such file, and the renaming stops.
      const stem = join(folder, "x".repeat(255 - ".checkpoint.safetensors".length));
      const model = `${stem}.safetensors`;
      for (const path of [model, `${stem}.checkpoint.safetensors`]) writeFileSync(path, "");
      expect(() => keepEarlier(model)).toThrow(/cannot rename: the name is too long/);
      expect(existsSync(model)).toBe(true);
    });
  });
});

test("Ctrl-C that comes twice at once, as npm passes it on, saves all the same", async () => {
  await withText(async (_, run) => {
    const { code, stderr } = await run(["train", "x.txt", "--steps", "100000", ...SMALL], {
      meanwhile: (child) =>
        child.stderr?.once("data", () =>
          setTimeout(() => {
            child.kill("SIGINT");
            setTimeout(() => child.kill("SIGINT"), 5);
          }, 300),
        ),
    });
    expect(stderr).toContain("Go on: cellstate train x.txt --resume");
    expect(code).toBe(130);
  });
});

test.skipIf(!existsSync("/dev/full"))(
  "output that cannot be written is one line, not a stack (needs /dev/full)",
  async () => {
    const { code, stderr } = await cellstate(["cells"], { stdout: "/dev/full" });
    expect(stderr).toMatch(/^cellstate: standard output: cannot write: the disk is full;.*\n$/);
    expect(code).toBe(1);
  },
);

test.skipIf(!existsSync("/dev/full"))(
  "a log whose disk is full costs no model (needs /dev/full)",
  async () => {
    await withText(async (folder, run) => {
      const args = ["train", "x.txt", "--steps", "5", ...SMALL, "--log", "/dev/full"];
      const { code, stderr } = await run(args);
      expect(stderr.match(/the disk is full; .*; going on without a log/g)).toHaveLength(1);
      expect(code, stderr).toBe(0);
      expect(existsSync(join(folder, "x.safetensors"))).toBe(true);
    });
  },
);

test.skipIf(process.platform === "win32")(
  "a checkpoint that cannot be written costs no model (needs a shell that limits files)",
  async () => {
    await withText(async (folder, run) => {
      // 45 times 1,024 bytes: enough for the model, too few for its checkpoint.
      const shell = 'ulimit -f 45; exec "$0" "$@"';
      const options = ["--hidden-size", "32", "--engine", "wasm", "--threads", "1"];
      const train = [BIN, "train", "x.txt", "--steps", "5", ...SMALL, ...options];
      const { code, stderr } = await run([shell, process.execPath, ...train], {
        node: "bash",
        program: "-c",
      });
      expect(stderr).toMatch(
        /x\.checkpoint\.safetensors: cannot write: .*; going on without this checkpoint/,
      );
      expect(code, stderr).toBe(0);
      expect(readdirSync(folder).toSorted()).toEqual(["x.safetensors", "x.txt"]);
    });
  },
);

test("info tells all that a model was trained with, however narrow the terminal", async () => {
  await withText(async (_, run) => {
    await run(["train", "x.txt", "--steps", "5", ...SMALL]);
    const { stdout } = await run(["info", "x.safetensors"]);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("optimizer adam, learningRate 0.02");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

test("a run whose loss becomes infinite leaves the last good weights in the model's file", async () => {
  await withText(async (_, run) => {
    const wild = ["--optimizer", "sgd", "--learning-rate", "3e38", "--schedule", "warmup:20"];
    const { code, stderr } = await run([
      "train",
      "x.txt",
      "--steps",
      "99",
      ...SMALL,
      ...wild,
      "--clip-norm",
      "1e38",
    ]);
    expect(stderr).toMatch(
      /cellstate: step \d+: .* is (Infinity|NaN).*; x\.safetensors has what was learnt before\n$/,
    );
    expect(code).toBe(1);
    const told = await run(["info", "x.safetensors", "--json"]);
    expect(JSON.parse(told.stdout).training.steps).toBeGreaterThan(0);
  });
});

test("a model beside the texts of a folder is none of them", async () => {
  await withText(async (_, run) => {
    const args = ["train", ".", "--steps", "5", ...SMALL];
    await run(args);
    const { code, stderr } = await run([...args, "--resume"]);
    expect(code, stderr).toBe(0);
  });
});

test("names are shown so that they do nothing to a terminal, and typed so that they are no options", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "-\u001b[31m.txt"), TEXT);
    const args = ["train", "--steps", "5", ...SMALL, "--", "-\u001b[31m.txt"];
    const { stderr } = await cellstate(args, { cwd: folder });
    expect(stderr).toContain("-?[31m.txt: 2,680 characters");
    expect(stderr.replace(/cellstate generate .*/, "")).not.toContain("\u001b");
  });
  expect(shellQuoted("-x.txt")).toBe("./-x.txt");
  expect(shellQuoted("a b.txt")).toBe("'a b.txt'");
});
