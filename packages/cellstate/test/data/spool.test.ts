import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTable } from "../../src/data/readTable.ts";
import { Spool } from "../../src/data/spool.ts";
import { NumberStore, SeriesStore, TextStore } from "../../src/data/stores.ts";
import { ownFolder } from "../files/support.ts";
import { allOf, fileWith, refusal } from "./support.ts";

/** Everything but the last page of a column goes into the file, and a page holds eight numbers. */
const TINY = { budget: 0, pageBytes: 64 };
/** The same through both. */
const WAYS = [{}, TINY, { budget: 200, pageBytes: 64 }] as const;

describe("what does not fit in memory", () => {
  test("comes back as it went in, in any order of asking", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double(), { maxLength: 100 }),
        fc.array(fc.string({ unit: "grapheme", maxLength: 100 }), { maxLength: 50 }),
        fc.array(fc.nat(99), { maxLength: 50 }),
        fc.constantFrom(...WAYS),
        (numbers, texts, places, options) => {
          const spool = new Spool(options);
          const numberStore = new NumberStore(spool);
          const textStore = new TextStore(spool);
          const longest = Math.max(numbers.length, texts.length);
          // In turns, so that the pages of both lie mixed in the file.
          for (let i = 0; i < longest; i++) {
            if (i < numbers.length) numberStore.append(numbers[i]);
            if (i < texts.length) textStore.append(texts[i]);
          }
          for (const place of places) {
            expect(numberStore.at(place)).toBe(numbers.at(place));
            expect(textStore.at(place)).toBe(texts.at(place));
          }
          expect(allOf(numberStore)).toEqual(numbers);
          expect(allOf(textStore)).toEqual(texts);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("may be more than the pages that are held in memory", () => {
    const spool = new Spool(TINY);
    const store = new NumberStore(spool);
    for (let i = 0; i < 50_000; i++) store.append(i);
    expect(spool.spooled).toBe(400_000);
    for (let i = 0; i < 50_000; i += 7)
      expect(store.at((i * 7919) % 50_000)).toBe((i * 7919) % 50_000);
    expect(store.at(-1)).toBeUndefined();
    expect(store.at(50_000)).toBeUndefined();
  });

  test("may be sequences of different lengths, none too", () => {
    const store = new SeriesStore(new Spool(TINY), 3);
    const series = [5, 0, 40, 1].map((steps) => ({
      steps,
      values: Float32Array.from({ length: steps * 3 }, (_, i) => i / 3),
    }));
    for (const each of series) store.append(each);
    expect(allOf(store)).toEqual(series);
  });

  test("leaves no file in the folder, however the program ends", () => {
    const folder = ownFolder();
    const script = `
      const { Spool } = await import(${SPOOL});
      const spool = new Spool({ budget: 0, folder: ${JSON.stringify(folder)}, pageBytes: 8 });
      spool.keep(new Uint8Array(8));
      process.stdout.write(String(spool.spooled));
      process.kill(process.pid, "SIGKILL");`;
    const run = runScript(script);
    expect(run.signal).toBe("SIGKILL");
    expect(run.stdout).toBe("8");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("needs a folder that can be written to, and says which it is", async () => {
    const path = fileWith(`a\n${"1\n".repeat(20)}`);
    expect(await refusal(readTable(path, { ...TINY, folder: "/nowhere" }))).toBe(
      "/nowhere: cannot keep here what does not fit in memory: no such file or folder; check the name",
    );
  });

  test.skipIf(!existsSync("/proc/self/fd"))(
    "is let go of with the table (where /proc shows what is open: Linux)",
    () => {
      const script = `
        const { readdirSync } = await import("node:fs");
        const { Spool } = await import(${SPOOL});
        const open = () => readdirSync("/proc/self/fd").length;
        const before = open();
        const keep = () => { new Spool({ budget: 0, pageBytes: 8 }).keep(new Uint8Array(8)); };
        for (let i = 0; i < 20; i++) keep();
        const during = open();
        for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 10)); }
        process.stdout.write([during - before, open() - before].join());`;
      const run = runScript(script, "--expose-gc");
      expect(run.stderr).toBe("");
      // The last spool may still be on the stack.
      expect(run.stdout).toMatch(/^20,[01]$/);
    },
  );
});

const SPOOL = JSON.stringify(join(import.meta.dirname, "../../src/data/spool.ts"));

function runScript(script: string, ...options: readonly string[]) {
  const all = [...options, "--input-type=module", "-e", script];
  return spawnSync(process.execPath, all, { encoding: "utf8", timeout: 100_000 });
}

/** A field as a program writes it into CSV. */
function quoted(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Words that are no numbers, times, or signs for what is missing; with white space at the ends they come back without. */
const word = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => `w${text}.`);
const number = fc.oneof(fc.double({ noNaN: true, min: -1e150, max: 1e150 }), fc.integer());
const time = fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true });

test("a table written as CSV and read is the same, from memory and from the file", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ number: fc.option(number), word: fc.option(word), time }), {
        minLength: 1,
        maxLength: 60,
      }),
      fc.constantFrom(...WAYS),
      async (rows, options) => {
        const lines = rows.map((row) =>
          [row.number ?? "", quoted(row.word ?? ""), row.time.toISOString()].join(","),
        );
        const path = fileWith(`a number,a word,a time\n${lines.join("\n")}`);
        const table = await readTable(path, { ...options, tidy: false });
        expect(table.rows).toBe(rows.length);
        const [numbers, words, times] = table.columns.map(({ values }) => allOf<unknown>(values));
        // −0 is written as 0.
        expect(numbers).toEqual(rows.map((row) => (row.number ?? Number.NaN) + 0));
        if (rows.some((row) => row.word !== null)) {
          expect(words).toEqual(rows.map((row) => row.word ?? ""));
        }
        expect(times).toEqual(rows.map((row) => row.time.getTime() / 1000));
      },
    ),
    { numRuns: 100 },
  );
});
