/** `cellstate find`, from the outside: of texts, and of what a network reads. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLanguageModel, findCell, Vocabulary } from "@cellstate/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { saveModel } from "../src/modelFiles.ts";
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
  const sizes = { hiddenSize: 12, layers: 2, embeddingSize: 8, projectionSize: null };
  const model = createLanguageModel(
    { cell: findCell("lstm"), vocabulary, ...sizes, dropout: 0, tieWeights: false },
    { init: "uniform:0.3", forgetBias: null, chronoSteps: 9, seed: 1 },
  );
  saveModel(at("lstm.safetensors"), model);
  writeFileSync(at("text.txt"), TEXT.repeat(40));
  writeFileSync(at("reviews.csv"), reviews());
  const small = ["--hidden-size", "8", "--epochs", "1", "--engine", "wasm", "--threads", "1"];
  const task = ["--task", "text-classification"];
  const { code, stderr } = await run("train", "reviews.csv", ...task, ...small);
  expect(code, stderr).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("find", () => {
  test("ranks units beside what chance reaches, and shows the text by the best", async () => {
    const { code, stdout, stderr } = await run(
      "find",
      "lstm.safetensors",
      "text.txt",
      "--predicate",
      "quotes",
      "--top",
      "3",
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.replaceAll("\n", " ")).toMatch(
      /^(none|\d+) of 24 units stands? above [\d.]+ in c or h: what the best reaches by chance/,
    );
    expect(stdout.match(/^\d +[ch] +\d+ .* (yes|no)$/gm)).toHaveLength(3);
  });

  test("finds what a function of one's own labels", async () => {
    writeFileSync(at("e.js"), 'export default (tokens) => tokens.map((token) => token === "e");');
    const told = await json(
      "find",
      "lstm.safetensors",
      "text.txt",
      "--predicate",
      "e.js",
      "--top",
      "2",
      "--out",
      "e.svg",
    );
    expect(told).toMatchObject({ labels: "binary", considered: 48, out: "e.svg" });
    expect(readFileSync(at("e.svg"), "utf8")).toContain("underlined: labelled 1");
  });
});

describe("find, of a model of reviews", () => {
  const find = ["find", "reviews.safetensors", "reviews.csv", "--predicate"];

  test("tells a function of one's own each example's steps, and what the file says is right", async () => {
    const log = at("told.jsonl");
    writeFileSync(
      at("target.js"),
      `import { appendFileSync } from "node:fs";
       export default (steps, { target, example }) => {
         const text = steps.map(({ label }) => label).join("");
         appendFileSync(${JSON.stringify(log)}, JSON.stringify({ text, target, example }) + "\\n");
         return steps.map(({ token }) => typeof token === "number" && target === "yes");
       };`,
    );
    const told = await json(...find, "target.js", "--top", "2");
    expect(told).toMatchObject({ labels: "binary", unitsConsidered: 16, considered: 32 });
    const rows = readFileSync(log, "utf8").trim().split("\n");
    expect(rows).toHaveLength(90);
    const { text, target, example } = JSON.parse(rows[3]);
    const written = reviews().split("\n")[4].split(",")[0];
    expect([text, target, example]).toEqual([`<start>${written}<end>`, "no", 3]);
  });

  test("names each direction's units by its layer, and takes ready-made predicates of text", async () => {
    expect(await json(...find, "line-position")).toMatchObject({ labels: "numbers" });
    writeFileSync(at("a.js"), 'export default (s) => s.map(({ label }) => label === "a");');
    const { code, stdout } = await run(...find, "a.js", "--layer", "layers.0.reverse");
    expect(code).toBe(0);
    expect(stdout).toMatch(/of 8 units stands? above/);
    expect(stdout).toMatch(/^encoder\.0\.reverse +[ch] +\d+ /m);
  });

  test("refuses what is for texts, with the option's name", async () => {
    const picture = await run(...find, "a.js", "--out", "a.svg");
    expect([picture.code, picture.stderr]).toEqual([
      2,
      "cellstate: --out a.svg: only a text can be coloured, and reviews.safetensors is no language model; write .json or .csv\n",
    ]);
    const layer = await run(
      "find",
      "lstm.safetensors",
      "text.txt",
      "--predicate",
      "quotes",
      "--layer",
      "7",
    );
    expect(layer.stderr).toBe("cellstate: --layer 7: the model has layers.0, layers.1\n");
  });

  test("says of labels that never change that there is nothing to follow", async () => {
    writeFileSync(at("never.js"), "export default (steps) => steps.map(() => 0);");
    const never = await run(...find, "never.js");
    expect([never.code, never.stderr]).toEqual([
      1,
      "cellstate: the label is 0 at all labelled steps of the part of the input that is to choose units; give longer inputs, or others\n",
    ]);
  });
});
