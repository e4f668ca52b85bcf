/** The simple recurrent network with PyTorch's two biases. */
import { defineCell } from "../defineCell.ts";
import { whole } from "./foreign.ts";

export const rnnTorch = defineCell(
  `
h[t] = tanh(W_ih·x[t] + b_ih + W_hh·h[t-1] + b_hh)  # new state: input and old state, squashed
`,
  {
    name: "rnn-torch",
    title: "Simple recurrent network (tanh), as PyTorch trains it",
    source: "PyTorch documentation, torch.nn.RNN",
    note:
      "The same function as rnn with one bias more, which changes nothing that can be computed " +
      "but how it is learnt: two biases that are added take a step twice as long.",
    torch: {
      operator: "RNN",
      attributes: { nonlinearity: "tanh" },
      tensors: [
        { name: "weight_ih", rows: whole("W_ih") },
        { name: "weight_hh", rows: whole("W_hh") },
        { name: "bias_ih", rows: ["b_ih"] },
        { name: "bias_hh", rows: ["b_hh"] },
      ],
    },
    onnx: {
      operator: "RNN",
      attributes: { activations: "Tanh" },
      tensors: [
        { name: "W", rows: whole("W_ih") },
        { name: "R", rows: whole("W_hh") },
        { name: "B", rows: ["b_ih", "b_hh"] },
      ],
    },
  },
);
