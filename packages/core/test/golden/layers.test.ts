/**
 * Layers and cells against PyTorch: outputs, last states, the loss and every gradient, through the names and the gate
 * order that each zoo cell states. `torch/manifest.json` says what each case is and how it was made.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { CellSpec, Engine } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { plainLender } from "../threads/plainLender.ts";
import { cellOf, manifest, Stack, trainingOf } from "./stack.ts";

/** Whole models, and layers that read both ways, have tests of their own. */
const CASES = manifest.cases.filter(
  ({ config }) => config.task === undefined && !config.bidirectional,
);

const ENGINES: readonly { readonly engine: string; readonly createEngine: () => Engine }[] = [
  { engine: "reference", createEngine: createReferenceEngine },
  { engine: "wasm", createEngine: createWasmEngine },
  {
    engine: "wasm with lent products",
    createEngine: () => createWasmEngine({ gemm: plainLender }),
  },
];

/** What issue and manifest ask of float32: PyTorch's own differences from float64 reach 6e-7. */
const TOLERANCE = 1e-5;

function expectNear(what: string, mine: ArrayLike<number>, torch: ArrayLike<number>): void {
  expect(mine.length, what).toBe(torch.length);
  for (let n = 0; n < torch.length; n++) {
    const off = Math.abs(mine[n] - torch[n]);
    if (off <= TOLERANCE + TOLERANCE * Math.abs(torch[n])) continue;
    expect.fail(`${what}[${n}]: got ${mine[n]}, PyTorch has ${torch[n]}`);
  }
}

describe.each(ENGINES)("on the $engine engine", ({ createEngine }) => {
  describe.each(CASES)("$name", (golden) => {
    const single = golden.config.num_layers === undefined;
    const { states, output } = cellOf(golden.config).program;
    let stack: Stack;
    let top: CellSpec;
    beforeAll(() => {
      stack = new Stack(createEngine, golden);
      top = stack.layers[stack.layers.length - 1].spec;
    });

    it("gives PyTorch's outputs and last states", () => {
      states.forEach(({ name }, s) => {
        const theirs = single ? `${name}1` : `${name}_n`;
        expectNear(theirs, stack.last(s), stack.torch(theirs));
      });
      if (!single) expectNear("output", stack.get(top.states[output]), stack.sequence("output"));
    });

    it("gives PyTorch's gradients of weights and biases", () => {
      const compared = stack.layers.flatMap((_, layer) => stack.weightGradients(layer));
      for (const { name, mine, torch } of compared) expectNear(name, mine, torch);
      expect(compared.length).toBeGreaterThanOrEqual(4 * stack.layers.length);
    });

    it("gives PyTorch's gradients of the input and of the first states", () => {
      const { inputGradient } = trainingOf(stack.layers[0].spec);
      if (!inputGradient) throw new TypeError("expected a gradient of the input");
      expectNear("grad.input", stack.get(inputGradient), stack.sequence("grad.input"));
      // Where PyTorch was given no initial state, it has no gradient of one.
      if (golden.config.zero_initial_state) return;
      states.forEach(({ name }, s) => {
        const theirs = `grad.${name}0`;
        expectNear(theirs, stack.stateGradient(s), stack.torch(theirs));
      });
    });

    it("gives PyTorch's loss", () => {
      const dot = (a: ArrayLike<number>, b: Float32Array): number =>
        b.reduce((sum, value, n) => sum + value * a[n], 0);
      let loss = single ? 0 : dot(stack.get(top.states[output]), stack.sequence("c_output"));
      states.forEach(({ name }, s) => {
        loss += dot(stack.last(s), stack.torch(`c_${name}`));
      });
      expectNear("loss", [loss], stack.torch("loss"));
    });
  });
});
