/**
 * The contract of an engine, as tests: every operation and every cell of the zoo held to the reference on random shapes, and
 * to what `engine.ts` promises about rows, room, padding and repetition.
 */
import fc from "fast-check";
import { describe } from "vitest";
import type { ElementLoss, Engine } from "../../src/engines/engine.ts";
import { attentionContract } from "./contract/attention.ts";
import { attentionSubject } from "./contract/attentionSubject.ts";
import { cellsContract } from "./contract/cells.ts";
import type { Tolerance } from "./contract/close.ts";
import { int8Contract } from "./contract/int8.ts";
import { joinSubject } from "./contract/joinSubject.ts";
import { joinContract } from "./contract/joins.ts";
import { lossContract } from "./contract/losses.ts";
import { crossEntropySubject, elementLossSubject } from "./contract/lossSubjects.ts";
import { optimizerContract } from "./contract/optimizer.ts";
import { specialContract } from "./contract/special.ts";
import { statesContract } from "./contract/states.ts";
import { dropoutSubject, embeddingSubject, linearSubject } from "./contract/subjects.ts";
import { type Case, cases, holdsAlongAxes, holdsUniversally } from "./contract/universal.ts";

/** Sizes around whole vectors of four, around the tiles of matrix products, and one. */
const size = fc.constantFrom(1, 3, 4, 5, 8, 17, 33);

const linear = fc.record({
  inputSize: size,
  outputSize: size,
  transposed: fc.boolean(),
  bias: fc.boolean(),
  accumulate: fc.boolean(),
});
const embedding = fc.record({ vocabularySize: size, embeddingSize: size });
const dropout = fc.record({ width: size, rate: fc.constantFrom(0, 0.2, 0.5, 0.9) });
const attention = fc.record({
  score: fc.constantFrom("dot" as const, "additive" as const),
  keySize: size,
  valueSize: size,
  shared: fc.boolean(),
  sourceSteps: fc.constantFrom(1, 3, 4, 6, 9),
  moreSourceSteps: fc.integer({ min: 0, max: 3 }),
  lengths: fc.boolean(),
});
const crossEntropy = fc.record({
  vocabularySize: size,
  inPlace: fc.boolean(),
  weighs: fc.boolean(),
  labelSmoothing: fc.constantFrom(0, 0.1, 0.5),
});
const join = fc.record({
  pieces: fc.array(
    fc.record({
      at: fc.constantFrom(
        "same" as const,
        "reversed" as const,
        "previous" as const,
        "once" as const,
      ),
      width: fc.constantFrom(1, 3, 4, 5, 8, 16, 21),
      wanted: fc.boolean(),
      accumulate: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  lengths: fc.boolean(),
});
const elementLoss = fc.record({
  loss: fc.constantFrom<ElementLoss>(
    { name: "squared" },
    { name: "absolute" },
    { name: "huber", delta: 0.5 },
    { name: "quantile", levels: [0.1, 0.5, 0.9] },
    { name: "binaryCrossEntropy" },
  ),
  width: size,
  inPlace: fc.boolean(),
  weighs: fc.boolean(),
  missing: fc.constantFrom(0, 0.3),
});

export function engineContract(
  name: string,
  createEngine: () => Engine,
  tolerance: Tolerance,
): void {
  describe(`${name} engine`, () => {
    const options = { createEngine, tolerance, runs: 40 };
    const holds = (arbitrary: fc.Arbitrary<Case>): void => {
      holdsUniversally(arbitrary, options);
      holdsAlongAxes(arbitrary, options);
    };
    describe("linear", () => holds(cases(linear, linearSubject)));
    describe("embedding", () => holds(cases(embedding, embeddingSubject)));
    describe("dropout", () => holds(cases(dropout, dropoutSubject)));
    describe("join", () => holds(cases(join, joinSubject)));
    describe("attention", () => holds(cases(attention, attentionSubject)));
    describe("crossEntropy", () => holds(cases(crossEntropy, crossEntropySubject)));
    describe("elementLoss", () => holds(cases(elementLoss, elementLossSubject)));
    joinContract(createEngine);
    attentionContract(createEngine, tolerance);
    lossContract(createEngine, tolerance);
    optimizerContract(createEngine, tolerance);
    specialContract(createEngine, tolerance);
    statesContract(createEngine, tolerance);
    cellsContract(createEngine, tolerance);
    int8Contract(createEngine, tolerance);
  });
}
