/** Initial weights: what each scheme promises, and who wins over whom. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cell } from "../../src/cells/cell.ts";
import { defineCell } from "../../src/cells/defineCell.ts";
import { type InitialiseOptions, initialiseCell } from "../../src/cells/initialise.ts";
import {
  fillNormal,
  fillOrthogonal,
  type InitName,
  initialiseBias,
  initialiseEmbedding,
  initialiseMatrix,
  parseInit,
} from "../../src/cells/initialiseMatrix.ts";
import {
  gru,
  irnn,
  lstm,
  lstm1997,
  lstmCoupled,
  lstmPeephole,
  lstmTorch,
  mgu,
  ZOO,
} from "../../src/cells/zoo/index.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";

const I = 7;
const H = 16;
const KEY = streamKey(1, "init", "rnn");

const sizes = { in: I, units: H, out: H };
const initialise = (cell: Cell, options: Partial<InitialiseOptions> = {}) => {
  const tied = cell.program.tiedInput ? { ...sizes, in: H } : sizes;
  return initialiseCell(cell, tied, { init: "default", chronoSteps: 50, key: KEY, ...options });
};
const matrixOf = (cell: Cell, name: string, options: Partial<InitialiseOptions> = {}) =>
  initialise(cell, options).matrices[cell.program.matrices.findIndex((m) => m.name === name)];
const vectorOf = (cell: Cell, name: string, options: Partial<InitialiseOptions> = {}) =>
  initialise(cell, options).vectors[cell.program.vectors.findIndex((v) => v.name === name)];

const filled = (length: number, value: number) => new Float64Array(length).fill(value);
const largest = (values: Iterable<number>): number =>
  [...values].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
/** An LSTM whose equations state one thing more. */
const stating = (line: string): Cell => defineCell(`${lstm.equations}\n${line}`);

/** The largest entry of QᵀQ − 1 over the shorter side. */
const orthogonalError = (q: Float64Array, rows: number, columns: number): number => {
  const tall = rows >= columns;
  const [length, count] = tall ? [rows, columns] : [columns, rows];
  const at = (vector: number, i: number) =>
    tall ? q[i * columns + vector] : q[vector * columns + i];
  let worst = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      let dot = 0;
      for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
      worst = Math.max(worst, Math.abs(dot - (a === b ? 1 : 0)));
    }
  }
  return worst;
};

describe("fills", () => {
  test("orthogonal matrices have orthonormal columns, or rows where those are fewer", () => {
    const side = fc.integer({ min: 1, max: 24 });
    fc.assert(
      fc.property(side, side, fc.integer(), (rows, columns, seed) => {
        const stream = new RandomStream(streamKey(seed, "orthogonal"));
        const q = fillOrthogonal({ rows, columns, fan: rows }, stream);
        // Made orthogonal twice: what is left is rounding, a few 1e-16 a product.
        return orthogonalError(q, rows, columns) < 1e-12;
      }),
    );
  });

  test("a large orthogonal matrix is as orthogonal as a small one", () => {
    const q = fillOrthogonal({ rows: 192, columns: 192, fan: 192 }, new RandomStream(KEY));
    expect(orthogonalError(q, 192, 192)).toBeLessThan(1e-12);
  });

  test("normal numbers have their mean and deviation", () => {
    const count = 40_000;
    const values = fillNormal({ rows: 1, columns: count, fan: 1 }, 0.5, new RandomStream(KEY));
    const mean = values.reduce((sum, v) => sum + v, 0) / count;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / count;
    // Five standard errors: 0.5/√n of the mean, 0.25·√(2/n) of the variance.
    expect(Math.abs(mean)).toBeLessThan((5 * 0.5) / Math.sqrt(count));
    expect(Math.abs(variance - 0.25)).toBeLessThan(5 * 0.25 * Math.sqrt(2 / count));
  });

  test.each<readonly [InitName, number]>([
    ["default", Math.sqrt(6 / (30 + 20))],
    ["glorot", Math.sqrt(6 / (30 + 20))],
    ["torch", 1 / Math.sqrt(20)],
    ["uniform:0.08", 0.08],
  ])("a linear layer's weights under %s fill their range and stay within", (init, limit) => {
    const most = largest(initialiseMatrix(init, 30, 20, new RandomStream(KEY)));
    expect(most).toBeLessThanOrEqual(limit);
    // Of 600 numbers, the largest is below 0.97 of the limit once in 10⁷ runs.
    expect(most).toBeGreaterThan(0.97 * limit);
  });

  test("a linear layer's bias is zero, or drawn where the scheme draws biases", () => {
    const bias = (init: InitName) => initialiseBias(init, 30, 20, new RandomStream(KEY));
    expect(bias("default")).toEqual(filled(30, 0));
    expect(largest(bias("torch"))).toBeGreaterThan(0.1);
    expect(largest(bias("torch"))).toBeLessThanOrEqual(1 / Math.sqrt(20));
    expect(largest(bias("uniform:0.08"))).toBeLessThanOrEqual(0.08);
  });

  test("an embedding begins with deviation 1, a tied one with half of that", () => {
    const table = (tied: boolean) =>
      initialiseEmbedding("default", 40, 20, tied, new RandomStream(KEY));
    expect(largest(table(false))).toBeGreaterThan(2);
    expect(table(true)).toEqual(table(false).map((value) => value / 2));
  });
});

