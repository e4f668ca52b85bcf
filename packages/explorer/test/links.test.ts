/** A link restores what is shown: in each view something is changed, and whoever opens the address sees the same pictures. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describePage, type PageTests } from "./support/page.ts";

/** What a person does in a view, from the view's own controls or from any other of the page. */
const CHANGES: readonly (readonly [view: string, change: (page: Page) => Promise<unknown>])[] = [
  ["tour", (page) => page.getByRole("button", { name: /^Next/ }).click()],
  [
    "walk",
    async (page) => {
      await page.keyboard.press("ArrowRight");
      await page.evaluate(
        "cellstate.state.edits.value = { f: { [cellstate.state.cursor.value.unit]: 0.5 } }",
      );
      await page.getByText(/boxes have another number/).waitFor();
    },
  ],
  ["strip", (page) => page.locator(".strip").locator('[data-step="9"]').click()],
  [
    "states",
    async (page) => {
      await page.locator("main select").first().selectOption("saturation");
      await page.keyboard.press("Shift+ArrowDown");
      await page
        .getByRole("button", { name: /nearer|zoom in|\+/i })
        .first()
        .click();
    },
  ],
  ["ledger", (page) => page.getByRole("checkbox").first().click()],
  ["context", (page) => page.getByRole("textbox", { name: /^The first/ }).fill(" I like chess.")],
  ["gradients", (page) => page.locator("main input[type=radio]").nth(1).click()],
  ["saturation", (page) => page.getByLabel(/^above 0.9 in at least/).fill("50")],
  ["find", (page) => page.locator("main select").first().selectOption({ index: 1 })],
  [
    "clamp",
    async (page) => {
      await page.locator("main input[type=range]").first().fill("0.25");
      await page.getByRole("button", { name: /^Keep this hold/ }).click();
      await page.locator("main select").first().selectOption("o");
      await page.getByText(/o held at .* and one hold more/).waitFor();
    },
  ],
  ["compare", (page) => page.getByLabel("The second reads").fill("My name is Omar.")],
  ["shapes", (page) => page.evaluate("cellstate.openBuiltIn('tea')")],
  ["train", (page) => page.getByLabel("units").first().fill("12")],
  [
    "equations",
    (page) =>
      page
        .getByRole("button", { name: /forget/ })
        .first()
        .click(),
  ],
];

await describePage("a link", ({ open }) => {
  test.each(CHANGES)("to %s restores its pictures", async (view, change) => {
    const page = await opened(open, `1.${view}`);
    const before = await picturesOf(page);
    await page.locator("main").focus();
    await change(page);
    await settled(page);
    const pictures = await picturesOf(page);
    const hash = String(await page.evaluate("location.hash"));
    expect(hash).toMatch(new RegExp(`^#1\\.${view}`));
    const again = await opened(open, hash.slice(1));
    expect(await picturesOf(again)).toEqual(pictures);
    expect(await stateOf(again)).toEqual(await stateOf(page));
    // What was changed can be seen, or the comparison would say nothing.
    if (!["tour", "train", "equations"].includes(view)) expect(pictures).not.toEqual(before);
    await page.context().close();
    await again.context().close();
  });

  test("Back and Forward go through views and inputs, with what each had", async () => {
    const page = await opened(open, "1.states?c=0.3.2");
    await page.locator('[data-view="ledger"]').click();
    await settled(page);
    await page.locator(".input textarea").first().fill("My name is Lena. What is my name?");
    await settled(page);
    const last = await picturesOf(page);
    await page.goBack();
    await expect.poll(() => page.locator(".input textarea").inputValue()).not.toContain("Lena");
    await page.goBack();
    await page.waitForSelector('[data-ready="states"]');
    expect(await page.evaluate("cellstate.state.cursor.value")).toMatchObject({ unit: 3, step: 2 });
    await page.goForward();
    await page.goForward();
    await page.waitForSelector('[data-ready="ledger"]');
    await settled(page);
    expect(await picturesOf(page)).toEqual(last);
    await page.context().close();
  });
});

async function opened(open: PageTests["open"], hash: string): Promise<Page> {
  const page = await open(hash, { reducedMotion: "reduce" });
  await settled(page);
  return page;
}

/** Nothing is being computed, and the address has been written. */
async function settled(page: Page): Promise<void> {
  let since = 0;
  let last = "";
  await expect
    .poll(
      async () => {
        const now = String(
          await page.evaluate(
            "cellstate.compute.busy.value + location.hash + document.querySelector('main').innerText.length",
          ),
        );
        since = now === last && now.startsWith("0") ? since + 1 : 0;
        last = now;
        return since;
      },
      { interval: 100, timeout: 15_000 },
    )
    .toBeGreaterThanOrEqual(5);
}

/** What is drawn: canvases as images, SVG and words of each figure. Speeds and times are nobody's. */
async function picturesOf(page: Page): Promise<readonly string[]> {
  return (await page.evaluate(`[...document.querySelectorAll("main figure")].map((figure) => {
    const canvases = [...figure.querySelectorAll("canvas")].filter(({ width, height }) => width && height);
    const drawn = canvases.map((canvas) => canvas.toDataURL()).join();
    const svg = [...figure.querySelectorAll("svg")].map((each) => each.outerHTML).join();
    return figure.dataset.figure + figure.innerText + drawn + svg;
  })`)) as string[];
}

async function stateOf(page: Page): Promise<unknown> {
  return page.evaluate("JSON.parse(JSON.stringify(cellstate.page()))");
}
