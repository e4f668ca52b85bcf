/** The command from outside: what it prints where, and with which exit code. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProgram } from "../src/program.ts";
import { createTerminal } from "../src/terminal/terminal.ts";
import { cellstate, inFolder } from "./support/command.ts";
import { findOldNode } from "./support/oldNode.ts";

const TEXT = "Who likes chess? Wish likes chess. Who likes tea? Krish likes tea.\n".repeat(40);
/** A second's work. */
const SMALL = ["--hidden-size", "16", "--layers", "1", "--window", "20", "--batch-size", "8"];

describe("an old Node", () => {
  const node = findOldNode();
  const reason = node === null ? " (skipped: this machine has none)" : "";
  test.skipIf(node === null)(`is told in one line what is missing${reason}`, async () => {
    const { code, stdout, stderr } = await cellstate(["cells"], { node: node ?? "" });
    expect(stderr).toMatch(/^cellstate needs Node 22\.18 or newer; this is v\d+\.\d+\.\d+\. .*\n$/);
    expect([code, stdout]).toEqual([1, ""]);
  });
});

describe("help", () => {
  const program = createProgram((color) => createTerminal(process, process.env, color));

  test("of the whole", () => {
    expect(program.helpInformation()).toMatchInlineSnapshot(`
      "Usage: cellstate [options] [command]

      Recurrent networks whose cells are equations: train, write, and look inside.

      Options:
        -V, --version  print the version
        --no-color     plain text, as NO_COLOR in the environment
        --debug        show where an error comes from
        -h, --help     show this help

      Commands:
        start          a first look: learns stories (or your text), writes, answers,
                       shows its memory
        train          learn from a file: texts, a series, labelled texts or
                       sequences, rows, pairs
        predict        what a network answers: labels, numbers, forecasts, texts, tags
        generate       have a model write
        eval           how well a model foretells a text, or predicts what a file says
                       is right
        info           what a model's file holds: equations, shapes, parameters, how
                       it was trained
        trace          what every gate and memory did, step by step: drawn, or as a
                       file
        gradients      how far back the loss is heard: gradients by distance, with a
                       verdict
        context        what is kept and what is dropped where two continuations part
        find           units that follow quotes, brackets, the place in a line, or
                       your own rule
        explore        a page in the browser: look inside a model, change it, watch
                       one learn
        convert        keep a model's weights otherwise: int8, a quarter of the file
        cells          the cells that come with it: equations, captions, sources
        doctor         what this machine offers: threads, BLAS, how fast each engine
                       is
        help           show a command's help
      "
    `);
  });

  test.each(program.commands.map((command) => [command.name(), command] as const))(
    "of %s",
    (name, command) => {
      expect(command.helpInformation()).toMatchSnapshot(name);
    },
  );

  test("is what one gets without a command", async () => {
    const { code, stdout, stderr } = await cellstate([]);
    expect(stdout).toContain("Begin with:");
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("what makes no sense is told in one line, with exit code 2", () => {
  test.each([
    [["trian", "x.txt"], "unknown command 'trian' (Did you mean train?)"],
    [
      ["train", "x.txt", "--hiden-size", "3"],
      "unknown option '--hiden-size' (Did you mean --hidden-size?)",
    ],
    [["train"], "missing required argument 'files'"],
    [["train", "x.txt", "--hidden-size", "abc"], "--hidden-size abc: expected a positive integer"],
    [["train", "x.txt", "--layers", "65"], "--layers 65: expected 64 at most"],
    [["train", "x.txt", "--dropout", "1"], "--dropout 1: expected a number from 0 to below 1"],
    [
      ["train", "x.txt", "--forget-bias", "much"],
      "--forget-bias much: expected a number, or chrono",
    ],
    [
      ["train", "x.txt", "--epochs", "1", "--steps", "1"],
      "option '--epochs <n>' cannot be used with option '--steps <n>'",
    ],
    [
      ["train", "x.txt", "--clip-norm", "1", "--clip-value", "1"],
      "option '--clip-norm <x>' cannot be used with option '--clip-value <x>'",
    ],
    [
      ["train", "x.txt", "--optimizer", "adan"],
      "--optimizer adan: expected sgd, rmsprop, adam, adamw or adagrad",
    ],
    [
      ["train", "x.txt", "--tokens", "letters"],
      "--tokens letters: expected characters, words or bytes",
    ],
    [["train", "x.txt", "--engine", "gpu"], "--engine gpu: expected auto, wasm, blas or reference"],
    [["train", "x.txt", "--threads", "0"], "--threads 0: expected a positive integer"],
    [["eval", "m", "x.txt", "--threads", "two"], "--threads two: expected a positive integer"],
    [["generate", "m", "--threads", "1000"], "--threads 1000: expected 255 at most"],
    [
      ["train", "x.txt", "--engine", "reference", "--threads", "2"],
      "--threads 2: the reference engine has one thread; leave the option out",
    ],
    [["doctor", "--seconds", "-1"], "--seconds -1: expected a number of 0 or more"],
    [["train", "x.txt", "--preset", "gpt"], "--preset gpt: expected char-rnn"],
    [["train", "x.txt", "--schedule", "triangle"], 'schedule "triangle": expected'],
    [["train", "x.txt", "--init", "zeros"], '--init: unknown "zeros"'],
    [["train", "x.txt", "--cell", "lsmt"], 'unknown cell "lsmt"; did you mean "lstm"?'],
    [["generate", "m", "--temperature", "-1"], "--temperature -1: expected a number of 0 or more"],
    [["generate", "m", "--top-p", "2"], "--top-p 2: expected a number above 0 and up to 1"],
    [["cells", "gruu"], 'unknown cell "gruu"; did you mean "gru"?'],
  ])("%j", async (args, message) => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "x.txt"), TEXT);
      const { code, stdout, stderr } = await cellstate(args, { cwd: folder });
      expect(stderr).toContain(`cellstate: ${message}`);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
      expect([code, stdout]).toEqual([2, ""]);
      expect(readdirSync(folder)).toEqual(["x.txt"]);
    });
  });

  test("a text is not overwritten by a slip", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "x.txt"), TEXT);
      writeFileSync(join(folder, "notes.txt"), "dear diary");
      const own = await cellstate(["train", "x.txt", "--out", "x.txt"], { cwd: folder });
      const other = await cellstate(["train", "x.txt", "--out", "notes.txt"], { cwd: folder });
      expect(own.stderr).toBe(
        "cellstate: --out x.txt: that is a text to learn from; choose another name\n",
      );
      expect(other.stderr).toBe(
        "cellstate: --out notes.txt: there is a file that is no model; choose another name\n",
      );
      expect([own.code, other.code]).toEqual([2, 2]);
      expect(readFileSync(join(folder, "notes.txt"), "utf8")).toBe("dear diary");
    });
  });
});

