/** What cannot be learnt or predicted is told in one line that says where it stands and what to do; nothing is written. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellstate, inFolder } from "./support/command.ts";
import { hourly, kindRows, names, reviews, turnedPairs } from "./support/madeUp.ts";

/** The last line of standard error, and the exit code; the folder holds what it held. */
async function refused(files: Readonly<Record<string, string>>, args: readonly string[]) {
  return inFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await cellstate(args, { cwd: folder });
    expect(stdout).toBe("");
    expect(readdirSync(folder)).toEqual(before);
    return { code, line: stderr.trimEnd().split("\n").at(-1) };
  });
}

describe("options that a task has no use for", () => {
  const kinds = { "kinds.csv": kindRows(30), "load.csv": hourly(3) };
  const advice = "leave the option out, or choose another --task";
  test.each([
    [
      ["train", "kinds.csv", "--horizon", "3"],
      `--horizon: means nothing for row-classification, which kinds.csv is taken for, but for forecasting; ${advice}`,
    ],
    [
      ["train", "kinds.csv", "--window", "20"],
      `--window: means nothing for row-classification, which kinds.csv is taken for, but for language-model; ${advice}`,
    ],
    [
      ["train", "kinds.csv", "--scheduled-sampling", "0.1"],
      `--scheduled-sampling: means nothing for row-classification, which kinds.csv is taken for, but for transduction, generation; ${advice}`,
    ],
    [
      ["train", "kinds.csv", "--task", "language-model", "--class-weights", "sqrt"],
      `--class-weights: means nothing for language-model, which kinds.csv is taken for, but for text-classification, sequence-classification, row-classification; ${advice}`,
    ],
    [
      ["train", "kinds.csv", "--validation", "0.5", "--test", "0.5"],
      "--validation 0.5 --test 0.5: nothing is left to learn from; together they are to be below 1",
    ],
    [["train", "kinds.csv", "--test", "1"], "--test 1: expected a number from 0 to below 1"],
    [
      ["train", "load.csv", "--task", "seq2seq", "--form", "seq2vec"],
      "--task seq2seq --form seq2vec: expected one of the two",
    ],
    [["train", "kinds.csv", "--form", "vec"], "--form vec: expected seq2vec or seq2seq"],
  ])("%j", async (args, message) => {
    expect(await refused(kinds, args)).toEqual({ code: 2, line: `cellstate: ${message}` });
  });

  test("attention without a decoder", async () => {
    const line =
      "cellstate: --attention: forecasts all at once have no decoder; add --form seq2seq, or leave the option out";
    const args = ["train", "load.csv", "--attention", "additive"];
    expect(await refused({ "load.csv": hourly(3) }, args)).toEqual({ code: 2, line });
  });

  test("levels that are no quantiles", async () => {
    const line =
      "cellstate: --quantiles 0.9,0.1: expected ascending numbers above 0 and below 1, such as 0.1,0.5,0.9";
    const args = ["train", "load.csv", "--quantiles", "0.9,0.1"];
    expect(await refused({ "load.csv": hourly(3) }, args)).toEqual({ code: 2, line });
  });
});

describe("data that nothing can be learnt from", () => {
  const lonely = `${reviews(40)}a thing of its own,rare\n`;
  const many = Array.from({ length: 60 }, (_, i) => `a text of number ${i},label ${i}`).join("\n");
  test.each([
    [
      "a ragged row",
      `a,b,kind\n1,2,x\n3,y\n`,
      [],
      "x.csv: line 3: 2 fields, the line of names has 3; complete or remove the line",
    ],
    [
      "a label with one example",
      lonely,
      [],
      'x.csv: column `sentiment`: "rare" (row 41) has one example; a label needs two, one to learn from and one to hold out: give more or take it out',
    ],
    [
      "a series shorter than its history",
      hourly(2),
      ["--history", "100", "--horizon", "2"],
      "x.csv: 38 rows of 48 to train on are too few for a history of 100 and a horizon of 2; give a longer series, or a shorter history",
    ],
    [
      "a target that is not there",
      kindRows(30),
      ["--target", "colour"],
      "x.csv: no column `colour` among `width`, `height`, `state`, `kind`",
    ],
    [
      "words to regress on",
      kindRows(30),
      ["--task", "row-regression"],
      "x.csv: column `kind` holds words, a regression's target numbers; name another --target",
    ],
  ])("%s", async (_, text, more, message) => {
    const { code, line } = await refused({ "x.csv": text }, ["train", "x.csv", ...more]);
    expect(line).toBe(`cellstate: ${message}`);
    expect(code).toBeGreaterThan(0);
  });

  test("a word among the numbers of sequences is told by its place in the file", async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `1,2,${i}:${i === 25 ? "abc" : i}`);
    const text = `@problemName x\n@univariate true\n@targetlabel true\n@data\n${lines.join("\n")}\n`;
    const { code, line } = await refused({ "x.ts": text }, ["train", "x.ts"]);
    expect(line).toBe(
      'cellstate: x.ts: example 26: expected a number as its label, got "abc"; correct it or take the example out',
    );
    expect(code).toBe(1);
  });

  test("a number that is no more than a sign that nothing is there", async () => {
    const text = kindRows(30).replace(/\n[\d.]+,/, "\n1.797e308,");
    const { line } = await refused({ "x.csv": text }, ["train", "x.csv"]);
    expect(line).toBe(
      'cellstate: x.csv: column `width`, line 2: expected a finite number, 1e150 at most, got "1.797e308"; correct it or leave the field empty',
    );
  });

  test("as many labels as texts", async () => {
    const files = { "x.csv": `text,label\n${many}\n` };
    const { code, line } = await refused(files, [
      "train",
      "x.csv",
      "--label",
      "label",
      "--text",
      "text",
    ]);
    expect(line).toContain(
      "column `label` has 60 different values in 60 rows, too many for labels",
    );
    expect(code).toBe(1);
  });

  test("a file to test on that is not there is missed before anything is learnt", async () => {
    const args = ["train", "kinds.csv", "--test", "nothere.csv"];
    const { code, line } = await refused({ "kinds.csv": kindRows(30) }, args);
    expect(line).toBe(
      "cellstate: nothere.csv: cannot read: no such file or folder; check the name",
    );
    expect(code).toBe(1);
  });
});

