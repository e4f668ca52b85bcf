/** Live training in a real browser: it does what the command does, hears a pause, and says what went wrong. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { cellstate, inFolder } from "../../cellstate/test/support/command.ts";
import { Curve, checkpointEvery, keptOf, MOST_CHECKPOINTS } from "../src/training/thinning.ts";
import { describePage } from "./support/page.ts";

const TEXT = "My name is Krish. My brother's name is Wish. ".repeat(60);

test("of a run of any length forty checkpoints are kept, the first and the last among them", () => {
  for (const total of [40, 1500, 100_000]) {
    let kept: { step: number }[] = [];
    for (let step = 0; step <= total; step++) {
      if (step % checkpointEvery(step, total) !== 0 && step !== total) continue;
      kept = keptOf([...kept, { step }], step, total);
      expect(kept.length).toBeLessThanOrEqual(MOST_CHECKPOINTS + 2);
    }
    expect(kept[0].step).toBe(0);
    expect(kept[kept.length - 1].step).toBe(total);
  }
});

test("a curve of many updates has a few points, each the mean of as many", () => {
  const curve = new Curve();
  for (let step = 1; step <= 100_000; step++) curve.add(step, step);
  expect(curve.steps.length).toBeLessThanOrEqual(800);
  const [every] = curve.steps;
  for (const [index, value] of curve.values.entries()) {
    expect(curve.steps[index]).toBe((index + 1) * every);
    // Of the numbers from the last point to this one.
    expect(value).toBe(curve.steps[index] - (every - 1) / 2);
  }
});

await describePage("live training", ({ open }) => {
  test("gives the file that the command gives, byte for byte, on one thread and on two", async () => {
    const page = await openView(open, "Train");
    await page.selectOption("label:has-text('task') select", "text");
    await page.fill(".train-text textarea", TEXT);
    await page.locator(".train-text textarea").blur();
    await setNumber(page, "units", 20);
    await setNumber(page, "updates", 60);
    const files: Buffer[] = [];
    let command = "";
    for (const threads of [1, 2]) {
      await setNumber(page, "threads", threads);
      await page.click(".train-play");
      await page.waitForSelector('[data-training="done"]');
      expect(await page.textContent(".train-progress")).toContain(
        threads === 1 ? "one thread" : "2 threads",
      );
      const download = page.waitForEvent("download");
      await page.click("text=Save it");
      files.push(readFileSync(await (await download).path()));
      command = (await page.textContent(".train-command")) ?? "";
    }
    const theirs = await inFolder(async (folder) => {
      writeFileSync(join(folder, "pasted.txt"), TEXT);
      const [, , name, ...options] = command.split(" ");
      const ran = await cellstate(["train", name, ...options], { cwd: folder });
      expect(ran.stderr).toContain("is written");
      return readFileSync(join(folder, "pasted.safetensors"));
    });
    expect(files[0].equals(theirs)).toBe(true);
    expect(files[1].equals(theirs)).toBe(true);
    await page.context().close();
  }, 60_000);

  test("a pause is heard at once, and while it lasts nothing is done; Space goes on", async () => {
    const page = await openView(open, "Train");
    await page.selectOption("label:has-text('task') select", "stories");
    await page.waitForSelector('[data-training="paused"]');
    await page.click("h2");
    await page.keyboard.press("Space");
    await stepBeyond(page, 20);
    await page.keyboard.press("Space");
    await page.waitForSelector('[data-training="paused"]');
    // What was under way is reported a tenth of a second later.
    await page.waitForTimeout(300);
    const paused = await stepOf(page);
    await page.waitForTimeout(500);
    expect(await stepOf(page)).toBe(paused);
    await page.click("text=One update");
    await stepBeyond(page, paused);
    expect(await stepOf(page)).toBe(paused + 1);
    await page.click("h2");
    await page.keyboard.press("Space");
    await stepBeyond(page, paused + 10);
    await page.context().close();
  }, 30_000);

  test("a checkpoint becomes the model of every view", async () => {
    const page = await openView(open, "Train");
    await setNumber(page, "updates", 80);
    await page.click(".train-play");
    await page.waitForSelector('[data-training="done"]');
    const scrubber = page.locator(".train-scrubber input");
    await scrubber.focus();
    await page.keyboard.press("Home");
    await page.getByText("All views now show Counting, update 0.").waitFor();
    await page.click('nav >> text="States"');
    await page.getByText("4 units").first().waitFor();
    await page.context().close();
  }, 30_000);

  test("a worker that is lost says so, and the next training begins", async () => {
    const page = await openView(open, "Train");
    await page.selectOption("label:has-text('task') select", "stories");
    await page.waitForSelector('[data-training="paused"]');
    for (const each of page.workers()) {
      await each.evaluate("setTimeout(() => { throw new Error('out of memory') })").catch(() => {});
    }
    await page.waitForSelector('[data-training="failed"]');
    expect(await page.textContent("[data-training] p.error")).toContain("worker was lost");
    await page.click("text=Begin anew");
    await page.waitForSelector('[data-training="paused"]');
    await page.context().close();
  }, 30_000);

  test("where memory cannot be shared there is one thread, and the page says so", async () => {
    const page = await open();
    await page.route("**/*", async (route) => {
      const response = await route.fetch();
      const headers = Object.entries(response.headers()).filter(
        ([name]) => !name.startsWith("cross-origin-"),
      );
      await route.fulfill({ response, headers: Object.fromEntries(headers) });
    });
    await page.reload();
    await page.waitForSelector("[data-ready]");
    expect(await page.evaluate("crossOriginIsolated")).toBe(false);
    await page.click('nav >> text="Train"');
    await setNumber(page, "threads", 2);
    await page.getByText("one thread. This page has one thread").waitFor();
    await page.click("text=One update");
    await stepBeyond(page, 0);
    await page.context().close();
  }, 30_000);

  test("a text of ten megabytes is learnt from, and is not in the link; an empty one says so", async () => {
    const page = await openView(open, "Train");
    await page.selectOption("label:has-text('task') select", "text");
    await page.getByText("there is no text yet").waitFor();
    const buffer = Buffer.from(TEXT.repeat(Math.ceil(10_000_000 / TEXT.length)));
    const file = { name: "long.txt", mimeType: "text/plain", buffer };
    await page.setInputFiles(".train-text input[type=file]", file);
    await page.waitForSelector('[data-training="paused"]');
    await page.click("text=One update");
    await stepBeyond(page, 0);
    expect(page.url().length).toBeLessThan(5_000);
    await page.context().close();
  }, 60_000);
});

