import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readIdx } from "../../src/data/idx.ts";
import { readSeriesFile } from "../../src/data/readSeries.ts";
import { allOf, fileWith, folderWith, noShared, refusal, SHARED } from "./support.ts";

const HEADER =
  "#About\n@problemName P\n@timeStamps false\n@missing true\n@dimensions 2\n@equalLength false\n";
const CLASSES = `${HEADER}@classLabel true a b\n@data\n`;

function text(content: string): string {
  return fileWith(content, "t.ts");
}

describe("a .ts file of the archive", () => {
  test("has channels between colons and the label last; ? is missing", async () => {
    const path = text(`${CLASSES}1,2,3:4,?,6:a\n\n#no\n-1e-3:.5:b\n`);
    const { columns, series, labels, numbers } = await readSeriesFile(path);
    expect(columns).toEqual(["channel 1", "channel 2"]);
    expect(allOf(series)).toEqual([
      { steps: 3, values: Float32Array.of(1, 4, 2, Number.NaN, 3, 6) },
      { steps: 1, values: Float32Array.of(-0.001, 0.5) },
    ]);
    expect(allOf(labels ?? undefined)).toEqual(["a", "b"]);
    expect(numbers).toBe(false);
  });

  test("may have no labels, or numbers for them", async () => {
    const bare = await readSeriesFile(text("@univariate true\n@classLabel false\n@data\n1,2\n3\n"));
    expect(bare.labels).toBeNull();
    expect(allOf(bare.series).map((each) => each?.steps)).toEqual([2, 1]);
    const regression = await readSeriesFile(text("@targetLabel true\n@data\n1,2:0.5\n"));
    expect(allOf(regression.labels ?? undefined)).toEqual(["0.5"]);
    expect(regression.numbers).toBe(true);
  });

  test.each([
    [
      "channels of different lengths",
      `${CLASSES}1,2:3:a\n`,
      "line 9: channel 1 has 2 numbers, channel 2 has 1; give all channels the same length",
    ],
    [
      "a channel too few",
      `${CLASSES}1,2:a\n`,
      "line 9: 1 channel, the others have 2; complete or remove the line",
    ],
    [
      "a label nobody declared",
      `${CLASSES}1:2:c\n`,
      'line 9: label "c" is not among those of @classLabel (a, b); add it there or correct the line',
    ],
    [
      "a word",
      `${CLASSES}1,x:2,3:a\n`,
      'line 9: channel 1, step 2: expected a number or ?, got "x"',
    ],
    [
      "a number beyond float32",
      `${CLASSES}1:1e39:a\n`,
      'line 9: channel 2, step 1: expected a number or ?, got "1e39"',
    ],
    [
      "time stamps",
      "@timeStamps true\n@data\n",
      "line 1: series with time stamps are not read; give evenly spaced ones",
    ],
    [
      "another length",
      "@equalLength true\n@seriesLength 3\n@data\n1,2\n",
      "line 4: 2 steps, @seriesLength says 3; correct one or the other",
    ],
    ["no channels", "@dimensions 0\n", 'line 1: @dimensions needs a number above 0, got "0"'],
    ["no @data", "@dimensions 2\n", "has no line @data; a .ts file has its series below one"],
    ["no series", CLASSES, "has no series below @data"],
    ["TypeScript", "const a = 1;\n", "line 1: expected a line that begins with @ or #, or @data"],
  ])("is refused with %s", async (_, content, line) => {
    expect(await refusal(readSeriesFile(text(content)))).toBe(`t.ts: ${line}`);
  });

  test.skipIf(noShared !== "")(
    `japanese-vowels has 270 to train with and 370 to test${noShared}`,
    async () => {
      const [train, test] = await Promise.all(
        ["TRAIN", "TEST"].map((part) =>
          readSeriesFile(join(SHARED, `japanese-vowels/JapaneseVowels_${part}.ts`), { budget: 0 }),
        ),
      );
      expect([train.series.length, test.series.length]).toEqual([270, 370]);
      expect(train.columns.length).toBe(12);
      const first = train.series.at(0);
      expect(first?.steps).toBe(20);
      // The first step's channels: the first number of each of the line's twelve lists.
      expect([...(first?.values.subarray(0, 3) ?? [])]).toEqual(
        [1.860936, -0.207383, 0.261557].map(Math.fround),
      );
      expect(new Set(allOf(test.labels ?? undefined)).size).toBe(9);
    },
  );
});

