/** `cellstate convert`, and models in int8 wherever a model is read. */
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createLanguageModel, findCell, Vocabulary } from "@cellstate/core";
import { describe, expect, test } from "vitest";
import { loadModel, saveModel } from "../src/modelFiles.ts";
import { cellstate, inFolder } from "./support/command.ts";

const TEXT = "Who likes chess? Wish likes chess. Who likes tea? Krish likes tea.\n".repeat(40);

/** A folder with a model of 32 units and a text that it can read. */
function withModel(
  use: (folder: string, run: (...args: string[]) => ReturnType<typeof cellstate>) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const sizes = { hiddenSize: 32, layers: 2, embeddingSize: 0, projectionSize: null };
    const vocabulary = Vocabulary.of([TEXT], "characters");
    const model = createLanguageModel(
      { cell: findCell("lstm"), vocabulary, ...sizes, dropout: 0, tieWeights: false },
      { init: "uniform:0.3", forgetBias: null, chronoSteps: 9, seed: 1 },
    );
    saveModel(join(folder, "m.safetensors"), model);
    writeFileSync(join(folder, "x.txt"), TEXT);
    await use(folder, (...args) => cellstate(args, { cwd: folder }));
  });
}

describe("convert", () => {
  test("writes a model of about a third in int8 at this size, says so in one line, and leaves the first alone", async () => {
    await withModel(async (folder, run) => {
      const before = readFileSync(join(folder, "m.safetensors"));
      const { code, stdout, stderr } = await run(
        "convert",
        "m.safetensors",
        "s",
        "--weights",
        "int8",
      );
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(
        /^s: int8 weights, [\d,]+ bytes, 3\d % of the [\d,]+ of m\.safetensors\n$/,
      );
      expect(readFileSync(join(folder, "m.safetensors"))).toEqual(before);
      expect(loadModel(join(folder, "s")).weightFormat).toBe("int8");
      expect(readdirSync(folder).sort()).toEqual(["m.safetensors", "s", "x.txt"]);
    });
  });

  test("there and back gives float32 again, and from then on the same bytes", async () => {
    await withModel(async (folder, run) => {
      await run("convert", "m.safetensors", "a", "--weights", "int8");
      await run("convert", "a", "b", "--weights", "float32");
      await run("convert", "b", "c", "--weights", "int8");
      const [m, a, b, c] = ["m.safetensors", "a", "b", "c"].map((name) => join(folder, name));
      expect(statSync(b).size).toBe(statSync(m).size);
      expect(readFileSync(c)).toEqual(readFileSync(a));
    });
  });

  test("keeps a model that was there, its own source too, and refuses what is no model", async () => {
    await withModel(async (folder, run) => {
      const before = readFileSync(join(folder, "m.safetensors"));
      const onto = await run(
        "convert",
        "m.safetensors",
        "m.safetensors",
        "--weights",
        "int8",
        "--json",
      );
      expect(JSON.parse(onto.stdout)).toMatchObject({
        ...{ model: "m.safetensors", out: "m.safetensors", weights: "int8" },
        ...{ bytes: { before: before.length }, kept: "m.1.safetensors" },
      });
      expect(readFileSync(join(folder, "m.1.safetensors"))).toEqual(before);
      const text = await run("convert", "m.safetensors", "x.txt", "--weights", "int8");
      expect(text.stderr).toBe(
        "cellstate: OUT x.txt: there is a file that is no model; choose another name\n",
      );
      expect(text.code).toBe(2);
      expect(readFileSync(join(folder, "x.txt"), "utf8")).toBe(TEXT);
    });
  });

  test.each([
    [["convert", "m.safetensors", "s"], 2, /^cellstate: required option '--weights <format>' not /],
    [
      ["convert", "m.safetensors", "s", "--weights", "int4"],
      2,
      /^cellstate: --weights int4: expected float32 or int8\n$/,
    ],
    [
      ["convert", "x.txt", "s", "--weights", "int8"],
      1,
      /^cellstate: x\.txt: no safetensors file, /,
    ],
    [["convert", "gone", "s", "--weights", "int8"], 1, /^cellstate: gone: /],
  ])("%j is refused in one line, and nothing written", async (args, wanted, message) => {
    await withModel(async (folder, run) => {
      const { code, stdout, stderr } = await run(...args);
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
      expect([code, stdout]).toEqual([wanted, ""]);
      expect(existsSync(join(folder, "s"))).toBe(false);
    });
  });
});

describe("a model in int8", () => {
  test("is read in integers whether it was converted or is rounded as it is loaded", async () => {
    await withModel(async (_, run) => {
      await run("convert", "m.safetensors", "s", "--weights", "int8");
      const judge = async (...args: string[]) =>
        JSON.parse((await run("eval", ...args, "x.txt", "--json")).stdout);
      const [small, loaded, plain] = [
        await judge("s"),
        await judge("m.safetensors", "--weights", "int8"),
        await judge("m.safetensors", "--engine", "wasm"),
      ];
      expect(small).toMatchObject({ weights: "int8", engine: "wasm" });
      expect(loaded.loss).toBe(small.loss);
      expect(plain.weights).toBe("float32");
      expect(plain.loss).not.toBe(small.loss);
      expect(Math.abs(plain.loss - small.loss)).toBeLessThan(0.01);

      const write = async (...args: string[]) =>
        (await run("generate", ...args, "--length", "40", "--seed", "1")).stdout;
      expect(await write("s")).toBe(await write("m.safetensors", "--weights", "int8"));
      const told = JSON.parse((await run("info", "s", "--json")).stdout);
      expect(told.precision).toBe("int8");
      expect((await run("info", "s")).stdout).toContain(" parameters in int8\n");
    });
  });

  test("is not trained on: one line says how to go back", async () => {
    await withModel(async (folder, run) => {
      await run("convert", "m.safetensors", "s", "--weights", "int8");
      copyFileSync(join(folder, "s"), join(folder, "s.safetensors"));
      const { code, stderr } = await run(
        "train",
        "x.txt",
        "--from",
        "s.safetensors",
        "--steps",
        "1",
      );
      expect(stderr).toBe(
        "cellstate: --from s.safetensors: int8 weights cannot be trained; " +
          "first: cellstate convert s.safetensors OUT --weights float32\n",
      );
      expect(code).toBe(2);
    });
  });
});
