/** The rectified recurrent network that begins as a perfect memory: U is the identity. */
import { defineCell } from "../defineCell.ts";
import { simpleNetwork } from "./foreign.ts";

export const irnn = defineCell(
  `
h[t] = relu(W·x[t] + U·h[t-1] + b)  # new state: the input added to the old state, then rectified
U ~ identity
b ~ 0
`,
  {
    name: "irnn",
    title: "Rectified recurrent network that begins at the identity (IRNN)",
    source:
      "Q. V. Le, N. Jaitly and G. E. Hinton, 2015, A Simple Way to Initialize Recurrent " +
      "Networks of Rectified Linear Units",
    note:
      "Before any training the state keeps whatever it was given, as an LSTM with open forget " +
      "gates does. The paper draws W from a Gaussian of deviation 0.001; here W follows the " +
      "model's init.",
    ...simpleNetwork("relu", { x: "W", h: "U", biases: ["b", null] }),
  },
);