describe("what a model was not made for", () => {
  let folder = "";
  const run = (...args: string[]) => cellstate(args, { cwd: folder });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cellstate-test-"));
    writeFileSync(join(folder, "kinds.csv"), kindRows());
    writeFileSync(join(folder, "load.csv"), hourly(12));
    writeFileSync(join(folder, "turned.tsv"), turnedPairs(40));
    writeFileSync(join(folder, "text.txt"), "Who likes chess? Wish likes chess.\n".repeat(30));
    names(join(folder, "names"));
    const small = ["--hidden-size", "8", "--engine", "wasm"];
    await Promise.all([
      run("train", "kinds.csv", "--epochs", "1", ...small),
      run("train", "load.csv", "--epochs", "1", "--horizon", "2", ...small),
    ]);
    await Promise.all([
      run("train", "names", "--task", "generation", "--epochs", "1", ...small),
      run("train", "text.txt", "--steps", "2", "--window", "10", "--batch-size", "2", ...small),
    ]);
  }, 30_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    [["predict", "kinds.safetensors"], 2, "predict kinds.safetensors: name a file to predict from"],
    [
      ["predict", "kinds.safetensors", "--text", "x"],
      2,
      "--text: kinds.safetensors is a model for row-classification, which reads no text; name a file",
    ],
    [
      ["predict", "kinds.safetensors", "kinds.csv", "--out", "kinds.csv"],
      2,
      "--out kinds.csv: that is what is read; choose another name",
    ],
    [
      ["predict", "kinds.safetensors", "kinds.csv", "--out", "p.png"],
      2,
      "--out p.png: expected a file's name that ends in .csv, .tsv or .jsonl",
    ],
    [
      ["predict", "kinds.safetensors", "kinds.csv", "--out", "nowhere/p.csv"],
      1,
      "nowhere/p.csv: cannot write: there is no folder nowhere; create it or choose another place",
    ],
    [
      ["predict", "kinds.safetensors", "load.csv"],
      1,
      "load.csv: column `width` is missing, there are `time`, `load`, `wind`; the model reads `width`, `height`, `state`",
    ],
    [
      ["predict", "load.safetensors", "daily.csv"],
      1,
      "daily.csv: the time step is daily, but the model was trained on hourly; give rows that come hourly",
    ],
    [
      ["predict", "load.safetensors", "few.csv"],
      1,
      "few.csv: 10 rows, but the model looks back 48; give the last 48 rows at least",
    ],
    [
      ["predict", "text.safetensors", "text.txt"],
      2,
      "text.safetensors is a language model: it has nothing to predict; cellstate generate has it write",
    ],
    [
      ["eval", "kinds.safetensors", "untold.csv"],
      1,
      "untold.csv: has no column `kind`, so there is nothing to judge by; add it, or predict instead",
    ],
    [
      ["eval", "kinds.safetensors", "other.csv"],
      1,
      'other.csv: row 1: `kind` is "pink", which the model was not trained on; it knows "blue", "green", "red"',
    ],
    [
      ["generate", "names.safetensors"],
      2,
      "generate names.safetensors: --from is missing; it writes from North or South",
    ],
    [
      ["generate", "names.safetensors", "--from", "East"],
      2,
      "--from East: expected North or South",
    ],
    [
      ["generate", "kinds.safetensors", "--from", "x"],
      2,
      "kinds.safetensors is a model for row-classification: cellstate predict asks it",
    ],
    [
      ["generate", "text.safetensors", "--from", "x"],
      2,
      "--from: text.safetensors is a language model, which writes on from a --prompt",
    ],
    [
      ["convert", "kinds.safetensors", "out.safetensors", "--weights", "int8"],
      2,
      "kinds.safetensors: holds a network; --weights converts language models only",
    ],
  ])("%j", async (args, code, message) => {
    const rows = kindRows(9).trimEnd().split("\n");
    writeFileSync(
      join(folder, "untold.csv"),
      rows.map((row) => row.replace(/,[^,]*$/, "")).join("\n"),
    );
    writeFileSync(join(folder, "other.csv"), rows.join("\n").replace(",red", ",pink"));
    writeFileSync(join(folder, "few.csv"), hourly(1).split("\n").slice(0, 11).join("\n"));
    const days = Array.from({ length: 60 }, (_, i) => {
      const day = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
      return `${day},${i % 7},1`;
    });
    writeFileSync(join(folder, "daily.csv"), `time,load,wind\n${days.join("\n")}\n`);
    const told = await run(...args);
    expect(told.stderr).toBe(`cellstate: ${message}\n`);
    expect([told.code, told.stdout]).toEqual([code, ""]);
  });
});
