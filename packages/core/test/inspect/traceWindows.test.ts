/** Windows of every kind of model: the same numbers as at once, in the memory of one window. */
import { describe, expect, it } from "vitest";
import { gru, lstm } from "../../src/cells/zoo/index.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { ablate } from "../../src/inspect/ablate.ts";
import { clamp } from "../../src/inspect/clamp.ts";
import type { TraceWindow } from "../../src/inspect/signals.ts";
import { subjectOf } from "../../src/inspect/subjects.ts";
import { trace, traceWindows } from "../../src/inspect/trace.ts";
import { createNetwork } from "../../src/models/createNetwork.ts";
import type { Network } from "../../src/models/network.ts";
import type { NetworkConfig } from "../../src/models/networkConfig.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { NETWORKS, smallNetwork } from "../models/networks.ts";
import { layersOf, vectorsFor } from "./looking.ts";

const wasm = createWasmEngine();
const ALIGNED = NETWORKS["seq2seq aligned, numbers"];
const ONCE = NETWORKS["seq2vec, one-hot tokens"];
const FORWARD: Readonly<Record<string, NetworkConfig>> = {
  "numbers at each step": ALIGNED,
  "classes at each step, embedded tokens, two layers": {
    ...NETWORKS["seq2seq aligned"],
    encoder: { cell: lstm, hiddenSize: 5, layers: 2, bidirectional: false },
  },
  "one answer at the end": ONCE,
  "learned initial states, two layers": {
    ...ALIGNED,
    encoder: { cell: gru, hiddenSize: 5, layers: 2, bidirectional: false },
    initialStates: "learned",
  },
};

function networkOf(config: NetworkConfig): Network {
  const initial = { init: "uniform:0.6", forgetBias: null, chronoSteps: 4, seed: 1 } as const;
  return createNetwork(config, initial, "float32");
}

/** The longest of some. */
function longInput(network: Network, steps: number) {
  const examples = inventExamples(network.config.ports, { count: 6, steps, seed: 5 });
  const lengths = Array.from({ length: 6 }, (_, example) => examples.input.steps(example));
  return { examples, example: lengths.indexOf(Math.max(...lengths)) };
}

describe.each(Object.keys(FORWARD))("a network with %s", (name) => {
  const network = networkOf(FORWARD[name]);
  const input = longInput(network, 40);
  const whole = trace(network, wasm, input, { window: 1000 });

  it("gives window by window what trace gives at once", () => {
    let next = 0;
    for (const { start, steps, layers, labels } of traceWindows(network, wasm, input, {
      window: 7,
    })) {
      expect(start).toBe(next);
      expect(labels).toEqual(whole.labels.slice(start, start + steps));
      for (const [place, layer] of layers.entries()) {
        for (const [signal, { values, units }] of Object.entries(layer)) {
          const from = whole.layers[place][signal].values;
          expect(values).toEqual(from.subarray(start * units, (start + steps) * units));
        }
      }
      next += steps;
    }
    expect(next).toBe(whole.labels.length);
    expect(next).toBeGreaterThan(21);
  });

  it("is traced in windows as it is at once, answers too", () => {
    const cut = trace(network, wasm, input, { window: 7 });
    expect(cut.output).toEqual(whole.output);
    expect(cut.layers.map(({ h }) => h.values)).toEqual(whole.layers.map(({ h }) => h.values));
  });

  it("has the losses of one run at once when it is run in windows", () => {
    const subject = subjectOf(network, input);
    const outcomes = [7, undefined].map((window) => {
      const plan = subject.plan(createReferenceEngine(), { window });
      const reader = plan.reader(0);
      for (const each of plan.windows()) reader.take(each);
      return reader.finish();
    });
    expect(outcomes[0].losses).toEqual(outcomes[1].losses);
    expect(outcomes[0].loss).toBeGreaterThan(0);
    expect(outcomes[0].output).toEqual(outcomes[1].output);
  });

  it("costs the same for a unit ablated or clamped, over more steps than a window has", () => {
    const long = longInput(network, 300);
    const layer = whole.layers.length - 1;
    const [most] = ablate(network, wasm, long, { layer });
    const held = { layer, signal: "h", units: [most.unit], value: 0 };
    const { held: clamped, increase } = clamp(network, wasm, long, [held]);
    expect(most.loss).toBeCloseTo(clamped.loss ?? Number.NaN, 6);
    expect(most.increase).toBeCloseTo(increase ?? Number.NaN, 6);
  });
});

