/** The simple recurrent network with rectified units. */
import { defineCell } from "../defineCell.ts";
import { simpleNetwork } from "./foreign.ts";

export const rnnRelu = defineCell(
  `
h[t] = relu(W·x[t] + U·h[t-1] + b)  # new state: the input and the old state, mixed and rectified
`,
  {
    name: "rnn-relu",
    title: "Simple recurrent network (relu)",
    source:
      "V. Nair and G. E. Hinton, 2010, Rectified Linear Units Improve Restricted Boltzmann " +
      "Machines (the unit)",
    note:
      "Nothing bounds the state: it can hold a value without loss, and it can run away. Begin " +
      "it with `--cell irnn` where that matters.",
    ...simpleNetwork("relu", { x: "W", h: "U", biases: ["b", null] }),
  },
);
