/** What a change of context does to models of rows: recurrent layers alone, and networks that answer at each step or at the end. */
import { describe, expect, it } from "vitest";
import { gru, lstm } from "../../src/cells/zoo/index.ts";
import type { Examples, NetworkOutput, OutputPort } from "../../src/data/examples.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { contextChange } from "../../src/inspect/contextChange.ts";
import { contextChanges } from "../../src/inspect/contextChanges.ts";
import type { ContextRows } from "../../src/inspect/contextInputs.ts";
import { trace } from "../../src/inspect/trace.ts";
import { readCellWeights, writeCellWeights } from "../../src/layers/recurrent.ts";
import { createNetwork } from "../../src/models/createNetwork.ts";
import type { Network } from "../../src/models/network.ts";
import {
  createRecurrentNetwork,
  type RecurrentNetwork,
} from "../../src/models/recurrentNetwork.ts";
import { NETWORKS } from "../models/networks.ts";

const engine = createReferenceEngine();
const INITIAL = { init: "uniform:0.6", forgetBias: null, chronoSteps: 4, seed: 3 } as const;

/** Pre-activation of a gate: weight · x + bias; nothing of h. */
type Gate = readonly [weight: number, bias: number];

/** Two units over a series of one number; both write where it is 1, and what their gates keep is given. */
function remembers(forget: Gate, precision: "float32" | "float64" = "float64"): RecurrentNetwork {
  const config = { cell: lstm, inputSize: 1, hiddenSize: 2, layers: 1, bidirectional: false };
  const network = createRecurrentNetwork(config, INITIAL, precision);
  const [layer] = network.layers;
  const { matrices, vectors } = readCellWeights(layer, network.parameters, network.weights);
  const { program } = layer.cell;
  // i is open at 1, and shut at 0, 0.1 and −1.
  const gates: Record<string, Gate> = { f: forget, i: [80, -40], g: [0, 20], o: [0, 20] };
  for (const [name, [weight, bias]] of Object.entries(gates)) {
    const matrix = matrices[program.matrices.findIndex((one) => one.name === `W_${name}`)];
    matrix.set([0, 0, weight, 0, 0, weight]);
    vectors[program.vectors.findIndex((one) => one.name === `b_${name}`)].fill(bias);
  }
  writeCellWeights(layer, network.parameters, { matrices, vectors }, network.weights);
  return network;
}

const rows = (...numbers: number[]): ContextRows => numbers.map((number) => [number]);
/** σ(40 · x + 40) = ½ at −1, and 1 at 0. */
const HALVES: Gate = [40, 40];
/** σ(80 · x + 40): shut at −1, open at 0. */
const SHUTS: Gate = [80, 40];
const OPEN: Gate = [0, 40];
const inputs = { shared: rows(0, 1), first: rows(0, 0, 0), second: rows(0.1, -1, 0) };

describe("contextChange of a series whose memory is known", () => {
  it("is forgotten where the forget gate shuts at −1, and the memory is empty from that step on", () => {
    const { forgetting, layers, heard, answers } = contextChange(remembers(SHUTS), engine, inputs);
    expect(forgetting).toMatchObject({ after: "second", forgotten: true });
    expect(forgetting.owedByStep[1][0]).toBeCloseTo(1, 12);
    expect(forgetting.owed[0]).toBeCloseTo(1, 12);
    expect(forgetting.owed[1]).toBeCloseTo(0, 12);
    const { memory } = layers[0].states[0];
    // σ(±40) is 1 and 4e-18.
    expect(memory?.keep.byStep[1][0]).toBeCloseTo(1, 12);
    expect(memory?.keep.byStep[1][1]).toBeCloseTo(0, 12);
    expect(memory?.keep.byStep[1][2]).toBeCloseTo(1, 12);
    expect(memory?.units.map(({ droppedBy }) => droppedBy)).toEqual(["second", "second"]);
    // The answer is h = tanh(1) of both units: all of it heard after the first, nothing after the second.
    expect(answers).toBe("numbers");
    expect(heard[0][2]).toBeCloseTo(Math.tanh(1), 8);
    expect(heard[1][2]).toBeCloseTo(0, 12);
  });

  it("is not forgotten where the gate is held open", () => {
    const { forgetting, layers } = contextChange(remembers(OPEN), engine, inputs);
    expect(forgetting).toMatchObject({ after: "neither", forgotten: false });
    expect(layers[0].states[0].memory?.remaining[1]).toBeCloseTo(1, 12);
    expect(forgetting.owed[1]).toBeCloseTo(1, 12);
  });

  it("has half left where the gate is half open once", () => {
    const { layers } = contextChange(remembers(HALVES), engine, inputs);
    expect(layers[0].states[0].memory?.remaining[0]).toBeCloseTo(1, 12);
    expect(layers[0].states[0].memory?.remaining[1]).toBeCloseTo(1 / 2, 12);
  });

  it("counts to the shared beginning the rows that both continuations begin with", () => {
    const { tokens, steps } = contextChange(remembers(SHUTS), engine, {
      ...inputs,
      second: rows(0, -1, 0),
    });
    expect(tokens).toEqual({ shared: ["0", "1", "0"], first: ["1", "2"], second: ["1", "2"] });
    expect(steps).toBe(2);
  });
});

