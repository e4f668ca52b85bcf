import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readTable, type TableFile } from "../../src/data/readTable.ts";
import { allOf, fileWith, noShared, refusal, SHARED, seconds } from "./support.ts";

const SAMPLES = join(import.meta.dirname, "samples");

async function read(content: string | Uint8Array, name?: string): Promise<TableFile> {
  return readTable(fileWith(content, name));
}

function kinds({ columns }: TableFile): string[] {
  return columns.map(({ name, kind }) => `${name}: ${kind}`);
}

function values(table: TableFile, name: string): unknown[] {
  return allOf<unknown>(table.columns.find((column) => column.name === name)?.values);
}

describe("a table of comma-separated values", () => {
  test("has numbers, words and times, each by all its rows", async () => {
    const table = await read(
      "when,size,kind\n2014-01-01,1.5,a\n2014-01-02,-2e3,b c\n2014-01-03,.5,1\n",
    );
    expect(table.name).toBe("t.csv");
    expect(table.rows).toBe(3);
    expect(kinds(table)).toEqual(["when: time", "size: number", "kind: text"]);
    expect(values(table, "when")).toEqual(
      ["2014-01-01", "2014-01-02", "2014-01-03"].map((day) => seconds(day)),
    );
    expect(values(table, "size")).toEqual([1.5, -2000, 0.5]);
    expect(values(table, "kind")).toEqual(["a", "b c", "1"]);
    expect(table.notes).toEqual({ missing: [], dropped: [], joined: [], lines: [] });
  });

  test("may have quoted fields, a byte order mark, CRLF, empty lines and spaces around fields", async () => {
    const table = await read('\ufeff"name", size\r\n"a, ""b""\r\nc", 1\r\n\r\n d , 2 \r\n');
    expect(kinds(table)).toEqual(["name: text", "size: number"]);
    expect(values(table, "name")).toEqual(['a, "b"\r\nc', "d"]);
    expect(values(table, "size")).toEqual([1, 2]);
  });

  test("may be packed with gzip, whatever it is named", async () => {
    for (const name of ["t.csv.gz", "t.csv"]) {
      const table = await read(gzipSync("a,b\n1,x\n2,y\n"), name);
      expect(values(table, "a")).toEqual([1, 2]);
    }
  });

  test("holds NaN where a number is missing and nothing where a word is, and counts them", async () => {
    const missing = ["", "NA", "NaN", "null", "?", "-", "n/a", "None"];
    const table = await read(
      `a,b\n1,x\n${missing.map((word) => `${word},${word && "y"}\n`).join("")}`,
    );
    expect(values(table, "a")).toEqual([1, ...missing.map(() => Number.NaN)]);
    expect(values(table, "b")).toEqual(["x", "", "y", "y", "y", "y", "y", "y", "y"]);
    expect(table.notes.missing).toEqual([
      { column: "a", count: 8 },
      { column: "b", count: 1 },
    ]);
  });

  test("is read once more where the first thousand rows have misled", async () => {
    const early = Array.from({ length: 1500 }, (_, i) => `0${i},,1${i}\n`).join("");
    const late = Array.from({ length: 1500 }, (_, i) => `code ${i},2014-01-01,7\n`).join("");
    const table = await read(`code,day,n\n${early}${late}`);
    expect(kinds(table)).toEqual(["code: text", "day: time", "n: number"]);
    expect(values(table, "code")[7]).toBe("07");
    expect(values(table, "code")[2999]).toBe("code 1499");
    expect(values(table, "day")[2999]).toBe(seconds("2014-01-01"));
    expect(values(table, "n").slice(1498, 1502)).toEqual([11498, 11499, 7, 7]);
  });

  test("leaves out what only numbers its rows, and says so", async () => {
    const table = await read("No,id,a\n1,5,2\n2,6,4\n3,7,6\n");
    expect(kinds(table)).toEqual(["id: number", "a: number"]);
    expect(table.notes.dropped).toEqual(["No"]);
    expect(table.notes.lines).toEqual(["`No` only numbers the rows and is left out"]);
    expect(kinds(await read(",a\n0,2\n1,4\n2,6\n"))).toEqual(["a: number"]);
  });

  test("may be asked for as it stands: nothing inferred", async () => {
    const table = await readTable(fileWith("id,a\n1,007\n2,NA\n"), { columns: "text" });
    expect(kinds(table)).toEqual(["id: text", "a: text"]);
    expect(values(table, "a")).toEqual(["007", "NA"]);
  });

  test("may be told what its columns are, as a model knows them", async () => {
    const path = fileWith("id,code,n,t,other\n1,7,NA,,x\n");
    const kinds = { code: "text", n: "number", t: "time", gone: "text" } as const;
    const table = await readTable(path, { kinds, keepRowNumbers: true });
    expect(table.columns.map((column) => [column.name, column.kind, column.values.at(0)])).toEqual([
      ["id", "number", 1],
      ["code", "text", "7"],
      ["n", "number", Number.NaN],
      ["t", "time", Number.NaN],
      ["other", "text", "x"],
    ]);
    expect(await refusal(readTable(path, { kinds: { other: "number" } }))).toBe(
      't.csv: column `other`, line 2: expected a number, got "x"; correct it or leave the field empty',
    );
    expect(await refusal(readTable(path, { kinds: { other: "time" } }))).toBe(
      't.csv: column `other`, line 2: expected a time such as 2014-01-31 or 2014-01-31T23:00Z, got "x"; correct it or leave the field empty',
    );
  });

  test("keeps names in a row that are years, and words among which there are numbers", async () => {
    const table = await read("country,1960,1961,1962\nFrance,1,2,3\nPeru,4,5,6\n12,7,8,9\n");
    expect(kinds(table)).toEqual(["country: text", "1960: number", "1961: number", "1962: number"]);
  });
});

