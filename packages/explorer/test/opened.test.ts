/** Files of people's own, dropped or chosen: PyTorch's layers, forecasters, series and rows; each is useful before anything is typed. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import {
  type AnyTask,
  createTaskModel,
  encodeTaskModel,
  fitForecasting,
  fitRowRegressionTask,
  readSafetensors,
  writeSafetensors,
} from "../../core/src/index.ts";
import { describePage } from "./support/page.ts";

type Tensor =
  Parameters<typeof writeSafetensors>[0] extends ReadonlyMap<string, infer T> ? T : never;

const torch = new Uint8Array(
  readFileSync(
    new URL("../../core/test/golden/torch/lstm_l1_zero_state.safetensors", import.meta.url),
  ),
);

await describePage("a file of one's own", ({ open }) => {
  test("of PyTorch's layers is opened as it is, and computes what PyTorch computed", async () => {
    const page = await open("1.states?s=h&o=number");
    await choose(page, "lstm.safetensors", torch);
    await page.getByText(/lstm.safetensors: recurrent layers of PyTorch/).waitFor();
    await page.locator('[data-figure^="states"] canvas').first().waitFor();
    const { tensors } = readSafetensors(torch, "golden");
    const [input, output] = ["input", "output"].map((each) => tensors.get(each));
    if (!input || !output) throw new Error("a golden case without its input");
    const [steps, batch, width] = input.shape;
    const units = output.shape[2];
    const rows = Array.from({ length: steps }, (_, t) =>
      input.data.slice(t * batch * width, t * batch * width + width).join(" "),
    );
    await page.getByLabel(/It reads these numbers/).fill(rows.join("\n"));
    await page.locator(`[aria-label*="over ${steps} steps"]`).first().waitFor();
    const reading = (await page.evaluate(
      "(async () => { const s = globalThis.cellstate; const { values } = await s.ask('signal', { model: s.model.value.id, input: s.state.input.value, place: 0, signal: 'h' }); return [...values]; })()",
    )) as number[];
    expect(reading.length).toBe(steps * units);
    reading.forEach((value, n) => {
      const at = Math.floor(n / units) * batch * units + (n % units);
      expect(Math.abs(value - Number(output.data[at]))).toBeLessThan(1e-5);
    });
    await page.context().close();
  });

  test("with a tensor of another shape says which, and what was wanted", async () => {
    const page = await open();
    const wrong = new Map<string, Tensor>(readSafetensors(torch, "golden").tensors);
    wrong.set("bias_hh_l0", { shape: [12], data: new Float32Array(12) });
    await choose(page, "wrong.safetensors", writeSafetensors(wrong, {}));
    await page
      .getByText(/wrong\.safetensors: tensor `bias_hh_l0` is \[12\], .* need \[20\]/)
      .waitFor();
    await page.context().close();
  });

  test("a forecaster reads an invented table, then one's own, and says what is wrong in it", async () => {
    const page = await open("1.strip");
    await choose(page, "load.safetensors", encode(forecaster()));
    const box = page.getByLabel(/It reads this table/);
    await box.waitFor();
    expect(await box.inputValue()).toMatch(/^time,load\n2024-01-01/);
    await page.locator('.lines[aria-label*="24 steps"]').first().waitFor();
    await page.locator("main figure").getByRole("button", { name: "Table" }).first().click();
    const heads = page.locator("main figure th");
    await expect
      .poll(async () => (await heads.allTextContents()).slice(0, 2))
      .toEqual(["step", "load"]);
    const hours = Array.from({ length: 30 }, (_, hour) => {
      const time = new Date(Date.UTC(2024, 5, 1, hour)).toISOString();
      return `${time},${10 + hour},x`;
    });
    await box.fill(["time,load,else", ...hours].join("\n"));
    await expect
      .poll(() => page.evaluate("globalThis.cellstate.reading.value.value.labels.at(-1)"))
      .toBe("2024-06-02 05:00");
    await box.fill(["time,load", ...hours].join("\n"));
    await page.getByText("the table: row 1 has 3 fields, the line of names 2").first().waitFor();
    await box.fill(["time,lode", "2024-06-01,3"].join("\n"));
    await page.getByText('the table: no column "load" among time, lode').first().waitFor();
    await page.context().close();
  });

  test("a network for rows reads the means of what it learnt from, then a row with words", async () => {
    const page = await open("1.shapes");
    const cups = Array.from({ length: 40 }, (_, n) => ({
      cup: n % 2 ? "clay" : "tin",
      minutes: n,
    }));
    const targets = cups.map(({ minutes }) => 90 - minutes);
    const task = fitRowRegressionTask({ name: "cups", inputs: cups, targets });
    await choose(page, "cups.safetensors", encode(task));
    const box = page.getByLabel(/It reads this table/);
    await box.waitFor();
    expect(await box.inputValue()).toBe("cup,minutes\nclay,19.5");
    await box.fill("cup;minutes\ntin;x");
    await page
      .getByText('the table: row 1, column "minutes": expected a number, got "x"')
      .first()
      .waitFor();
    await box.fill("cup;minutes\ntin;30");
    await page
      .getByText(/cup tin, minutes 30/)
      .first()
      .waitFor();
    await page.context().close();
  });
});

function encode(task: AnyTask): Uint8Array<ArrayBuffer> {
  return encodeTaskModel(createTaskModel(task, { hiddenSize: 5 }));
}

function forecaster(): AnyTask {
  const count = 400;
  const hours = Array.from({ length: count }, (_, hour) => 1_704_067_200 + 3600 * hour);
  const load = hours.map((_, hour) => 100 + 20 * Math.sin((hour * Math.PI) / 12));
  const table = {
    name: "load",
    rows: count,
    columns: [
      { kind: "time", name: "time", values: hours },
      { kind: "number", name: "load", values: load },
    ],
  } as const;
  return fitForecasting(table, { target: "load", horizon: 3, history: 24 }).task;
}

async function choose(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const buffer = Buffer.from(bytes);
  const file = { name, mimeType: "application/octet-stream", buffer };
  await page.locator('input[type="file"]').first().setInputFiles(file);
}