describe("parseInit", () => {
  test.each(["default", "torch", "glorot", "orthogonal", "uniform:0.08", "normal:1e-2"])(
    "takes %s",
    (text) => {
      expect(parseInit(text)).toBe(text);
    },
  );

  test.each(["xavier", "", "constructor", "default:1", "uniform:0.1:2"])(
    "says what is possible when it is given %j",
    (text) => {
      expect(() => parseInit(text)).toThrow(
        `--init: unknown "${text}"; possible are default, torch, glorot, orthogonal, uniform:X, normal:X`,
      );
    },
  );

  test.each(["uniform", "uniform:", "uniform:-1", "uniform:0", "uniform:Infinity", "uniform:x"])(
    "asks for a number above 0 when it is given %j",
    (text) => {
      expect(() => parseInit(text)).toThrow(
        `--init uniform:X takes a number above 0, as in uniform:0.08; got "${text}"`,
      );
    },
  );
});

describe("a cell by default", () => {
  test("has Glorot weights on x and orthogonal ones on states, side by side in one matrix", () => {
    const w = matrixOf(lstm, "W_g");
    const onState = Float64Array.from(
      { length: H * H },
      (_, k) => w[Math.floor(k / H) * (H + I) + (k % H)],
    );
    const onInput = Float64Array.from(
      { length: H * I },
      (_, k) => w[Math.floor(k / I) * (H + I) + H + (k % I)],
    );
    expect(orthogonalError(onState, H, H)).toBeLessThan(1e-12);
    expect(largest(onInput)).toBeLessThanOrEqual(Math.sqrt(6 / (H + I)));
    expect(largest(onInput)).toBeGreaterThan(0.9 * Math.sqrt(6 / (H + I)));
  });

  test("has zero biases, but for a forget gate's, which is 1", () => {
    expect(vectorOf(lstm, "b_f")).toEqual(filled(H, 1));
    for (const name of ["b_i", "b_g", "b_o"]) expect(vectorOf(lstm, name)).toEqual(filled(H, 0));
  });

  test("has a forget bias of 1 in all where there are two biases", () => {
    expect(vectorOf(lstmTorch, "b_if")).toEqual(filled(H, 1));
    expect(vectorOf(lstmTorch, "b_hf")).toEqual(filled(H, 0));
  });

  test("has a forget bias of −1 where an open gate forgets", () => {
    expect(vectorOf(mgu, "b_f")).toEqual(filled(H, -1));
    expect(vectorOf(lstmCoupled, "b_i")).toEqual(filled(H, -1));
  });

  test("has small peepholes that are not zero", () => {
    const p = vectorOf(lstmPeephole, "p_f");
    expect(largest(p)).toBeLessThanOrEqual(0.1);
    expect(largest(p)).toBeGreaterThan(0.05);
  });
});