describe("other formats", () => {
  test("are tabs, with marks around whole fields taken off and others kept", async () => {
    const table = await read('text\tlabel\n5" pipe\tx\n"a ""b"""\ty\n"c" d\tx\n', "t.tsv");
    expect(values(table, "text")).toEqual(['5" pipe', 'a "b"', '"c" d']);
  });

  test("are semicolons, with decimal commas", async () => {
    const table = await read("Tag;Wert;n\n31.12.2014;1.234,5;3\n01.01.2015;-0,25;4\n");
    expect(kinds(table)).toEqual(["Tag: time", "Wert: number", "n: number"]);
    expect(values(table, "Tag")).toEqual([seconds("2014-12-31"), seconds("2015-01-01")]);
    expect(values(table, "Wert")).toEqual([1234.5, -0.25]);
    expect(table.notes.lines).toEqual([
      "`Tag` is read as dates with the day first",
      "`Wert` has decimal commas",
    ]);
  });

  test("are JSON Lines, with the keys of all lines", async () => {
    const table = await read(
      '{"a": 1.5, "b": "x"}\n\n{"b": "y\\n", "c": true, "a": null}\n{"c": false, "a": 2}\n',
      "t.jsonl",
    );
    expect(kinds(table)).toEqual(["a: number", "b: text", "c: text"]);
    expect(values(table, "a")).toEqual([1.5, Number.NaN, 2]);
    expect(values(table, "b")).toEqual(["x", "y\n", ""]);
    expect(values(table, "c")).toEqual(["", "true", "false"]);
  });

  test.each(["snappy", "zstd"])("are Parquet as DuckDB writes it with %s", async (codec) => {
    const table = await readTable(join(SAMPLES, `${codec}.parquet`));
    expect(table.rows).toBe(60);
    expect(kinds(table)).toEqual([
      ...["when: time", "reading: number", "count: number"],
      ...["wind: text", "even: text", "day: time"],
    ]);
    const start = seconds("2014-01-01T00:00Z");
    expect(values(table, "when")).toEqual(Array.from({ length: 60 }, (_, i) => start + 3600 * i));
    expect(values(table, "reading")).toEqual(Array.from({ length: 60 }, (_, i) => i / 2));
    const counts = Array.from({ length: 60 }, (_, i) => (i % 7 === 3 ? Number.NaN : i));
    expect(values(table, "count")).toEqual(counts);
    expect(values(table, "wind").slice(24, 28)).toEqual(["NW", "SE", "cv", "NW"]);
    expect(values(table, "even").slice(0, 2)).toEqual(["true", "false"]);
    expect(values(table, "day")[59]).toBe(start + 59 * 86_400);
    expect(table.notes.missing).toEqual([{ column: "count", count: 9 }]);
  });
});

