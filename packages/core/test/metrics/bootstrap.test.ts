import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bootstrap, bootstrapSums } from "../../src/metrics/bootstrap.ts";
import { sumsOf } from "../../src/metrics/sums.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";

/** So many zeros and ones, three of ten ones. */
const ones = (count: number) =>
  Float64Array.from({ length: count }, (_, i) => (i % 10 < 3 ? 1 : 0));

const meanAt = (values: ArrayLike<number>) => (sample: Int32Array) => {
  let sum = 0;
  for (const i of sample) sum += values[i];
  return sum / sample.length;
};

const width = ({ low, high }: { low: number; high: number }) => high - low;

describe("bootstrap", () => {
  // A mean of n independent values p: within p ± 1.96 √(p (1 − p) / n) of 95 % of samples.
  it("gives a mean the interval of the normal distribution", () => {
    const values = ones(1000);
    const { value, low, high } = bootstrap(1000, meanAt(values), { resamples: 4000 });
    const half = 1.959964 * Math.sqrt((0.3 * 0.7) / 1000);
    expect(value).toBe(0.3);
    // 4,000 draws know a 2.5 % quantile within about 0.004 of a standard error's 1.96: 5 % of the half width is ample.
    expect(Math.abs(low - (0.3 - half))).toBeLessThan(0.05 * half);
    expect(Math.abs(high - (0.3 + half))).toBeLessThan(0.05 * half);
  });

  it("narrows with the square root of the examples, and with a lower level", () => {
    const few = width(bootstrap(100, meanAt(ones(100))));
    const many = width(bootstrap(10_000, meanAt(ones(10_000))));
    expect(few / many).toBeGreaterThan(9);
    expect(few / many).toBeLessThan(11);
    expect(width(bootstrap(100, meanAt(ones(100)), { level: 0.5 }))).toBeLessThan(few / 2);
  });

  it("gives the same interval for the same seed and another for another", () => {
    const run = (seed: number) => bootstrap(200, meanAt(ones(200)), { seed });
    expect(run(3)).toEqual(run(3));
    expect(run(4)).not.toEqual(run(3));
  });

  it("keeps the value of a mean within its interval", () => {
    const numbers = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), {
      minLength: 2,
      maxLength: 40,
    });
    fc.assert(
      fc.property(numbers, (values) => {
        const { value, low, high } = bootstrap(values.length, meanAt(values), { resamples: 200 });
        // Equal values add up to their mean but for rounding.
        expect(low).toBeLessThanOrEqual(value + 1e-12);
        expect(high).toBeGreaterThanOrEqual(value - 1e-12);
      }),
    );
  });

  it("says the same of sums as of examples", () => {
    const values = ones(50);
    const sums = sumsOf(
      Array.from(values, (value) => [value, 1]),
      2,
    );
    const options = { seed: 5, block: 3 };
    expect(bootstrapSums(sums, ([sum, count]) => sum / count, options)).toEqual(
      bootstrap(50, meanAt(values), options),
    );
  });

  it("draws blocks of neighbours, each from any place", () => {
    const starts = new Set<number>();
    let first = true;
    const statistic = (sample: Int32Array): number => {
      if (!first) {
        for (let n = 0; n < sample.length; n++) {
          if (n % 4 === 0) starts.add(sample[n]);
          else expect(sample[n]).toBe(sample[n - 1] + 1);
        }
      }
      first = false;
      return 0;
    };
    bootstrap(10, statistic, { block: 4, resamples: 200 });
    expect([...starts].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  // A first-order autoregression with coefficient 0.9: the mean of a long stretch has a standard error √19 = 4.4 times that of
  // independent values.
  it("is wider by blocks where neighbours resemble one another", () => {
    const random = new RandomStream(streamKey(1, "autoregression"));
    const values: number[] = [];
    for (let t = 0, x = 0; t < 5000; t++) {
      x = 0.9 * x + random.uniform() - 0.5;
      values.push(x);
    }
    const single = width(bootstrap(5000, meanAt(values)));
    const blocks = width(bootstrap(5000, meanAt(values), { block: 100 }));
    // Blocks of 100 see nine tenths of it, and 50 of them estimate it within a tenth or two.
    expect(blocks / single).toBeGreaterThan(3);
    expect(blocks / single).toBeLessThan(5.5);
  });

  it("knows nothing of fewer than two blocks", () => {
    expect(bootstrap(7, meanAt(ones(7)), { block: 4 })).toEqual({
      value: 3 / 7,
      low: NaN,
      high: NaN,
    });
    expect(bootstrap(0, () => 0)).toEqual({ value: 0, low: NaN, high: NaN });
  });

  it("leaves out resamples without a value", () => {
    const values = [NaN, 1, 1, 1];
    const known = (sample: Int32Array) => {
      const found = Array.from(sample, (i) => values[i]).filter((value) => !Number.isNaN(value));
      return found.length === 0 ? NaN : meanAt(found)(Int32Array.from(found.keys()));
    };
    expect(bootstrap(4, known)).toEqual({ value: 1, low: 1, high: 1 });
  });

  it("says which option is out of range", () => {
    const run = (options: object) => () => bootstrap(10, () => 0, options);
    expect(run({ resamples: 0 })).toThrow("bootstrap: resamples is 0, wanted a positive integer");
    expect(run({ level: 1 })).toThrow("bootstrap: level is 1, wanted above 0 and below 1");
    expect(run({ block: 1.5 })).toThrow("bootstrap: block is 1.5, wanted a positive integer");
  });
});
