/** Which signal decides what is shown of a layer. */
import { createRecurrentNetwork, createReferenceEngine, defineCell, trace } from "@cellstate/core";
import { expect, test } from "vitest";
import { tracedPlaces } from "../../src/inspection/selection.ts";
import { memoryOf } from "../../src/inspection/tracePicture.ts";

function deciding(equations: string): string {
  const network = createRecurrentNetwork(
    { cell: defineCell(equations), inputSize: 2, hiddenSize: 3 },
    { init: "uniform:0.5", forgetBias: null, chronoSteps: 9, seed: 1 },
  );
  const vectors = [1, 0, 0, 1, -1, 1];
  const [place] = tracedPlaces(trace(network, createReferenceEngine(), { vectors, steps: 3 }));
  return memoryOf(place).name;
}

test("the memory is what is carried beside the output", () => {
  expect(deciding("c[t] = 0.5 * c[t-1] + W·x[t]\nh[t] = tanh(c)")).toBe("c");
  expect(deciding("z = W·x[t]\nh[t] = tanh(z + U·h[t-1])")).toBe("h");
});

test("a state that is always the same is not the memory", () => {
  const constant = "k[t] = 0.5 + b_k\n";
  expect(deciding(`${constant}c[t] = c[t-1] + W·x[t]\nh[t] = tanh(c + k[t-1])`)).toBe("c");
  expect(deciding(`${constant}h[t] = tanh(W·x[t] + k[t-1])`)).toBe("h");
});
