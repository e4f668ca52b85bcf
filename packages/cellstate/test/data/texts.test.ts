import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type LabelledTextOptions, readLabelledTexts } from "../../src/data/labelledTexts.ts";
import { readPairs } from "../../src/data/pairs.ts";
import { allOf, fileWith, folderWith, noShared, refusal, SHARED } from "./support.ts";

const SENTENCES = [
  "it was good",
  "so bad it hurts",
  "what a day",
  "no more of it please",
  "well now",
];
/** 20 sentences, all different. */
const REVIEWS = Array.from({ length: 20 }, (_, i) => `${SENTENCES[i % 5]} ${i}`);

describe("labelled texts", () => {
  async function columnsOf(content: string, options: LabelledTextOptions = {}): Promise<unknown> {
    return (await readLabelledTexts(fileWith(content), options)).columns;
  }
  const rows = (row: (text: string, i: number) => string): string => REVIEWS.map(row).join("\n");

  test("are two columns, found by their names", async () => {
    const path = fileWith("id,Sentiment,Review\n1,pos,it was good\n2,neg,it was not\n3,pos,007\n");
    const { texts, labels, columns } = await readLabelledTexts(path);
    expect(columns).toEqual({ text: "Review", label: "Sentiment" });
    expect(allOf(texts)).toEqual(["it was good", "it was not", "007"]);
    expect(allOf(labels)).toEqual(["pos", "neg", "pos"]);
  });

  test("are found by what is in the columns where no name tells", async () => {
    const content = `n,a,b,c\n${rows((text, i) => `${i * 3},k${i % 4},${text},${i % 2}`)}`;
    expect(await columnsOf(content)).toEqual({ text: "b", label: "c" });
  });

  test("are the columns that are named", async () => {
    const content = `text,other,label,grade\n${rows((text, i) => `${text},o ${i},l${i % 2},g${i % 3}`)}`;
    expect(await columnsOf(content)).toEqual({ text: "text", label: "label" });
    expect(await columnsOf(content, { text: "other", label: "grade" })).toEqual({
      text: "other",
      label: "grade",
    });
    expect(await columnsOf(content, { label: "grade" })).toEqual({ text: "text", label: "grade" });
  });

  test("keep labels as they are written", async () => {
    const path = fileWith("text,label\na b,01\nc d,1\n");
    expect(allOf((await readLabelledTexts(path)).labels)).toEqual(["01", "1"]);
  });

  test("may be JSON Lines", async () => {
    const path = fileWith('{"text": "a b", "label": 1}\n{"text": "c", "label": true}\n', "t.jsonl");
    expect(allOf((await readLabelledTexts(path)).labels)).toEqual(["1", "true"]);
  });

  test("may be a folder with a file of texts for each label", async () => {
    const folder = folderWith({ "B.txt": "x y\n\nz\n", "A.txt": "ü \r\n", "notes.md": "no" });
    const { texts, labels, notes } = await readLabelledTexts(folder);
    expect(allOf(texts)).toEqual(["ü", "x y", "z"]);
    expect(allOf(labels)).toEqual(["A", "B", "B"]);
    expect(notes).toEqual(["each line of a file is a text, the file's name its label"]);
  });

  test("may be pairs without names above, with the label on either side", async () => {
    const path = fileWith("ham\tso\nspam\tbuy\n", "t.tsv");
    const first = await readLabelledTexts(path, { bare: "labelFirst" });
    expect([allOf(first.texts), allOf(first.labels)]).toEqual([
      ["so", "buy"],
      ["ham", "spam"],
    ]);
    const second = await readLabelledTexts(path, { bare: "labelSecond" });
    expect([allOf(second.texts), allOf(second.labels)]).toEqual([
      ["ham", "spam"],
      ["so", "buy"],
    ]);
  });

  test.each([
    [
      "no texts",
      "a,b\n1,2\n3,4\n",
      {},
      "no column of texts with one of labels among `a`, `b`; name them",
    ],
    [
      "a missing label",
      "text,label\na b,x\nc d,\n",
      {},
      "column `label`, row 2: is empty; complete or remove the row",
    ],
    [
      "a missing text",
      "text,label\n,x\nc d,y\n",
      {},
      "column `text`, row 1: is empty; complete or remove the row",
    ],
    [
      "a column that is not there",
      "text,label\na b,x\n",
      { label: "lable" },
      "no column `lable` among `text`, `label`",
    ],
  ])("are refused with %s", async (_, content, options, line) => {
    expect(await refusal(readLabelledTexts(fileWith(content), options))).toBe(`t.csv: ${line}`);
  });

  test("are refused in a folder of one file, or with an empty one", async () => {
    expect(await refusal(readLabelledTexts(folderWith({ "A.txt": "x\n" })))).toMatch(
      /a folder of labelled texts needs two \.txt files, one for each label$/,
    );
    expect(await refusal(readLabelledTexts(folderWith({ "A.txt": "x\n", "B.txt": "\n" })))).toBe(
      "B.txt: has no texts; remove it or give it some",
    );
  });

  test.skipIf(noShared !== "")(
    `names-by-country has 20,050 of 18 countries${noShared}`,
    async () => {
      const { texts, labels } = await readLabelledTexts(join(SHARED, "names-by-country"));
      expect(texts.length).toBe(20_050);
      expect(new Set(allOf(labels)).size).toBe(18);
      expect([texts.at(0), labels.at(0)]).toEqual(["Khoury", "Arabic"]);
      expect([texts.at(20_049), labels.at(20_049)]).toEqual(["Vuu", "Vietnamese"]);
    },
  );
});

describe("pairs", () => {
  test("are the first two fields of each line; quotation marks are letters", async () => {
    const path = fileWith('Go.\tVa !\tCC-BY\n\n"Hi" he said\tSalut\n5" pipe\tTuyau\r\n', "t.tsv");
    const { sources, targets, notes } = await readPairs(path);
    expect(allOf(sources)).toEqual(["Go.", '"Hi" he said', '5" pipe']);
    expect(allOf(targets)).toEqual(["Va !", "Salut", "Tuyau"]);
    expect(notes).toEqual(["fields after the second are ignored (1 line)"]);
  });

  test("may be columns of a table that are named", async () => {
    const path = fileWith("fr,en\nVa !,Go.\n");
    const { sources, targets } = await readPairs(path, { columns: { source: "en", target: "fr" } });
    expect([allOf(sources), allOf(targets)]).toEqual([["Go."], ["Va !"]]);
  });

  test.each([
    ["one field", "a\tb\nc\n", "line 2: 1 field, a pair has 2 with a tab between; complete it"],
    ["an empty field", "a\t\n", "line 1: the second field is empty; complete or remove the line"],
    ["no pairs", "\n\n", "has no pairs; name a file with some"],
    ["nothing", "", "is empty; name a file with something in it"],
  ])("are refused with %s", async (_, content, line) => {
    expect(await refusal(readPairs(fileWith(content, "t.tsv")))).toBe(`t.tsv: ${line}`);
  });

  test.skipIf(noShared !== "")(
    `eng-fra has 76,037, from memory and from a file${noShared}`,
    async () => {
      for (const options of [{}, { budget: 1_000_000 }]) {
        const { sources, targets } = await readPairs(join(SHARED, "eng-fra.txt"), options);
        expect(sources.length).toBe(76_037);
        expect([sources.at(0), targets.at(0)]).toEqual(["Go.", "Va !"]);
        expect([sources.at(76_036), targets.at(76_036)]).toEqual([
          "My whole family is doing well.",
          "Toute ma famille se porte bien.",
        ]);
      }
    },
  );
});
