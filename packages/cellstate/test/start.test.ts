/** The first command, on less than it does for people: what it learns in a minute is too long for a test. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createWasmEngine, RandomStream, streamKey } from "@cellstate/core";
import { expect, test } from "vitest";
import { learnStories, storyModel } from "../src/run/startStories.ts";
import { tellStory, writeStoryBook } from "../src/stories.ts";
import { Answerer, scoreStories } from "../src/storyAnswers.ts";
import { NO_PROGRESS } from "../src/terminal/progress.ts";
import { cellstate, inFolder } from "./support/command.ts";

test("short stories alone are learnt in a few seconds", async () => {
  const book = writeStoryBook(1, { short: 6000, long: 40, unseen: 0 });
  const engine = createWasmEngine();
  const model = storyModel(book, 1);
  const { signal } = new AbortController();
  await learnStories(model, book, { engine, seed: 1, progress: NO_PROGRESS, signal });
  const stream = new RandomStream(streamKey(2, "others"));
  const others = Array.from({ length: 50 }, () => tellStory(stream, "teller"));
  const { asked, right } = scoreStories(new Answerer(model, engine), others);
  // Chance is one name in twenty, or one place or liking in six.
  expect(right / asked).toBeGreaterThan(0.6);
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
