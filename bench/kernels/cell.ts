/**
 * What does a step of a cell cost, and how much of that is pointwise? A layer of 128 units, 50 sequences of 50 steps, one thread.
 *
 *     node bench/kernels/cell.ts [CELL …]        by default lstm gru
 *
 * Pointwise: the fused kernels alone, in nanoseconds a unit and step. Layer: the passes of the whole operation in
 * milliseconds, on one-hot tokens of 65 and on vectors of 128; what is not pointwise in them is matrix products. Each layer
 * is first checked against the reference engine. Median of 51 rounds, least in brackets; variants take turns in every round.
 */

import { cpus } from "node:os";
import type { Cell } from "../../packages/core/src/cells/cell.ts";
import { findCell } from "../../packages/core/src/cells/zoo/index.ts";
import { layoutCell, positions } from "../../packages/core/src/engines/cellTensors.ts";
import type { CellSpec, CompiledPlan, Engine } from "../../packages/core/src/engines/engine.ts";
import { WHOLE } from "../../packages/core/src/engines/engine.ts";
import { Layout } from "../../packages/core/src/engines/layout.ts";
import { createReferenceEngine } from "../../packages/core/src/engines/reference/index.ts";
import {
  BACKWARD_INTERLEAVE,
  cellKernel,
  FORWARD_INTERLEAVE,
} from "../../packages/core/src/engines/wasm/cellKernel.ts";
import { lowerCell } from "../../packages/core/src/engines/wasm/cellLowering.ts";
import { arrayOf, cellMemory } from "../../packages/core/src/engines/wasm/cellMemory.ts";
import type { Kernel } from "../../packages/core/src/engines/wasm/cellStages.ts";
import { bytes, Workshop } from "../../packages/core/src/engines/wasm/compile.ts";
import { createWasmEngine } from "../../packages/core/src/engines/wasm/index.ts";
import { streamKey, uniform } from "../../packages/core/src/numbers/random.ts";

const UNITS = 128;
const BATCH = 50;
const STEPS = 50;
const VOCABULARY = 65;
const ROUNDS = 51;
const WARM_UP = 10;

type Input = "tokens" | "vectors";

interface Part {
  readonly name: string;
  /** Outside of what is timed. */
  readonly before?: () => void;
  readonly run: () => void;
  readonly times: number[];
}

const cells = process.argv.length > 2 ? process.argv.slice(2) : ["lstm", "gru"];
console.log(`${cpus()[0].model}, Node ${process.version}, ${UNITS} units × ${BATCH} × ${STEPS}`);
for (const name of cells) {
  const cell = findCell(name);
  const pointwise = pointwiseParts(cell);
  const layers = (["tokens", "vectors"] as const).map((input) => layerParts(cell, input));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const parts = [...pointwise, ...layers.flat()];
    if (round % 2 === 0) parts.splice(0, parts.length, ...layers.flat(), ...pointwise);
    for (const { before, run, times } of parts) {
      before?.();
      const begun = performance.now();
      run();
      if (round >= 0) times.push(performance.now() - begun);
    }
  }
  const unitSteps = UNITS * BATCH * STEPS;
  console.log(`\n${name}`);
  for (const part of pointwise) console.log(line(part, 1e6 / unitSteps, "ns a unit-step"));
  for (const layer of layers) for (const part of layer) console.log(line(part, 1, "ms"));
}

function line({ name, times }: Part, scale: number, unit: string): string {
  const sorted = times.toSorted((a, b) => a - b).map((time) => (time * scale).toFixed(2));
  return `  ${name.padEnd(28)}${sorted[ROUNDS >> 1].padStart(7)} (${sorted[0]}) ${unit}`;
}

/** A layer in a plan of its own, with numbers in it. */
function layer(cell: Cell, input: Input, engine: Engine, steps: number) {
  const layout = new Layout();
  const sizes = sizesOf(cell, input);
  const window = { steps, batch: BATCH };
  const spec = layoutCell(layout, cell.program, sizes, { ...window, training: true, input });
  const plan = engine.compile({ ...window, size: layout.size, operations: [spec] });
  fill(spec, plan);
  return { spec, plan };
}

function sizesOf({ program }: Cell, input: Input) {
  const size = input === "tokens" && program.tiedInput === null ? VOCABULARY : UNITS;
  return { in: size, units: UNITS, out: UNITS };
}