describe("what is refused, in one line that says where", () => {
  test.each([
    ["no rows", "a,b\n", "has a line of column names and no rows below it"],
    ["nothing but empty lines", "\n\n", "has no rows; name a file with something in it"],
    [
      "a row with too few fields",
      "a,b,c\n1,2,3\n4,5\n",
      "line 3: 2 fields, the line of names has 3; complete or remove the line",
    ],
    [
      "a row with too many",
      "a,b\n1,2\n4,5,6\n",
      'line 3: 3 fields, the line of names has 2; remove what is too much, or put a field with "," in it in quotation marks',
    ],
    [
      "a first line of values",
      "1,2,x\n3,4,y\n",
      'line 1 should name the columns, but looks like a row ("1" in column 1); put a line of names above it',
    ],
    [
      "a first line of words that are labels",
      "ham,hello there\nspam,buy now\nham,well\n",
      'line 1 should name the columns, but looks like a row ("ham" in column 1); put a line of names above it',
    ],
    [
      "two columns with one name",
      "a,b,a\n1,2,3\n",
      "columns 1 and 3 are both named `a`; give each its own name",
    ],
    [
      "a quotation mark that is not closed",
      'a,b\n1,x\n2,"y\n3,z\n',
      'line 3: a quotation mark is opened here or later and never closed; close it, or write "" for a mark within a field',
    ],
    [
      "a quotation mark within a field",
      'a,b\n1,x\n2,5" pipe\n',
      'line 3: a quotation mark within a field; put the whole field in marks and write "" for this one',
    ],
    [
      "an infinite number",
      "a,b\n1,x\ninf,y\n",
      'column `a`, line 3: expected a finite number, 1e150 at most, got "inf"; correct it or leave the field empty',
    ],
    [
      "a number beyond all doubles",
      "a,b\n1,x\n1e999,y\n",
      'column `a`, line 3: expected a finite number, 1e150 at most, got "1e999"; correct it or leave the field empty',
    ],
  ])("%s", async (_, content, line) => {
    expect(await refusal(read(content))).toBe(`t.csv: ${line}`);
  });

  test("a few words among numbers, and not a column of words", async () => {
    const rows = Array.from({ length: 2000 }, (_, i) => (i % 600 === 550 ? "abc" : `${i}.5`));
    expect(await refusal(read(`n,pm25\n${rows.map((field) => `1,${field}\n`).join("")}`))).toBe(
      't.csv: column `pm25`, line 552: expected a number, got "abc"; 3 such of 2,000; correct them or leave the fields empty',
    );
  });

  test("a word among times", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `2014-01-01T00:${10 + i},1\n`).join("");
    expect(await refusal(read(`t,n\n${rows}tomorrow,2\n`))).toBe(
      't.csv: column `t`, line 42: expected a time such as 2014-01-31 or 2014-01-31T23:00Z, got "tomorrow"; correct it or leave the field empty',
    );
  });

  test("a number among times", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `2014-01-01T00:${10 + i},1\n`).join("");
    expect(await refusal(read(`t,n\n${rows}17,2\n`))).toBe(
      't.csv: column `t`, line 42: expected a time such as 2014-01-31 or 2014-01-31T23:00Z, got "17"; correct it or leave the field empty',
    );
  });

  test("decimal points among decimal commas", async () => {
    expect(await refusal(read("a;b\n1,5;x\n2.5;y\n"))).toBe(
      't.csv: column `a`, line 3: expected a decimal comma as in "1,5" on line 2, got "2.5"; write all numbers with a point',
    );
  });

  test.each([
    ["an empty file", "", "is empty; name a file with something in it"],
    [
      "binary data",
      Uint8Array.of(65, 44, 0, 7),
      "is not text in UTF-8: byte 2 is 0; save it as UTF-8",
    ],
    [
      "Latin-1",
      Uint8Array.of(97, 10, 233, 10),
      "is not text in UTF-8: byte 2 is 233; save it as UTF-8",
    ],
    ["UTF-16", Uint8Array.of(255, 254, 97, 0), "is UTF-16; save it as UTF-8"],
    [
      "a spreadsheet",
      Uint8Array.of(80, 75, 3, 4, 20, 0),
      "is a zip file or a spreadsheet; unpack it, or save the sheet as CSV",
    ],
    [
      "a beginning of gzip",
      gzipSync("a,b\n1,2\n").subarray(0, 20),
      "is damaged gzip or cut short; get or pack it again",
    ],
  ])("%s", async (_, content, line) => {
    expect(await refusal(read(content))).toBe(`t.csv: ${line}`);
  });

  test("what is named .gz and is not", async () => {
    expect(await refusal(read("a,b\n1,2\n", "t.csv.gz"))).toBe(
      "t.csv.gz: is named .gz, but is not gzip; take .gz off its name or pack it",
    );
  });

  test("lines that are no objects", async () => {
    expect(await refusal(read('{"a": 1}\n[1]\n', "t.jsonl"))).toBe(
      't.jsonl: line 2: expected an object such as {"text": "…", "label": "…"}',
    );
    expect(await refusal(read('{"a": 1}\n{"a": \n', "t.jsonl"))).toBe(
      "t.jsonl: line 2: not JSON; each line has to hold one whole object",
    );
    expect(await refusal(read('{"a": {"b": 1}}\n', "t.jsonl"))).toBe(
      't.jsonl: line 1: "a" is an object; give numbers, texts, true, false or null',
    );
  });

  test("Parquet that is cut short, or has lists", async () => {
    expect(await refusal(read("PAR1 and then nothing", "t.parquet"))).toMatch(
      /^t\.parquet: is not Parquet that can be read \(.*\); write it again$/,
    );
    expect(await refusal(read("a,b\n1,2\n", "t.parquet"))).toBe(
      "t.parquet: is not Parquet; write it again",
    );
    expect(await refusal(readTable(join(SAMPLES, "nested.parquet")))).toBe(
      "nested.parquet: column `l` holds lists or groups; give a table of single values",
    );
  });

  test("a file that is not there, and a folder", async () => {
    expect(await refusal(readTable("/nowhere/t.csv"))).toBe(
      "t.csv: cannot read: no such file or folder; check the name",
    );
    expect(await refusal(readTable(import.meta.dirname))).toBe(
      "data: cannot read: it is a folder; name a file",
    );
  });
});

