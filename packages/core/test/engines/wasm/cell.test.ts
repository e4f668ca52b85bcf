import { expect, it } from "vitest";
import { defineCell } from "../../../src/cells/defineCell.ts";
import type { CellProgram } from "../../../src/cells/program.ts";
import { gru, lstm, ZOO } from "../../../src/cells/zoo/index.ts";
import { layoutCell, positions, type Sizes } from "../../../src/engines/cellTensors.ts";
import type { CellSpec, CompiledPlan, Engine, Tensor } from "../../../src/engines/engine.ts";
import { WHOLE } from "../../../src/engines/engine.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { createReferenceEngine } from "../../../src/engines/reference/index.ts";
import { lowerCell } from "../../../src/engines/wasm/cellLowering.ts";
import { fedStretches } from "../../../src/engines/wasm/cellProducts.ts";
import { createWasmEngine } from "../../../src/engines/wasm/index.ts";
import { streamKey, uniform } from "../../../src/numbers/random.ts";
import { difference } from "../contract/close.ts";
import { randomProgram } from "./randomProgram.ts";

const STEPS = 3;
const BATCH = 3;

interface Run {
  readonly spec: CellSpec;
  readonly plan: CompiledPlan;
  /** Everything that the three passes write, by name. */
  readonly outputs: ReadonlyMap<string, Tensor>;
  read(tensor: Tensor): number[];
}

/** A training window over numbers in [−1, 1]. */
function train(engine: Engine, program: CellProgram, sizes: Sizes): Run {
  const layout = new Layout();
  const window = { steps: STEPS, batch: BATCH };
  const spec = layoutCell(layout, program, sizes, { ...window, training: true, signals: true });
  const plan = engine.compile({ ...window, size: layout.size, operations: [spec] });
  const { training, states, weights, vectors, input } = spec;
  if (!training || !("width" in input)) throw new Error("a training plan over vectors");
  const initial = states.map(({ offset, stride, width }) => {
    return { offset: offset - BATCH * stride, rows: BATCH, width, stride };
  });
  const { outputGradient, stateGradients, weightGradients, vectorGradients } = training;
  const inputs = [
    ...initial,
    ...vectors,
    ...(spec.masks ?? []),
    input,
    outputGradient,
    ...stateGradients,
  ];
  inputs.forEach((tensor, i) => {
    positions(tensor).forEach((at, n) => {
      plan.numbers[at] = Math.fround(2 * uniform(streamKey(1, i), n) - 1);
    });
  });
  // Blocks of the stack by themselves: the padding between them stays zero.
  weights.forEach(({ offset, rows, stride }, source) => {
    let column = offset;
    for (const sum of program.sources[source].sums) {
      const width = sizes[program.sums[sum].width];
      positions({ offset: column, rows, width, stride }).forEach((at, n) => {
        plan.numbers[at] = Math.fround(2 * uniform(streamKey(2, source, sum), n) - 1) / 4;
      });
      column += Math.ceil(width / 4) * 4;
    }
  });
  const [operation] = plan.operations;
  const span = { ...window, from: 0, to: BATCH };
  operation.prepare(WHOLE);
  operation.forward(span);
  operation.backward(span);
  operation.gradients(span, WHOLE);
  const outputs = new Map<string, Tensor>();
  const name = (what: string) => (tensor: Tensor, i: number) => outputs.set(`${what} ${i}`, tensor);
  states.forEach(name("state"));
  spec.signals.map(({ into }) => into).forEach(name("signal"));
  stateGradients.forEach(name("state gradient"));
  weightGradients.forEach(name("weight gradient"));
  vectorGradients.forEach(name("vector gradient"));
  if (training.inputGradient) outputs.set("input gradient", training.inputGradient);
  const read = (tensor: Tensor) => positions(tensor).map((at) => plan.numbers[at]);
  return { spec, plan, outputs, read };
}

/** The numbers that stand between a tensor's rows. */
function paddingOf(plan: CompiledPlan, { offset, rows, width, stride }: Tensor): number[] {
  const padding = { offset: offset + width, rows, width: stride - width, stride };
  return positions(padding).map((at) => plan.numbers[at]);
}

/** 37 units: two turns of four vectors, a vector, and one unit. */
const SIZES = { in: 6, units: 37, out: 5 };

