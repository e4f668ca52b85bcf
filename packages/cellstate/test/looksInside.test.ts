/** The commands that look inside, from the outside: what they print, write and refuse. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLanguageModel, findCell, readSafetensors, Vocabulary } from "@cellstate/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { saveModel } from "../src/modelFiles.ts";
import { displayWidth } from "../src/terminal/text.ts";
import { cellstate } from "./support/command.ts";
import { reviews } from "./support/madeUp.ts";

const TEXT = 'He said "no (never)" to her.\nShe said "yes" to him.\n';
const folder = mkdtempSync(join(tmpdir(), "cellstate-test-"));
const at = (name: string): string => join(folder, name);
const run = (...args: string[]) => cellstate(args, { cwd: folder });

/** The one object that a command prints. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(...args, "--json");
  expect([code, stdout.trimEnd().split("\n").length], stderr).toEqual([0, 1]);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  const vocabulary = Vocabulary.of([TEXT], "characters");
  for (const cell of ["lstm", "rnn"]) {
    const sizes = { hiddenSize: 12, layers: 2, embeddingSize: 8, projectionSize: null };
    const model = createLanguageModel(
      { cell: findCell(cell), vocabulary, ...sizes, dropout: 0, tieWeights: false },
      { init: "uniform:0.3", forgetBias: null, chronoSteps: 9, seed: 1 },
    );
    saveModel(at(`${cell}.safetensors`), model);
  }
  writeFileSync(at("text.txt"), TEXT.repeat(40));
  writeFileSync(at("reviews.csv"), reviews());
  const small = ["--hidden-size", "8", "--epochs", "1", "--engine", "wasm", "--threads", "1"];
  const { code, stderr } = await run(
    "train",
    "reviews.csv",
    "--task",
    "text-classification",
    ...small,
  );
  expect(code, stderr).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("trace", () => {
  test("draws each layer, says which units it chose, and what comes next", async () => {
    const { code, stdout, stderr } = await run(
      "trace",
      "lstm.safetensors",
      "--text",
      "He said",
      "--signal",
      "f,c",
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("layer 1: Long short-term memory (LSTM), 12 units");
    expect(stdout).toContain("forget gate: how much of the memory to keep");
    expect(stdout).toMatch(/\nnext: .+ %\n$/);
    expect(stdout).not.toContain("\x1b");
    expect(Math.max(...stdout.split("\n").map(displayWidth))).toBeLessThanOrEqual(80);
  });

  test("writes tensors that are what JSON and CSV say", async () => {
    const args = ["trace", "lstm.safetensors", "--text", "He said", "--units", "3,5-6"];
    for (const ending of ["safetensors", "json", "csv"]) {
      const { code, stderr } = await run(...args, "--out", `t.${ending}`);
      expect([code, stderr]).toEqual([0, `t.${ending}: f, i, g, o, c, h of 2 layers, 7 steps\n`]);
    }
    const { tensors, metadata } = readSafetensors(
      readFileSync(at("t.safetensors")),
      "t.safetensors",
    );
    expect([...tensors.keys()].filter((name) => name.startsWith("layers.1."))).toEqual(
      ["c", "f", "g", "h", "i", "o"].map((name) => `layers.1.${name}`),
    );
    expect(JSON.parse(metadata.tokens)).toEqual([..."He said"]);
    expect(JSON.parse(metadata.units)["layers.1.c"]).toEqual([3, 5, 6]);
    const c = tensors.get("layers.1.c");
    expect([c?.dtype, c?.shape]).toEqual(["F32", [7, 3]]);
    const parsed = JSON.parse(readFileSync(at("t.json"), "utf8"));
    expect(parsed.layers[1].signals.c.units).toEqual([3, 5, 6]);
    // Seven figures are written.
    expect(parsed.layers[1].signals.c.values[6][2]).toBeCloseTo(Number(c?.data[20]), 6);
    const rows = readFileSync(at("t.csv"), "utf8").trimEnd().split("\n");
    expect(rows[0]).toBe("step,token,layer,signal,unit,value");
    expect(rows).toHaveLength(1 + 7 * 3 * 6 * 2);
    const last = rows.find((row) => row.startsWith("6,d,layers.1,c,6,"));
    expect(Number(last?.split(",")[5])).toBe(parsed.layers[1].signals.c.values[6][2]);
    const told = await json(...args, "--layer", "1");
    expect(told.layers).toEqual([parsed.layers[1]]);
  });

  test("draws heatmaps for print, and says so in one object where that is asked", async () => {
    const args = [
      "trace",
      "lstm.safetensors",
      "--text",
      "a\n<b>".replace(/[<b>]/g, "h"),
      "--signal",
      "f",
    ];
    const told = await json(...args, "--layer", "layers.1", "--out", "f.svg");
    expect(told).toEqual({
      ...{ model: "lstm.safetensors", out: "f.svg", steps: 5 },
      tensors: [{ name: "layers.1.f", shape: [5, 12] }],
    });
    const svg = readFileSync(at("f.svg"), "utf8");
    expect(svg).toContain("forget gate: how much of the memory to keep");
    expect(svg).toContain("⏎");
    expect((await run(...args, "--out", "f.png")).code).toBe(0);
    expect(readFileSync(at("f.png")).subarray(1, 4).toString()).toBe("PNG");
  });

  test("reads a file of text, or one of the examples of a task, in both directions", async () => {
    writeFileSync(at("short.txt"), "He");
    expect((await json("trace", "rnn.safetensors", "--input", "short.txt")).tokens).toEqual([
      "H",
      "e",
    ]);
    const told = await json(
      "trace",
      "reviews.safetensors",
      "--input",
      "reviews.csv",
      "--example",
      "2",
    );
    const layers = told.layers;
    if (!Array.isArray(layers)) throw new TypeError("layers");
    expect(layers.map(({ name }) => name)).toEqual(["layers.0", "layers.0.reverse"]);
    expect(layers[0].labels[0]).toBe("<start>");
    expect(layers[1].labels).toEqual(layers[0].labels);
  });

  test("fits a narrow terminal", async () => {
    const { stdout } = await cellstate(["trace", "lstm.safetensors", "--text", TEXT.slice(0, 28)], {
      cwd: folder,
      env: { FORCE_COLOR: "3" },
    });
    expect(stdout).toContain("\x1b[48;2;");
    expect(Math.max(...stdout.split("\n").map(displayWidth))).toBeLessThanOrEqual(80);
  });
});

describe("gradients", () => {
  const args = ["gradients", "rnn.safetensors", "--text", "He said no to her."];

  test("are a table with a verdict, a plot by distance, and which tokens are heard", async () => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^loss [\d.]+ at step 16, after "r"\n/);
    expect(stdout).toMatch(/\nlayers\.0 +h +all +(vanishing|carried|exploding) +16 +× [\d.]+/);
    expect(stdout).toContain("steps back from the loss");
    expect(stdout).toContain("what a small change of a state at each token would do to the loss");
  });

  test("tell the span beside the rate, and give states that carry nothing on no verdict", async () => {
    const [c] = (await json("gradients", "lstm.safetensors", "--text", "He said no to her."))
      .series as Record<string, unknown>[];
    expect(c).toMatchObject({ state: "c", isRead: true, span: { from: 0, to: 16 } });
    expect(c.verdict).toMatch(/^(vanishing|carried|exploding)$/);
    // A single step says nothing.
    const told = await json("gradients", "lstm.safetensors", "--text", "He");
    for (const one of told.series as Record<string, unknown>[]) {
      expect(one).toMatchObject({ verdict: "unknown", rate: null, memoryLength: null });
    }
  });

  test("are the same numbers as a file and as an object", async () => {
    const told = await json(...args, "--at", "3");
    expect(told).toMatchObject({ model: "rnn.safetensors", at: [3] });
    const { series } = told;
    if (!Array.isArray(series)) throw new TypeError("series");
    expect(series.map(({ layer, state, path }) => [layer, state, path])).toEqual([
      ["layers.0", "h", "all"],
      ["layers.1", "h", "all"],
    ]);
    await run(...args, "--at", "3", "--out", "g.csv");
    const rows = readFileSync(at("g.csv"), "utf8").trimEnd().split("\n");
    expect(rows.slice(0, 2)).toEqual([
      "layer,state,path,distance,step,token,norm",
      `layers.0,h,all,0,3,s,${series[0].norms[0]}`,
    ]);
    expect(rows).toHaveLength(1 + 2 * 4);
  });

  test("are drawn on a logarithmic axis", async () => {
    expect((await run(...args, "--out", "g.svg")).code).toBe(0);
    expect(readFileSync(at("g.svg"), "utf8")).toContain("steps back from the loss");
  });
});

describe("context", () => {
  const parts = ["--shared", "He said no", "--first", " to her", "--second", ".\nShe said"];

  test("says whether the beginning is forgotten, by how much, and which units dropped it", async () => {
    const { code, stdout, stderr } = await run("context", "lstm.safetensors", ...parts);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.replaceAll("\n", " ")).toMatch(
      /^(not )?forgotten.*: 7 steps after the texts part, \d+ % of what the beginning left in the states is still there after the first continuation, \d+ % after the second /,
    );
    expect(stdout).toMatch(/\nunit +before +kept by first +by second/);
    expect(stdout).toContain("here they part");
  });

  test("says why there is nothing to keep by where a cell has no such gate", async () => {
    const told = await json("context", "rnn.safetensors", ...parts);
    expect(told.reason).toMatch(/^rnn: no state is keep/);
    expect((await run("context", "rnn.safetensors", ...parts)).code).toBe(0);
    expect((await run("context", "rnn.safetensors", ...parts, "--out", "c.svg")).code).toBe(0);
    expect(readFileSync(at("c.svg"), "utf8")).toContain("here they part");
  });
});

describe("what cannot be looked at is told in one line", () => {
  const trace = ["trace", "lstm.safetensors", "--text", "He"];
  test.each([
    [
      [...trace, "--signal", "q"],
      2,
      'no signal "q" in layer 0 (lstm); its equations name f, i, g, o, c, h',
    ],
    [[...trace, "--units", "600"], 2, "unit 600: layer 0 has 12 units, 0 to 11"],
    [[...trace, "--units", "x"], 2, "--units x: expected numbers and ranges from 0, such as 1,5-9"],
    [[...trace, "--layer", "3"], 2, "--layer 3: the model has layers.0, layers.1"],
    [
      [...trace, "--order", "size"],
      2,
      "--order size: expected likeness, saturation, mean or number",
    ],
    [
      [...trace, "--order", "saturation", "--signal", "c", "--out", "s.svg"],
      2,
      "--order saturation: none of c has bounds to be near to",
    ],
    [
      [...trace, "--out", "t.gif"],
      2,
      "--out t.gif: expected a file's name that ends in .safetensors, .json, .csv, .svg or .png",
    ],
    [
      [...trace, "--out", "lstm.safetensors"],
      2,
      "--out lstm.safetensors: that is what is read; choose another name",
    ],
    [[...trace, "--input", "text.txt"], 2, "--text, --input: give one of the two"],
    [[...trace, "--example", "1"], 2, "--example: lstm.safetensors is a language model"],
    [["trace", "lstm.safetensors"], 2, "--text, --input: say what is to be read"],
    [
      ["trace", "lstm.safetensors", "--text", "Zz"],
      1,
      'the text has "Z" at character 1, line 1, which the model does not know (and another like it)',
    ],
    [
      ["trace", "reviews.safetensors", "--input", "reviews.csv", "--example", "9999"],
      2,
      "--example 9999: reviews.csv has 1 to",
    ],
    [
      ["gradients", "reviews.safetensors", "--input", "reviews.csv", "--example", "91"],
      2,
      "--example 91: reviews.csv has 1 to 90",
    ],
    [
      ["gradients", "reviews.safetensors", "--input", "reviews.csv", "--example", "0"],
      2,
      "--example 0: expected a positive integer",
    ],
    [
      ["trace", "reviews.safetensors", "--input", "reviews.csv", "--example", "two"],
      2,
      "--example two: expected a positive integer",
    ],
    [
      ["gradients", "lstm.safetensors", "--text", "He", "--at", "1"],
      2,
      "--at: step 1 has no loss; step 0 alone has one",
    ],
    [["gradients", "lstm.safetensors", "--text", "H"], 1, "there is no loss to follow back"],
    [
      ["context", "lstm.safetensors", "--shared", "He", "--first", " a", "--second", " a"],
      1,
      "the two continuations do not part",
    ],
    [
      ["context", "reviews.safetensors", "--shared", "a", "--first", "b", "--second", "c"],
      2,
      "reviews.safetensors is no language model",
    ],
    [["context", "lstm.safetensors"], 2, "required option '--shared <text>' not specified"],
    [
      ["find", "lstm.safetensors", "text.txt"],
      2,
      "required option '--predicate <name>' not specified",
    ],
    [
      ["find", "lstm.safetensors", "text.txt", "--predicate", "verse"],
      2,
      "--predicate verse: expected quotes, brackets, line-position or a file that ends in .js",
    ],
    [
      ["find", "lstm.safetensors", "text.txt", "--predicate", "quotes", "--out", "text.txt"],
      2,
      "--out text.txt: expected a file's name",
    ],
  ] as const)("%j", async (args, exit, message) => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await run(...args);
    expect(stderr).toContain(`cellstate: ${message}`);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect([code, stdout]).toEqual([exit, ""]);
    expect(readdirSync(folder)).toEqual(before);
  });

  test("a file of one's own that awaits what never comes", async () => {
    writeFileSync(at("stuck.mjs"), "await new Promise(() => {}); export default (t) => t;");
    const found = await run("find", "lstm.safetensors", "text.txt", "--predicate", "stuck.mjs");
    expect([found.code, found.stderr]).toEqual([
      1,
      "cellstate: stuck.mjs: does not run: Error: it awaits something that never comes\n",
    ]);
  });

  test("a text that has what the model does not know, by the file's name", async () => {
    writeFileSync(at("other.txt"), "He said #\n");
    const found = await run("find", "lstm.safetensors", "other.txt", "--predicate", "quotes");
    expect(found.code).toBe(1);
    expect(found.stderr).toContain('cellstate: other.txt has "#" at character 9, line 1, which');
  });

  test("a folder of several texts, where one is read", async () => {
    mkdirSync(at("several"));
    for (const name of ["a.txt", "b.txt"]) writeFileSync(at(`several/${name}`), TEXT);
    const traced = await run("trace", "lstm.safetensors", "--input", "several");
    expect([traced.code, traced.stderr]).toEqual([
      2,
      "cellstate: --input several: a folder of 2 texts, of which one is read; name a file\n",
    ]);
  });

  test("a text too long to follow a loss back through", async () => {
    writeFileSync(at("long.txt"), TEXT.repeat(80_000));
    const { code, stderr } = await run(
      "gradients",
      "lstm.safetensors",
      "--input",
      "long.txt",
      "--engine",
      "wasm",
    );
    expect([code, stderr]).toEqual([
      2,
      "cellstate: gradients: 4,160,000 steps are held at once, more than there is memory for; give a shorter text\n",
    ]);
  });

  test("a trace that is too large, with its size, before memory is taken", async () => {
    writeFileSync(at("long.txt"), TEXT.repeat(20_000));
    const { code, stderr } = await run(
      "trace",
      "lstm.safetensors",
      "--input",
      "long.txt",
      "--out",
      "l.json",
    );
    expect(stderr).toMatch(
      /^cellstate: this trace has \d+ million numbers and takes [\d.]+ GiB, the most is 1; name --layer/,
    );
    expect([code, existsSync(at("l.json"))]).toEqual([2, false]);
  });
});
