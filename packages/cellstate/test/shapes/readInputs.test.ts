/** What is predicted from is read as what was learnt from. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cellstate, inFolder } from "../support/command.ts";
import { waves } from "../support/madeUp.ts";

const SMALL = "--hidden-size 4 --epochs 1 --engine wasm --threads 1".split(" ");

async function run(cwd: string, ...args: string[]) {
  const { code, stdout, stderr } = await cellstate(args, { cwd });
  expect(code, stderr).toBe(0);
  return { out: stdout.trimEnd().split("\n"), err: stderr };
}

test("a tagger of words reads words, with or without a line of names", async () => {
  await inFolder(async (folder) => {
    const row = (i: number): string => `the ${i % 2 ? "cat" : "dog"} sat${i % 5},D N V`;
    const rows = Array.from({ length: 40 }, (_, i) => row(i)).join("\n");
    writeFileSync(join(folder, "w.csv"), `said,tags\n${rows}\n`);
    await run(folder, "train", "w.csv", "--task", "tagging", ...SMALL, "--out", "w.safetensors");
    const { out } = await run(folder, "predict", "w.safetensors", "--text", "the cat", "--json");
    expect(JSON.parse(out[0]).predictions[0].input).toEqual(["the", "cat"]);
    for (const above of ["", "said\n", "text\n"]) {
      writeFileSync(join(folder, "one.csv"), `${above}the cat\nthe dog sat1\n`);
      const one = await run(folder, "predict", "w.safetensors", "one.csv", "--json");
      expect(JSON.parse(one.out[0]).predictions).toHaveLength(2);
    }
  });
});

test("the archive's two files are learnt from and tested on; a table by itself is one sequence", async () => {
  await inFolder(async (folder) => {
    mkdirSync(join(folder, "a"));
    writeFileSync(join(folder, "a/W_TRAIN.ts"), waves(60));
    writeFileSync(join(folder, "a/W_TEST.ts"), waves(9));
    const { err } = await run(folder, "train", "a", ...SMALL, "--out", "w.safetensors");
    expect(err).toContain("tested on a/W_TEST.ts; --test to change");
    const told = await run(folder, "predict", "w.safetensors", "a", "--json");
    expect(JSON.parse(told.out[0]).predictions).toHaveLength(9);
    expect(told.err).toContain("a: reading W_TEST.ts, what is there to test on");
    writeFileSync(join(folder, "s.csv"), "x,y\n0.1,0.2\n0.3,0.1\n0.2,0.5\n");
    const one = await run(folder, "predict", "w.safetensors", "s.csv", "--json");
    expect(JSON.parse(one.out[0]).predictions).toHaveLength(1);
    writeFileSync(join(folder, "s.csv"), "x\n0.1\n0.3\n0.2\n");
    const { stderr } = await cellstate(["predict", "w.safetensors", "s.csv"], { cwd: folder });
    expect(stderr.trimEnd()).toBe(
      "cellstate: s.csv: is no sequence of 2 channels, it has 1 column of numbers; give a folder of CSV files, a .ts file or a CSV file with a column for each channel",
    );
  });
});

test("what a folder's files are predicted to be stands beside their names", async () => {
  await inFolder(async (folder) => {
    for (const label of ["down", "up"]) {
      mkdirSync(join(folder, "s", label), { recursive: true });
      for (let i = 0; i < 6; i++) {
        const sign = label === "up" ? 1 : -1;
        const rows = [1, 2, 3, 4].map((t) => `${sign * t * (i + 1)}`).join("\n");
        writeFileSync(join(folder, "s", label, `${i}.csv`), `x\n${rows}\n`);
      }
    }
    await run(folder, "train", "s", ...SMALL, "--out", "s.safetensors");
    const { out } = await run(folder, "predict", "s.safetensors", "s", "--json");
    const said: { sequence: string }[] = JSON.parse(out[0]).predictions;
    expect(said.map(({ sequence }) => sequence)).toEqual([
      ...[0, 1, 2, 3, 4, 5].map((i) => join("down", `${i}.csv`)),
      ...[0, 1, 2, 3, 4, 5].map((i) => join("up", `${i}.csv`)),
    ]);
  });
});
