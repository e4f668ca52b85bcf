/**
 * The LSTM and both GRUs worked by hand, with one unit, one input and one step.
 *
 * Weights are logarithms, so that every gate is a fraction: sigmoid(ln 3) = 3/(3 + 1) = ¾, sigmoid(−ln 3) = ¼, and
 * tanh(ln 2) = (4 − 1)/(4 + 1) = ⅗. Derivatives: σ' = ¾·¼ = 3/16 for either gate, tanh' = 1 − 9/25 = 16/25.
 */
import { describe, it } from "vitest";
import type { Cell } from "../../src/cells/cell.ts";
import { gru, gruResetBefore, lstm } from "../../src/cells/zoo/index.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { CellRun } from "../engines/contract/cellRun.ts";
import { expectClose } from "../engines/contract/close.ts";

const { LN2 } = Math;
const LN3 = Math.log(3);

interface Answer {
  readonly cell: Cell;
  readonly units: number;
  readonly x: number;
  readonly matrices: Readonly<Record<string, readonly number[]>>;
  readonly vectors: Readonly<Record<string, readonly number[]>>;
  /** By state: before the step. */
  readonly before: Readonly<Record<string, readonly number[]>>;
}

/** Both GRUs, with weights that make the same gates. */
const GRUS: readonly {
  readonly answer: Answer;
  readonly throughCandidate: number;
  readonly ownBias: boolean;
}[] = [
  {
    answer: {
      cell: gru,
      units: 1,
      x: 1,
      // h[t−1] = 2. r: −ln 3 + 2 ln 3 = ln 3; z: −½ ln 3 · 2 = −ln 3;
      // n: ln 2 − ln 2 + ¾ (⅓ ln 2 · 2 + ⅔ ln 2) = ¾ · 4⁄3 ln 2 = ln 2.
      matrices: {
        W_r: [-LN3],
        U_r: [LN3],
        W_z: [0],
        U_z: [-LN3 / 2],
        W_n: [LN2],
        U_n: [LN2 / 3],
      },
      vectors: { b_r: [0], b_z: [0], b_n: [-LN2], b_hn: [(2 / 3) * LN2] },
      before: { h: [2] },
    },
    /** Through n to h[t−1]: dn · r · U_n = 12/25 · ¾ · ⅓ ln 2. */
    throughCandidate: (3 / 25) * LN2,
    ownBias: true,
  },
  {
    answer: {
      cell: gruResetBefore,
      units: 1,
      x: 1,
      // n: ln 2 − ln 2 + ⅔ ln 2 · (¾ · 2) = ln 2.
      matrices: {
        W_r: [-LN3],
        U_r: [LN3],
        W_z: [0],
        U_z: [-LN3 / 2],
        W_n: [LN2],
        U_n: [(2 / 3) * LN2],
      },
      vectors: { b_r: [0], b_z: [0], b_n: [-LN2] },
      before: { h: [2] },
    },
    /** Through n to h[t−1]: dn · U_n · r = 12/25 · ⅔ ln 2 · ¾. */
    throughCandidate: (6 / 25) * LN2,
    ownBias: false,
  },
];

/** One step, with a loss that is the sum of h[t]. */
function step(engine: Engine, answer: Answer): CellRun {
  const { cell, units, x, matrices, vectors, before } = answer;
  const run = new CellRun(engine, cell, { in: 1, units, out: units }, { steps: 1, batch: 1 });
  for (const [name, values] of Object.entries(matrices)) run.setMatrix(name, values);
  for (const [name, values] of Object.entries(vectors)) run.setVector(name, values);
  cell.program.states.forEach(({ name }, s) => {
    run.set(run.initial(s), before[name]);
  });
  run.set(run.x, [x]);
  run.set(run.training.outputGradient, Array(units).fill(1));
  return run.forward().backward();
}

