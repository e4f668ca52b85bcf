import { describe, expect, it } from "vitest";
import type { Cell } from "../../../src/cells/cell.ts";
import { defineCell } from "../../../src/cells/defineCell.ts";
import { lstm } from "../../../src/cells/zoo/lstm.ts";
import { layoutCell } from "../../../src/engines/cellTensors.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { wasmModule } from "../../../src/engines/wasm/index.ts";

/** The module of one layer that trains. */
function moduleOf({ program }: Cell): Uint8Array {
  const layout = new Layout();
  const capacity = { steps: 3, batch: 2, training: true };
  const operation = layoutCell(layout, program, { in: 5, units: 7, out: 7 }, capacity);
  return wasmModule({ steps: 3, batch: 2, size: layout.size, operations: [operation] });
}

describe("a cell of one's own", () => {
  const equations = `
    # Written from memory, with other words beside it.
    f = sigmoid(W_f·[h[t-1], x[t]] + b_f)
    i = sigmoid(W_i·[h[t-1], x[t]] + b_i)
    g = tanh(W_g·[h[t-1], x[t]] + b_g)
    o = sigmoid(W_o·[h[t-1], x[t]] + b_o)
    c[t] = f ∘ c[t-1] + i ∘ g
    h[t] = o ∘ tanh(c[t])
  `;

  it("that is the built-in LSTM becomes the same module, byte for byte", () => {
    expect(moduleOf(defineCell(equations, { name: "mine" }))).toEqual(moduleOf(lstm));
  });

  it("that differs in one sign becomes another", () => {
    const other = equations.replace("+ i ∘ g", "- i ∘ g");
    expect(moduleOf(defineCell(other, { name: "mine" }))).not.toEqual(moduleOf(lstm));
  });
});
