/** What equations become: sums, sources, stages, widths, as program.ts promises them. */
import { describe, expect, test } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import type { CellProgram, NodeId } from "../../src/cells/program.ts";
import { orderSums, runs } from "../../src/cells/sumOrder.ts";

const LSTM = `
f = sigmoid(W_f·[h[t-1], x[t]] + b_f)    # forget gate: how much of the memory to keep
i = sigmoid(W_i·[h[t-1], x[t]] + b_i)    # input gate: how much to write
g = tanh(W_g·[h[t-1], x[t]] + b_g)       # candidate: what to write
o = sigmoid(W_o·[h[t-1], x[t]] + b_o)    # output gate: how much to show
c[t] = f * c[t-1] + i * g                # memory cell
h[t] = o * tanh(c[t])
`;

const GRU = (candidate: string) => `
  r = sigmoid(W_r·x[t] + U_r·h[t-1] + b_r)
  z = sigmoid(W_z·x[t] + U_z·h[t-1] + b_z)
  n = tanh(${candidate})
  h[t] = (1 - z) * n + z * h[t-1]`;

const RESET_AFTER = GRU("W_n·x[t] + b_n + r * (U_n·h[t-1] + b_hn)");
const RESET_BEFORE = GRU("W_n·[r * h[t-1], x[t]] + b_n");

const programOf = (equations: string): CellProgram => defineCell(equations).program;

/** Sources in words: `x -> 0 1 2 | stage 0, back after 1`. */
const sourcesOf = ({ nodes, sources, states }: CellProgram): string[] =>
  sources.map(({ node: id, sums, stage, gradientStage }) => {
    const node = nodes[id];
    const name = node.kind === "previous" ? `${states[node.state].name}[t-1]` : node.kind;
    return `${name} -> ${sums.join(" ")} | stage ${stage}, back after ${gradientStage}`;
  });

/** A node as an expression, down to its leaves. */
const shown = (program: CellProgram, id: NodeId): string => {
  const node = program.nodes[id];
  switch (node.kind) {
    case "number":
      return `${node.value}`;
    case "previous":
      return `${program.states[node.state].name}[t-1]`;
    case "vector":
      return program.vectors[node.vector].name;
    case "apply":
      return `${node.op}(${node.args.map((arg) => shown(program, arg)).join(", ")})`;
    case "stateGradient":
      return `d${program.states[node.state].name}`;
    case "sum": {
      const products = program.products.filter((product) => product.sum === node.sum);
      return products.map(({ matrix }) => program.matrices[matrix].name).join("&");
    }
    default:
      return node.kind;
  }
};

const outputOf = (equations: string): string => {
  const program = programOf(equations);
  return shown(program, program.states[program.output].value);
};

describe("the LSTM", () => {
  const program = programOf(LSTM);

  test("is one stage of two products, each into all four gates", () => {
    expect(sourcesOf(program)).toEqual([
      "input -> 0 1 2 3 | stage 0, back after 0",
      "h[t-1] -> 0 1 2 3 | stage 0, back after 0",
    ]);
    expect(program.forward.map((stage) => stage.nodes.length)).toEqual([13]);
    expect(program.backward.map((stage) => stage.nodes.length)).toEqual([22]);
  });

  test("has each gate's matrix as one product a part of its concatenation", () => {
    expect(program.matrices[0]).toEqual({ name: "W_f", rows: "units", columns: ["units", "in"] });
    expect(program.products.slice(0, 2)).toEqual([
      { matrix: 0, columnsBefore: [], source: 1, sum: 0 },
      { matrix: 0, columnsBefore: ["units"], source: 0, sum: 0 },
    ]);
  });

  test("gives a bias the gradient of its pre-activation, the same node", () => {
    expect(program.vectors.map((vector) => vector.gradient)).toEqual(
      program.sums.map((sum) => sum.gradient),
    );
  });

  test("sends back to c[t-1] what the forget gate lets through, and to h[t-1] through matrices alone", () => {
    const [c, h] = program.states;
    expect(shown(program, c.previousGradient ?? -1)).toBe(
      "mul(add(dc, mul(mul(dh, sigmoid(add(W_o&W_o, b_o))), sub(1, mul(tanh(" +
        "C), tanh(C))))), sigmoid(add(W_f&W_f, b_f)))".replaceAll("C", shown(program, c.value)),
    );
    expect(h.previousGradient).toBeNull();
    expect(program.inputGradient).toBeNull();
  });

  test("shows its lines as signals with captions and ranges", () => {
    const { name, state, caption, range, width } = program.signals[0];
    expect({ name, state, caption, range, width }).toEqual({
      name: "f",
      state: false,
      caption: "forget gate: how much of the memory to keep",
      range: [0, 1],
      width: "units",
    });
    expect(program.signals.map((signal) => signal.range)).toEqual([
      [0, 1],
      [0, 1],
      [-1, 1],
      [0, 1],
      null,
      null,
    ]);
  });
});

