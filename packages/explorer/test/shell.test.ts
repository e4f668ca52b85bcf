import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { Session } from "../src/state/session.ts";
import { VIEWS } from "../src/views/index.ts";
import { describePage } from "./support/page.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Rules that the page breaks, each with what breaks it. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 120)).join(" | ")))`,
  );
}

const cursorOf = (page: Page): Promise<string | null> => page.textContent(".summary [aria-hidden]");

await describePage("the frame of the page", ({ open, origin, folder }) => {
  test("is cross-origin isolated, and asks nothing of anyone else", async () => {
    const asked: string[] = [];
    const page = await open("", { request: (url) => asked.push(url) });
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    expect(asked.filter((url) => !url.startsWith(origin()) && !/^(data|blob):/.test(url))).toEqual(
      [],
    );
    await page.context().close();
  });

  test("loads a main script of at most 80 KB, gzipped", () => {
    const html = readFileSync(join(folder(), "index.html"), "utf8");
    const scripts = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, path]) => path);
    const sizes = scripts.map((path) => gzipSync(readFileSync(join(folder(), path))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(80_000);
    expect(readdirSync(folder())).toContain("models");
  });

  test("moves the cursor by keys, and says where it is", async () => {
    const page = await open();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowDown");
    await expect
      .poll(() => cursorOf(page))
      .toMatch(/^step 1 “name”, unit 50, .*forget gate \d\.\d\d/);
    await page.keyboard.press("End");
    await expect.poll(() => cursorOf(page)).toMatch(/^step 29 “\?”, unit 50/);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => cursorOf(page)).toMatch(/^step 29 /);
    await page.keyboard.press("?");
    expect(await page.isVisible("dialog[open]")).toBe(true);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Escape");
    expect(await page.isVisible("dialog[open]")).toBe(false);
    await expect.poll(() => cursorOf(page)).toMatch(/^step 29 /);
    await page.context().close();
  });

  test("leaves arrow keys to what is being typed", async () => {
    const page = await open();
    await page.focus("textarea");
    await page.keyboard.press("ArrowRight");
    await page.focus("select");
    await page.keyboard.press("]");
    await expect.poll(() => cursorOf(page)).toMatch(/^step 0 /);
    await page.context().close();
  });

  test("plays to the end of the text, and stops", async () => {
    const page = await open();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press(" ");
    await expect.poll(() => cursorOf(page)).toMatch(/^step 29 /);
    await expect.poll(() => page.textContent(".cursor button")).toBe("Play");
    await page.context().close();
  });

  test("writes what is shown into the address, from which it opens the same again", async () => {
    const page = await open();
    await page.fill("textarea", "My name is Lena. What is my name?");
    await page.keyboard.press("Tab");
    await expect.poll(() => page.evaluate("location.hash")).toContain("i=");
    await page.locator("main").focus();
    await page.keyboard.press("End");
    await expect.poll(() => page.evaluate("location.hash")).toContain("c=0.40.9");
    const hash = String(await page.evaluate("location.hash"));
    const words = await cursorOf(page);
    const other = await open(hash.slice(1));
    await expect.poll(() => cursorOf(other)).toBe(words);
    expect(await other.inputValue("textarea")).toBe("My name is Lena. What is my name?");
    await page.goBack();
    await expect.poll(() => page.inputValue("textarea")).toContain("Krish");
    await page.context().close();
    await other.context().close();
  });

  test("explains a broken link, and opens on what can be had", async () => {
    const page = await open("1.nowhere?m=stories&c=x");
    expect(await page.textContent(".notices")).toContain(
      "this link is damaged: the view, the cursor could not be read",
    );
    await page.context().close();
  });

  test("says which models there are where a link is for another", async () => {
    const page = await open();
    await page.evaluate(`location.hash = "#1.states?m=nowhere"`);
    await page.getByText(/the page brings no model "nowhere" along; there are stories, /).waitFor();
    await page.context().close();
  });

  test("asks for the file that a link is for", async () => {
    const page = await open();
    await page.evaluate(`location.hash = "#1.states?m=file%3A0123456789abcdef%3Amine.safetensors"`);
    await expect
      .poll(() => page.textContent(".notices"))
      .toContain(
        "this link is for the model mine.safetensors (0123456789abcdef): drop its file on the page",
      );
    await page.context().close();
  });

  describe("what is wrong is said in the page, and the page goes on", () => {
    const file = "input[type=file]";

    test("a file that is no model", async () => {
      const page = await open();
      await page.setInputFiles(file, {
        name: "a.safetensors",
        mimeType: "",
        buffer: Buffer.from("not a model"),
      });
      await expect.poll(() => page.textContent(".notices")).toContain("a.safetensors");
      await page.setInputFiles(file, {
        name: "b.bin",
        mimeType: "",
        buffer: Buffer.from([1, 0, 2]),
      });
      await expect
        .poll(() => page.textContent(".notices"))
        .toContain("b.bin: neither a model (.safetensors) nor a text");
      expect(await violations(page)).toEqual([]);
      await page.context().close();
    });

    test("a text of 10 MB is read in part, and says so", async () => {
      const page = await open();
      const buffer = Buffer.from("My name is Krish. ".repeat(600_000));
      await page.setInputFiles(file, { name: "long.txt", mimeType: "text/plain", buffer });
      await expect
        .poll(() => page.textContent(".notices"))
        .toContain(
          "long.txt is longer than can be looked at at once: the first 5,996 characters are read",
        );
      await page.locator("main").focus();
      const atEnd = async () => {
        await page.keyboard.press("End");
        return cursorOf(page);
      };
      await expect.poll(atEnd, { timeout: 10_000 }).toMatch(/^step 16\d\d /);
      await page.context().close();
    });

    test("an empty text, and words that the model does not know", async () => {
      const page = await open();
      await page.fill("textarea", "");
      await expect.poll(() => page.textContent("#input-said")).toContain("the text is empty");
      await page.fill("textarea", "My name is Zaphod.");
      await expect.poll(() => page.textContent("#input-said")).not.toContain("empty");
      await expect
        .poll(() => page.textContent(".input"))
        .toContain('" Zaphod" at character 11, line 1, which the model does not know');
      await page.context().close();
    });

    test("what takes long can be stopped, and computed again when somebody says so", async () => {
      const page = await open("1.states?m=stories");
      // Sizes of all that is left of 1,500 steps at 1,500 others: minutes.
      const text = "My name is Krish. I live in Pune. ".repeat(170).trim();
      await page.evaluate((given) => {
        const { cellstate } = globalThis as unknown as { cellstate: Session };
        const input = { kind: "text" as const, text: given };
        const ask = { model: "stories", input, place: 0, state: "c", unit: null };
        cellstate.ask("survival", ask).catch(({ message }) => cellstate.notify("note", message));
      }, text);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.locator(".notices").getByText("computing was stopped").waitFor();
      await page.getByRole("button", { name: "Compute again" }).click();
      await page.locator('[data-ready="states"] canvas.heatmap').first().waitFor();
      expect(await page.locator(".busy").count()).toBe(0);
      await page.context().close();
    });

    test("a worker that is lost is replaced, and the picture computed anew", async () => {
      const page = await open();
      await page.evaluate("cellstate.compute.lose()");
      await expect
        .poll(() => page.textContent(".notices"))
        .toContain("the computing worker was lost");
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => cursorOf(page)).toMatch(/^step 1 /);
      await page.context().close();
    });
  });

  test.each(["light", "dark"] as const)(
    "breaks no rule of accessibility in any view, %s",
    async (colorScheme) => {
      const page = await open("", { colorScheme });
      const found: string[] = [];
      for (const { id } of VIEWS) {
        await page.click(`[data-view="${id}"]`);
        await page.waitForSelector(`[data-ready="${id}"]`);
        await page.waitForTimeout(250);
        found.push(...(await violations(page)).map((violation) => `${id}: ${violation}`));
      }
      expect(found).toEqual([]);
      await page.context().close();
    },
    60_000,
  );
});
