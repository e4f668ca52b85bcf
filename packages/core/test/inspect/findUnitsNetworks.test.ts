/** Units of networks and of layers alone that follow what a person can name of a series, a row or a sequence. */
import { describe, expect, it } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import { gru, rnn } from "../../src/cells/zoo/index.ts";
import type { Examples } from "../../src/data/examples.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { correlation } from "../../src/inspect/correlation.ts";
import { findUnits } from "../../src/inspect/findUnits.ts";
import type { PredicateStep, StepPredicate } from "../../src/inspect/predicates.ts";
import { trace } from "../../src/inspect/trace.ts";
import {
  type RecurrentLayer,
  readCellWeights,
  writeCellWeights,
} from "../../src/layers/recurrent.ts";
import { createNetwork } from "../../src/models/createNetwork.ts";
import type { Network } from "../../src/models/network.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";
import { NETWORKS, smallNetwork } from "../models/networks.ts";
import { layersOf } from "./looking.ts";

const engine = createReferenceEngine();
const INITIAL = { init: "uniform:0.6", forgetBias: null, chronoSteps: 4, seed: 3 } as const;

function networkOf(name: string, bidirectional = false): Network {
  const config = NETWORKS[name];
  const encoder = config.encoder && { ...config.encoder, cell: rnn, bidirectional };
  return createNetwork({ ...config, encoder }, INITIAL, "float64");
}

/** A unit whose pre-activation is `x`·x + `self`·h + `bias`, and nothing of the other units. */
function setUnit(
  network: Network,
  layer: RecurrentLayer,
  unit: number,
  { x, self = 0, bias = 0 }: { x: readonly number[]; self?: number; bias?: number },
): void {
  const { parameters, weights } = network;
  const { matrices, vectors } = readCellWeights(layer, parameters, weights);
  const { program, signalNames } = layer.cell;
  expect(signalNames).toContain("h");
  for (const [index, { name }] of program.matrices.entries()) {
    const matrix = matrices[index];
    const columns = matrix.length / layer.sizes.units;
    const row = Array.from({ length: columns }, (_, k) => (k === unit ? self : 0));
    matrix.set(name === "W" ? x : row, unit * columns);
  }
  for (const vector of vectors) vector[unit] = bias;
  writeCellWeights(layer, parameters, { matrices, vectors }, weights);
}

/** Series of three numbers a step: noise, a pulse now and then, noise. */
function seriesOf(lengths: readonly number[], rarely = 12): Examples {
  const random = new RandomStream(streamKey(9, "series"));
  const noise = (): number => random.integer(1000) / 500 - 1;
  const series = lengths.map((steps) =>
    Array.from({ length: steps }, () => [noise(), random.integer(rarely) === 0 ? 1 : 0, noise()]),
  );
  return {
    count: lengths.length,
    input: {
      kind: "vectors",
      width: 3,
      steps: (example) => lengths[example],
      copy: (example, into, at, stride) => {
        for (const [t, row] of series[example].entries()) into.set(row, at + t * stride);
      },
    },
    known: null,
    target: null,
  };
}

const all = (examples: Examples) =>
  Array.from({ length: examples.count }, (_, example) => ({ examples, example }));

const isPulse = (steps: readonly PredicateStep[]) => steps.map(({ row }) => row[1] === 1);
/** Whether a pulse has been, in this series. */
const hasBeen = (steps: readonly PredicateStep[]) => {
  const first = steps.findIndex(({ row }) => row[1] === 1);
  return steps.map(({ step }) => first >= 0 && step >= first);
};
const isToCome: StepPredicate = (steps) => {
  const last = steps.findLastIndex(({ row }) => row[1] === 1);
  return steps.map(({ step }) => step <= last);
};

