import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lookAt } from "../../src/data/lookAt.ts";
import type { LookOptions } from "../../src/data/looked.ts";
import { fileWith, folderWith, noShared, refusal, SHARED } from "./support.ts";

/** `reason → task`, as the command says it. */
async function seen(path: string, options: LookOptions = {}): Promise<string> {
  const { reason, task } = await lookAt([path], options);
  return `${reason} → ${task}`;
}

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `${line(i)}\n`).join("");
}

const day = (i: number): string => new Date(Date.UTC(2014, 0, 1 + i)).toISOString().slice(0, 10);

describe.skipIf(noShared !== "")(`of the data that people train with${noShared}`, () => {
  test.each([
    ["airline-passengers.csv", "144 rows, monthly, target Passengers → forecasting"],
    ["beijing-pm25.csv", "43,824 rows, hourly, target pm2.5 → forecasting"],
    ["date-pairs.tsv", "20,000 pairs of texts with a tab between → transduction"],
    ["eng-fra.txt", "76,037 pairs of texts with a tab between → transduction"],
    [
      "japanese-vowels",
      "270 sequences of 12 channels and 7–26 steps, 9 labels → sequence-classification",
    ],
    [
      "japanese-vowels/JapaneseVowels_TEST.ts",
      "370 sequences of 12 channels and 7–29 steps, 9 labels → sequence-classification",
    ],
    [
      "mnist10k",
      "10,000 sequences of 28 channels and 28 steps, 10 labels → sequence-classification",
    ],
    ["names-by-country", "20,050 texts, 18 labels → text-classification"],
    ["names.txt", "228 KB of text → language-model"],
    ["tinyshakespeare.txt", "1.1 MB of text → language-model"],
  ])("%s", async (name, sentence) => expect(await seen(join(SHARED, name))).toBe(sentence));

  test("a person's task is followed", async () => {
    const at = (name: string, options: LookOptions): Promise<string> =>
      seen(join(SHARED, name), options);
    expect(await at("names-by-country", { task: "generation" })).toBe(
      "20,050 texts, 18 labels → generation",
    );
    expect(await at("date-pairs.tsv", { task: "language-model" })).toBe(
      "473 KB of text → language-model",
    );
    expect(await at("beijing-pm25.csv", { task: "row-regression", target: "TEMP" })).toBe(
      "43,824 rows of 9 columns, target TEMP: a number → row-regression",
    );
    expect(await at("beijing-pm25.csv", { target: "PRES" })).toBe(
      "43,824 rows, hourly, target PRES → forecasting",
    );
    expect(await at("beijing-pm25.csv", { task: "row-classification", target: "cbwd" })).toBe(
      "43,824 rows of 9 columns, target cbwd: 4 classes → row-classification",
    );
  });
});