await describePage("equations that are changed", ({ open }) => {
  test("taking the forget gate away changes the curve, from the same first loss and data", async () => {
    const page = await openView(open, "Equations");
    await page.waitForSelector('[data-training="paused"][data-unchanged="paused"]');
    const text = await page.inputValue(".editor-frame textarea");
    expect(text).not.toContain("W_f");
    expect(text).toContain("c[t] = c[t-1] + i * g");
    await page.click("text=One update");
    for (const name of ["lstm", "edited"]) {
      await page
        .locator(".equations-state li", { hasText: name })
        .getByText("Update 1 of")
        .waitFor();
    }
    const first = await lossesOf(page);
    await page.selectOption("label:has-text('speed') select", "fast");
    await page.click(".train-play");
    await page.waitForSelector('[data-training="done"][data-unchanged="done"]');
    const [unchanged, edited] = await page.locator(".equations-state li").allTextContents();
    // What core's own training of the two gives, with seed 1, after 4,000 updates.
    expect(unchanged).toContain("longest count right: 25");
    expect(edited).toContain("longest count right: 0");
    // Nothing is known yet: of five symbols some come more often, and both expect them about alike (ln 5 = 1.61, and less as they differ).
    expect(Math.abs(first.lstm - first.edited)).toBeLessThan(0.15);
    expect(first.lstm).toBeGreaterThan(1.2);
    expect(first.lstm).toBeLessThan(Math.log(5));
    const last = await lossesOf(page);
    expect(last.edited).toBeGreaterThan(1.2 * last.lstm);
    await page.context().close();
  }, 60_000);

  test("a mistake stands under its line, in words below, and is gone when it is mended", async () => {
    const page = await openView(open, "Equations");
    const right = "i = sigmoid(W_i·[h[t-1], x[t]] + b_i)\nh[t] = i * h[t-1] + tanh(x[t])";
    await page.fill(".editor-frame textarea", right.replace("tanh", "tanhh"));
    const said = page.locator("#editor-mistake");
    await said.getByText("tanhh is not a function; did you mean tanh?").waitFor();
    expect(await said.textContent()).toContain("Line 2, column 21");
    const mark = await page.locator(".editor-mark em").boundingBox();
    const second = await page.locator(".editor-numbers li").nth(1).boundingBox();
    if (!mark || !second) throw new Error("the mistake is not marked");
    expect(mark.y).toBeGreaterThan(second.y + second.height / 2);
    expect(mark.y).toBeLessThan(second.y + second.height);
    await page.fill(".editor-frame textarea", right);
    await said.getByText("Line").waitFor({ state: "detached" });
    expect(await page.getAttribute(".editor-frame textarea", "aria-invalid")).toBe("false");
    await page.context().close();
  }, 30_000);

  test("a training that diverges says so", async () => {
    const page = await openView(open, "Equations");
    await page.waitForSelector('[data-training="paused"]');
    await page.click("text=A memory that doubles");
    await page.getByText("Each step carries twice").waitFor();
    await page.waitForTimeout(400);
    await page.waitForSelector('[data-training="paused"]');
    await page.click(".train-play");
    await page.waitForSelector('[data-training="failed"]');
    await page.getByText("edited: The training diverged").waitFor();
    const { violations } = await axeOf(page);
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await page.context().close();
  }, 30_000);
});

type Open = (hash?: string) => Promise<Page>;

async function openView(open: Open, title: string): Promise<Page> {
  const page = await open();
  await page.click(`nav >> text="${title}"`);
  await page.waitForSelector("[data-training]");
  return page;
}

async function stepOf(page: Page): Promise<number> {
  return Number(await page.getAttribute("[data-training]", "data-step"));
}

async function stepBeyond(page: Page, step: number): Promise<void> {
  while ((await stepOf(page)) <= step) await page.waitForTimeout(20);
}

type Row = Readonly<Record<"update" | "lstm" | "edited", number>>;

/** The last row of the loss's table. */
async function lossesOf(page: Page): Promise<Row> {
  const download = page.waitForEvent("download");
  await page.click('[data-figure="equations-loss"] >> text="JSON"');
  const rows: Row[] = JSON.parse(readFileSync(await (await download).path(), "utf8"));
  return rows[rows.length - 1];
}

async function axeOf(page: Page) {
  await page.evaluate(axe.source);
  const results: { violations: { id: string; nodes: { html: string }[] }[] } =
    await page.evaluate("axe.run('main')");
  return results;
}

async function setNumber(page: Page, title: string, value: number): Promise<void> {
  const field = page.locator(`.train-form label:has-text('${title}') input`);
  await field.fill(String(value));
  await field.blur();
}
