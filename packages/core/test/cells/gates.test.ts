/** Gates are found in the graph, whatever they are called. */
import { describe, expect, test } from "vitest";
import type { GateBias } from "../../src/cells/cell.ts";
import { defineCell } from "../../src/cells/defineCell.ts";

/** `q +b_q`: the signal, its sign, its biases. */
const gatesOf = (equations: string): { forget: string[]; write: string[] } => {
  const { program, forgetGates, writeGates } = defineCell(equations);
  const shown = ({ signal, sign, vectors }: GateBias): string => {
    const names = vectors.map((index) => program.vectors[index].name);
    return [signal, sign === 1 ? "+" : "−", ...names].join(" ");
  };
  return { forget: forgetGates.map(shown), write: writeGates.map(shown) };
};

const GATE = (name: string) => `${name} = sigmoid(W_${name}·x[t] + U_${name}·h[t-1] + b_${name})`;
const NEW = "n = tanh(W_n·x[t] + b_n)";

describe.each<[string, string, { forget: string[]; write: string[] }]>([
  [
    "an LSTM's, under any names and in any order",
    `${GATE("q")}\n${GATE("r")}\n${GATE("s")}\n${NEW}\nc[t] = n * q + c[t-1] * r\nh[t] = s * tanh(c[t])`,
    { forget: ["r + b_r"], write: ["q + b_q"] },
  ],
  [
    "with PyTorch's two biases",
    `f = sigmoid(W_f·x + b_if + U_f·h[t-1] + b_hf)\n${NEW}\nh[t] = f * h[t-1] + n`,
    { forget: ["f + b_if b_hf"], write: [] },
  ],
  [
    "with a peephole, which is no bias",
    `f = sigmoid(W_f·x + p_f * h[t-1] + b_f)\n${NEW}\nh[t] = f * h[t-1] + n`,
    { forget: ["f + b_f"], write: [] },
  ],
  [
    "one signal in both parts: z keeps, 1 − z writes",
    `${GATE("z")}\n${NEW}\nh[t] = (1 - z) * n + z * h[t-1]`,
    { forget: ["z + b_z"], write: ["z − b_z"] },
  ],
  [
    "the other way round: 1 − z keeps, z writes",
    `${GATE("z")}\n${NEW}\nh[t] = (1 - z) * h[t-1] + z * n`,
    { forget: ["z − b_z"], write: ["z + b_z"] },
  ],
  [
    "1 − z that is multiplied out",
    `${GATE("z")}\n${NEW}\nh[t] = h[t-1] + z * (n - h[t-1])`,
    { forget: ["z − b_z"], write: ["z + b_z"] },
  ],
  [
    "1 − i under a name of its own",
    `${GATE("i")}\nf = 1 - i\n${NEW}\nh[t] = f * h[t-1] + i * n`,
    { forget: ["i − b_i"], write: ["i + b_i"] },
  ],
  [
    "behind names and a bracket",
    `${GATE("f")}\n${GATE("i")}\n${NEW}\nold = f * (h[t-1] + i * n)\nh[t] = old`,
    { forget: ["f + b_f"], write: ["f + b_f", "i + b_i"] },
  ],
  [
    "a normalised gate, by its dividend",
    `${GATE("f")}\n${GATE("i")}\n${NEW}\nh[t] = f / (f + i) * h[t-1] + i / (f + i) * n`,
    { forget: ["f + b_f"], write: ["i + b_i"] },
  ],
  [
    "a pre-activation that is subtracted turns the sign",
    `f = sigmoid(-(W_f·x[t] + b_f))\n${NEW}\nh[t] = f * h[t-1] + n`,
    { forget: ["f − b_f"], write: [] },
  ],
  [
    "a candidate that is a sigmoid itself is not a gate",
    `${GATE("f")}\n${GATE("i")}\ng = sigmoid(W_g·x + b_g)\nh[t] = f * h[t-1] + i * g`,
    { forget: ["f + b_f"], write: ["i + b_i"] },
  ],
  [
    "an exponential gate with a stabiliser",
    `a = W_f·x + b_f\ne = W_i·x + b_i\nm[t] = max(a + m[t-1], e)
     f = exp(a + m[t-1] - m[t])\ni = exp(e - m[t])\n${NEW}\nh[t] = f * h[t-1] + i * n`,
    { forget: ["f + b_f"], write: ["i + b_i"] },
  ],
  [
    "an exponential of log σ",
    `${GATE("f")}\nm[t] = max(log(f) + m[t-1], 0)
     keep = exp(log(f) + m[t-1] - m[t])\n${NEW}\nh[t] = keep * h[t-1] + n`,
    { forget: ["f + b_f"], write: [] },
  ],
  [
    "an exponential of logsigmoid",
    `m[t] = max(m[t-1], 0)\nkeep = exp(logsigmoid(W_f·x + b_f) + m[t-1] - m[t])
     ${NEW}\nh[t] = keep * h[t-1] + n`,
    { forget: ["keep + b_f"], write: [] },
  ],
  [
    "a learned decay, the same at every step",
    `k = sigmoid(b_k)\n${NEW}\nh[t] = k * h[t-1] + (1 - k) * n`,
    { forget: ["k + b_k"], write: ["k − b_k"] },
  ],
  [
    "none where all is kept",
    `${GATE("i")}\n${NEW}\nh[t] = h[t-1] + i * n`,
    { forget: [], write: [] },
  ],
  ["none in a simple network", "h[t] = tanh(W·x + U·h[t-1] + b)", { forget: [], write: [] }],
  [
    "none where a sigmoid only shows",
    `${GATE("o")}\n${NEW}\nc[t] = c[t-1] + n\nh[t] = o * tanh(c[t]) + o * c[t]`,
    { forget: [], write: [] },
  ],
])("gates:", (name, equations, expected) => {
  test(name, () => {
    expect(gatesOf(equations)).toEqual(expected);
  });
});
