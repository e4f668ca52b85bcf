/** Masks, lengths, initial and final states of an encoder and a decoder together. */
import { describe, expect, it } from "vitest";
import { positions } from "../../src/engines/cellTensors.ts";
import { checkGradients } from "../../src/engines/checkGradients.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { expectClose, expectSameBits } from "./contract/close.ts";
import { EncoderDecoder } from "./encoderDecoder.ts";

const LENGTHS = [3, 0, 5, 1];
const OUTPUT_STEPS = 3;

describe("an encoder whose final state begins a decoder", () => {
  it("has gradients that agree with central differences, of learned and given first states too", () => {
    const model = new EncoderDecoder(createReferenceEngine(), OUTPUT_STEPS, LENGTHS).fill();
    const { numbers } = model.plan;
    if (!(numbers instanceof Float64Array)) throw new TypeError("expected float64");
    const terms = model.outputs.flatMap(([values, gradients]) => {
      const coefficients = positions(gradients);
      return positions(values).map((at, i) => ({ at, coefficient: numbers[coefficients[i]] }));
    });
    const evaluate = (): number => {
      model.forward();
      return terms.reduce((loss, { at, coefficient }) => loss + coefficient * numbers[at], 0);
    };
    evaluate();
    model.backward();
    const groups = model.inputs.map(([what, values, gradients]) => ({
      what,
      values: numbers,
      positions: positions(values),
      analytic: positions(gradients).map((at) => numbers[at]),
    }));
    const report = checkGradients(evaluate, groups, { tolerance: 2e-7 });
    expect(report, JSON.stringify(report.worst)).toMatchObject({ passed: true });
  });

  it("is on wasm what it is on the reference", () => {
    const [mine, theirs] = [createWasmEngine(), createReferenceEngine()].map((engine) =>
      new EncoderDecoder(engine, OUTPUT_STEPS, LENGTHS).fill().forward().backward(),
    );
    for (const [n, [what, , gradient]] of mine.inputs.entries()) {
      const places = positions(gradient);
      const wanted = positions(theirs.inputs[n][2]).map((at) => theirs.plan.numbers[at]);
      // Sums of some tens of products of float32.
      expectClose(
        what,
        places.map((at) => mine.plan.numbers[at]),
        wanted,
        { roundings: 32 },
      );
    }
  });

  it.each([{ engine: createReferenceEngine() }, { engine: createWasmEngine() }])(
    "gives the same bits when the decoder is done step by step, on $engine.name",
    ({ engine }) => {
      const [whole, looped] = [false, true].map((loops) =>
        new EncoderDecoder(engine, OUTPUT_STEPS, LENGTHS, loops).fill().forward().backward(),
      );
      expectSameBits("memory", looped.memory(), whole.memory());
    },
  );
});
