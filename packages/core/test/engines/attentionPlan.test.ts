/** A decoder that attends, in one plan: whole and step by step, on any number of threads, the same bits. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Engine, JoinPiece, PlanSpec, Tensor } from "../../src/engines/engine.ts";
import { Layout } from "../../src/engines/layout.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { streamKey, uniform } from "../../src/numbers/random.ts";
import type { Threads } from "../../src/threads/threads.ts";
import { testThreads } from "../threads/nodeThreads.ts";
import { expectClose, expectSameBits } from "./contract/close.ts";

const [STEPS, OUTPUT_STEPS, BATCH, KEYS] = [7, 4, 6, 10];
const LENGTHS = [7, 0, 3, 1, 6, 7];

interface Attending {
  readonly plan: PlanSpec;
  readonly inputs: readonly Tensor[];
  readonly lengths: number;
  /** What is compared: outputs and gradients. */
  readonly results: Readonly<Record<string, Tensor>>;
}

/** Keys from a source turned round, queries from an input; what was found beside the query, and a loss of it. */
function attending(score: "dot" | "additive", loops: PlanSpec["loops"]): Attending {
  const layout = new Layout();
  const over = "outputSteps";
  const source = (width: number) => layout.tensor(STEPS * BATCH, width);
  const output = (width: number) => layout.tensor(OUTPUT_STEPS * BATCH, width);
  const matrix = (rows: number, width: number) => layout.tensor(rows, width);
  const lengths = layout.integers(BATCH);
  const [x, dx, keys, dKeys] = [source(KEYS), source(KEYS), source(KEYS), source(KEYS)];
  const [z, dz, queries, dQueries] = [output(5), output(5), output(KEYS), output(KEYS)];
  const [W, dW] = [matrix(5, KEYS), matrix(5, KEYS)];
  const vector = score === "additive" ? matrix(1, KEYS) : null;
  const vectorGradient = vector && matrix(1, KEYS);
  const [given, dGiven] = [matrix(BATCH, 3), matrix(BATCH, 3)];
  const [found, dFound, weights] = [output(KEYS), output(KEYS), output(STEPS)];
  const width = KEYS + 5 + 3;
  const [joined, dJoined, targets, losses] = [
    output(width),
    output(width),
    output(width),
    output(1),
  ];
  const scale = matrix(1, 1);
  const piece = (value: Tensor, gradient: Tensor, at: JoinPiece["at"], accumulate = false) => {
    return { value, gradient, at, accumulate };
  };
  const operations: PlanSpec["operations"] = [
    {
      kind: "join",
      pieces: [piece(x, dx, "reversed")],
      lengths,
      output: keys,
      training: { outputGradient: dKeys },
    },
    {
      kind: "linear",
      over,
      input: z,
      output: queries,
      weight: W,
      transposed: false,
      bias: null,
      training: {
        outputGradient: dQueries,
        inputGradient: dz,
        weightGradient: dW,
        accumulate: false,
        biasGradient: null,
      },
    },
    {
      kind: "attention",
      over,
      score,
      queries,
      keys,
      values: keys,
      vector,
      lengths,
      weights,
      output: found,
      training: {
        outputGradient: dFound,
        queriesGradient: dQueries,
        keysGradient: dKeys,
        valuesGradient: dKeys,
        vectorGradient,
      },
    },
    {
      kind: "join",
      over,
      pieces: [
        piece(found, dFound, "same"),
        piece(z, output(5), "same"),
        piece(given, dGiven, "once"),
      ],
      lengths: null,
      output: joined,
      training: { outputGradient: dJoined },
    },
    {
      kind: "elementLoss",
      over,
      loss: { name: "squared" },
      outputs: joined,
      targets,
      losses,
      training: { scale, outputsGradient: dJoined },
    },
  ];
  const axes = { steps: STEPS, outputSteps: OUTPUT_STEPS, batch: BATCH };
  return {
    plan: { ...axes, size: layout.size, operations, loops },
    inputs: [x, z, W, given, targets, scale, ...(vector ? [vector] : [])],
    lengths: lengths.offset,
    results: {
      ...{ keys, weights, found, losses, dx, dz, dW, dGiven },
      ...(vectorGradient && { vectorGradient }),
    },
  };
}

/** All that a training step of so many sequences leaves. */
function outcome(engine: Engine, score: "dot" | "additive", loops: PlanSpec["loops"] = []) {
  const { plan, inputs, lengths, results } = attending(score, loops);
  const compiled = engine.compile(plan);
  const numbersOf = ({ offset, rows, stride }: Tensor) =>
    compiled.numbers.subarray(offset, offset + rows * stride);
  inputs.forEach((tensor, i) => {
    const { offset, rows, width, stride } = tensor;
    const key = streamKey(1, "input", i);
    for (let n = 0; n < rows * width; n++) {
      const at = offset + Math.floor(n / width) * stride + (n % width);
      compiled.numbers[at] = Math.fround(2 * uniform(key, n) - 1);
    }
  });
  compiled.integers.set(LENGTHS, lengths);
  const extent = { steps: STEPS, outputSteps: OUTPUT_STEPS, batch: BATCH };
  for (const pass of ["prepare", "forward", "backward", "gradients"] as const) {
    compiled.run(pass, extent);
  }
  return Object.entries(results).map(([what, tensor]) => ({
    what,
    values: [...numbersOf(tensor)],
  }));
}

const LOOPS: readonly NonNullable<PlanSpec["loops"]>[] = [
  [{ first: 1, end: 5 }],
  [
    { first: 1, end: 3 },
    { first: 3, end: 4 },
  ],
];

const started: Threads[] = [];
beforeAll(async () => {
  for (const count of [2, 3]) started.push(await testThreads(count));
});
afterAll(() => {
  for (const threads of started) threads.end();
});

it.each(["dot", "additive"] as const)("%s: loops and threads change no bit", (score) => {
  const wanted = outcome(createWasmEngine(), score);
  const engines = started.map((threads) => createWasmEngine({ threads, leastShared: 0 }));
  for (const engine of [createWasmEngine(), ...engines]) {
    for (const loops of [[], ...LOOPS]) {
      outcome(engine, score, loops).forEach(({ what, values }, n) => {
        const where = `${what}, ${engine.threads} threads, ${loops.length} loops`;
        expectSameBits(where, values, wanted[n].values);
      });
    }
  }
});

it.each(["dot", "additive"] as const)("%s: agrees with the reference", (score) => {
  const theirs = outcome(createReferenceEngine(), score);
  outcome(createWasmEngine(), score).forEach(({ what, values }, n) => {
    // Sums of some tens of products of float32.
    expectClose(what, values, theirs[n].values, { roundings: 32 });
  });
  const looped = outcome(createReferenceEngine(), score, LOOPS[0]);
  looped.forEach(({ what, values }, n) => {
    expectSameBits(what, values, theirs[n].values);
  });
});

it("something is found, and something flows back", () => {
  for (const { what, values } of outcome(createWasmEngine(), "additive")) {
    expect(
      values.some((value) => value !== 0),
      what,
    ).toBe(true);
    expect(values.every(Number.isFinite), what).toBe(true);
  }
});
