/** Traces of networks of every shape, and of layers alone. */
import { describe, expect, it } from "vitest";
import { gru, lstm } from "../../src/cells/zoo/index.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import type { Trace } from "../../src/inspect/signals.ts";
import { trace } from "../../src/inspect/trace.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { NetworkRunner } from "../../src/models/networkRunner.ts";
import { createRecurrentNetwork } from "../../src/models/recurrentNetwork.ts";
import { NETWORKS, smallNetwork } from "../models/networks.ts";

const reference = createReferenceEngine();
const wasm = createWasmEngine();

describe.each(Object.keys(NETWORKS))("a trace of %s", (name) => {
  const { ports } = NETWORKS[name];
  const examples = inventExamples(ports, { count: 4, steps: 6, seed: 5 });
  const input = { examples, example: 2 };

  it("is the reference's within 1e-5 on wasm, and answers what a runner answers", () => {
    const network = smallNetwork(name);
    const got = trace(network, wasm, input);
    const wanted = trace(network, reference, input);
    expect(got.places.map((place) => place.name)).toEqual(wanted.places.map((place) => place.name));
    got.layers.forEach((layer, index) => {
      const { along, cell } = got.places[index];
      expect(Object.keys(layer)).toEqual(cell.signalNames);
      for (const [signal, { values, steps }] of Object.entries(layer)) {
        expect(steps).toBe(
          along === "once" ? 1 : along === "steps" ? got.labels.length : got.outputLabels.length,
        );
        const other = wanted.layers[index][signal];
        // float32 against float64 over six steps.
        values.forEach((value, n) => {
          expect(Math.abs(value - other.values[n])).toBeLessThan(1e-5);
        });
      }
    });
    if (ports.output.kind === "tokens") return;
    expect(got.output).toEqual(
      new NetworkRunner(network, wasm, { batchSize: 1 }).outputs(examples)[2],
    );
  });
});

describe("a trace of a network", () => {
  it("names its places from below, forward before backward, encoder before decoder", () => {
    const network = smallNetwork("seq2seq, additive attention");
    const examples = inventExamples(network.config.ports, { count: 1, steps: 4, seed: 1 });
    const { places } = trace(network, wasm, { examples });
    expect(places.map(({ name, along, direction }) => `${name} ${along} ${direction}`)).toEqual([
      "encoder.0 steps forward",
      "encoder.0.reverse steps backward",
      "decoder.0 outputSteps forward",
      "decoder.1 outputSteps forward",
      "combine outputSteps forward",
    ]);
  });

  it("tells a decoder without a target what it writes itself, and so gives what it is told that", () => {
    const network = smallNetwork("seq2seq, multiplicative attention");
    const examples = inventExamples(network.config.ports, { count: 3, steps: 5, seed: 4 });
    const open = { ...examples, target: null };
    const input = {
      examples: open,
      example: 1,
      mostSteps: 6,
      outputLabel: (t: number) => `<${t}>`,
    };
    const traced = trace(network, wasm, input);
    const [, wanted] = new NetworkRunner(network, wasm).write(open, { mostSteps: 6 });
    expect(traced.output).toEqual(wanted);
    const said = wanted.ended ? [...wanted.tokens, 1] : wanted.tokens;
    expect(traced.outputLabels).toEqual(said.map((token) => `<${token}>`));
    const told = {
      kind: "tokens",
      size: 5,
      steps: () => said.length,
      copy: (_: number, into: { [at: number]: number }, at: number, stride: number) => {
        said.forEach((token, step) => {
          into[at + step * stride] = token;
        });
      },
    } as const;
    const again = trace(network, wasm, { examples: { ...examples, target: told }, example: 1 });
    traced.layers.forEach((layer, index) => {
      for (const [signal, { values }] of Object.entries(layer)) {
        expect(values).toEqual(again.layers[index][signal].values);
      }
    });
  });

  it("takes labels, one a step, and refuses others", () => {
    const network = smallNetwork("seq2vec, classes");
    const examples = inventExamples(network.config.ports, { count: 1, steps: 2, seed: 1 });
    const steps = examples.input.steps(0);
    const labels = Array.from({ length: steps }, (_, step) => `step ${step}`);
    expect(trace(network, wasm, { examples, labels }).labels).toEqual(labels);
    expect(() => trace(network, wasm, { examples, labels: [...labels, "x"] })).toThrow(
      `labels: expected ${steps}, one a step of the input, got ${steps + 1}`,
    );
  });

  it("refuses an example, a layer and a signal that are not there, with what there is", () => {
    const network = smallNetwork("seq2vec, bidirectional, learned initial states");
    const examples = inventExamples(network.config.ports, { count: 3, steps: 4, seed: 1 });
    expect(() => trace(network, wasm, { examples, example: 3 })).toThrow(
      "example 3: there are 3, 0 to 2",
    );
    expect(() => trace(network, wasm, { examples }, { keep: { layers: [4] } })).toThrow(
      "layer 4: the model has layers 0 to 3 (encoder.0, encoder.0.reverse, encoder.1, encoder.1.reverse)",
    );
    const plain = smallNetwork("vec2vec, no hidden layer, yes or no");
    const rows = inventExamples(plain.config.ports, { count: 1, steps: 1, seed: 1 });
    expect(trace(plain, wasm, { examples: rows }).layers).toEqual([]);
    expect(() => trace(plain, wasm, { examples: rows }, { keep: { signals: ["h"] } })).toThrow(
      "this model has no recurrent or hidden layer",
    );
  });
});

