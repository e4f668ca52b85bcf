/** The gated recurrent unit with PyTorch's two biases a gate. */
import { defineCell } from "../defineCell.ts";
import { whole } from "./foreign.ts";

export const gruTorch = defineCell(
  `
r = sigmoid(W_ir·x[t] + b_ir + W_hr·h[t-1] + b_hr)     # reset gate: how much old state n sees
z = sigmoid(W_iz·x[t] + b_iz + W_hz·h[t-1] + b_hz)     # update gate: how much old state to keep
n = tanh(W_in·x[t] + b_in + r * (W_hn·h[t-1] + b_hn))  # candidate: what the new state could be
h[t] = (1 - z) * n + z * h[t-1]                        # new state: between candidate and old
`,
  {
    name: "gru-torch",
    title: "GRU, as PyTorch trains it",
    source: "PyTorch documentation, torch.nn.GRU",
    note:
      "The same function as gru with one bias more a gate, which changes nothing that can be " +
      "computed but how it is learnt: two biases that are added take a step twice as long.",
    torch: {
      operator: "GRU",
      tensors: [
        { name: "weight_ih", rows: whole("W_ir", "W_iz", "W_in") },
        { name: "weight_hh", rows: whole("W_hr", "W_hz", "W_hn") },
        { name: "bias_ih", rows: ["b_ir", "b_iz", "b_in"] },
        { name: "bias_hh", rows: ["b_hr", "b_hz", "b_hn"] },
      ],
    },
    onnx: {
      operator: "GRU",
      attributes: { linear_before_reset: 1 },
      tensors: [
        { name: "W", rows: whole("W_iz", "W_ir", "W_in") },
        { name: "R", rows: whole("W_hz", "W_hr", "W_hn") },
        { name: "B", rows: ["b_iz", "b_ir", "b_in", "b_hz", "b_hr", "b_hn"] },
      ],
    },
  },
);
