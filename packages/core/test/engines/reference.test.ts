import { describe, expect, it } from "vitest";
import { Layout } from "../../src/engines/layout.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { engineContract } from "./contract.ts";

// Float64 against itself: only identities that hold on paper may differ, by 1e-13.
engineContract("reference", createReferenceEngine, { roundings: 0 });

describe("reference engine", () => {
  const layout = new Layout();
  const tensor = () => layout.tensor(2, 3);
  const spec = {
    kind: "linear",
    input: tensor(),
    output: tensor(),
    weight: layout.tensor(3, 3),
    transposed: false,
    bias: null,
    training: null,
  } as const;
  const plan = createReferenceEngine().compile({
    steps: 1,
    batch: 2,
    size: layout.size,
    operations: [spec],
  });
  const [operation] = plan.operations;

  it("refuses more rows than the plan has room for", () => {
    expect(() => operation.forward({ steps: 2, batch: 2, from: 0, to: 2 })).toThrow(
      new RangeError("the plan has room for 1 steps × 2 sequences, got 2 × 2, sequences 0 to 2"),
    );
  });

  it("refuses gradients of a plan that only infers", () => {
    expect(() => operation.backward({ steps: 1, batch: 2, from: 0, to: 2 })).toThrow(
      new TypeError("linear: this plan was made without training, so it has no gradients"),
    );
  });

  it("says how much memory a plan needs that it cannot have", () => {
    expect(() =>
      createReferenceEngine().compile({ steps: 1, batch: 1, size: 2 ** 50, operations: [] }),
    ).toThrow(/^the plan needs 9007199255 MB, more than there is/);
  });
});