/** Unit 3 fires at a pulse; unit 1 is 0 until the first and 1 from then on. */
const aligned = networkOf("seq2seq aligned, numbers");
const [forward] = aligned.encoder?.layers ?? [];
setUnit(aligned, forward.forward, 3, { x: [0, 80, 0], bias: -40 });
setUnit(aligned, forward.forward, 1, { x: [0, 80, 0], self: 40 });
const several = seriesOf([30, 17, 25, 40, 22, 31]);

describe("findUnits of a network", () => {
  it("gives a unit made to follow a predicate a score of 1, and no other", () => {
    const { units, labels, level, considered, steps } = findUnits(
      aligned,
      engine,
      all(several),
      isPulse,
    );
    expect(units[0]).toMatchObject({
      ...{ layer: 0, place: "encoder.0", signal: "h", unit: 3, sign: 1, auc: 1, above: true },
    });
    expect(units[0].score).toBeCloseTo(1, 12);
    expect(units[1].score).toBeLessThan(0.9);
    expect(level).toBeLessThan(0.7);
    expect([labels, considered]).toEqual(["binary", 5]);
    expect(steps.chosenOn + steps.scoredOn).toBe(165);
  });

  it("begins each example anew: a unit that has seen a pulse in one has not in the next", () => {
    const { units } = findUnits(aligned, engine, all(several), hasBeen);
    expect(units[0]).toMatchObject({ unit: 1, sign: 1, auc: 1 });
    expect(units[0].score).toBeCloseTo(1, 12);
  });

  it("cuts one long series in the middle, and reads it in windows with its states carried", () => {
    const long = seriesOf([1000], 400);
    const pulses = hasBeenLately(40);
    const whole = findUnits(aligned, engine, all(long), pulses);
    expect(whole.steps).toEqual({ chosenOn: 500, scoredOn: 500 });
    const { layers } = trace(aligned, engine, { examples: long }, { window: 1000 });
    const rows = stepsOf(long, 0);
    const known = Array.from(pulses(rows)).slice(500).map(Number);
    // After the first pulse unit 1 no longer changes.
    for (const { unit, sign, score } of whole.units.filter((one) => one.unit !== 1)) {
      const values = known.map((_, t) => layers[0].h.at(500 + t, unit));
      expect(score).toBeCloseTo(sign * correlation(values, known), 10);
    }
  });

  it("takes labels in place of a predicate, one list an input", () => {
    const labels = all(several).map(({ example }) =>
      Array.from(isPulse(stepsOf(several, example))),
    );
    expect(findUnits(aligned, engine, all(several), labels)).toEqual(
      findUnits(aligned, engine, all(several), isPulse),
    );
  });

  it("tells a predicate each step's number, label and row", () => {
    const told: PredicateStep[] = [];
    const inputs = all(several).map((input) => {
      const steps = several.input.steps(input.example);
      return { ...input, labels: Array.from({ length: steps }, (_, t) => `day ${t}`) };
    });
    findUnits(aligned, engine, inputs, (steps) => {
      told.push(...steps);
      return isPulse(steps);
    });
    const wanted = stepsOf(several, 1)[4];
    expect(told[34]).toEqual({ ...wanted, label: "day 4" });
    expect(wanted.row).toHaveLength(3);
  });

  it("has the units of each direction apart: only what reads backward knows what is to come", () => {
    const both = networkOf("seq2seq aligned, numbers", true);
    const [{ forward: ahead, backward }] = both.encoder?.layers ?? [];
    if (!backward) throw new Error("it reads both ways");
    setUnit(both, ahead, 1, { x: [0, 80, 0], self: 40 });
    setUnit(both, backward, 2, { x: [0, 80, 0], self: 40 });
    const [next] = findUnits(both, engine, all(several), isToCome).units;
    expect(next).toMatchObject({ layer: 1, place: "encoder.0.reverse", unit: 2, auc: 1 });
    expect(next.score).toBeCloseTo(1, 12);
    const [been] = findUnits(both, engine, all(several), hasBeen).units;
    expect(been).toMatchObject({ layer: 0, place: "encoder.0", unit: 1, auc: 1 });
    expect(been.score).toBeCloseTo(1, 12);
    expect(findUnits(both, engine, all(several), hasBeen).considered).toBe(10);
  });

  it("puts classes that stand by turns in both parts", () => {
    const rows = seriesOf(Array.from({ length: 40 }, () => 1));
    const { steps } = findUnits(networkOf("vec2vec, classes"), engine, all(rows), (_, input) => [
      input % 2,
    ]);
    expect(steps).toEqual({ chosenOn: 20, scoredOn: 20 });
  });

  it("reads rows of a table: hidden units, and labels shuffled among the rows", () => {
    const network = networkOf("vec2vec, classes");
    setUnit(network, network.hidden[0], 2, { x: [0, 0, 2], bias: 2 });
    const rows = seriesOf(Array.from({ length: 120 }, () => 1));
    const { units, level, labels } = findUnits(network, engine, all(rows), (steps) =>
      steps.map(({ row }) => row[2]),
    );
    expect(units[0]).toMatchObject({ place: "hidden.0", unit: 2, above: true });
    expect(units[0].score).toBeCloseTo(1, 12);
    expect(labels).toBe("numbers");
    // 60 rows are scored: chance alone gives the best of nine units about 2.8 / √60.
    expect(level).toBeGreaterThan(0.2);
    expect(level).toBeLessThan(0.5);
  });

  it.each(["seq2seq, additive attention", "seq2vec, bidirectional, learned initial states"])(
    "scores %s by what a trace has, on what reads the input",
    (name) => {
      const network = smallNetwork(name, "float64");
      const examples = inventExamples(network.config.ports, { count: 2, steps: 40, seed: 2 });
      const isTwo: StepPredicate = (steps) => steps.map(({ token }) => token === 2);
      const { units } = findUnits(network, engine, all(examples), isTwo, { count: 6 });
      // Of two, the second scores.
      const scored = [1];
      for (const { layer, place, signal, unit, sign, score } of units) {
        expect(place).toMatch(/^encoder/);
        const values: number[] = [];
        const labels: number[] = [];
        for (const example of scored) {
          const traced = trace(network, engine, { examples, example });
          const tokens = traced.input.kind === "tokens" ? traced.input.tokens : [];
          for (const [step, token] of tokens.entries()) {
            values.push(traced.layers[layer][signal].at(step, unit));
            labels.push(token === 2 ? 1 : 0);
          }
        }
        expect(score).toBeCloseTo(sign * correlation(values, labels), 10);
      }
    },
  );

  it("gives on wasm what the reference gives, but for rounding", () => {
    const names = ["float32", "float64"] as const;
    const [fast, exact] = names.map((precision) => {
      const network = smallNetwork("seq2vec, classes", precision);
      return findUnits(
        network,
        precision === "float32" ? createWasmEngine() : engine,
        all(several),
        isPulse,
      );
    });
    expect(fast.units[0]).toMatchObject({ layer: exact.units[0].layer, unit: exact.units[0].unit });
    expect(fast.units[0].score).toBeCloseTo(exact.units[0].score, 5);
    expect(fast.level).toBeCloseTo(exact.level, 5);
  });
});

