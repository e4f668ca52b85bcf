/** sLSTM of xLSTM: exponential gates, a normaliser, and a stabiliser that keeps both in range. */
import { defineCell } from "../defineCell.ts";

export const slstm = defineCell(
  `
z = tanh(W_z·x[t] + R_z·h[t-1] + b_z)           # cell input: what to write
o = sigmoid(W_o·x[t] + R_o·h[t-1] + b_o)        # output gate: how much to show
logi = W_i·x[t] + R_i·h[t-1] + b_i              # logarithm of the input gate
logf = logsigmoid(W_f·x[t] + R_f·h[t-1] + b_f)  # logarithm of the forget gate
m[t] = max(logf + m[t-1], logi)                 # stabiliser: the larger logarithm
f = exp(logf + m[t-1] - m[t])                   # forget gate: how much of the memory to keep
i = exp(logi - m[t])                            # input gate: how much to write
c[t] = f * c[t-1] + i * z                       # memory cell: what is kept and what is new
n[t] = f * n[t-1] + i                           # normaliser: how much was written in all
h[t] = o * (c[t] / n[t])                        # output: the mean of what was written
m[0] = -1000
`,
  {
    name: "slstm",
    title: "sLSTM of xLSTM",
    source: "M. Beck et al., 2024, xLSTM: Extended Long Short-Term Memory; the stabiliser: (15)",
    note:
      "The input gate is an exponential, so that something new can outweigh everything " +
      "remembered; c/n is the weighted mean. Multiplying both gates by the same exp(−m[t]) " +
      "leaves it as it is and keeps the numbers small. m begins far below any logarithm, so " +
      "that the first step sets it. The forget gate is the paper's sigmoid; one head.",
  },
);
