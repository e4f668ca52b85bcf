/** Gradients of every operation beside the cell, on the reference engine, against central differences. */
import { describe, expect, it } from "vitest";
import { checkGradients } from "../../src/engines/checkGradients.ts";
import type { ElementLoss } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { attentionSubject } from "./contract/attentionSubject.ts";
import { joinSubject } from "./contract/joinSubject.ts";
import { crossEntropySubject, elementLossSubject } from "./contract/lossSubjects.ts";
import { given } from "./contract/special.ts";
import { type Extent, type MakeSubject, type Part, runSubject } from "./contract/subject.ts";
import { dropoutSubject, embeddingSubject, linearSubject } from "./contract/subjects.ts";

/** An input, and the output that is its gradient. */
type Pair = readonly [input: string, gradient: string];

/** At ε = 1e-5 differences are off by some 1e-10 of the largest gradient, of which no less than a thousandth is asked. */
const tolerance = 2e-7;

/**
 * Checks gradients of L = Σ coefficient · value.
 *
 * @param output What L is of: a part that forward writes.
 * @param coefficients The input that is ∂L/∂ of it, or the scale of losses.
 */
function expectDerivatives(
  make: MakeSubject,
  [output, coefficients]: Pair,
  pairs: readonly Pair[],
  used: Extent = { steps: 3, batch: 2 },
): void {
  const { plan, subject } = runSubject(createReferenceEngine(), make, used);
  const { numbers } = plan;
  if (!(numbers instanceof Float64Array)) throw new TypeError("expected float64");
  const parts: readonly Part[] = [
    ...subject.inputs,
    ...subject.forward,
    ...subject.backward,
    ...subject.gradients,
  ];
  const positionsOf = (what: string): readonly number[] => {
    const found = parts.find((part) => part.what === what);
    if (!found) throw new RangeError(`no part ${what}`);
    return found.positions;
  };
  const factors = positionsOf(coefficients).map((at) => numbers[at]);
  const [operation] = plan.operations;
  const span = { ...used, from: 0, to: used.batch, sourceSteps: subject.source?.steps };
  const evaluate = (): number => {
    operation.forward(span);
    return positionsOf(output).reduce(
      (loss, at, n) => loss + factors[n % factors.length] * numbers[at],
      0,
    );
  };
  const groups = pairs.map(([input, gradient]) => ({
    what: input,
    values: numbers,
    positions: positionsOf(input),
    analytic: positionsOf(gradient).map((at) => numbers[at]),
  }));
  const report = checkGradients(evaluate, groups, { tolerance });
  expect(report, JSON.stringify(report.worst)).toMatchObject({ passed: true });
  expect(report.count).toBeGreaterThan(0);
}

describe("agrees with central differences:", () => {
  it.each([false, true])("linear, transposed %s", (transposed) => {
    const sizes = { inputSize: 3, outputSize: 5 };
    const make = linearSubject({ ...sizes, transposed, bias: true, accumulate: false });
    const pairs = [["x", "dx"] as const, ["W", "dW"] as const, ["b", "db"] as const];
    expectDerivatives(make, ["y", "dy"], pairs);
  });

  it("embedding", () => {
    const make = embeddingSubject({ vocabularySize: 4, embeddingSize: 3 });
    expectDerivatives(make, ["y", "dy"], [["table", "dTable"]]);
  });

  it("dropout", () => {
    expectDerivatives(dropoutSubject({ width: 7, rate: 0.4 }), ["y", "dy"], [["x", "dx"]]);
  });

  it.each([false, true])("join, lengths %s", (lengths) => {
    const piece = { wanted: true, accumulate: false };
    const make = joinSubject({
      pieces: [
        { ...piece, at: "same", width: 3 },
        { ...piece, at: "reversed", width: 5 },
        { ...piece, at: "once", width: 2 },
      ],
      lengths,
    });
    const pairs = [
      ["same 0", "dsame 0"] as const,
      ["reversed 1", "dreversed 1"] as const,
      ["once 2", "donce 2"] as const,
    ];
    expectDerivatives(make, ["y", "dy"], pairs, { steps: 4, batch: 3 });
  });

  it("join, of the state before", () => {
    const piece = { wanted: true, accumulate: false };
    const make = joinSubject({
      pieces: [
        { ...piece, at: "same", width: 3 },
        { ...piece, at: "previous", width: 5 },
      ],
      lengths: false,
    });
    // What is added to begins at zero.
    const zeros = { "dprevious 1 before": Array.from({ length: 15 }, () => 0) };
    const pairs = [["before 1", "dprevious 1"] as const];
    expectDerivatives(given(make, zeros), ["y", "dy"], pairs, { steps: 1, batch: 3 });
  });

  describe.each(["dot", "additive"] as const)("attention, %s,", (score) => {
    const options = { score, keySize: 3, valueSize: 5, sourceSteps: 4, moreSourceSteps: 0 };
    const vector: readonly Pair[] = score === "additive" ? [["vector", "dVector"]] : [];

    it.each([false, true])("lengths %s", (lengths) => {
      const make = attentionSubject({ ...options, shared: false, lengths });
      const pairs = [
        ["queries", "dQueries"] as const,
        ["keys", "dKeys"] as const,
        ["values", "dValues"] as const,
      ];
      expectDerivatives(make, ["y", "dy"], [...pairs, ...vector], { steps: 3, batch: 3 });
    });

    it("keys that are the values", () => {
      const make = attentionSubject({ ...options, shared: true, lengths: false });
      const pairs = [["queries", "dQueries"] as const, ["keys", "dKeys"] as const];
      expectDerivatives(make, ["y", "dy"], [...pairs, ...vector]);
    });
  });

  it.each([
    { weighs: false, labelSmoothing: 0 },
    { weighs: true, labelSmoothing: 0 },
    { weighs: false, labelSmoothing: 0.1 },
    { weighs: true, labelSmoothing: 0.3 },
  ])("crossEntropy, weights $weighs, smoothing $labelSmoothing", (options) => {
    const make = crossEntropySubject({ vocabularySize: 5, inPlace: false, ...options });
    expectDerivatives(make, ["losses", "scale"], [["logits", "dLogits"]]);
  });

  const losses: readonly ElementLoss[] = [
    { name: "squared" },
    { name: "absolute" },
    { name: "huber", delta: 0.5 },
    { name: "quantile", levels: [0.1, 0.5, 0.9] },
    { name: "binaryCrossEntropy" },
  ];
  it.each(losses)("elementLoss, $name", (loss) => {
    for (const weighs of [false, true]) {
      const options = { loss, width: 5, inPlace: false, weighs, missing: 0.3 };
      expectDerivatives(elementLossSubject(options), ["losses", "scale"], [["y", "dy"]]);
    }
  });
});