describe("the GRU", () => {
  test("that resets after the product is one stage, x and h each writing one stretch", () => {
    const program = programOf(RESET_AFTER);
    expect(sourcesOf(program)).toEqual([
      "input -> 1 2 3 | stage 0, back after 0",
      "h[t-1] -> 0 1 2 | stage 0, back after 0",
    ]);
    expect([program.forward.length, program.backward.length]).toEqual([1, 1]);
  });

  test("that resets before the product has a second stage for the reset state", () => {
    const program = programOf(RESET_BEFORE);
    expect(sourcesOf(program)).toEqual([
      "input -> 0 1 2 | stage 0, back after 1",
      "h[t-1] -> 0 1 | stage 0, back after 1",
      "apply -> 2 | stage 1, back after 0",
    ]);
    expect(program.sums.map(({ stage, gradientStage }) => [stage, gradientStage])).toEqual([
      [0, 1],
      [0, 0],
      [1, 0],
    ]);
    expect([program.forward.length, program.backward.length]).toEqual([2, 2]);
  });
});

describe("sums:", () => {
  test.each([
    [
      "added products share a pre-activation, in brackets too",
      "W·x + b + (U·h[t-1] + b_h)",
      "add(add(W&U, b), b_h)",
    ],
    ["subtracted products have one of their own", "W·x - U·h[t-1] - b", "sub(sub(W, U), b)"],
    ["minus a bracket subtracts what is in it", "W·x - (U·h[t-1] - b)", "sub(add(W, b), U)"],
    ["minus minus adds", "-(-W·x - U·h[t-1])", "W&U"],
    [
      "a product of a sum keeps its own",
      "W·x + h[t-1] * (U·h[t-1] + b)",
      "add(W, mul(h[t-1], add(U, b)))",
    ],
    [
      "· binds tightest",
      "W·h[t-1] * x * b_1 + U·(h[t-1] * b_2)",
      "add(U, mul(mul(W, input), b_1))",
    ],
    ["@ ∘ ⊙ are · and *", "W@h[t-1] ∘ h[t-1] ⊙ b_1", "mul(mul(W, h[t-1]), b_1)"],
    ["- before a factor belongs to it", "W·x * -b_1 / 2", "neg(div(mul(W, b_1), 2))"],
  ])("%s", (_, expression, expected) => {
    expect(outputOf(`h[t] = ${expression}`)).toBe(expected);
  });

  test("a named signal is never flattened into one", () => {
    expect(outputOf("a = W·x[t] + b_a\nh[t] = a + U·h[t-1]")).toBe("add(U, add(W, b_a))");
  });

  test("a pre-activation that a matrix multiplies is copied into memory first", () => {
    const program = programOf("h[t] = tanh(A·(B·h[t-1]) + W·x[t])");
    const source = program.sources.find((candidate) => candidate.stage === 1);
    expect(shown(program, source?.node ?? -1)).toBe("add(B, 0)");
  });
});

describe("simplification:", () => {
  test.each([
    ["x * 1 + 0", "W·x * 1 + 0", "W"],
    ["numbers", "W·x * (2 + 3 * -1e-6) * exp(0)", "mul(W, 1.999997)"],
    ["a term that is 0", "W·x + 0 * h[t-1]", "W"],
    ["equal expressions are one node", "W·x + tanh(h[t-1] * x - x * h[t-1])", "W"],
    ["a + -b", "W·x + -1 * h[t-1]", "sub(W, h[t-1])"],
  ])("%s", (_, expression, expected) => {
    expect(outputOf(`h[t] = ${expression}`)).toBe(expected);
  });
});