/** Whether a pulse has been within some steps. */
function hasBeenLately(within: number) {
  return (steps: readonly PredicateStep[]) => {
    let last = Number.NEGATIVE_INFINITY;
    return steps.map(({ step, row }) => {
      if (row[1] === 1 || step % 97 === 0) last = step;
      return step - last < within;
    });
  };
}

function stepsOf({ input }: Examples, example: number): PredicateStep[] {
  const steps = input.steps(example);
  const rows = new Float64Array(steps * 3);
  input.copy(example, rows, 0, 3);
  return Array.from({ length: steps }, (_, step) => {
    const row = rows.slice(step * 3, (step + 1) * 3);
    return { step, label: String(step), row, token: null };
  });
}

/** Noise for layers of three numbers. */
function noise(steps: number, seed: number) {
  const random = new RandomStream(streamKey(seed, "noise"));
  const vectors = Array.from({ length: steps * 3 }, () => random.integer(1000) / 500 - 1);
  return { vectors, steps };
}

describe("findUnits of layers alone", () => {
  it("names what was read by its row", () => {
    const network = layersOf(gru);
    const inputs = [noise(200, 1), noise(150, 2)];
    const { units, steps } = findUnits(network, engine, inputs, (rows) =>
      rows.map(({ row }) => row[0] + row[2]),
    );
    expect(steps).toEqual({ chosenOn: 200, scoredOn: 150 });
    const { layers } = trace(network, engine, inputs[1]);
    const labels = Array.from({ length: 150 }, (_, t) => {
      return inputs[1].vectors[t * 3] + inputs[1].vectors[t * 3 + 2];
    });
    for (const { unit, sign, score } of units) {
      const values = labels.map((_, t) => layers[0].h.at(t, unit));
      expect(score).toBeCloseTo(sign * correlation(values, labels), 10);
    }
    expect(units[0].above).toBe(true);
  });

  it("finds something in about one of twenty searches where a label, the same throughout each series, has nothing to do with it", () => {
    const network = layersOf(gru);
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = new RandomStream(streamKey(seed, "class"));
      // Series that differ in their level, so that their steps are far from independent.
      const inputs = Array.from({ length: 24 }, (_, series) => {
        const level = random.integer(1000) / 500 - 1;
        const { vectors, steps } = noise(6 + random.integer(4), seed * 100 + series);
        return { vectors: vectors.map((value) => level + value / 4), steps };
      });
      const labels = inputs.map(({ steps }) => {
        return new Array<number>(steps).fill(random.integer(4));
      });
      if (findUnits(network, engine, inputs, labels).aboveLevel > 0) found++;
    }
    // 10 expected; more than 19 come once in 400 such series.
    expect(found).toBeLessThan(20);
    expect(found).toBeGreaterThan(1);
  });
});

