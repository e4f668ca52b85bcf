/** Pictures of states: the heatmap of a signal, and the text that one unit colours. Numbers are held to core's, pixels to the colour table. */
import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import {
  createReferenceEngine,
  createTaskModel,
  createWasmEngine,
  decodeAnyModel,
  encodeTaskModel,
  fitSequenceRegressionTask,
  type LanguageModel,
  orderUnits,
  trace,
  type UnitOrder,
} from "@cellstate/core";
import axe from "axe-core";
import { colourOf, fitScale } from "cellstate/scales";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describePage } from "./support/page.ts";

type Records = Record<string, number | string>[];

const stories = storiesModel();
const TEXT: string = JSON.parse(readFileSync(fileOf("stories.json"), "utf8")).samples[0];
const reference = trace(stories, createReferenceEngine(), TEXT);
/** The page's own engine: orders depend on the last bit. */
const wasm = trace(stories, createWasmEngine(), TEXT);
const steps = reference.labels.length;
const { SHOTS } = process.env;

await describePage("the page's states", ({ open }) => {
  test("numbers of every unit at every step are core's on the reference engine", async () => {
    const page = await open(link("states", "c", "number"));
    const rows = await recordsOf(page, "states-c");
    const { c } = reference.layers[0];
    expect(rows).toHaveLength(steps);
    for (const [step, row] of rows.entries()) {
      expect(row.token).toBe(reference.labels[step]);
      for (let unit = 0; unit < c.units; unit++) {
        // Float32 against float64: memories reach 10.
        expect(Math.abs(Number(row[`unit ${unit}`]) - c.at(step, unit))).toBeLessThan(1e-5);
      }
    }
    await page.context().close();
  });

  test.each([
    ["light", "paper", "f"],
    ["dark", "screen", "c"],
  ] as const)("pixels on a %s page are the colour table's", async (colorScheme, ground, name) => {
    const page = await open(link("states", name, "number"), { colorScheme });
    const traced = wasm.layers[0][name];
    const { scale } = fitScale(traced.range, traced.values);
    for (const [step, unit] of [
      [0, 0],
      [5, 40],
      [14, 37],
      [steps - 1, traced.units - 1],
    ]) {
      const seen = await pixelAt(page, (step + 0.5) / steps, (unit + 0.5) / traced.units);
      const wanted = colourOf(scale, traced.at(step, unit), ground);
      // 256 shades: within half of one.
      for (const [n, part] of seen.entries()) {
        expect(Math.abs(part - wanted[n]), `step ${step}, unit ${unit}`).toBeLessThanOrEqual(2);
      }
    }
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/states-${colorScheme}.png` });
    await page.context().close();
  });

  test.each<[UnitOrder, string | null]>([
    ["likeness", null],
    ["saturation", null],
    ["mean", null],
    ["correlation", "surprisal"],
    ["correlation", "position"],
  ])("rows sorted by %s (%s) stand as core orders them", async (by, label) => {
    const page = await open(link("states", "f", "number"));
    await page.getByLabel("sorted by").selectOption(by);
    if (label) await page.locator(".states-sorting select").nth(1).selectOption(label);
    const labels =
      label === "surprisal"
        ? wasm.predictions?.surprisal
        : Float64Array.from({ length: steps }, (_, step) => step);
    const wanted = orderUnits(wasm.layers[0].f, by, labels);
    await expect
      .poll(async () => Object.keys((await recordsOf(page, "states-f"))[0]).slice(2))
      .toEqual(wanted.map((unit) => `unit ${unit}`));
    await page.context().close();
  });

  test("an order that a signal does not have is refused in words, and the rows stand by number", async () => {
    const page = await open(link("states", "c", "saturation"));
    expect(await page.locator(".states-note").textContent()).toContain("saturation");
    expect(Object.keys((await recordsOf(page, "states-c"))[0]).slice(2, 5)).toEqual([
      "unit 0",
      "unit 1",
      "unit 2",
    ]);
    await page.context().close();
  });

  test("a tap on a narrow screen puts the cursor there and says the number; nothing scrolls sideways", async () => {
    const narrow = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
    const page = await open(link("states", "f", "number"), narrow);
    const canvas = page.locator("canvas.heatmap").first();
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    if (!box) throw new Error("no heatmap");
    const { f } = reference.layers[0];
    await page.touchscreen.tap(
      box.x + ((6 + 0.5) / steps) * box.width,
      box.y + ((41 + 0.5) / f.units) * box.height,
    );
    const words = page.locator(".states-words");
    await words.getByText(/^Step 6 /).waitFor();
    expect(await words.textContent()).toContain("unit 41");
    const said = Number((await words.locator("strong").textContent())?.replace("−", "-"));
    // Three figures are shown.
    expect(Math.abs(said - f.at(6, 41))).toBeLessThan(5e-3);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/states-narrow.png`, fullPage: true });
    await page.context().close();
  });

  test("zoomed in, it says what is in sight, shows a map, keeps its colours, and goes back to the whole", async () => {
    const page = await open(link("states", "f", "number", "0.37.14"));
    for (let n = 0; n < 3; n++) await page.getByRole("button", { name: "Zoom in" }).click();
    const note = page.locator(".heatmap-note");
    await note.getByText(/of 96 units/).waitFor();
    const [, from, to] = (await note.textContent())?.match(/Steps (\d+) to (\d+) of/) ?? [];
    expect(Number(to) - Number(from)).toBeLessThan(steps / 3 + 2);
    expect(Number(from)).toBeLessThanOrEqual(14);
    expect(Number(to)).toBeGreaterThanOrEqual(14);
    expect(await page.locator(".heatmap-mini").count()).toBe(1);
    const traced = wasm.layers[0].f;
    // The box around the cursor's column is transparent within: its middle has the cell's colour.
    const { x, y } = await centreOf(page, ".heatmap-column", ".heatmap-row");
    const seen = await pixelAt(page, x, y);
    const wanted = colourOf({ kind: "gate", low: 0, high: 1 }, traced.at(14, 37), "paper");
    for (const [n, part] of seen.entries())
      expect(Math.abs(part - wanted[n])).toBeLessThanOrEqual(2);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/states-zoomed.png` });
    // The cursor leaves to the left: what is in sight goes with it.
    await page.getByRole("slider", { name: /step/ }).fill("0");
    await note.getByText(/^Steps 0 to/).waitFor();
    await page.getByRole("button", { name: "Whole" }).click();
    await note.waitFor({ state: "detached" });
    await page.context().close();
  });

  test("two fingers apart zoom in where they are, and the wheel with Ctrl zooms out again", async () => {
    const page = await open(link("states", "f", "number"), { hasTouch: true });
    const box = await page.locator("canvas.heatmap").first().boundingBox();
    if (!box) throw new Error("no heatmap");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const client = await page.context().newCDPSession(page);
    const fingers = (type: "touchStart" | "touchMove" | "touchEnd", apart: number | null) => {
      const touchPoints = apart === null ? [] : [-1, 1].map((side) => ({ x: x + side * apart, y }));
      return client.send("Input.dispatchTouchEvent", { type, touchPoints });
    };
    await fingers("touchStart", 50);
    for (let apart = 60; apart <= 150; apart += 10) await fingers("touchMove", apart);
    await fingers("touchEnd", null);
    const note = page.locator(".heatmap-note");
    await note.getByText(/^Steps/).waitFor();
    const [, from, to] = (await note.textContent())?.match(/Steps (\d+) to (\d+) of/) ?? [];
    // Three times as near, around the middle; ends may lie within a step.
    expect(Math.abs(Number(to) + 1 - Number(from) - steps / 3)).toBeLessThanOrEqual(2);
    expect(Math.abs(Number(from) + Number(to) + 1 - steps)).toBeLessThanOrEqual(2);
    await page.mouse.move(x, y);
    await page.keyboard.down("Control");
    for (let n = 0; n < 10; n++) await page.mouse.wheel(0, 60);
    await page.keyboard.up("Control");
    await note.waitFor({ state: "detached" });
    await page.context().close();
  });

  test("expected tokens beneath the text are core's, with the one that came marked", async () => {
    const page = await open(link("strip", "f", "number", "0.37.14"));
    const rows = await recordsOf(page, "strip-f-37");
    const { f } = reference.layers[0];
    for (const [step, row] of rows.entries()) {
      const [likeliest] = reference.predictions?.top(step) ?? [];
      expect(Math.abs(Number(row.f) - f.at(step, 37))).toBeLessThan(1e-5);
      expect(row["expected next"]).toBe(likeliest.token);
      // In percent.
      expect(Math.abs(Number(row.percent) - 100 * likeliest.probability)).toBeLessThan(1e-3);
      const shown = page.locator(`[data-step="${step}"] small`);
      const texts = await shown.allTextContents();
      const wanted = reference.predictions?.top(step).slice(0, 3) ?? [];
      expect(texts).toHaveLength(3);
      for (const [n, { token, probability }] of wanted.entries()) {
        // Two that are nearly as likely may change places; the first two percent are compared.
        if (probability < 0.02) continue;
        const percent = Math.round(100 * probability);
        expect(texts[n]).toBe(`${token.trim()} ${percent}`);
      }
    }
    const next = reference.labels[15].trim();
    expect(await page.locator('[data-step="14"] .strip-came').textContent()).toContain(next);
    await page.locator('[data-step="9"]').click();
    await page
      .locator(".strip-words")
      .getByText(/^Step 9 /)
      .waitFor();
    await page.context().close();
  });

  test("of ten thousand tokens only those in sight are on the page, and the cursor finds the last", async () => {
    const sentence = "My name is Krish. I live in Pune.";
    const input = { kind: "text", text: new Array(1000).fill(sentence).join(" ") };
    const packed = deflateRawSync(JSON.stringify(input)).toString("base64url");
    const page = await open(`${link("strip", "f", "number")}&i=${packed}`);
    const count = trace(stories, createWasmEngine(), sentence).labels.length;
    await page.locator(`.strip[aria-label*="along ${1000 * count} tokens"]`).waitFor();
    const tokens = page.locator(".strip [data-step]");
    expect(await tokens.count()).toBeLessThan(500);
    await page.getByRole("slider", { name: /step/ }).fill(String(1000 * count - 1));
    await page.locator(`[data-step="${1000 * count - 1}"][data-cursor]`).waitFor();
    expect(await tokens.count()).toBeLessThan(500);
    // The same as a heatmap: more steps than pixels.
    await page.getByRole("navigation").getByText("States", { exact: true }).click();
    await page.getByText(/A pixel stands for (8|16) steps/).waitFor();
    await page.context().close();
  });

  test("a series that was read is shown as lines, with one unit's signal beneath them", async () => {
    const page = await open(link("strip", "f", "number"));
    const series = Array.from({ length: 40 }, (_, step) => [Math.sin(step / 4), (step % 7) / 7]);
    const values = Float32Array.from(series.flat());
    const inputs = [0, 1].map((n) => ({ steps: 40, values: values.map((value) => value + n) }));
    const task = fitSequenceRegressionTask({ name: "waves", inputs, targets: [0, 1] });
    const buffer = Buffer.from(encodeTaskModel(createTaskModel(task, { hiddenSize: 6 })));
    const file = { name: "waves.safetensors", mimeType: "application/octet-stream", buffer };
    await page.locator('input[type="file"]').first().setInputFiles(file);
    await page
      .getByLabel(/It reads these numbers/)
      .fill(series.map((row) => row.join(" ")).join("\n"));
    await page.locator('.lines[aria-label*="40 steps"]').nth(1).waitFor();
    const box = await page.locator(".lines .u-over").first().boundingBox();
    if (!box) throw new Error("no lines");
    await page.mouse.click(box.x + (20 / 39) * box.width, box.y + 50);
    await page
      .locator(".strip-words")
      .getByText(/^Step 20: read/)
      .waitFor();
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/strip-series.png`, fullPage: true });
    await page.context().close();
  });

  test("up and down go by the rows as they are sorted", async () => {
    const page = await open(link("states", "f", "saturation"));
    const rowsOf = () => page.evaluate("cellstate.rows.value") as Promise<number[] | null>;
    await expect.poll(rowsOf).not.toBeNull();
    const rows = (await rowsOf()) ?? [];
    expect(rows).not.toEqual(rows.toSorted((a, b) => a - b));
    await page.locator("main").focus();
    const unitOf = () => page.evaluate("cellstate.state.cursor.value.unit");
    const from = rows.indexOf(0);
    await page.keyboard.press(from === 0 ? "ArrowDown" : "ArrowUp");
    expect(await unitOf()).toBe(rows[from === 0 ? 1 : from - 1]);
    await page.context().close();
  });

  test.each(["states", "strip"])("axe finds nothing in %s", async (view) => {
    const page = await open(link(view, "f", "likeness"));
    await page.locator(".figure").waitFor();
    await page.evaluate(axe.source);
    const found = (await page.evaluate("axe.run(document.querySelector('main'))")) as {
      readonly violations: readonly { readonly id: string }[];
    };
    expect(found.violations.map(({ id }) => id)).toEqual([]);
    await page.context().close();
  });
});

