/** Live training in a real browser: it does what the command does, hears a pause, and says what went wrong. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { cellstate, inFolder } from "../../cellstate/test/support/command.ts";
import { describePage } from "./support/page.ts";

const TEXT = "My name is Krish. My brother's name is Wish. ".repeat(60);

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
});

type Open = (hash?: string) => Promise<Page>;

async function openView(open: Open, title: string): Promise<Page> {
  const page = await open();
  await page.click(`nav >> text="${title}"`);
  await page.waitForSelector("[data-training]");
  return page;
}

async function setNumber(page: Page, title: string, value: number): Promise<void> {
  const field = page.locator(`.train-form label:has-text('${title}') input`);
  await field.fill(String(value));
  await field.blur();
}
