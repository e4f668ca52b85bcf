/** Every derivative that the graph holds, against central differences; the graph itself is walked by walk.ts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import { EquationError } from "../../src/cells/equationError.ts";
import type { CellProgram } from "../../src/cells/program.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";
import { gradientError, type Sizes, walkBackward } from "./walk.ts";

/** Central differences in float64 err by about 1e-10 here; a wrong derivative by 1e-3 and more. */
const TOLERANCE = 1e-7;

const CELLS = {
  lstm: `
    f = sigmoid(W_f·[h[t-1], x[t]] + b_f)
    i = sigmoid(W_i·[h[t-1], x[t]] + b_i)
    g = tanh(W_g·[h[t-1], x[t]] + b_g)
    o = sigmoid(W_o·[h[t-1], x[t]] + b_o)
    c[t] = f * c[t-1] + i * g
    h[t] = o * tanh(c[t])`,
  "GRU, reset after the product": `
    r = sigmoid(W_r·x[t] + U_r·h[t-1] + b_r)
    z = sigmoid(W_z·x[t] + U_z·h[t-1] + b_z)
    n = tanh(W_n·x[t] + b_n + r * (U_n·h[t-1] + b_hn))
    h[t] = (1 - z) * n + z * h[t-1]`,
  "GRU, reset before the product": `
    r = sigmoid(W_r·x[t] + U_r·h[t-1] + b_r)
    z = sigmoid(W_z·x[t] + U_z·h[t-1] + b_z)
    n = tanh(W_n·[r * h[t-1], x[t]] + b_n)
    h[t] = h[t-1] + z * (n - h[t-1])`,
  "peephole LSTM": `
    f = sigmoid(W_f·[h[t-1], x[t]] + p_f * c[t-1] + b_f)
    i = sigmoid(W_i·[h[t-1], x[t]] + p_i * c[t-1] + b_i)
    c[t] = f * c[t-1] + i * tanh(W_g·[h[t-1], x[t]] + b_g)
    o = sigmoid(W_o·[h[t-1], x[t]] + p_o * c[t] + b_o)
    h[t] = o * tanh(c[t])`,
  "LSTM with projection": `
    f = sigmoid(W_f·[h[t-1], x[t]] + b_f)
    c[t] = f * c[t-1] + (1 - f) * tanh(W_g·[h[t-1], x[t]] + b_g)
    h[t] = W_hr·tanh(c[t])`,
  sLSTM: `
    z = tanh(W_z·x[t] + R_z·h[t-1] + b_z)
    o = sigmoid(W_o·x[t] + R_o·h[t-1] + b_o)
    logi = W_i·x[t] + R_i·h[t-1] + b_i
    logf = logsigmoid(W_f·x[t] + R_f·h[t-1] + b_f)
    m[t] = max(logf + m[t-1], logi)
    f = exp(logf + m[t-1] - m[t])
    i = exp(logi - m[t])
    c[t] = f * c[t-1] + i * z
    n[t] = f * n[t-1] + i
    h[t] = o * (c[t] / (1 + abs(n[t])))`,
  "highway over the input": `
    r = sigmoid(W_r·x[t] + v_r * h[t-1] + b_r)
    h[t] = r * h[t-1] + (1 - r) * x[t]`,
  "the input a step ago, and a state that only remembers": `
    p[t] = x[t]
    q[t] = h[t-1]
    h[t] = tanh(W·x[t] + V·p[t-1] + U·(q[t-1] * h[t-1]) + b_h) - relu(q[t-1])`,
  "three stages": `
    a = tanh(W_a·[x[t], h[t-1]])
    d = tanh(W_d·[a, h[t-1]] + b_d)
    h[t] = tanh(W_h·[d, a * h[t-1], x[t]] - V_h·a) + a * d`,
  "matrices in a row": "h[t] = tanh(A·(B·h[t-1]) + W·x[t] + b_h)",
  "every function": `
    a = silu(W_a·x[t]) + softplus(U_a·h[t-1]) - logsigmoid(V_a·h[t-1] - b_a)
    d = min(a, square(h[t-1])) / (1.5 + sigmoid(a)) + max(a, p_d * h[t-1], -a)
    h[t] = log(1 + abs(d)) - sqrt(1e-6 + square(h[t-1])) * 0.5 + exp(-abs(a)) + relu(d) / 4`,
};

const random = (name: string) => {
  const stream = new RandomStream(streamKey(1, name));
  return () => 2 * stream.uniform() - 1;
};