describe("what fails is told in one line, with exit code 1", () => {
  test.each([
    ["a missing file", "nothere.txt", null, "nothere.txt: cannot read: no such file or folder"],
    ["an empty file", "x.txt", "", "x.txt: is empty"],
    ["a text of one character", "x.txt", "a", "x.txt: "],
    ["a binary file", "x.txt", "\0\u0001", "x.txt: is not text in UTF-8"],
  ])("%s", async (_, name, text, message) => {
    await inFolder(async (folder) => {
      if (text !== null) writeFileSync(join(folder, name), text);
      const { code, stdout, stderr } = await cellstate(["train", name], { cwd: folder });
      const last = stderr.trimEnd().split("\n").at(-1);
      expect(last).toContain(`cellstate: ${message}`);
      expect([code, stdout]).toEqual([1, ""]);
    });
  });

  test("a stack comes only with --debug", async () => {
    const quiet = await cellstate(["info", "nothere"]);
    const loud = await cellstate(["info", "nothere", "--debug"]);
    expect(quiet.stderr).not.toContain("    at ");
    expect(loud.stderr).toContain("    at ");
    expect([quiet.code, loud.code]).toEqual([1, 1]);
  });
});

describe("train, and what one does with a model", () => {
  test("with --json each prints one object on standard output, and all else beside it", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "x.txt"), TEXT);
      const run = async (...args: string[]) => {
        const { code, stdout, stderr } = await cellstate([...args, "--json"], { cwd: folder });
        expect([code, stdout.trimEnd().split("\n").length], stderr).toEqual([0, 1]);
        return JSON.parse(stdout);
      };
      const trained = await run("train", "x.txt", "--steps", "30", ...SMALL);
      expect(trained).toMatchObject({
        model: "x.safetensors",
        steps: 30,
        engine: "wasm",
        threads: availableParallelism(),
        seed: 1,
        finished: true,
      });
      for (const figure of [
        "epochs",
        "trainLoss",
        "validationLoss",
        "seconds",
        "tokensPerSecond",
        "parameters",
      ]) {
        expect(trained[figure], figure).toBeTypeOf("number");
      }
      const judged = await run("eval", "x.safetensors", "x.txt");
      expect(Object.keys(judged)).toEqual([
        "loss",
        "bitsPerCharacter",
        "perplexity",
        "tokens",
        "unknown",
        "weights",
        "engine",
        "threads",
      ]);
      const wrote = await run(
        "generate",
        "x.safetensors",
        "--prompt",
        "Who",
        "--length",
        "20",
        "--seed",
        "3",
      );
      expect(wrote).toMatchObject({ prompt: "Who", seed: 3 });
      expect(wrote.text).toHaveLength(20);
      const told = await run("info", "x.safetensors");
      expect(told).toMatchObject({ hiddenSize: 16, layers: 1, parameters: trained.parameters });
      expect(told.training).toMatchObject({ steps: 30, settings: { seed: 1 } });
    });
  });

  test("generate prints the prompt and what follows it, the same for the same seed", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "x.txt"), TEXT);
      await cellstate(["train", "x.txt", "--steps", "5", ...SMALL], { cwd: folder });
      const write = (...more: string[]) =>
        cellstate(["generate", "x.safetensors", "--prompt", "Who ", "--length", "30", ...more], {
          cwd: folder,
        });
      const [first, again, other] = [
        await write("--seed", "1"),
        await write("--seed", "1"),
        await write("--seed", "2"),
      ];
      expect(first.stdout).toMatch(/^Who [\s\S]{30}\n?$/);
      expect(again.stdout).toBe(first.stdout);
      expect(other.stdout).not.toBe(first.stdout);
      const strange = await write("--prompt", "Who 日");
      expect(strange.stderr).toMatch(
        /^cellstate: the prompt has characters that the model does not know: "日"/,
      );
      expect([strange.code, strange.stdout]).toEqual([1, ""]);
    });
  });

  test("an earlier run's files are kept under a number", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "x.txt"), TEXT);
      const train = (...more: string[]) =>
        cellstate(["train", "x.txt", "--steps", "5", ...SMALL, ...more], { cwd: folder });
      await train();
      const earlier = readFileSync(join(folder, "x.safetensors"));
      const { stderr } = await train("--seed", "2");
      expect(stderr).toContain("kept the earlier run's files as x.1.safetensors");
      expect(readFileSync(join(folder, "x.1.safetensors")).equals(earlier)).toBe(true);
      expect(readdirSync(folder).toSorted()).toEqual([
        "x.1.checkpoint.safetensors",
        "x.1.safetensors",
        "x.checkpoint.safetensors",
        "x.safetensors",
        "x.txt",
      ]);
    });
  });

  test("--from goes on from a model's weights, and says what it does not know", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "x.txt"), TEXT);
      writeFileSync(join(folder, "y.txt"), TEXT.replaceAll("tea", "téa"));
      await cellstate(["train", "x.txt", "--steps", "5", ...SMALL], { cwd: folder });
      const tuned = await cellstate(["train", "y.txt", "--steps", "5", "--from", "x.safetensors"], {
        cwd: folder,
      });
      expect(tuned.stderr).toContain(
        '1 character that the model does not know, 80 times in all, left out: "é"',
      );
      expect(tuned.code).toBe(0);
      const larger = await cellstate(
        ["train", "y.txt", "--from", "x.safetensors", "--hidden-size", "32"],
        { cwd: folder },
      );
      expect(larger.stderr).toContain(
        "--hidden-size: with --from it is what x.safetensors has; leave the option out",
      );
      expect(larger.code).toBe(2);
    });
  });

  test("--log keeps every measurement, a line each", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "x.txt"), TEXT);
      await cellstate(["train", "x.txt", "--steps", "7", ...SMALL, "--log", "l.jsonl"], {
        cwd: folder,
      });
      const lines = readFileSync(join(folder, "l.jsonl"), "utf8").trimEnd().split("\n");
      const kinds = lines.map((line) => JSON.parse(line).kind);
      expect(kinds.filter((kind) => kind === "step")).toHaveLength(7);
      expect([kinds[0], kinds.at(-1)]).toEqual(["run", "done"]);
    });
  });
});

