import { describe, expect, test } from "vitest";
import { duration } from "../../src/terminal/duration.ts";
import {
  createProgress,
  formatPlain,
  formatState,
  type RunState,
} from "../../src/terminal/progress.ts";
import type { Output } from "../../src/terminal/terminal.ts";
import { displayWidth } from "../../src/terminal/text.ts";

const STATE: RunState = {
  step: 1204,
  totalSteps: 8480,
  epoch: 2,
  epochs: 20,
  loss: 1.61234,
  validationLoss: 1.70456,
  tokensPerSecond: 38_210.4,
  secondsLeft: 252,
};
const CURVE = Array.from({ length: 24 }, (_, i) => 4 - i / 8);
const plain = (text: string): string => text;

describe("the moving line", () => {
  test("says epoch, loss with its curve, validation, time left, step and speed", () => {
    expect(formatState(STATE, CURVE, { width: 140, style: plain })).toMatchInlineSnapshot(
      `"epoch 3/20  loss 1.612  ███▇▇▇▆▆▆▅▅▅▄▄▄▃▃▃▂▂▂▁▁▁  validation 1.705  4m 12s left  step 1,204/8,480  38,210 tokens/s"`,
    );
  });

  test.each([200, 120, 80, 60, 40, 20])("fits into %d columns", (width) => {
    const line = formatState(STATE, CURVE, { width, style: plain });
    expect(displayWidth(line)).toBeLessThan(width);
    expect(line).toContain("epoch 3/20");
  });

  test("leaves out what it does not know", () => {
    const state = { ...STATE, validationLoss: null, epochs: null };
    expect(formatState(state, [], { width: 80, style: plain })).toBe(
      "epoch 3  loss 1.612  4m 12s left  step 1,204/8,480  38,210 tokens/s",
    );
  });
});

test("a plain line has everything in one order, for logs", () => {
  expect(formatPlain(STATE)).toBe(
    "step 1204/8480  epoch 3/20  loss 1.6123  validation 1.7046  38210 tokens/s  4m 12s left",
  );
});

test("piped, lines come soon and then seldom, and the last always", () => {
  const lines: string[] = [];
  const output = { live: false, line: (text = "") => lines.push(text) } as unknown as Output;
  let now = 0;
  const progress = createProgress(output, () => now);
  for (let step = 1; step <= 600; step++) {
    now += 1000;
    progress.update({ ...STATE, step });
  }
  progress.done();
  const steps = lines.map((line) => Number(/step (\d+)/.exec(line)?.[1]));
  expect(steps.slice(0, 5)).toEqual([2, 4, 8, 16, 32]);
  expect(steps.length).toBeLessThan(30);
  expect(steps.at(-1)).toBe(600);
});

test.each([
  [0, "0s"],
  [0.2, "0s"],
  [59.6, "1m"],
  [80, "1m 20s"],
  [7322, "2h 2m"],
  [Number.NaN, "?"],
  [Number.POSITIVE_INFINITY, "?"],
])("%d seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("on a terminal the line is erased from its beginning, whatever width it has by then, and notes stay above it", () => {
  let screen = "";
  const output: Output = {
    live: true,
    depth: 0,
    width: 30,
    stream: process.stdout,
    write: (text) => {
      screen += text;
      return true;
    },
    line: () => {},
    style: plain,
  };
  const progress = createProgress(output, () => 0);
  progress.update(STATE);
  progress.note("stopping");
  progress.done();
  progress.done();
  const line = "\x1b[?7lepoch 3/20  loss 1.612\x1b[?7h";
  expect(screen).toBe(`\r\x1b[J${line}\r` + `\r\x1b[Jstopping\n${line}\r` + `\r\x1b[J${line}\n`);
});
