/** The simple recurrent network: the state is squashed anew at every step. */
import { defineCell } from "../defineCell.ts";
import { simpleNetwork } from "./foreign.ts";

export const rnn = defineCell(
  `
h[t] = tanh(W·x[t] + U·h[t-1] + b)  # new state: the input and the old state, mixed and squashed
`,
  {
    name: "rnn",
    title: "Simple recurrent network (tanh)",
    source: "J. L. Elman, 1990, Finding Structure in Time",
    note:
      "The whole memory is rewritten at every step, so what was read long ago fades, and so " +
      "does its gradient. It is what every gated cell is compared with. Elman squashed with " +
      "the logistic function; tanh is today's habit.",
    ...simpleNetwork("tanh", { x: "W", h: "U", biases: ["b", null] }),
  },
);