describe("a folder of CSV files", () => {
  test("has the label of each in the name of its folder", async () => {
    const folder = folderWith({
      "up/1.csv": "a,b\n1,2\n3,4\n",
      "up/2.csv": "b,a\n6,5\n",
      "down/x.csv": "a,b\n7,NA\n",
    });
    const { columns, series, labels } = await readSeriesFile(folder);
    expect(columns).toEqual(["a", "b"]);
    expect(allOf(labels ?? undefined)).toEqual(["down", "up", "up"]);
    expect(allOf(series)).toEqual([
      { steps: 1, values: Float32Array.of(7, Number.NaN) },
      { steps: 2, values: Float32Array.of(1, 2, 3, 4) },
      { steps: 1, values: Float32Array.of(5, 6) },
    ]);
  });

  test("may have the labels in labels.csv, by names with or without their ending", async () => {
    const folder = folderWith({
      "labels.csv": "name,label\n1,up\n2.csv,down\n",
      "1.csv": "time,a,w\n2014-01-01,1,x\n2014-01-02,2,y\n",
      "2.csv": "time,a,w\n2014-01-01,3,x\n",
    });
    const { columns, series, labels, notes } = await readSeriesFile(folder);
    expect(columns).toEqual(["a"]);
    expect(allOf(series).map((each) => each?.steps)).toEqual([2, 1]);
    expect(allOf(labels ?? undefined)).toEqual(["up", "down"]);
    expect(notes).toEqual(["`w`: words, left out"]);
  });

  test.each([
    [
      "a file without a label",
      { "labels.csv": "n,l\n1,up\n", "1.csv": "a\n1\n", "2.csv": "a\n1\n" },
      "2.csv: has no label; name it in labels.csv, or put it into its label's folder",
    ],
    [
      "a missing column",
      { "x/1.csv": "a,b\n1,2\n", "x/2.csv": "a\n1\n" },
      "2.csv: no column `b`, which 1.csv has; give all files the same",
    ],
    [
      "words",
      { "x/1.csv": "a\n1\n", "x/2.csv": "a\nw\n" },
      '2.csv: column `a`, line 2: expected a number, got "w"; correct it or leave the field empty',
    ],
    ["no numbers", { "x/1.csv": "a\nw\n" }, "1.csv: has no column of numbers"],
  ])("is refused with %s", async (_, files, line) => {
    expect((await refusal(readSeriesFile(folderWith(files)))).replace("x/", "")).toBe(line);
  });
});

describe("IDX", () => {
  const idx = (type: number, sizes: readonly number[], numbers: readonly number[]): Uint8Array => {
    const head = Buffer.alloc(4 + 4 * sizes.length);
    head.set([0, 0, type, sizes.length]);
    for (const [i, size] of sizes.entries()) head.writeUInt32BE(size, 4 + 4 * i);
    return Buffer.concat([head, Uint8Array.from(numbers)]);
  };

  test("images are sequences of rows, their grey values from 0 to 1", async () => {
    const images = fileWith(
      gzipSync(idx(8, [2, 2, 3], [0, 255, 51, 1, 2, 3, 4, 5, 6, 7, 8, 9])),
      "i.gz",
    );
    const labels = fileWith(idx(8, [2], [7, 0]), "l");
    const read = await readIdx(images, labels);
    expect(read.columns).toEqual(["column 1", "column 2", "column 3"]);
    expect(read.series.length).toBe(2);
    const grey = [0, 255, 51, 1, 2, 3].map((value) => value / 255);
    expect(read.series.at(0)).toEqual({ steps: 2, values: Float32Array.from(grey) });
    expect(read.series.at(2)).toBeUndefined();
    expect(allOf(read.labels ?? undefined)).toEqual(["7", "0"]);
  });

  test.each([
    [
      "fewer numbers than its sizes need",
      idx(8, [2, 2, 2], [1, 2, 3]),
      "i: holds 3 bytes of numbers, its sizes (2 × 2 × 2) need 8; get it again",
    ],
    [
      "sizes that no memory has",
      idx(8, [4e9, 4e9, 4e9], [1]),
      "i: holds 1 byte of numbers, its sizes (4000000000 × 4000000000 × 4000000000) need 6.4e+28; get it again",
    ],
    [
      "labels in the images' place",
      idx(8, [2], [1, 2]),
      "i: has 1 dimension, images have 3 (images, rows, columns); name the other file",
    ],
    [
      "something else",
      Buffer.from("hello"),
      "i: is not IDX: it begins with other bytes than 0 0, a type and dimensions",
    ],
  ])("is refused with %s", async (_, bytes, line) => {
    expect(await refusal(readIdx(fileWith(bytes, "i")))).toBe(line);
  });

  test("labels are as many as the images", async () => {
    const images = fileWith(idx(8, [1, 1, 1], [1]), "i");
    expect(await refusal(readIdx(images, fileWith(idx(8, [2], [1, 2]), "l")))).toBe(
      "l: has 2 labels for 1 image; give the file that belongs to i",
    );
  });

  test.skipIf(noShared !== "")(
    `mnist10k has 10,000 images, their labels beside them${noShared}`,
    async () => {
      const { series, labels } = await readSeriesFile(
        join(SHARED, "mnist10k/images-idx3-ubyte.gz"),
      );
      expect(series.length).toBe(10_000);
      const values = series.at(9_999)?.values ?? new Float32Array();
      expect([values.length, Math.min(...values), Math.max(...values) > 0.9]).toEqual([
        784,
        0,
        true,
      ]);
      expect(new Set(allOf(labels ?? undefined))).toEqual(new Set([..."0123456789"]));
    },
  );
});