/** Longer than a window. */
const wave = (steps: number, seed: number): number[][] =>
  Array.from({ length: steps }, (_, t) =>
    [0, 1, 2].map((k) => (((t + 1) * seed + 5 * k) % 13) / 6 - 1),
  );
const long = { shared: wave(40, 4), first: wave(37, 3), second: wave(35, 5) };

function example(input: ContextRows): Examples {
  return {
    ...{ count: 1, known: null, target: null },
    input: {
      ...{ kind: "vectors", width: 3, steps: () => input.length },
      copy: (_, into, at, stride) => {
        for (const [t, row] of input.entries()) into.set(row, at + t * stride);
      },
    },
  };
}

const traced = (network: Network, ...parts: ContextRows[]) =>
  trace(network, engine, { examples: example(parts.flat()) });

function answerOf(network: Network, ...parts: ContextRows[]): Float32Array {
  const { output } = traced(network, ...parts);
  if (output === null || !("heads" in output)) throw new RangeError("no answer");
  return (output satisfies NetworkOutput).heads[0];
}

const classes: OutputPort = { kind: "classes", size: 4, each: "sequence" };
const network = (output: OutputPort, initialStates: "zero" | "learned" = "zero") =>
  createNetwork(
    { ...NETWORKS["seq2vec, classes"], initialStates, ports: { input: VECTORS, output } },
    INITIAL,
    "float64",
  );
const VECTORS = { kind: "vectors", width: 3 } as const;
const numbers = (each: "sequence" | "step"): OutputPort => {
  const heads = [{ name: "mean", loss: "squared" }] as const;
  return { kind: "numbers", width: 2, heads, each, known: 0 };
};

function jensenShannon(p: ArrayLike<number>, q: ArrayLike<number>): number {
  return Array.from({ length: p.length }, (_, k) => {
    const m = (p[k] + q[k]) / 2;
    return (p[k] * Math.log(p[k] / m) + q[k] * Math.log(q[k] / m)) / 2;
  }).reduce((a, b) => a + b, 0);
}

function rms(p: ArrayLike<number>, q: ArrayLike<number>): number {
  const squares = Array.from({ length: p.length }, (_, k) => (p[k] - q[k]) ** 2);
  return Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
}

