/** What is said of a line of gradients. */
import type { WriteStream } from "node:tty";
import { describe, expect, test } from "vitest";
import { type GradientSeries, verdictWords } from "../../src/inspection/gradientSeries.ts";
import { printVerdicts } from "../../src/inspection/gradientTable.ts";
import { createTerminal } from "../../src/terminal/terminal.ts";
import { displayWidth } from "../../src/terminal/text.ts";

const carried: GradientSeries = {
  ...{ layer: "layers.0", state: "c", anchor: 14, way: -1, isPath: false, isRead: true },
  ...{ rate: 0.975, verdict: "carried", memoryLength: 39.5, span: { from: 0, to: 14 } },
  norms: new Float64Array(15),
};

describe("a verdict in words", () => {
  test("stands beside its rate, its span and the memory's length", () => {
    expect(verdictWords(carried)).toBe("carried, × 0.975 a step over 14 steps, memory 39.5 steps");
    expect(
      verdictWords({
        ...{ ...carried, rate: 1.3, verdict: "exploding", memoryLength: Number.POSITIVE_INFINITY },
        span: { from: 2, to: 3 },
      }),
    ).toBe("exploding, × 1.3 a step over one, memory no end");
  });

  test("is alone where there is no rate", () => {
    const nothing = { rate: Number.NaN, memoryLength: Number.NaN, span: null };
    expect(verdictWords({ ...carried, ...nothing, verdict: "unknown" })).toBe("unknown");
    expect(verdictWords({ ...carried, ...nothing, isRead: false })).toBe("no later step reads it");
  });
});

describe("verdicts on a terminal", () => {
  const reverse = { ...carried, layer: "layers.0.reverse", isPath: true, rate: 0.00123 };

  async function printed(columns: number, isTTY = true): Promise<string> {
    let text = "";
    const write = (more: string): boolean => {
      text += more;
      return true;
    };
    const stream = { columns, isTTY, write } as unknown as WriteStream;
    await printVerdicts(
      [carried, reverse],
      createTerminal({ stdout: stream, stderr: stream }, {}, false).out,
    );
    return text;
  }

  test("are a table, which a narrower one gives two columns of", async () => {
    const [head] = (await printed(100)).split("\n");
    expect(head).toMatch(/^layer +state +path +verdict +steps +a step +memory +nearest +farthest$/);
    const narrow = await printed(76);
    expect(narrow.split("\n")[0]).toMatch(/ +memory$/);
    expect(Math.max(...narrow.split("\n").map(displayWidth))).toBeLessThanOrEqual(76);
  });

  test("are sentences where no table fits, with nothing left out", async () => {
    const narrow = await printed(40);
    expect(Math.max(...narrow.split("\n").map(displayWidth))).toBeLessThanOrEqual(40);
    expect(narrow.trimEnd().replaceAll(/\s+/g, " ")).toBe(
      "layers.0, c: carried, × 0.975 a step over 14 steps, memory 39.5 steps " +
        "layers.0.reverse, c, memory path alone: carried, × 0.00123 a step over 14 steps, memory 39.5 steps",
    );
  });

  test("are whole where they go to a file", async () => {
    expect((await printed(40, false)).split("\n")[0]).toMatch(/nearest +farthest$/);
  });
});