const sizesOf = (program: CellProgram): Sizes => {
  const sizes = { in: 3, units: 4, out: 2 };
  return program.tiedInput ? { ...sizes, in: sizes[program.tiedInput] } : sizes;
};

describe("the graph's gradients agree with central differences over three time steps:", () => {
  test.each(Object.entries(CELLS))("%s", (name, equations) => {
    const { program } = defineCell(equations);
    expect(gradientError(program, sizesOf(program), 3, random(name))).toBeLessThan(TOLERANCE);
  });

  test("softplus has the slope ½ at 0, where its parts have kinks", () => {
    const { program } = defineCell("h[t] = softplus(W·x[t]) - logsigmoid(U·x[t])");
    const point = { matrices: [[[0]], [[0]]], vectors: [], initialStates: [[0]], inputs: [[1]] };
    const sizes = { in: 1, units: 1, out: 1 };
    const gradient = walkBackward(program, sizes, point, { outputs: [[1]], last: [[0]] });
    expect(gradient.matrices).toEqual([[[0.5]], [[-0.5]]]);
  });
});

/** Random equations: what they say does not matter, that they are differentiated rightly does. */
type Tree = string | { readonly operation: string; readonly args: readonly Tree[] };

const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", maxDepth: 4 },
    fc.constantFrom("x[t]", "c[t-1]", "h[t-1]", "a", "d", "p_1", "p_2", "b", "0.5", "2", "1e-1"),
    ...["% + %", "% - %", "% * %", "max(%, %)", "min(%, %)", "% / (1.5 + abs(%))"].map(
      (operation) =>
        fc.record({
          operation: fc.constant(operation),
          args: fc.array(tie("tree"), { minLength: 2, maxLength: 2 }),
        }),
    ),
    ...["sigmoid(%)", "tanh(%)", "relu(%)", "exp(tanh(%))", "log(2 + square(%))", "-(%)"].map(
      (operation) =>
        fc.record({
          operation: fc.constant(operation),
          args: fc.array(tie("tree"), { minLength: 1, maxLength: 1 }),
        }),
    ),
    ...[
      "M·(h[t-1] - %)",
      "M·[x[t], c[t-1] * %]",
      "tanh(M·x[t] + M·h[t-1] + %)",
      "relu(% - M·c[t-1])",
      "abs(softplus(%))",
    ].map((operation) =>
      fc.record({
        operation: fc.constant(operation),
        args: fc.array(tie("tree"), { minLength: 1, maxLength: 1 }),
      }),
    ),
  ),
})).tree;

/** Writes a tree out, with a fresh name for each matrix and only names that stand in lines before. */
function written(of: Tree, known: readonly string[], matrices: { count: number }): string {
  if (typeof of === "string") {
    return of === "a" || of === "d" ? (known.includes(of) ? of : "h[t-1]") : of;
  }
  let arg = 0;
  return `(${of.operation
    .replaceAll("M", () => `M${matrices.count++}`)
    .replaceAll("%", () => `(${written(of.args[arg++], known, matrices)})`)})`;
}

test("the gradients of random equations agree with central differences", () => {
  let checked = 0;
  fc.assert(
    fc.property(fc.tuple(tree, tree, tree, tree), fc.integer(), ([a, d, c, h], seed) => {
      const matrices = { count: 0 };
      const equations = [
        `a = ${written(a, [], matrices)}`,
        `d = ${written(d, ["a"], matrices)}`,
        `c[t] = tanh(${written(c, ["a", "d"], matrices)})`,
        `h[t] = tanh(W·x[t] + c[t] + a - 0.5 * d + ${written(h, ["a", "d"], matrices)})`,
      ].join("\n");
      let program: CellProgram;
      try {
        program = defineCell(equations).program;
      } catch (error) {
        // Numbers under a matrix, sizes left open, a matrix that is multiplied by 0: refused, and rightly.
        expect(error).toBeInstanceOf(EquationError);
        return;
      }
      checked++;
      const sizes = sizesOf(program);
      // Two kinks may meet by chance between the points of a difference: 1e-5 wide, they would show as 1e-1.
      expect(gradientError(program, sizes, 2, random(`${seed}`))).toBeLessThan(1e-6);
    }),
    { numRuns: 150, seed: 1 },
  );
  // Most of them are cells.
  expect(checked).toBeGreaterThan(75);
});