it("computes any graph as the reference does", () => {
  let compared = 0;
  for (let seed = 0; seed < 60; seed++) {
    const program = randomProgram(seed);
    const mine = train(createWasmEngine(), program, SIZES);
    const theirs = train(createReferenceEngine(), program, SIZES);
    for (const [what, tensor] of mine.outputs) {
      const wanted = theirs.read(tensor);
      // Chains of products of products grow beyond what roundings are worth comparing in.
      if (wanted.some((value) => !(Math.abs(value) < 1e4))) continue;
      compared++;
      const off = difference(mine.read(tensor), wanted);
      expect(off, `seed ${seed}, ${what}`).toBeLessThan(2e-5);
      expect(paddingOf(mine.plan, tensor).every((value) => value === 0)).toBe(true);
    }
  }
  expect(compared).toBeGreaterThan(400);
});

it("keeps what padded lanes compute, 0 / 0, out of every tensor", () => {
  const { program } = defineCell(`
    a = W·x[t] / (p_a * (h[t-1] * h[t-1]))
    h[t] = tanh(a + U·h[t-1])
  `);
  const { plan, outputs, read } = train(createWasmEngine(), program, { in: 3, units: 5, out: 5 });
  for (const [what, tensor] of outputs) {
    expect(read(tensor).every(Number.isFinite), what).toBe(true);
    expect(
      paddingOf(plan, tensor).filter((value) => value !== 0),
      what,
    ).toEqual([]);
  }
});

it.each(ZOO)(
  "$name gives the same bits step by step, in a plan that only infers",
  ({ program }) => {
    const sizes = { in: program.tiedInput === null ? 6 : 5, units: 5, out: 5 };
    const whole = train(createWasmEngine(), program, sizes);
    const layout = new Layout();
    const window = { steps: 1, batch: BATCH };
    const spec = layoutCell(layout, program, sizes, { ...window, training: false });
    const plan = createWasmEngine().compile({ ...window, size: layout.size, operations: [spec] });
    const copy = (from: Tensor, to: Tensor, firstRow = 0): void => {
      const begin = from.offset + firstRow * from.stride;
      const numbers = whole.plan.numbers.subarray(begin, begin + to.rows * to.stride);
      plan.numbers.set(numbers, to.offset);
    };
    const { weights, vectors, states, input } = whole.spec;
    if (!("width" in input) || !("width" in spec.input)) throw new Error("a plan over vectors");
    for (const [i, tensor] of weights.entries()) copy(tensor, spec.weights[i]);
    for (const [i, tensor] of vectors.entries()) copy(tensor, spec.vectors[i]);
    const [operation] = plan.operations;
    operation.prepare(WHOLE);
    for (let t = 0; t < STEPS; t++) {
      copy(input, spec.input, t * BATCH);
      // Row −1 of a window is its initial state: in the whole one, the step before.
      states.forEach((state, s) => {
        const { offset, stride } = spec.states[s];
        copy(
          state,
          { offset: offset - BATCH * stride, rows: BATCH, width: 5, stride },
          (t - 1) * BATCH,
        );
      });
      operation.forward({ ...window, from: 0, to: BATCH });
      states.forEach((state, s) => {
        const mine = positions(spec.states[s]).map((at) => plan.numbers[at]);
        const wanted = whole.read(state).slice(t * BATCH * 5, (t + 1) * BATCH * 5);
        expect(mine).toEqual(wanted);
      });
    }
  },
);

it("multiplies neighbouring pre-activations at once", () => {
  const sizes = { in: 3, units: 4, out: 4 };
  const stretchesOf = (program: CellProgram) => {
    const layout = new Layout();
    const window = { steps: STEPS, batch: BATCH };
    const spec = layoutCell(layout, program, sizes, { ...window, training: true });
    const options = { sizes, training: true, inputGradient: true, signals: [] };
    const lowered = lowerCell(program, options);
    return program.sources.map((_, source) => fedStretches(spec, lowered, source));
  };
  // x and h each feed four gates: one product each, h's added to x's.
  expect(stretchesOf(lstm.program)).toEqual([
    [{ at: 0, weights: 0, count: 16, first: true }],
    [{ at: 0, weights: 0, count: 16, first: false }],
  ]);
  // x feeds r, z and the candidate, h feeds its own part of the candidate, r and z.
  const [x, h] = stretchesOf(gru.program);
  expect(x.length + h.length).toBe(3);
});
