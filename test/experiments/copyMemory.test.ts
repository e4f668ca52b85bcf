/** Copy memory: the sequences, the baseline, and the quick form of the experiment. */
import { describe, expect, it } from "vitest";
import { copyBaseline, copyExamples, copyMemory } from "../../experiments/papers/copyMemory.ts";
import { doInProcess } from "../../experiments/runner.ts";

describe("copy memory", () => {
  it("asks at the end for the ten symbols of the beginning, in order", () => {
    const { input, target, count } = copyExamples(50, 7, 1);
    expect(count).toBe(50);
    for (let example = 0; example < count; example++) {
      const [read, wanted] = [new Int32Array(27), new Int32Array(27)];
      input.copy(example, read, 0, 1);
      target?.copy(example, wanted, 0, 1);
      const symbols = [...read.subarray(0, 10)];
      expect(symbols.every((symbol) => symbol >= 1 && symbol <= 8)).toBe(true);
      expect([...read.subarray(10)]).toEqual([0, 0, 0, 0, 0, 0, 9, ...new Array(10).fill(0)]);
      expect([...wanted]).toEqual([...new Array(17).fill(0), ...symbols]);
    }
  });

  it("costs 0.0204 nats a step without memory at T = 1,000", () => {
    expect(copyBaseline(1000)).toBeCloseTo(0.0204, 4);
  });

  it("is remembered a little by gates over a short lag: the quick form comes below the baseline", async () => {
    const done = await doInProcess(copyMemory, { seeds: null, quick: true });
    const [{ result, settings }] = done;
    expect(result.loss).toBeLessThan(0.95 * copyBaseline(settings.lag));
    // By chance 0.125, with 2,000 symbols ± 0.015.
    expect(result.accuracy).toBeGreaterThan(0.2);
    const { tables } = await copyMemory.report(done);
    expect(tables[0].rows[0].slice(0, 2)).toEqual(["5", "gru"]);
  });
});