test.skipIf(noShared !== "")(`beijing-pm25 is read as it is${noShared}`, async () => {
  const table = await readTable(join(SHARED, "beijing-pm25.csv"));
  expect(table.rows).toBe(43_824);
  expect(kinds(table)).toEqual([
    ...["time: time", "pm2.5: number", "DEWP: number", "TEMP: number", "PRES: number"],
    ...["cbwd: text", "Iws: number", "Is: number", "Ir: number"],
  ]);
  const start = seconds("2010-01-01T00:00Z");
  expect(values(table, "time")).toEqual(Array.from({ length: 43_824 }, (_, i) => start + 3600 * i));
  expect(values(table, "pm2.5").slice(24, 27)).toEqual([129, 148, 159]);
  expect(table.notes).toEqual({
    missing: [{ column: "pm2.5", count: 2067 }],
    dropped: ["No"],
    joined: ["year", "month", "day", "hour"],
    lines: [
      "`No` only numbers the rows and is left out",
      "`year`, `month`, `day` and `hour` are joined as `time`",
    ],
  });
  const winds = createHash("sha256").update(values(table, "cbwd").join()).digest("hex");
  // Of column 10 as awk prints it, joined by commas.
  expect(winds).toBe("edd13c8dbd67f056c99c9327fe233f80adadfb50c89b824da4a8f66d2fb38ec8");
});
