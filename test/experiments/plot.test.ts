import { describe, expect, it } from "vitest";
import { type LinePlot, linePlot, PALETTE } from "../../experiments/plot.ts";

const PLOT: LinePlot = {
  title: "Norm by lag",
  x: { label: "lag" },
  y: { label: "norm", scale: "log" },
  lines: [
    {
      name: "LSTM",
      points: [
        { x: 0, y: 1, low: 0.5, high: 2 },
        { x: 10, y: 0.9, low: 0.4, high: 1.5 },
      ],
    },
    {
      name: "RNN",
      points: [
        { x: 0, y: 1 },
        { x: 10, y: 1e-6 },
      ],
    },
  ],
  levels: [{ name: "noise", y: 1e-5 }],
};

describe("a line plot", () => {
  it("is the same bytes every time, whatever was drawn before", async () => {
    const first = await linePlot(PLOT);
    await linePlot({ ...PLOT, title: "Another" });
    expect(await linePlot(PLOT)).toBe(first);
  });

  it("names its lines, axes and levels, each line in a colour of its own", async () => {
    const svg = await linePlot(PLOT);
    expect(svg).toMatch(/^<svg /);
    for (const text of ["Norm by lag", "LSTM", "RNN", "lag", "norm", "noise"]) {
      expect(svg).toContain(`>${text}<`);
    }
    for (const colour of PALETTE.slice(0, 2)) expect(svg).toContain(`stroke="${colour}"`);
  });

  it("leaves out what a logarithm has no place for", async () => {
    const [lstm] = PLOT.lines;
    const zero = { ...lstm, points: [...lstm.points, { x: 20, y: 0 }] };
    const svg = await linePlot({ ...PLOT, lines: [zero] });
    expect(svg).toBe(await linePlot({ ...PLOT, lines: [lstm] }));
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it("is refused without a point, and with more lines than can be told apart", async () => {
    const [line] = PLOT.lines;
    const many = Array.from({ length: 9 }, (_, i) => ({ ...line, name: `line ${i}` }));
    await expect(linePlot({ ...PLOT, lines: [] })).rejects.toThrow("there is no point to draw");
    await expect(linePlot({ ...PLOT, lines: many })).rejects.toThrow(
      "9 lines, 8 can be told apart",
    );
  });
});