describe("widths:", () => {
  test("h is as wide as the units, where nothing else has a size", () => {
    const program = programOf(LSTM);
    expect(program.states.map((state) => state.width)).toEqual(["units", "units"]);
    expect(program.tiedInput).toBeNull();
  });

  test("a matrix between memory and output makes h a projection", () => {
    const program = programOf("c[t] = tanh(W·[x[t], h[t-1]] + b_c)\nh[t] = P·c[t]");
    expect(program.states.map((state) => state.width)).toEqual(["units", "out"]);
    expect(program.matrices.map(({ rows, columns }) => [rows, ...columns])).toEqual([
      ["units", "in", "out"],
      ["out", "units"],
    ]);
  });

  test("x[t] in a pointwise product ties the input to the units, and the program says so", () => {
    const program = programOf("r = sigmoid(W·x[t])\nh[t] = r * h[t-1] + (1 - r) * x[t]");
    expect(program.tiedInput).toBe("units");
    expect(program.matrices[0]).toEqual({ name: "W", rows: "units", columns: ["units"] });
    expect(program.inputGradient).not.toBeNull();
  });

  test("x[t] added to a projection ties the input to the output", () => {
    const program = programOf("c[t] = tanh(W·x[t])\nh[t] = P·c[t] + x[t]");
    expect(program.tiedInput).toBe("out");
  });

  test("a state may be as wide as the input", () => {
    const program = programOf("p[t] = x[t]\nh[t] = tanh(W·[x[t], p[t-1]])");
    expect(program.states.map((state) => state.width)).toEqual(["in", "units"]);
  });
});

test("initial values are as the equations say, of states and of weights", () => {
  const cell = defineCell(`
    m[0] = -1000                 # far below any logarithm
    b_f ~ chrono
    U ~ identity
    b_g ~ -0.5
    W ~ uniform 1e-1
    f = sigmoid(W_f·x[t] + b_f)
    m[t] = f * m[t-1] + tanh(W·x + b_g)
    h[t] = m[t] + U·h[t-1] - V·m[t]
    V ~ uniform`);
  expect(cell.program.states.map(({ name, initial }) => [name, initial])).toEqual([
    ["m", -1000],
    ["h", 0],
  ]);
  expect(cell.initial).toEqual({
    b_f: { kind: "chrono" },
    U: { kind: "identity" },
    b_g: { kind: "number", value: -0.5 },
    W: { kind: "uniform", limit: 0.1 },
    V: { kind: "uniform", limit: null },
  });
});

test("biases are the vectors that are only ever added", () => {
  const cell = defineCell(`
    f = sigmoid(W·x[t] + p_f * h[t-1] + b_f + b_g - b_m)
    h[t] = f * h[t-1] + h[t-1] / d_h + b_g * (1 - f)`);
  const { vectors } = cell.program;
  expect(cell.biases.map((index) => vectors[index].name)).toEqual(["b_f", "b_m"]);
});

test("a caption is all comments of a statement, also of one over several lines", () => {
  const { program } = defineCell(`
    # not a caption
    h[t] = tanh(   # what to show,
      W·x[t] +
      U·h[t-1]     # from the input and itself
    )
    # nor this`);
  expect(program.signals[0].caption).toBe("what to show, from the input and itself");
});

test("the same text gives the same program, and another name for it changes nothing else", () => {
  const text = `${LSTM} # once`;
  const named = defineCell(text, { name: "mine" });
  expect(named.program).toBe(defineCell(text).program);
  expect([named.name, defineCell(text).name]).toEqual(["mine", "custom"]);
});

test("a program survives being posted", () => {
  const { program } = defineCell(RESET_BEFORE);
  expect(structuredClone(program)).toEqual(program);
});

describe("the order of sums", () => {
  test("puts together what a source feeds", () => {
    // r, z: x and h; n_x: x; n_h: h
    const sources = [[0, 1], [0], [0, 1], [1]];
    const order = orderSums(sources);
    expect(runs([0, 1, 2, 3], sources)).toBe(3);
    expect(runs(order, sources)).toBe(2);
    expect(order).toEqual([1, 0, 2, 3]);
  });

  test("is the written one where that is as good", () => {
    expect(
      orderSums([
        [0, 1],
        [0, 1],
        [0, 1, 2],
        [0, 2],
      ]),
    ).toEqual([0, 1, 2, 3]);
  });
});