function link(view: string, signal: string, order: string, cursor = "0.0.0"): string {
  return `1.${view}?m=stories&c=${cursor}&s=${signal}&o=${order}`;
}

/** A figure's numbers, all digits, as a person takes them away. */
async function recordsOf(page: Page, figure: string): Promise<Records> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(`[data-figure="${figure}"]`).getByRole("button", { name: "JSON" }).click(),
  ]);
  return JSON.parse(readFileSync(await download.path(), "utf8"));
}

/** Red, green and blue of the heatmap's canvas. @param x Shares of its size; `y` from the top. */
async function pixelAt(page: Page, x: number, y: number): Promise<number[]> {
  const rgb = await page
    .locator("canvas.heatmap")
    .first()
    .evaluate(
      (canvas, at) => {
        const { width, height, getContext } = canvas as unknown as Canvas;
        const pixel = [Math.floor(at.x * width), Math.floor(at.y * height)] as const;
        return [...getContext.call(canvas, "2d").getImageData(...pixel, 1, 1).data];
      },
      { x, y },
    );
  return rgb.slice(0, 3);
}

/** What of a canvas is asked for here: tests know no DOM. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: "2d"): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}

/** Where two crossing boxes cross, as shares of the heatmap's canvas. */
async function centreOf(
  page: Page,
  column: string,
  row: string,
): Promise<{ x: number; y: number }> {
  const [canvas, upright, level] = await Promise.all(
    ["canvas.heatmap", column, row].map((each) => page.locator(each).first().boundingBox()),
  );
  if (!canvas || !upright || !level) throw new Error("no cursor");
  return {
    x: (upright.x + upright.width / 2 - canvas.x) / canvas.width,
    y: (level.y + level.height / 2 - canvas.y) / canvas.height,
  };
}

function storiesModel(): LanguageModel {
  const { language } = decodeAnyModel(readFileSync(fileOf("stories.safetensors")), "stories");
  if (language === null) throw new Error("the stories are no language model");
  return language;
}

function fileOf(name: string): URL {
  return new URL(`../public/models/${name}`, import.meta.url);
}