describe("findUnits of networks refuses in one line", () => {
  const layers = layersOf(rnn);
  const unbiased = layersOf(defineCell("h[t] = tanh(W·x[t] + U·h[t-1])", { name: "unbiased" }));
  const still = { vectors: new Float64Array(60), steps: 20 };
  const byTurns = Array.from({ length: 20 }, (_, t) => t % 2 === 0);
  const decoding = smallNetwork("seq2seq, no attention");
  const written = inventExamples(decoding.config.ports, { count: 4, steps: 6, seed: 5 });

  it.each([
    [
      () => findUnits(unbiased, engine, [noise(20, 1), still], [byTurns, byTurns]),
      /^of 5 units none changes, or is a number, over the part of the input that is to score them; /,
    ],
    [
      () => findUnits(layers, engine, [noise(20, 1)], [byTurns.slice(1)]),
      "the list gave 19 labels for the 20 steps of input 0; it must give one a step",
    ],
    [
      () => findUnits(layers, engine, [noise(20, 1)], []),
      "labels: got 0 lists for 1 inputs; give one an input",
    ],
    [
      () => findUnits(layers, engine, [noise(2, 1)], [[1, Number.POSITIVE_INFINITY]]),
      "the list gave Infinity for step 1, of input 0; wanted a number, true or false, or NaN to leave it out",
    ],
    [() => findUnits(layers, engine, [], []), "findUnits: there are no inputs; give at least one"],
    [
      () => findUnits(decoding, engine, all(written), isPulse, { layers: [2] }),
      "layer 2 (decoder.0) steps along what is written, and labels along what is read, as do: encoder.0, encoder.0.reverse",
    ],
    [
      () =>
        findUnits(
          smallNetwork("vec2seq, no hidden layer"),
          engine,
          all(seriesOf([1, 1, 1])),
          isPulse,
        ),
      "no layer of this model steps along its input",
    ],
  ])("%#", (search, message) => {
    expect(search).toThrow(message);
  });
});