describe("contextChange of a network", () => {
  it.each(["zero", "learned"] as const)(
    "owes what two traces tell, states beginning with %s",
    (initialStates) => {
      const model = network(classes, initialStates);
      const begins = initialStates === "learned" ? 0.7 : 0;
      for (const { name, tensor } of model.parameters.parameters) {
        if (!name.includes(".initial.")) continue;
        model.weights.fill(begins, tensor.offset, tensor.offset + tensor.width);
      }
      const { layers, steps } = contextChange(model, engine, long);
      expect(steps).toBe(35);
      const [whole, alone] = [traced(model, long.shared, long.second), traced(model, long.second)];
      const units = [0, 1, 2, 3, 4];
      for (const step of [0, 34]) {
        let [apart, held] = [0, 0];
        for (const name of ["c", "h"]) {
          const [p, q] = [whole.layers[0][name], alone.layers[0][name]];
          for (const unit of units) {
            apart += Math.abs(Math.tanh(p.at(40 + step, unit)) - Math.tanh(q.at(step, unit)));
            held += Math.abs(Math.tanh(p.at(39, unit)) - Math.tanh(begins));
          }
        }
        expect(layers[0].forgetting.owedByStep[1][step]).toBeCloseTo(apart / held, 12);
      }
    },
  );

  it("keeps what the forget gate of the traces keeps, in the beginning and after", () => {
    const model = network(classes);
    const { keep } = contextChange(model, engine, long).layers[0].states[0].memory ?? {};
    const { f } = traced(model, long.shared, long.first).layers[0];
    const mean = (from: number, to: number): number =>
      Float64Array.from(f.values.subarray(from * 5, to * 5)).reduce((a, b) => a + b, 0) /
      (5 * (to - from));
    expect(keep?.shared).toBeCloseTo(mean(0, 40), 12);
    expect(keep?.mean[0]).toBeCloseTo(mean(40, 77), 12);
    expect(keep?.byStep[0][36]).toBeCloseTo(mean(76, 77), 12);
  });

  it("compares what it would answer if its input ended at each step", () => {
    const model = network(classes);
    const { divergence, heard, answers } = contextChange(model, engine, long);
    expect(answers).toBe("probabilities");
    // Answers are float32.
    for (const step of [0, 34]) {
      const [a, b] = [long.first, long.second].map((rows) => rows.slice(0, step + 1));
      const after = answerOf(model, long.shared, a);
      expect(divergence[step]).toBeCloseTo(
        jensenShannon(after, answerOf(model, long.shared, b)),
        6,
      );
      expect(heard[0][step]).toBeCloseTo(jensenShannon(after, answerOf(model, a)), 6);
    }
    expect(divergence[0]).toBeGreaterThan(1e-5);
  });

  it.each(["sequence", "step"] as const)(
    "compares numbers by their distance, answered each %s",
    (each) => {
      const model = network(numbers(each));
      const { divergence, answers } = contextChange(model, engine, long);
      expect(answers).toBe("numbers");
      const last = (rows: ContextRows): Float32Array =>
        answerOf(model, long.shared, rows.slice(0, 35)).slice(-2);
      expect(divergence[34]).toBeCloseTo(rms(last(long.first), last(long.second)), 6);
      expect(divergence.length).toBe(35);
    },
  );

  it("is the same by rows and by examples", () => {
    const model = network(classes);
    const of = (rows: ContextRows) => ({ examples: example(rows) });
    const examples = { shared: of(long.shared), first: of(long.first), second: of(long.second) };
    expect(contextChange(model, engine, examples)).toEqual(contextChange(model, engine, long));
  });

  it("looks at what reads, and compares no answers, where there is a decoder", () => {
    const model = createNetwork(
      NETWORKS["seq2seq, numbers with what is known beforehand"],
      INITIAL,
      "float64",
    );
    const found = contextChange(model, engine, long);
    expect(found.layers.map(({ place }) => place.name)).toEqual(["encoder.0"]);
    expect(found).toMatchObject({ answers: "none", divergence: new Float64Array(0) });
    expect(found.forgetting.owedByStep[0].length).toBe(37);
    const told = contextChanges(model, engine, [
      long,
      { ...long, first: long.second, second: long.first },
    ]);
    expect(told.divergence.value).toBeNaN();
    expect(told.owed[0].value).toBeCloseTo(
      (found.forgetting.owed[0] + found.forgetting.owed[1]) / 2,
      12,
    );
  });

  it("crosses to another thread as it is", () => {
    const found = contextChange(network(classes), engine, long);
    expect(structuredClone(found)).toEqual(found);
    const many = contextChanges(network(classes), engine, [long]);
    expect(structuredClone(many)).toEqual(many);
  });
});

it("is the same of layers alone on the wasm engine, but for rounding", () => {
  const [a, b] = [engine, createWasmEngine()].map((one) =>
    contextChange(remembers(HALVES, "float32"), one, inputs),
  );
  expect(b.forgetting.owed[1]).toBeCloseTo(a.forgetting.owed[1], 6);
  expect(b.heard[1][2]).toBeCloseTo(a.heard[1][2], 6);
});

describe("contextChange of rows refuses in one line", () => {
  const layers = remembers(OPEN);
  it.each([
    [
      { ...inputs, first: [[1, 2]] },
      "the first continuation: expected rows of 1 numbers, got 2 in row 0",
    ],
    [{ ...inputs, second: [] }, "the second continuation is empty; give at least one step"],
    [{ ...inputs, second: inputs.first }, "the two continuations do not part: they are the same"],
  ])("%j", (given, message) => {
    expect(() => contextChange(layers, engine, given)).toThrow(message);
  });

  it("reads backward: the end is known where the continuations part", () => {
    const config = { cell: gru, inputSize: 1, hiddenSize: 2, layers: 1, bidirectional: true };
    const both = createRecurrentNetwork(config, INITIAL, "float64");
    expect(() => contextChange(both, engine, inputs)).toThrow(
      "rnn.0.reverse reads the end first: where two continuations part it knows them already",
    );
  });

  it("reads no sequence", () => {
    const plain = createNetwork(NETWORKS["vec2vec, classes"], INITIAL, "float64");
    expect(() => contextChange(plain, engine, long)).toThrow(
      "no layer of this model steps along its input, so nothing of it could be forgotten",
    );
  });
});
