/** The simple recurrent network: the state is squashed anew at every step. */
import { defineCell } from "../defineCell.ts";
import { whole } from "./foreign.ts";

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
    torch: {
      operator: "RNN",
      attributes: { nonlinearity: "tanh" },
      tensors: [
        { name: "weight_ih", rows: whole("W") },
        { name: "weight_hh", rows: whole("U") },
        { name: "bias_ih", rows: ["b"] },
        { name: "bias_hh", rows: [null] },
      ],
    },
    onnx: {
      operator: "RNN",
      attributes: { activations: "Tanh" },
      tensors: [
        { name: "W", rows: whole("W") },
        { name: "R", rows: whole("U") },
        { name: "B", rows: ["b", null] },
      ],
    },
  },
);