describe("traceWindows", () => {
  it("says of one answer at the end what it would be if the input ended there", () => {
    const network = networkOf(ONCE);
    const input = longInput(network, 20);
    const [first] = traceWindows(network, wasm, input, { window: 4 });
    const { examples, example } = input;
    const beginning = { ...examples.input, steps: () => 4, copy: examples.input.copy };
    const tokens = new Int32Array(examples.input.steps(example));
    examples.input.copy(example, tokens, 0, 1);
    const copy = (_: number, into: { [at: number]: number }, at: number, stride: number) => {
      for (let t = 0; t < 4; t++) into[at + t * stride] = tokens[t];
    };
    const cut = { count: 1, input: { ...beginning, copy }, known: null, target: null };
    expect(first.output).toEqual(trace(network, wasm, { examples: cut }).output);
  });

  it.each([
    "seq2vec, every kind of dropout",
    "seq2seq, additive attention",
    "seq2seq, numbers with what is known beforehand",
    "vec2vec, classes",
  ])("gives %s in one window, being unable to carry its states", (name) => {
    const network = smallNetwork(name);
    const input = longInput(network, 9);
    const whole = trace(network, wasm, input);
    const windows: TraceWindow[] = [];
    for (const window of traceWindows(network, wasm, input, { window: 2 })) windows.push(window);
    expect(windows).toHaveLength(1);
    const [{ start, steps, layers, outputLabels, output }] = windows;
    expect([start, steps, outputLabels]).toEqual([0, whole.labels.length, whole.outputLabels]);
    expect(output).toEqual(whole.output);
    for (const [place, layer] of layers.entries()) {
      for (const [signal, { values }] of Object.entries(layer)) {
        expect(values).toEqual(whole.layers[place][signal].values);
      }
    }
  });

  it("gives layers alone with each window's outputs, and the state after it", () => {
    const network = layersOf(lstm, 2);
    const input = vectorsFor(network, 11);
    const whole = trace(network, createReferenceEngine(), input);
    for (const { start, steps, layers, output } of traceWindows(
      network,
      createReferenceEngine(),
      input,
      { window: 4 },
    )) {
      if (!output || !("outputs" in output) || !whole.output || !("outputs" in whole.output)) {
        throw new Error("layers alone give a run");
      }
      const part = whole.output.outputs.subarray(start * 5, (start + steps) * 5);
      expect(output.outputs).toEqual(part);
      const last = layers[1].c.values.slice((steps - 1) * 5);
      expect(output.state[1].c).toEqual(last);
      expect(layers[0].f.values).toEqual(
        whole.layers[0].f.values.subarray(start * 5, (start + steps) * 5),
      );
    }
  });

  it("gives layers that read both ways in one window", () => {
    const network = layersOf(gru, 1, true);
    const windows = [...traceWindows(network, wasm, vectorsFor(network, 9), { window: 2 })];
    expect(windows.map(({ steps }) => steps)).toEqual([9]);
  });
});

it("takes for a network of a long series the memory of one window, not of all its steps", () => {
  const network = networkOf(ALIGNED);
  const sizes = [7, undefined].map((window) => {
    const subject = subjectOf(network, longInput(network, 3000));
    return subject.plan(createReferenceEngine(), { window }).numbers.length;
  });
  expect(sizes[0]).toBeLessThan(sizes[1] / 20);
});
