import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gruTorch, lstm, lstmTorch, mingru, slstm } from "../../src/cells/zoo/index.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { readSafetensors } from "../../src/files/safetensors.ts";
import type { NetworkState } from "../../src/models/carriedStates.ts";
import {
  createRecurrentNetwork,
  RecurrentNetwork,
  type RecurrentNetworkConfig,
} from "../../src/models/recurrentNetwork.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";
import { cellOf, manifest } from "../golden/stack.ts";

const engine = createWasmEngine();
const INITIAL = { init: "default", forgetBias: null, chronoSteps: 10, seed: 1 } as const;

const network = (config: RecurrentNetworkConfig): RecurrentNetwork =>
  createRecurrentNetwork(config, INITIAL);

function vectors(count: number, seed = 1): Float32Array {
  const stream = new RandomStream(streamKey(seed, "inputs"));
  return Float32Array.from({ length: count }, () => 2 * stream.uniform() - 1);
}

const ENGINES: readonly { readonly name: string; readonly createEngine: () => Engine }[] = [
  { name: "reference", createEngine: createReferenceEngine },
  { name: "wasm", createEngine: createWasmEngine },
];

/** nn.LSTM, nn.GRU and nn.RNN over whole sequences, time first. */
const GOLDEN = manifest.cases.filter(
  ({ config }) => config.num_layers !== undefined && !config.batch_first,
);

/** As `golden/layers.test.ts` has it: PyTorch's own differences from float64 reach 6e-7. */
const TOLERANCE = 1e-5;

function expectNear(what: string, mine: ArrayLike<number>, torch: ArrayLike<number>): void {
  expect(mine.length, what).toBe(torch.length);
  for (let n = 0; n < torch.length; n++) {
    const off = Math.abs(mine[n] - torch[n]);
    if (off > TOLERANCE) expect.fail(`${what}[${n}]: got ${mine[n]}, PyTorch has ${torch[n]}`);
  }
}

describe.each(GOLDEN)("PyTorch's $name", ({ file, config }) => {
  const path = new URL(`../golden/torch/${file}`, import.meta.url);
  const { tensors } = readSafetensors(readFileSync(path), file);
  const numbers = (name: string): Float32Array =>
    Float32Array.from(tensors.get(name)?.data ?? [], Number);
  const { input_size, hidden_size, num_layers, proj_size, batch, seq_len: steps = 1 } = config;
  const lengths = config.lengths ?? undefined;
  const given: RecurrentNetworkConfig = {
    cell: cellOf(config),
    inputSize: input_size,
    hiddenSize: hidden_size,
    layers: num_layers,
    projectionSize: proj_size || undefined,
    bidirectional: config.bidirectional,
  };
  const { states } = given.cell.program;

  /** [L, B, W] of each state, as a state of ours. */
  const begin = (of: RecurrentNetwork): NetworkState =>
    of.layers.map((_, layer) =>
      Object.fromEntries(
        states.map(({ name }) => {
          const all = numbers(`${name}0`);
          const count = all.length / of.layers.length;
          return [name, all.slice(layer * count, (layer + 1) * count)];
        }),
      ),
    );

  it.each(ENGINES)(
    "gives PyTorch's outputs and last states, its weights loaded by name, on $name",
    ({ createEngine }) => {
      const mine = new RecurrentNetwork(given);
      mine.load(tensors);
      const state = config.zero_initial_state ? undefined : begin(mine);
      const run = mine.run(createEngine(), numbers("input"), { steps, batch, state, lengths });
      expectNear("output", run.outputs, numbers("output"));
      for (const { name } of states) {
        const last = run.state.flatMap((layer) => [...layer[name]]);
        expectNear(`${name}_n`, last, numbers(`${name}_n`));
      }
    },
  );

  it("gives its weights back under the names that it took them by", () => {
    const mine = new RecurrentNetwork(given);
    mine.load(tensors);
    for (const [name, { shape, data }] of mine.tensors()) {
      expect(shape, name).toEqual(tensors.get(name)?.shape);
      expect([...data], name).toEqual([...numbers(name)]);
    }
  });
});