describe("Ctrl-C", () => {
  const EXACT = ["--dropout", "0.1", "--engine", "wasm"];
  const LONG = ["train", "x.txt", "--steps", "6000", ...SMALL, ...EXACT];

  test("saves, says how to go on, and what was gone on with ends as if it had never stopped", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "x.txt"), TEXT);
      const whole = await cellstate([...LONG, "--out", "whole.safetensors"], { cwd: folder });
      expect(whole.code, whole.stderr).toBe(0);
      const stopped = await cellstate(LONG, {
        cwd: folder,
        meanwhile: (child) =>
          child.stderr?.once("data", () => setTimeout(() => child.kill("SIGINT"), 200)),
      });
      expect(stopped.stderr).toContain("Go on: cellstate train x.txt --resume");
      expect(stopped.code).toBe(130);
      const resumed = await cellstate(["train", "x.txt", "--resume"], { cwd: folder });
      expect(resumed.stderr).toMatch(/going on from x\.checkpoint\.safetensors at step [1-9]/);
      const [expected, model] = ["whole", "x"].map((name) =>
        readFileSync(join(folder, `${name}.safetensors`)),
      );
      expect(model.equals(expected)).toBe(true);
    });
  }, 60_000);

  test("another text, or another shape, is not gone on with", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "x.txt"), TEXT);
      await cellstate(["train", "x.txt", "--steps", "5", ...SMALL], { cwd: folder });
      const shape = await cellstate(["train", "x.txt", "--resume", "--layers", "3"], {
        cwd: folder,
      });
      expect(shape.stderr).toContain(
        "--layers 3: the run in x.checkpoint.safetensors began with 1",
      );
      writeFileSync(join(folder, "x.txt"), `${TEXT}and more`);
      const text = await cellstate(["train", "x.txt", "--resume"], { cwd: folder });
      expect(text.stderr).toContain("that run learnt from x.txt, and what is read now differs");
      expect([shape.code, text.code]).toEqual([2, 1]);
    });
  });

  test("a finished run goes on where more steps are asked for", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "x.txt"), TEXT);
      const constant = ["--schedule", "constant"];
      await cellstate(["train", "x.txt", "--steps", "9", ...SMALL, ...constant], { cwd: folder });
      const more = await cellstate(["train", "x.txt", "--resume", "--steps", "15", "--json"], {
        cwd: folder,
      });
      expect(JSON.parse(more.stdout).steps).toBe(15);
      const again = await cellstate(["train", "x.txt", "--resume", "--json"], { cwd: folder });
      expect(JSON.parse(again.stdout).steps).toBe(15);
    });
  });
});

test("a reader that has seen enough ends it quietly", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "x.txt"), TEXT);
    await cellstate(["train", "x.txt", "--steps", "5", ...SMALL], { cwd: folder });
    const { code, stderr } = await cellstate(["generate", "x.safetensors", "--length", "1000000"], {
      cwd: folder,
      meanwhile: (child) => child.stdout?.once("data", () => child.stdout?.destroy()),
    });
    expect([code, stderr]).toEqual([0, ""]);
  });
});
