/** Every view with every kind of model: something is shown, or one plain line says why not. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BUILT_IN_NAMES } from "../src/state/builtIn.ts";
import { VIEW_IDS } from "../src/state/page.ts";
import { describePage } from "./support/page.ts";

/** Where a view has nothing to show for a model, and says so. */
const REFUSALS: readonly RegExp[] = [
  /^context: this view continues a text in two ways, as a language model reads it/,
  /^ledger: h: h\[t\] is not keep ∘ h\[t-1\] \+ written: (h\[t-1\] comes back only through|nothing reads)/,
  /^saturation: No signal of this cell has ends to lie near\.$/,
  /^find: What was read has a single step: there is nothing to tell it from\.$/,
];

function isRefusal(line: string): boolean {
  return REFUSALS.some((refusal) => refusal.test(line));
}

/** What the page says is wrong. */
const ALERTS = `[...document.querySelectorAll(".error, [role=alert]")].map(({ innerText }) => innerText.trim()).filter((text) => text !== "")`;

/** Of the view: a picture, or else the last that it says. */
const SHOWN = `document.querySelector("main figure") ? "a picture" : [...document.querySelectorAll("main p")].at(-1)?.innerText ?? ""`;

const torch = readFileSync(
  new URL("../../core/test/golden/torch/gru_l1_bi.safetensors", import.meta.url),
);

await describePage("every view", ({ open }) => {
  test.each([...BUILT_IN_NAMES, "PyTorch's layers"])("of %s", async (name) => {
    const page = await open();
    const wrong: string[] = [];
    page.on("pageerror", ({ message }) => wrong.push(`thrown: ${message}`));
    page.on("console", (message) => {
      if (message.type() === "error") wrong.push(`console: ${message.text()}`);
    });
    if (name === "PyTorch's layers") {
      const file = { name: "gru.safetensors", mimeType: "application/octet-stream", buffer: torch };
      await page.locator('input[type="file"]').first().setInputFiles(file);
      await page.getByText(/gru.safetensors: recurrent layers/).waitFor();
      await page.getByRole("button", { name: "Put away" }).click();
    } else await page.evaluate(`cellstate.openBuiltIn("${name}")`);
    for (const view of VIEW_IDS.filter((id) => id !== "tour")) {
      await page.evaluate(`cellstate.state.view.value = "${view}"`);
      await page.waitForSelector(`[data-ready="${view}"]`);
      // A picture comes, or the view says in a line why there can be none.
      await expect
        .poll(async () => {
          const line = `${view}: ${await page.evaluate(SHOWN)}`;
          return line.endsWith(": a picture") || isRefusal(line) ? "" : line;
        })
        .toBe("");
      await expect.poll(() => page.evaluate("cellstate.compute.busy.value")).toBe(0);
      const said = (await page.evaluate(ALERTS)) as string[];
      wrong.push(...said.map((text) => `${view}: ${text}`).filter((line) => !isRefusal(line)));
    }
    expect(wrong).toEqual([]);
    await page.context().close();
  });
});
