/** The projected LSTM with PyTorch's two biases a gate. */
import { defineCell } from "../defineCell.ts";
import { whole } from "./foreign.ts";

export const lstmProjectionTorch = defineCell(
  `
i = sigmoid(W_ii·x[t] + b_ii + W_hi·h[t-1] + b_hi)  # input gate: how much to write
f = sigmoid(W_if·x[t] + b_if + W_hf·h[t-1] + b_hf)  # forget gate: how much of the memory to keep
g = tanh(W_ig·x[t] + b_ig + W_hg·h[t-1] + b_hg)     # candidate: what to write
o = sigmoid(W_io·x[t] + b_io + W_ho·h[t-1] + b_ho)  # output gate: how much to show
c[t] = f * c[t-1] + i * g                           # memory cell: what is kept and what is new
m = o * tanh(c[t])                                  # shown memory: before it is made smaller
h[t] = W_hr·m                                       # output: projected to fewer numbers
`,
  {
    name: "lstm-projection-torch",
    title: "LSTM with a projected output, as PyTorch trains it",
    source: "PyTorch documentation, torch.nn.LSTM with proj_size",
    note:
      "The same function as lstm-projection with one bias more, which changes nothing that can " +
      "be computed but how it is learnt: two biases that are added take a step twice as long.",
    torch: {
      operator: "LSTM",
      tensors: [
        { name: "weight_ih", rows: whole("W_ii", "W_if", "W_ig", "W_io") },
        { name: "weight_hh", rows: whole("W_hi", "W_hf", "W_hg", "W_ho") },
        { name: "bias_ih", rows: ["b_ii", "b_if", "b_ig", "b_io"] },
        { name: "bias_hh", rows: ["b_hi", "b_hf", "b_hg", "b_ho"] },
        { name: "weight_hr", rows: whole("W_hr") },
      ],
    },
  },
);
