import { describe, expect, it } from "vitest";
import { parseSchedule } from "../../src/training/schedules.ts";

const at = (text: string, step: number, epoch = 0, totalSteps = 100) =>
  parseSchedule(text)({ step, epoch, totalSteps });

describe("parseSchedule", () => {
  it("keeps a constant rate", () => {
    expect([0, 50, 99].map((step) => at("constant", step))).toEqual([1, 1, 1]);
  });

  it("falls along half a cosine to its floor", () => {
    expect(at("cosine", 0)).toBe(1);
    expect(at("cosine:0.1", 50)).toBeCloseTo(0.55, 12);
    expect(at("cosine:0.1", 100)).toBeCloseTo(0.1, 12);
    expect(at("cosine:0:50", 50)).toBeCloseTo(0, 12);
  });

  it("multiplies by 0.97 an epoch from the tenth on, as char-rnn does", () => {
    const factors = [9, 10, 11, 12].map((epoch) => at("step:0.97:1:10", 0, epoch));
    expect(factors).toEqual([1, 0.97, 0.97 ** 2, 0.97 * 0.97 * 0.97]);
  });

  it("warms up, alone and joined to another", () => {
    expect(at("warmup:10", 0)).toBeCloseTo(0.1, 12);
    expect(at("warmup:10", 20)).toBe(1);
    expect(at("warmup:10+cosine", 4)).toBeCloseTo(0.5 * at("cosine", 4), 12);
  });

  it.each(["cosin", "cosine:x", "constant:1", "step:-1", "step:0.5:0", "cosine:", ""])(
    "refuses %j in one line",
    (text) => {
      expect(() => parseSchedule(text)).toThrow(/^schedule ".*": expected constant, .*; got ".*"$/);
    },
  );
});
