import { describe, expect, it } from "vitest";
import { ModuleBuilder } from "../../../src/engines/wasm/assembler.ts";
import { v128 } from "../../../src/engines/wasm/instructions.ts";
import { hoistVectorMath, type VectorFunctionName } from "../../../src/engines/wasm/vectorMath.ts";

const COUNT = 1 << 16;
const NAMES = ["exp", "sigmoid", "tanh", "log"] as const;

/** Every function as a kernel that replaces `COUNT` numbers, two vectors at a time. */
const kernels = (() => {
  const module = new ModuleBuilder();
  for (const name of NAMES) {
    module.define(name, [], null, (f) => {
      const math = hoistVectorMath(f, [name]);
      const vectors = f.locals("v128", 2);
      f.forLoop(f.local("i32"), 0, 4 * COUNT, 32, (p) => {
        for (const [i, vector] of vectors.entries()) f.set(vector, v128.load(p, 16 * i));
        math[name](vectors);
        for (const [i, vector] of vectors.entries()) f.store(p, vector, 16 * i);
      });
    });
  }
  const memory = new WebAssembly.Memory({ initial: (4 * COUNT) / 65536 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), {
    environment: { memory },
  });
  return { exports, numbers: new Float32Array(memory.buffer) };
})();

/** The function of each number, in float32. */
function apply(name: VectorFunctionName, values: Float32Array): Float32Array {
  const run = kernels.exports[name];
  if (typeof run !== "function") throw new Error(`no kernel ${name}`);
  const results = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += COUNT) {
    const some = values.subarray(at, at + COUNT);
    kernels.numbers.set(some);
    run();
    results.set(kernels.numbers.subarray(0, some.length), at);
  }
  return results;
}

const oracles = {
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
};

/** Every `stride`-th float32 from `from` to `to`, by their bits: dense near 0 as floats are. Both of one sign. */
function sweep(from: number, to: number, stride: number): Float32Array {
  const [first, last] = new Int32Array(Float32Array.of(from, to).buffer);
  const bits = Int32Array.from(
    { length: Math.floor((last - first) / stride) + 1 },
    (_, i) => first + i * stride,
  );
  return new Float32Array(bits.buffer);
}

function largestRelativeError(name: VectorFunctionName, values: Float32Array): number {
  const results = apply(name, values);
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const wanted = oracles[name](values[i]);
    if (wanted !== 0) largest = Math.max(largest, Math.abs(results[i] / wanted - 1));
  }
  return largest;
}

// Strides are odd primes, so that every pattern of low bits occurs; some half a million numbers a sweep.
// Tolerances are the largest errors that `vectorMath.ts` states, from denser sweeps, plus up to a tenth.
describe("against float64", () => {
  it("exp is within 1.1e-7 where its result is a normal number", () => {
    expect(largestRelativeError("exp", sweep(1e-30, 88.72, 2503))).toBeLessThan(1.1e-7);
    expect(largestRelativeError("exp", sweep(-1e-30, -87.33, 2503))).toBeLessThan(1.1e-7);
  });

  it("sigmoid is within 1.6e-7", () => {
    expect(largestRelativeError("sigmoid", sweep(1e-30, 100, 2503))).toBeLessThan(1.6e-7);
    expect(largestRelativeError("sigmoid", sweep(-1e-30, -87.33, 2503))).toBeLessThan(1.6e-7);
  });

  it("tanh is within 3.7e-7, and never beyond ±1", () => {
    const values = sweep(1e-30, 20, 2503);
    expect(largestRelativeError("tanh", values)).toBeLessThan(3.7e-7);
    expect(apply("tanh", values).every((y) => y <= 1)).toBe(true);
    // Where it reaches 1, every number.
    expect(apply("tanh", sweep(7.9, 8.1, 1)).every((y) => y <= 1)).toBe(true);
  });

  it("tanh is odd, bit for bit", () => {
    const values = sweep(1e-30, 20, 9973);
    expect(
      apply(
        "tanh",
        values.map((x) => -x),
      ),
    ).toEqual(apply("tanh", values).map((y) => -y));
  });

  it("log is within 9e-8, and near 1 too", () => {
    expect(largestRelativeError("log", sweep(1.2e-38, 3.4e38, 4001))).toBeLessThan(9e-8);
    expect(largestRelativeError("log", sweep(0.9, 1.1, 7))).toBeLessThan(9e-8);
  });

  it("exp and log take numbers too small to be normal", () => {
    const tiny = Float32Array.of(1e-45, 3e-42, 1e-39, 1.17e-38);
    // Results of log are normal; exp's are multiples of 1.4e-45.
    expect(largestRelativeError("log", tiny)).toBeLessThan(9e-8);
    const below = Float32Array.of(-88, -95, -103);
    const results = apply("exp", below);
    below.forEach((x, i) => {
      expect(Math.abs(results[i] - Math.exp(x))).toBeLessThan(1.5e-45);
    });
  });
});

describe("at the ends", () => {
  const { POSITIVE_INFINITY: inf, NaN: nan, MAX_VALUE: max } = Number;
  const ends = Float32Array.of(-inf, -3e38, -200, -0, 0, 200, 3e38, max, inf, nan);

  it("exp goes to 0 and to infinity", () => {
    expect([...apply("exp", ends)]).toEqual([0, 0, 0, 1, 1, inf, inf, inf, inf, nan]);
  });

  it("sigmoid goes to 0 and to 1", () => {
    expect([...apply("sigmoid", ends)]).toEqual([0, 0, 0, 0.5, 0.5, 1, 1, 1, 1, nan]);
  });

  it("tanh goes to -1 and to 1", () => {
    expect([...apply("tanh", ends)]).toEqual([-1, -1, -1, -0, 0, 1, 1, 1, 1, nan]);
  });

  it("log is -infinity at 0, not a number below, infinity at infinity", () => {
    const [...results] = apply("log", Float32Array.of(-inf, -1, -1e-45, -0, 0, 1, inf, nan));
    expect(results).toEqual([nan, nan, nan, -inf, -inf, 0, inf, nan]);
  });

  it("a NaN stays in its own lane", () => {
    const values = Float32Array.of(nan, 1, nan, 2, 1, nan, 2, 1);
    for (const name of NAMES) {
      const results = apply(name, values);
      expect([...results.map((y) => (Number.isNaN(y) ? 1 : 0))]).toEqual([1, 0, 1, 0, 0, 1, 0, 0]);
    }
  });
});
