/** The first command, on less than it does for people: what it learns in a minute is too long for a test. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createWasmEngine } from "@cellstate/core";
import { expect, test } from "vitest";
import { Answerer, learnStories, scoreStories, storyModel } from "../src/run/startStories.ts";
import { writeStoryBook } from "../src/stories.ts";
import { NO_PROGRESS } from "../src/terminal/progress.ts";
import { cellstate, inFolder } from "./support/command.ts";

test("a few hundred stories teach whose name is asked for, far above chance", async () => {
  const book = writeStoryBook(1, { short: 2000, long: 2000, unseen: 40 });
  const engine = createWasmEngine();
  const model = storyModel(book, 1);
  const { signal } = new AbortController();
  await learnStories(model, book, { engine, seed: 1, progress: NO_PROGRESS, signal });
  const { asked, right } = scoreStories(new Answerer(model, engine), book.unseen);
  // One name in twenty by chance; one in two where only the story's names are remembered.
  expect(right / asked).toBeGreaterThan(0.4);
}, 60_000);

test("a text of one's own: trains by the clock, writes, draws, and leaves a model", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "x.txt"), "Who likes chess? Wish likes chess.\n".repeat(100));
    const { code, stdout, stderr } = await cellstate(["start", "x.txt", "--minutes", "0.05"], {
      cwd: folder,
    });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("It writes");
    expect(stdout).toMatch(/^f +\d+ [ ░▒▓█]+$/m);
    expect(stdout).toContain("forget gate: how much of the memory to keep");
    expect(readFileSync(join(folder, "x.safetensors")).length).toBeGreaterThan(1000);
  });
}, 60_000);