describe("load", () => {
  const small = new RecurrentNetwork({ cell: lstmTorch, inputSize: 3, hiddenSize: 2 });

  it("says which tensor is missing, and which has another shape", () => {
    expect(() => small.load(new Map(), "rnn.")).toThrow(
      "tensor `rnn.weight_ih_l0` of shape [8, 3] is missing",
    );
    const other = new RecurrentNetwork({ cell: lstmTorch, inputSize: 3, hiddenSize: 4 });
    expect(() => small.load(other.tensors())).toThrow(
      "tensor `weight_ih_l0` is [16, 3], the network's sizes need [8, 3]",
    );
  });

  it("leaves the weights as they were where a tensor of a later layer is missing", () => {
    const config = { cell: lstmTorch, inputSize: 3, hiddenSize: 2, layers: 2 };
    const drawn = network(config).tensors();
    const kept = new RecurrentNetwork(config);
    drawn.delete("bias_hh_l1");
    expect(() => kept.load(drawn)).toThrow(/bias_hh_l1/);
    expect(kept.weights.every((value) => value === 0)).toBe(true);
  });
});

describe("lengths", () => {
  const config = { cell: lstmTorch, inputSize: 3, hiddenSize: 4, layers: 2, bidirectional: true };

  it("give each sequence of a batch what it gets by itself, and zeros behind its end", () => {
    const lengths = [5, 0, 2];
    const inputs = vectors(5 * 3 * 3);
    const { outputs } = network(config).run(engine, inputs, { steps: 5, batch: 3, lengths });
    for (const [b, steps] of lengths.entries()) {
      const own = Array.from({ length: steps }, (_, t) => [
        ...inputs.subarray((t * 3 + b) * 3, (t * 3 + b) * 3 + 3),
      ]).flat();
      const alone = steps > 0 ? network(config).run(engine, own, { steps, batch: 1 }).outputs : [];
      for (let t = 0; t < 5; t++) {
        const row = [...outputs.subarray((t * 3 + b) * 8, (t * 3 + b) * 8 + 8)];
        expect(row).toEqual(t < steps ? [...alone.slice(t * 8, t * 8 + 8)] : Array(8).fill(0));
      }
    }
  });

  it("are refused where they are not the batch's, or the runner was made without", () => {
    const runner = network(config).runner(engine, { steps: 2, batch: 2, hasLengths: true });
    const run = (lengths: number[]) => () =>
      runner.run(vectors(12), { steps: 2, batch: 2, lengths });
    expect(run([1])).toThrow("runner: expected 2 lengths, got 1");
    expect(run([1, 3])).toThrow("runner: lengths[1]: expected 0 to 2, got 3");
    const plain = network(config).runner(engine, { steps: 2, batch: 2 });
    expect(() => plain.run(vectors(12), { steps: 2, batch: 2, lengths: [1, 2] })).toThrow(
      "runner: made without hasLengths, so all sequences have the same steps",
    );
    expect(() => network(config).stream(engine)).toThrow(
      "a bidirectional network reads whole sequences; use run() or runner(), not stream()",
    );
  });
});

it.each([0, 1.5, -1])("a network refuses %d units", (hiddenSize) => {
  expect(() => new RecurrentNetwork({ cell: lstm, inputSize: 3, hiddenSize })).toThrow(
    `hiddenSize: expected a whole number from 1, got ${hiddenSize}`,
  );
});