describe("a cell under a named scheme", () => {
  test("torch: everything within ±1/√units, biases and the forget gate's too", () => {
    const { matrices, vectors } = initialise(lstmTorch, { init: "torch" });
    for (const values of [...matrices, ...vectors]) {
      expect(largest(values)).toBeLessThanOrEqual(1 / Math.sqrt(H));
      expect(largest(values)).toBeGreaterThan(0.5 / Math.sqrt(H));
    }
  });

  test("uniform:0.08 with forget bias 1 is char-rnn's beginning", () => {
    const options = { init: "uniform:0.08", forgetBias: 1 } as const;
    expect(vectorOf(lstmTorch, "b_if", options)).toEqual(filled(H, 1));
    expect(vectorOf(lstmTorch, "b_hf", options)).toEqual(filled(H, 0));
    expect(largest(vectorOf(lstmTorch, "b_ig", options))).toBeLessThanOrEqual(0.08);
    expect(largest(vectorOf(lstmTorch, "b_ig", options))).toBeGreaterThan(0);
    expect(largest(matrixOf(lstmTorch, "W_hg", options))).toBeLessThanOrEqual(0.08);
  });

  test.each(ZOO)("$name begins with finite numbers under every scheme", (cell) => {
    for (const init of [
      "default",
      "torch",
      "glorot",
      "orthogonal",
      "uniform:0.08",
      "normal:0.1",
    ] as const) {
      const { matrices, vectors } = initialise(cell, { init });
      expect([...matrices, ...vectors].every((values) => values.every(Number.isFinite))).toBe(true);
    }
  });
});

describe("what the equations state", () => {
  test("wins over the scheme: IRNN's U is the identity", () => {
    const u = matrixOf(irnn, "U", { init: "torch" });
    expect([...u]).toEqual([...u.keys()].map((k) => (k % (H + 1) === 0 ? 1 : 0)));
    expect(vectorOf(irnn, "b", { init: "torch" })).toEqual(filled(H, 0));
  });

  test("wins over the scheme's own forget bias", () => {
    expect(vectorOf(stating("b_f ~ 3"), "b_f")).toEqual(filled(H, 3));
  });

  test("gives way to a forget bias that is asked for", () => {
    expect(vectorOf(stating("b_f ~ 3"), "b_f", { forgetBias: 2 })).toEqual(filled(H, 2));
  });

  test("b_f ~ chrono also shuts the input gate by as much", () => {
    const cell = stating("b_f ~ chrono");
    const open = vectorOf(cell, "b_f");
    expect(open.every((b) => b >= 0 && b <= Math.log(49))).toBe(true);
    expect(vectorOf(cell, "b_i")).toEqual(open.map((b) => -b));
  });

  test("b_f ~ chrono leaves a bias alone of which the equations say something else", () => {
    expect(vectorOf(stating("b_f ~ chrono\nb_i ~ 0"), "b_i")).toEqual(filled(H, 0));
  });

  test("a limit that is not said is 1/√units", () => {
    const g = vectorOf(stating("b_g ~ uniform"), "b_g");
    expect(largest(g)).toBeLessThanOrEqual(0.25);
    expect(largest(g)).toBeGreaterThan(0.15);
  });
});