function fill(spec: CellSpec, plan: CompiledPlan): void {
  const { input, weights, vectors, training } = spec;
  const tensors = [...weights, ...vectors, ...(training ? [training.outputGradient] : [])];
  if ("width" in input) tensors.push(input);
  else {
    for (let r = 0; r < input.count; r++) {
      plan.integers[input.offset + r] = Math.floor(VOCABULARY * uniform(streamKey(1, "tokens"), r));
    }
  }
  tensors.forEach((tensor, i) => {
    positions(tensor).forEach((at, n) => {
      plan.numbers[at] = Math.fround(0.16 * uniform(streamKey(1, i), n) - 0.08);
    });
  });
}

/** The four passes over the window. */
function layerParts(cell: Cell, input: Input): Part[] {
  check(cell, input);
  const { spec, plan } = layer(cell, input, createWasmEngine(), STEPS);
  const [operation] = plan.operations;
  const span = { steps: STEPS, batch: BATCH, from: 0, to: BATCH };
  // What is left there by the last round would grow from round to round.
  const clear = (): void => {
    for (const { offset, rows, stride } of spec.training?.stateGradients ?? []) {
      plan.numbers.fill(0, offset, offset + rows * stride);
    }
  };
  return [
    { name: `${input}: prepare`, run: () => operation.prepare(WHOLE), times: [] },
    { name: `${input}: forward`, run: () => operation.forward(span), times: [] },
    {
      name: `${input}: backward`,
      before: clear,
      run: () => operation.backward(span),
      times: [],
    },
    { name: `${input}: gradients`, run: () => operation.gradients(span, WHOLE), times: [] },
  ];
}

/** Three steps against the reference: right before fast. */
function check(cell: Cell, input: Input): void {
  const steps = 3;
  const [mine, theirs] = [createWasmEngine(), createReferenceEngine()].map((engine) => {
    const { spec, plan } = layer(cell, input, engine, steps);
    const span = { steps, batch: BATCH, from: 0, to: BATCH };
    const [operation] = plan.operations;
    operation.prepare(WHOLE);
    operation.forward(span);
    operation.backward(span);
    operation.gradients(span, WHOLE);
    const { weightGradients = [] } = spec.training ?? {};
    const tensors = [...spec.states, ...weightGradients];
    return tensors.flatMap((tensor) => positions(tensor).map((at) => plan.numbers[at]));
  });
  const off = mine.reduce((worst, x, n) => Math.max(worst, Math.abs(x - theirs[n])), 0);
  if (!(off < 1e-5)) throw new Error(`${cell.name}, ${input}: off by ${off} from the reference`);
}

/** The kernels of all stages without the products between them. */
function pointwiseParts(cell: Cell): Part[] {
  const layout = new Layout();
  const sizes = sizesOf(cell, "vectors");
  const window = { steps: STEPS, batch: BATCH };
  const spec = layoutCell(layout, cell.program, sizes, { ...window, training: true });
  const options = { sizes, training: true, inputGradient: true, signals: [] };
  const lowered = lowerCell(cell.program, options);
  const workshop = new Workshop({ ...window, size: layout.size, operations: [spec] });
  const memory = cellMemory(spec, lowered, workshop, 1);
  const asked = (kernels: readonly Kernel[], interleave: number) =>
    kernels.map((kernel) => {
      const { arrays, handle } = cellKernel(workshop, kernel, interleave, (place) => {
        const { rows, stride } = arrayOf(memory, place);
        return { rows, stride };
      });
      return { arrays, handle, table: workshop.scratch(arrays.length) };
    });
  const forward = asked(lowered.forward, FORWARD_INTERLEAVE);
  const backward = asked(lowered.backward, BACKWARD_INTERLEAVE);
  const linked = workshop.link();
  const stages = (from: typeof forward) =>
    from.map(({ arrays, handle, table }) => {
      arrays.forEach((place, i) => {
        linked.integers[table + i] = bytes(arrayOf(memory, place).offset);
      });
      return { run: linked.function(handle), table: bytes(table) };
    });
  const [forwardStages, backwardStages] = [stages(forward), stages(backward)];
  const [record] = memory.record;
  const numbers = Float32Array.from({ length: STEPS * BATCH * record.stride }, (_, n) => {
    return 2 * uniform(streamKey(1, "record"), n) - 1;
  });
  const walk = (from: typeof forwardStages): void => {
    for (let t = 0; t < STEPS; t++) {
      for (const { run, table } of from) run(table, t * BATCH, (t - 1) * BATCH, 0, BATCH);
    }
  };
  // Backward leaves gradients where the pre-activations were.
  const restore = (): void => linked.numbers.set(numbers, record.offset);
  return [
    { name: "pointwise forward", before: restore, run: () => walk(forwardStages), times: [] },
    { name: "pointwise backward", run: () => walk(backwardStages), times: [] },
  ];
}