describe("a table", () => {
  test("with evenly spaced times is a series; its target is what is named so, else the first of numbers that varies", async () => {
    const plain = lines(30, (i) => `${day(i)},5,${i},w`);
    expect(await seen(fileWith(`day,same,load,word\n${plain}`))).toBe(
      "30 rows, daily, target load → forecasting",
    );
    expect(await seen(fileWith(`day,a,y,word\n${plain}`))).toBe(
      "30 rows, daily, target y → forecasting",
    );
  });

  test("with a time twice, as where clocks are put back, is a series all the same, whose times are then refused", async () => {
    const twice = lines(40, (i) => `${day(i > 30 ? i - 1 : i)},${i}`);
    expect(await seen(fileWith(`day,load\n${twice}`))).toBe(
      "40 rows, not in the order of time, target load → forecasting",
    );
    const anyhow = lines(40, (i) => `${day((i * 7) % 13)},${i / 7}`);
    expect(await seen(fileWith(`day,load\n${anyhow}`))).toBe(
      "40 rows of 2 columns, target load: a number → row-regression",
    );
  });

  test("with texts and labels is to be classified, times or not", async () => {
    const rows = lines(
      40,
      (i) =>
        `2014-01-${10 + (i % 17)}T0${i % 9}:00Z,some words number ${i},${i % 2 ? "good" : "bad"}`,
    );
    expect(await seen(fileWith(`created,text,label\n${rows}`))).toBe(
      "40 texts in `text`, 2 labels in `label` → text-classification",
    );
  });

  test("has its longest texts for the text where several columns are named so", async () => {
    const rows = lines(
      40,
      (i) => `user${i},${i % 2 ? "good" : "bad"},some longer words number ${i}`,
    );
    expect(await seen(fileWith(`name,sentiment,text\n${rows}`))).toBe(
      "40 texts in `text`, 2 labels in `sentiment` → text-classification",
    );
  });

  test("whose times do not ascend is no series, and that is said", async () => {
    const rows = lines(40, (i) => `s${i % 4},${day(Math.floor(i / 4))},${i}`);
    const { reason, task, notes } = await lookAt([fileWith(`station,date,rain\n${rows}`)]);
    expect([reason, task]).toEqual([
      "40 rows of 3 columns, target rain: a number",
      "row-regression",
    ]);
    expect(notes).toEqual([
      "`date` does not ascend from row to row: the rows are taken for no series",
    ]);
  });

  test("with a target of words or of few whole numbers is to be classified, of others regressed", async () => {
    const flowers = lines(30, (i) => `${i / 7},${i * 1.5},${["setosa", "virginica"][i % 2]}`);
    expect(await seen(fileWith(`length,width,species\n${flowers}`))).toBe(
      "30 rows of 3 columns, target species: 2 classes → row-classification",
    );
    const grades = lines(30, (i) => `${i / 7},${i % 3}`);
    expect(await seen(fileWith(`length,grade\n${grades}`))).toBe(
      "30 rows of 2 columns, target grade: 3 classes → row-classification",
    );
    const prices = lines(30, (i) => `${i % 3},${i / 7}`);
    expect(await seen(fileWith(`rooms,price\n${prices}`))).toBe(
      "30 rows of 2 columns, target price: a number → row-regression",
    );
    expect(await seen(fileWith(`y,rooms\n${lines(30, (i) => `${i / 7},${i % 3}`)}`))).toBe(
      "30 rows of 2 columns, target y: a number → row-regression",
    );
  });

  test("of two columns of texts that hardly repeat is pairs", async () => {
    const rows = lines(30, (i) => `a thing ${i},une chose ${i}`);
    expect(await seen(fileWith(`english,french\n${rows}`))).toBe(
      "30 rows, from `english` to `french` → transduction",
    );
  });
});

describe("two fields a line with a tab between", () => {
  test("are texts and labels where one side has few different values", async () => {
    const spam = lines(40, (i) => `${i % 5 ? "ham" : "spam"}\tsome words ${i}`);
    expect(await seen(fileWith(spam, "t.tsv"))).toBe("40 texts, 2 labels → text-classification");
    expect(await seen(fileWith(spam, "t.txt"), { task: "generation" })).toBe(
      "40 texts, 2 labels → generation",
    );
  });

  test("are tags where the second side has one for each letter or word of the first", async () => {
    const names = ["emma", "olivia", "ava", "isabella", "sophia"];
    const tag = (name: string): string =>
      name.replaceAll(/[aeiou]/g, "V").replaceAll(/[a-z]/g, "C");
    const rows = lines(30, (i) => `${names[i % 5]}${"xyz"[i % 3]}\t${tag(`${names[i % 5]}x`)}`);
    expect(await seen(fileWith(rows, "t.tsv"), { task: "tagging" })).toMatch(/→ tagging$/);
  });
});

describe("a folder", () => {
  test("of CSV files is sequences, of files of names labelled texts, of prose a language model's", async () => {
    const csv = folderWith({ "a/1.csv": "x\n1\n2\n", "b/2.csv": "x\n3\n" });
    expect(await seen(csv)).toBe(
      "2 sequences of 1 channel and 1–2 steps, 2 labels → sequence-classification",
    );
    const names = folderWith({ "A.txt": "Ann\nBob\n", "B.txt": "Zoé\nYves Petit\n" });
    expect(await seen(names)).toBe("4 texts, 2 labels → text-classification");
    const verse =
      "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate\n";
    expect(await seen(folderWith({ "A.txt": verse, "B.txt": verse }))).toBe(
      "a folder of text → language-model",
    );
  });
});