describe("a trace of layers alone", () => {
  const config = { cell: lstm, inputSize: 3, hiddenSize: 5 };
  const initial = { init: "uniform:0.6", forgetBias: null, chronoSteps: 4, seed: 2 } as const;

  it("answers for a sequence whose outputs are more than a plan of its windows holds", () => {
    const steps = 4000;
    const network = createRecurrentNetwork(config, initial);
    const vectors = Float32Array.from({ length: steps * 3 }, (_, n) => Math.sin(n));
    const { output } = trace(network, wasm, { vectors, steps }, { keep: { layers: [] } });
    expect(output).toEqual(network.run(wasm, vectors, { steps, batch: 1 }));
  });

  it("refuses half a step, though the numbers would be enough", () => {
    const network = createRecurrentNetwork({ ...config, inputSize: 2 }, initial);
    expect(() => trace(network, wasm, { vectors: [1, 2, 3], steps: 1.5 })).toThrow(
      "vectors: expected shape [T=1.5, I=2] (3 numbers)",
    );
  });

  const steps = 70;
  const vectors = Float32Array.from({ length: steps * 3 }, (_, n) => Math.sin(n * n));

  it.each([false, true])(
    "has the signals that make up their outputs; bidirectional: %s",
    (both) => {
      const network = createRecurrentNetwork(
        { ...config, layers: 2, bidirectional: both },
        initial,
      );
      const { layers, output } = trace(network, wasm, { vectors, steps });
      const run = network.run(wasm, vectors, { steps, batch: 1 });
      expect(output).toEqual(run);
      const top = layers.slice(both ? -2 : -1);
      for (let t = 0; t < steps; t++) {
        const seen = top.flatMap(({ h }) => Array.from({ length: 5 }, (_, u) => h.at(t, u)));
        const width = network.outputSize;
        expect(seen).toEqual([...run.outputs.subarray(t * width, (t + 1) * width)]);
      }
    },
  );

  it("turns what reads backward round: as the same layer reading the turned input forward", () => {
    const network = createRecurrentNetwork({ ...config, bidirectional: true }, initial);
    const forward = createRecurrentNetwork(config, initial);
    const tensors = network.tensors();
    forward.load(
      new Map(
        [...tensors].flatMap(([name, tensor]) => {
          return name.endsWith("_reverse") ? [[name.slice(0, -8), tensor] as const] : [];
        }),
      ),
    );
    const turned = vectors.slice();
    for (let t = 0; t < steps; t++) {
      turned.set(vectors.subarray(t * 3, (t + 1) * 3), (steps - 1 - t) * 3);
    }
    const backward = trace(network, wasm, { vectors, steps }).layers[1].c;
    const wanted: Trace = trace(forward, wasm, { vectors: turned, steps });
    for (let t = 0; t < steps; t++) {
      for (let u = 0; u < 5; u++) {
        expect(backward.at(t, u)).toBe(wanted.layers[0].c.at(steps - 1 - t, u));
      }
    }
  });

  it("goes on from a state, with other weights where they are given", () => {
    const network = createRecurrentNetwork({ ...config, cell: gru }, initial);
    const whole = trace(network, wasm, { vectors, steps }).layers[0].h;
    const half = 35;
    const { state } = network.run(wasm, vectors.subarray(0, half * 3), { steps: half, batch: 1 });
    const rest = { vectors: vectors.subarray(half * 3), steps: steps - half };
    expect(trace(network, wasm, rest, { state }).layers[0].h.values).toEqual(
      whole.values.subarray(half * 5),
    );
    const zeros = network.weights.map(() => 0);
    expect(trace(network, wasm, rest, { weights: zeros }).layers[0].z.at(3, 2)).toBe(0.5);
  });

  it("refuses vectors of another size, and none", () => {
    const network = createRecurrentNetwork(config, initial);
    expect(() => trace(network, wasm, { vectors: [1, 2], steps: 1 })).toThrow(
      "vectors: expected shape [T=1, I=3] (3 numbers), got 2 numbers",
    );
    expect(() => trace(network, wasm, { vectors: [], steps: 0 })).toThrow("nothing to trace");
  });
});
