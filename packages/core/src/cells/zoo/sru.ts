/** The simple recurrent unit: gates see the input and their own memory; a highway goes around. */
import { defineCell } from "../defineCell.ts";

export const sru = defineCell(
  `
f = sigmoid(W_f·x[t] + v_f * c[t-1] + b_f)  # forget gate: how much of the memory to keep
r = sigmoid(W_r·x[t] + v_r * c[t-1] + b_r)  # reset gate: memory or input, which to show
g = W_g·x[t]                                # candidate: what to write
c[t] = f * c[t-1] + (1 - f) * g             # memory cell: between old memory and candidate
h[t] = r * c[t] + (1 - r) * x[t]            # output: between the memory and the input
`,
  {
    name: "sru",
    title: "Simple recurrent unit (SRU)",
    source:
      "T. Lei, Y. Zhang, S. I. Wang, H. Dai and Y. Artzi, 2018, Simple Recurrent Units for " +
      "Highly Parallelizable Recurrence",
    note:
      "Every product is of x[t] alone and runs for all steps at once; what looks back is a " +
      "vector, not a matrix. The input goes straight to the output, so it must be as wide as " +
      "the units: use an embedding.",
  },
);