describe("is refused", () => {
  test("where columns do not fit the task", async () => {
    const path = fileWith(`a,b,w\n${lines(30, (i) => `${i / 7},${i / 3},w${i % 2}`)}`);
    expect(await refusal(lookAt([path], { task: "row-regression", target: "w" }))).toBe(
      "t.csv: column `w` holds words, a regression's target numbers; name another --target",
    );
    expect(await refusal(lookAt([path], { task: "forecasting", target: "w" }))).toBe(
      "t.csv: column `w` holds words; forecasts are of numbers, name another --target",
    );
    expect(await refusal(lookAt([path], { time: "a" }))).toBe(
      "t.csv: column `a` holds numbers, not times; name another for --time",
    );
    expect(await refusal(lookAt([path], { target: "z" }))).toBe(
      "t.csv: no column `z` among `a`, `b`, `w`",
    );
    expect(await refusal(lookAt([path], { task: "transduction" }))).toBe(
      "t.csv: has 3 columns; name the two of a pair with --text and --label",
    );
  });

  test("where there is nothing to learn from", async () => {
    expect(await refusal(lookAt([fileWith("n\n1\n2\n")]))).toBe(
      "t.csv: has one column; give one to learn from and one to predict, or --task language-model",
    );
  });

  test("where two tables are given", async () => {
    const path = fileWith("a,b\n1,2\n");
    expect(await refusal(lookAt([path, path]))).toBe(
      "t.csv: the second file of data, one at a time is read; join them, or put sequences into a folder",
    );
  });
});

test("TypeScript and other text that is named .ts is text", async () => {
  expect(await seen(fileWith("const a = 1;\n", "a.ts"))).toBe("13 bytes of text → language-model");
});

describe("a shape", () => {
  const series = `day,load\n${lines(30, (i) => `${day(i)},${i}`)}`;
  const pairs = lines(40, (i) => `word ${i}\t${i % 2 ? "odd" : "even"}`);
  test.each([
    ["vec2vec", series, "30 rows of 2 columns, target load: a number → row-regression"],
    ["seq2vec", series, "30 rows, daily, target load → forecasting"],
    ["seq2seq", series, "30 rows, daily, target load → forecasting"],
    ["vec2seq", pairs, "40 texts, 2 labels → generation"],
    ["seq2vec", pairs, "40 texts, 2 labels → text-classification"],
    ["seq2seq", pairs, "40 pairs of texts with a tab between → transduction"],
  ] as const)("%s is the task that the data are for", async (task, content, sentence) => {
    const name = content.includes("\t") ? "t.tsv" : "t.csv";
    expect(await seen(fileWith(content, name), { task })).toBe(sentence);
  });

  test("that the data have not is refused, with the tasks that it stands for", async () => {
    const path = fileWith(`a,b,kind\n${lines(30, (i) => `${i},${i % 4},${i % 2 ? "x" : "y"}`)}`);
    expect(await refusal(lookAt([path], { task: "seq2seq" }))).toMatch(
      /^--task seq2seq: .*30 rows of 3 columns, target kind: 2 classes, for row-classification; name a task: transduction, tagging, forecasting$/,
    );
  });
});

describe("names decide", () => {
  test("texts that repeat are texts where a column is named so, and its labels too", async () => {
    const path = fileWith(`text,label\n${lines(40, (i) => `good ${i % 4},l${i % 2}`)}`);
    expect((await lookAt([path])).task).toBe("text-classification");
  });

  test("texts and labels by any name are found where the task is named", async () => {
    const path = fileWith(`what,how\n${lines(40, (i) => `good ${i % 4},l${i % 2}`)}`);
    const { reason } = await lookAt([path], { task: "text-classification" });
    expect(reason).toBe("40 texts in `what`, 2 labels in `how`");
  });

  test("a label that is named is what rows are classified by", async () => {
    const path = fileWith(`k,a,b\n${lines(40, (i) => `${i % 2},${i / 7},${i / 3}`)}`);
    const { task, reason } = await lookAt([path], { label: "k" });
    expect([task, reason]).toEqual([
      "row-classification",
      "40 rows of 3 columns, target k: 2 classes",
    ]);
  });

  test("pairs whose answers look like numbers are texts where the task is named", async () => {
    const task = "transduction";
    const bare = await lookAt([fileWith("3 4\t7\n2 2\t4\n", "p.txt")], { task });
    expect(bare.reason).toBe("2 pairs of texts with a tab between");
    const table = fileWith("question,answer\n3 plus 4,7\n2 plus 2,4\n2 plus 2,4\n");
    expect((await lookAt([table], { task })).reason).toBe("3 rows, from `question` to `answer`");
    const three = fileWith("n,q,a\n1,3 plus 4,7\n2,2 plus 2,4\n");
    const { reason } = await lookAt([three], { task, text: "q", label: "a" });
    expect(reason).toBe("2 rows, from `q` to `a`");
  });
});
