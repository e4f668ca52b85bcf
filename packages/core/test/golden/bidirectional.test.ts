/** Layers that read both ways against PyTorch: outputs, last states and every gradient, through the stack that networks are made of. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { positions } from "../../src/engines/cellTensors.ts";
import type { Engine, Tensor } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { readSafetensors } from "../../src/files/safetensors.ts";
import { fromTorch, toTorch } from "../../src/files/torchNames.ts";
import { planFinalStates } from "../../src/layers/join.ts";
import { PlanBuilder } from "../../src/layers/layer.ts";
import { ParameterLayout } from "../../src/layers/parameters.ts";
import { readCellWeights, writeCellWeights } from "../../src/layers/recurrent.ts";
import { directionsOf, planStack, recurrentStack } from "../../src/layers/stack.ts";
import { plainLender } from "../threads/plainLender.ts";
import { cellOf, manifest } from "./stack.ts";

const CASES = manifest.cases.filter(({ config }) => config.bidirectional);
const ENGINES: readonly [string, () => Engine][] = [
  ["reference", createReferenceEngine],
  ["wasm", createWasmEngine],
  ["wasm with lent products", () => createWasmEngine({ gemm: plainLender })],
];

/** What the manifest asks of float32: PyTorch's own differences from float64 reach 4e-7. */
const TOLERANCE = 1e-5;

describe.each(CASES)("$name", ({ file, config }) => {
  const bytes = readFileSync(new URL(`torch/${file}`, import.meta.url));
  const { tensors } = readSafetensors(bytes, file);
  const torch = (name: string): Float32Array => {
    const found = tensors.get(name);
    if (!found) throw new RangeError(`no tensor ${name}`);
    return Float32Array.from(found.data, Number);
  };
  const near = (what: string, mine: ArrayLike<number>): void => {
    const theirs = torch(what);
    expect(mine.length, what).toBe(theirs.length);
    for (let n = 0; n < theirs.length; n++) {
      const off = Math.abs(mine[n] - theirs[n]);
      if (off <= TOLERANCE + TOLERANCE * Math.abs(theirs[n])) continue;
      expect.fail(`${what}[${n}]: got ${mine[n]}, PyTorch has ${theirs[n]}`);
    }
  };

  it.each(ENGINES)("agrees in outputs, last states and all gradients, on %s", (_, createEngine) => {
    const { input_size: inputSize, hidden_size: hiddenSize, batch, seq_len: steps = 1 } = config;
    const cell = cellOf(config);
    const { states } = cell.program;
    const parameters = new ParameterLayout();
    const sizes = { inputSize, hiddenSize, layers: 1 };
    const options = { bidirectional: true, learnedInitial: false };
    const stack = recurrentStack(parameters, "rnn", cell, sizes, options);
    const builder = new PlanBuilder(parameters, { steps, batch }, "training");
    const input = builder.flow(inputSize);
    const { layers, output } = planStack(builder, stack, input);
    const directions = directionsOf(layers[0]);
    const finals = directions.map((one) => planFinalStates(builder, one, null));
    const { numbers, run } = createEngine().compile({
      steps,
      batch,
      size: builder.layout.size,
      operations: builder.operations,
    });
    const set = (tensor: Tensor, values: ArrayLike<number>): void => {
      positions(tensor).forEach((at, n) => {
        numbers[at] = values[n];
      });
    };
    const get = (tensor: Tensor): number[] => positions(tensor).map((at) => numbers[at]);
    const part = (name: string, direction: number): Float32Array => {
      const all = torch(name);
      return all.slice((direction * all.length) / 2, ((direction + 1) * all.length) / 2);
    };
    const suffixes = ["_l0", "_l0_reverse"];
    const weights = numbers.subarray(builder.weightsAt, builder.weightsAt + parameters.size);
    directions.forEach(({ layer, states: rows }, direction) => {
      const named = fromTorch(cell, layer.sizes, {
        take: (name) => torch(`${name}${suffixes[direction]}`),
        label: (name) => name,
      });
      writeCellWeights(layer, parameters, named, weights);
      states.forEach(({ name }, s) => {
        const { offset, stride } = rows[s];
        const before = { ...rows[s], offset: offset - batch * stride, rows: batch };
        set(before, part(`${name}0`, direction));
        const { gradient } = finals[direction][s];
        if (gradient) set(gradient, part(`c_${name}`, direction));
      });
    });
    set(input.value, torch("input"));
    if (output.gradient) set(output.gradient, torch("c_output"));
    const extent = { steps, batch };
    for (const pass of ["prepare", "forward", "backward", "gradients"] as const) run(pass, extent);

    near("output", get(output.value));
    states.forEach(({ name }, s) => {
      near(
        `${name}_n`,
        finals.flatMap((flows) => get(flows[s].value)),
      );
      near(
        `grad.${name}0`,
        directions.flatMap((one) => get(one.stateGradients[s])),
      );
    });
    if (input.gradient) near("grad.input", get(input.gradient));
    const gradients = numbers.slice(builder.gradientsAt, builder.gradientsAt + parameters.size);
    directions.forEach(({ layer }, direction) => {
      const named = readCellWeights(layer, parameters, gradients);
      for (const { name, data } of toTorch(cell, layer.sizes, named, "float64")) {
        near(`grad.${name}${suffixes[direction]}`, data);
      }
    });
  });
});
