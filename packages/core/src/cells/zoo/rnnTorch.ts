/** The simple recurrent network with PyTorch's two biases. */
import { defineCell } from "../defineCell.ts";
import { simpleNetwork } from "./foreign.ts";

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
    ...simpleNetwork("tanh", { x: "W_ih", h: "W_hh", biases: ["b_ih", "b_hh"] }),
  },
);