describe.each([
  // Float64, and float32 with a handful of roundings between weights and results.
  { name: "reference", createEngine: createReferenceEngine, tolerance: { roundings: 0 } },
  { name: "wasm", createEngine: createWasmEngine, tolerance: { roundings: 16 } },
])("on the $name engine", ({ createEngine, tolerance }) => {
  const check = (what: string, mine: readonly number[], wanted: readonly number[]): void =>
    expectClose(what, mine, wanted, tolerance);

  /** ∂L/∂ of a state before the step. */
  const stateGradient = (run: CellRun, name: string): readonly number[] => {
    const s = run.cell.program.states.findIndex((state) => state.name === name);
    return run.get(run.training.stateGradients[s]);
  };

  describe("lstm", () => {
    // The memory before the step, so that the one after is ln 2: ¾·c + ¼·⅗ = ln 2.
    const c = (4 / 3) * (LN2 - 3 / 20);
    const answer: Answer = {
      cell: lstm,
      units: 1,
      x: 1,
      // Columns: h[t−1], x[t]; both are 1.
      matrices: { W_f: [LN3 / 2, LN3 / 2], W_i: [0, -LN3], W_g: [LN2, 0], W_o: [0, 0] },
      vectors: { b_f: [0], b_i: [0], b_g: [0], b_o: [LN3] },
      before: { h: [1], c: [c] },
    };

    it("opens its gates, writes its memory and shows it as worked by hand", () => {
      const run = step(createEngine(), answer);
      check("f", run.signal("f"), [3 / 4]);
      check("i", run.signal("i"), [1 / 4]);
      check("g", run.signal("g"), [3 / 5]);
      check("o", run.signal("o"), [3 / 4]);
      check("c", run.signal("c"), [LN2]);
      // ¾ · tanh(ln 2) = ¾ · ⅗
      check("h", run.signal("h"), [9 / 20]);
    });

    it("sends gradients back as worked by hand", () => {
      const run = step(createEngine(), answer);
      // Before the gates' functions, with dh = 1:
      const dO = (3 / 5) * (3 / 16); // tanh(c) · σ'
      const dc = (3 / 4) * (16 / 25); // o · tanh' = 12/25
      const df = dc * c * (3 / 16); // dc · c[t−1] · σ'
      const di = dc * (3 / 5) * (3 / 16); // dc · g · σ' = 27/500
      const dg = dc * (1 / 4) * (16 / 25); // dc · i · tanh' = 48/625
      check("db_o", run.vectorGradient("b_o"), [dO]);
      check("db_f", run.vectorGradient("b_f"), [df]);
      check("db_i", run.vectorGradient("b_i"), [di]);
      check("db_g", run.vectorGradient("b_g"), [dg]);
      // h[t−1] = x[t] = 1: each column of a matrix has its gate's gradient.
      check("dW_f", run.matrixGradient("W_f"), [df, df]);
      check("dW_i", run.matrixGradient("W_i"), [di, di]);
      check("dW_g", run.matrixGradient("W_g"), [dg, dg]);
      check("dW_o", run.matrixGradient("W_o"), [dO, dO]);
      check("dc[t−1]", stateGradient(run, "c"), [(12 / 25) * (3 / 4)]); // dc · f
      check("dh[t−1]", stateGradient(run, "h"), [(df * LN3) / 2 + dg * LN2]);
      const dx = run.training.inputGradient;
      check("dx", dx ? run.get(dx) : [], [(df * LN3) / 2 - di * LN3]);
    });
  });

  describe.each(GRUS)("$answer.cell.name", ({ answer, throughCandidate, ownBias }) => {
    it("resets, proposes and blends as worked by hand", () => {
      const run = step(createEngine(), answer);
      check("r", run.signal("r"), [3 / 4]);
      check("z", run.signal("z"), [1 / 4]);
      check("n", run.signal("n"), [3 / 5]);
      // ¾ · ⅗ + ¼ · 2
      check("h", run.signal("h"), [19 / 20]);
    });

    it("sends gradients back as worked by hand", () => {
      const run = step(createEngine(), answer);
      const dz = (2 - 3 / 5) * (3 / 16); // (h[t−1] − n) · σ' = 21/80
      const dn = (3 / 4) * (16 / 25); // (1 − z) · tanh' = 12/25
      const dr = (3 / 25) * LN2; // dn · 4⁄3 ln 2 · 3/16, or dn · ⅔ ln 2 · 2 · 3/16
      check("db_z", run.vectorGradient("b_z"), [dz]);
      check("db_n", run.vectorGradient("b_n"), [dn]);
      check("db_r", run.vectorGradient("b_r"), [dr]);
      if (ownBias) check("db_hn", run.vectorGradient("b_hn"), [dn * (3 / 4)]);
      check("dW_z", run.matrixGradient("W_z"), [dz]);
      check("dU_z", run.matrixGradient("U_z"), [2 * dz]);
      check("dU_r", run.matrixGradient("U_r"), [2 * dr]);
      // What multiplies U_n is r · h[t−1] = 3/2 either way.
      check("dU_n", run.matrixGradient("U_n"), [dn * (3 / 2)]);
      // Kept, then through z, through r, and through n.
      const dh = 1 / 4 - (dz * LN3) / 2 + dr * LN3 + throughCandidate;
      check("dh[t−1]", stateGradient(run, "h"), [dh]);
      const dx = run.training.inputGradient;
      check("dx", dx ? run.get(dx) : [], [-dr * LN3 + dn * LN2]);
    });
  });

  it("gru-reset-before resets the state before the matrix mixes its units", () => {
    // r = (¾, ¼) and h[t−1] = (2, 4), so r ∗ h = (3/2, 1); U_n · (3/2, 1) = (ln 2, ⅔ ln 2 · 3/2).
    const run = step(createEngine(), {
      cell: gruResetBefore,
      units: 2,
      x: 0,
      matrices: {
        W_r: [0, 0],
        U_r: [0, 0, 0, 0],
        W_z: [0, 0],
        U_z: [0, 0, 0, 0],
        W_n: [0, 0],
        U_n: [0, LN2, (2 / 3) * LN2, 0],
      },
      vectors: { b_r: [LN3, -LN3], b_z: [0, 0], b_n: [0, 0] },
      before: { h: [2, 4] },
    });
    check("n", run.signal("n"), [3 / 5, 3 / 5]);
    // ½ · ⅗ + ½ · h[t−1]
    check("h", run.signal("h"), [1.3, 2.3]);
  });
});