describe("chrono", () => {
  const chrono = { forgetBias: "chrono", chronoSteps: 100 } as const;

  test("opens forget gates for 1 to T steps, evenly, and shuts input gates by as much", () => {
    const big = { in: 1, units: 4000, out: 4000 };
    // No matrix on a state: 4,000 units would make it large.
    const tiny = defineCell(
      `f = sigmoid(W_f·x[t] + b_f)
       i = sigmoid(W_i·x[t] + b_i)
       h[t] = f * h[t-1] + i * tanh(W_g·x[t])`,
      { name: "tiny", title: "tiny", source: "test" },
    );
    const { vectors } = initialiseCell(tiny, big, { init: "default", key: KEY, ...chrono });
    const [open, write] = ["b_f", "b_i"].map(
      (name) => vectors[tiny.program.vectors.findIndex((v) => v.name === name)],
    );
    const steps = open.map((b) => Math.exp(b));
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...steps)).toBeLessThanOrEqual(99);
    const mean = steps.reduce((sum, n) => sum + n, 0) / steps.length;
    // Uniform in [1, 99]: mean 50, deviation 98/√12; five standard errors over 4,000 units.
    expect(Math.abs(mean - 50)).toBeLessThan((5 * 98) / Math.sqrt(12 * 4000));
    expect(write).toEqual(open.map((b) => -b));
  });

  test("turns its sign where one gate does both: open, it writes", () => {
    const b = vectorOf(lstmCoupled, "b_i", chrono);
    expect(b.every((value) => value <= 0 && value >= -Math.log(99))).toBe(true);
    expect(largest(b)).toBeGreaterThan(1);
  });

  test("keeps its sign in a GRU, whose z keeps", () => {
    expect(vectorOf(gru, "b_z", chrono).every((value) => value >= 0)).toBe(true);
  });

  test("needs three steps", () => {
    expect(() => initialise(lstm, { forgetBias: "chrono", chronoSteps: 2 })).toThrow(
      "lstm: a chrono forget bias needs windows of 3 steps or more, got 2; give a longer --window",
    );
  });
});

test("a forget bias for a cell without a forget gate is refused, and the error says why", () => {
  for (const forgetBias of [1, "chrono"] as const) {
    expect(() => initialise(lstm1997, { forgetBias })).toThrow(
      "--forget-bias: lstm-1997: it has no forget gate, as nothing learned multiplies s[t-1] " +
        "where a state s[t] is made; leave the option out, or take a cell that has one, such as lstm or gru",
    );
  }
});

describe("streams", () => {
  test("one key gives one set of weights", () => {
    expect(initialise(lstm, { init: "torch" })).toEqual(initialise(lstm, { init: "torch" }));
  });

  test("another key gives others", () => {
    const key = streamKey(2, "init", "rnn");
    expect(matrixOf(lstm, "W_f", { key })).not.toEqual(matrixOf(lstm, "W_f"));
  });

  test("no two parameters of a cell draw the same numbers", () => {
    const { matrices, vectors } = initialise(lstmTorch, { init: "torch" });
    const firsts = [...matrices, ...vectors].map((values) => values[0]);
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  test("a parameter's numbers depend on its name, not on what else the cell has", () => {
    const fewer = defineCell("h[t] = tanh(W_g·[h[t-1], x[t]] + b_g)", {
      name: "fewer",
      title: "fewer",
      source: "test",
    });
    expect(matrixOf(fewer, "W_g")).toEqual(matrixOf(lstm, "W_g"));
  });

  test("the numbers are these, on every machine", () => {
    const w = initialiseMatrix("default", 2, 2, new RandomStream(streamKey(1, "golden")));
    const q = fillOrthogonal(
      { rows: 2, columns: 2, fan: 2 },
      new RandomStream(streamKey(1, "golden")),
    );
    expect([...w]).toMatchInlineSnapshot(`
      [
        -0.4450366405366573,
        -0.9837286667340147,
        0.2869094183050441,
        -1.2120146091631898,
      ]
    `);
    expect([...q]).toMatchInlineSnapshot(`
      [
        -0.4121805781417917,
        -0.911102173744909,
        -0.911102173744909,
        0.4121805781417917,
      ]
    `);
  });
});