describe("a runner", () => {
  const config = { cell: lstmTorch, inputSize: 5, hiddenSize: 6, layers: 2 };
  const runner = network(config).runner(engine, { steps: 7, batch: 4 });

  it("runs smaller windows and batches as prefixes, with the same bits as a runner of that size", () => {
    runner.run(vectors(7 * 4 * 5, 2));
    for (const extent of [
      { steps: 3, batch: 2 },
      { steps: 7, batch: 1 },
      { steps: 1, batch: 4 },
    ]) {
      const inputs = vectors(extent.steps * extent.batch * 5);
      const exact = network(config).run(engine, inputs, extent);
      expect([...runner.run(inputs, extent)]).toEqual([...exact.outputs]);
      expect(runner.state).toEqual(exact.state);
    }
  });

  // Up to four sequences, x is multiplied for some steps at once: here for 32, 21 and 16.
  it.each([2, 3, 4, 5])("gives %d sequences side by side the bits of each by itself", (batch) => {
    const steps = 50;
    const inputs = vectors(steps * batch * 5);
    const together = network(config).run(engine, inputs, { steps, batch }).outputs;
    const alone = network(config).stream(engine);
    for (let b = 0; b < batch; b++) {
      alone.reset();
      for (let t = 0; t < steps; t++) {
        const row = t * batch + b;
        const h = alone.step(inputs.subarray(row * 5, row * 5 + 5));
        expect([...together.subarray(row * 6, row * 6 + 6)], `${t} ${b}`).toEqual([...h]);
      }
    }
  });

  it("goes on from where it ended when the state is carried", () => {
    const inputs = vectors(6 * 2 * 5);
    const whole = network(config).run(engine, inputs, { steps: 6, batch: 2 });
    const half = { steps: 3, batch: 2 };
    const first = [...runner.run(inputs.subarray(0, 30), half)];
    const second = [...runner.run(inputs.subarray(30), { ...half, state: "carried" })];
    expect([...first, ...second]).toEqual([...whole.outputs]);
    expect(() => runner.run(vectors(5), { steps: 1, batch: 1, state: "carried" })).toThrow(
      "the carried state is of 2 sequences, not 1",
    );
  });

  it("says what it has room for, and what shape it expects", () => {
    expect(() => runner.run(vectors(5), { steps: 8, batch: 1 })).toThrow(
      "runner: expected at most 7 steps × 4 sequences, got 8 × 1",
    );
    expect(() => runner.run(vectors(11), { steps: 1, batch: 2 })).toThrow(
      "runner: expected inputs of shape [T=1, B=2, I=5] (10 numbers), got 11 numbers",
    );
  });
});

describe("a stream", () => {
  it.each([lstmTorch, gruTorch, slstm, mingru])(
    "of $name gives, vector by vector, the bits of the whole sequence",
    (cell) => {
      const config = { cell, inputSize: 5, hiddenSize: 6, layers: 2 };
      const inputs = vectors(9 * 5);
      const whole = network(config).run(engine, inputs, { steps: 9, batch: 1 });
      const stream = network(config).stream(engine);
      for (const again of [1, 2]) {
        const steps = Array.from({ length: 9 }, (_, t) => [
          ...stream.step(inputs.subarray(5 * t, 5 * t + 5)),
        ]);
        expect(steps.flat(), `time ${again}`).toEqual([...whole.outputs]);
        expect(stream.state).toEqual(whole.state);
        stream.reset();
      }
    },
  );

  it("goes on in another stream from its state", () => {
    const of = network({ cell: lstmTorch, inputSize: 3, hiddenSize: 4 });
    const [first, second] = [of.stream(engine), of.stream(engine)];
    first.step([1, 2, 3]);
    const saved = first.state;
    const wanted = [...first.step([4, 5, 6])];
    second.state = saved;
    expect([...second.step([4, 5, 6])]).toEqual(wanted);
    expect(() => {
      second.state = [{ h: new Float32Array(4) }];
    }).toThrow("state: expected c of layer 0 with 1 × 4 numbers, got none");
  });

  it("says how long a vector has to be", () => {
    const stream = network({ cell: lstm, inputSize: 3, hiddenSize: 4 }).stream(engine);
    expect(() => stream.step([1, 2])).toThrow("stream: expected a vector of 3 numbers, got 2");
  });
});
