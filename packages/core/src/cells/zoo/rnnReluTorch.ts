/** The rectified recurrent network with PyTorch's two biases. */
import { defineCell } from "../defineCell.ts";
import { simpleNetwork } from "./foreign.ts";

export const rnnReluTorch = defineCell(
  `
h[t] = relu(W_ih·x[t] + b_ih + W_hh·h[t-1] + b_hh)  # new state: input and old state, rectified
`,
  {
    name: "rnn-relu-torch",
    title: "Simple recurrent network (relu), as PyTorch trains it",
    source: "PyTorch documentation, torch.nn.RNN",
    note:
      "The same function as rnn-relu with one bias more, which changes nothing that can be " +
      "computed but how it is learnt: two biases that are added take a step twice as long.",
    ...simpleNetwork("relu", { x: "W_ih", h: "W_hh", biases: ["b_ih", "b_hh"] }),
  },
);
