/**
 * Whole models against PyTorch 1.13: logits, loss, gradients, and the losses and weights of twenty steps under eight
 * optimizer settings. The figures were computed for this project (float32; the manifest tells how).
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gruTorch, lstmTorch } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import type { CompiledPlan, Engine } from "../../src/engines/engine.ts";
import { WHOLE } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { type ReadTensor, readSafetensors } from "../../src/files/safetensors.ts";
import { fromTorch, toTorch } from "../../src/files/torchNames.ts";
import {
  embeddingLayer,
  linearLayer,
  planCrossEntropy,
  planEmbedding,
  planLinear,
} from "../../src/layers/dense.ts";
import { PlanBuilder, tensorOf } from "../../src/layers/layer.ts";
import { ParameterLayout, readMatrix, writeMatrix } from "../../src/layers/parameters.ts";
import {
  planRecurrent,
  readCellWeights,
  recurrentLayer,
  writeCellWeights,
} from "../../src/layers/recurrent.ts";
import { LanguageModel } from "../../src/models/languageModel.ts";
import { namedTensors, placeTensors } from "../../src/models/languageModelFile.ts";
import { LanguagePlan } from "../../src/models/languagePlan.ts";
import type { OptimizerOptions } from "../../src/training/optimizers.ts";
import { type Clipping, Updater } from "../../src/training/updater.ts";

/** The settings under which PyTorch took its twenty steps, by the names of their tensors. */
const SETTINGS: Record<string, { optimizer: OptimizerOptions; clip?: Clipping }> = {
  "sgd_lr0.1": { optimizer: { name: "sgd", learningRate: 0.1 } },
  "sgd_lr0.1_momentum0.9": { optimizer: { name: "sgd", learningRate: 0.1, momentum: 0.9 } },
  "sgd_lr0.1_momentum0.9_nesterov_wd0.01": {
    optimizer: { name: "sgd", learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
  },
  "adam_lr0.01": { optimizer: { name: "adam", learningRate: 0.01 } },
  "adamw_lr0.01_wd0.1": { optimizer: { name: "adamw", learningRate: 0.01, weightDecay: 0.1 } },
  "rmsprop_lr0.01_alpha0.9": { optimizer: { name: "rmsprop", learningRate: 0.01, alpha: 0.9 } },
  "adagrad_lr0.1": { optimizer: { name: "adagrad", learningRate: 0.1 } },
  "sgd_lr0.5_clipnorm0.25": {
    optimizer: { name: "sgd", learningRate: 0.5 },
    clip: { norm: 0.25 },
  },
};

const ENGINES: Record<string, () => Engine> = {
  reference: createReferenceEngine,
  wasm: createWasmEngine,
};

/** Vocabulary, units, time steps and sequences of both cases, as the manifest says. */
const VOCABULARY = 11;
const EMBEDDING = 4;
const UNITS = 6;
const STEPS = 7;
const BATCH = 3;
const SPAN = { steps: STEPS, batch: BATCH, from: 0, to: BATCH };

type Golden = ReadonlyMap<string, ReadTensor>;

function readGolden(name: string): Golden {
  const file = new URL(`torch/${name}.safetensors`, import.meta.url);
  return readSafetensors(readFileSync(file), name).tensors;
}

function numbersOf(golden: Golden, name: string): number[] {
  const tensor = golden.get(name);
  if (!tensor) throw new Error(`the golden file has no tensor ${name}`);
  return Array.from(tensor.data, Number);
}

/** [batch, step] as PyTorch has it → step · batch + b. */
function timeMajor(values: readonly number[]): Int32Array {
  return Int32Array.from(
    { length: values.length },
    (_, row) => values[(row % BATCH) * STEPS + Math.floor(row / BATCH)],
  );
}

/** 1e-5 + 1e-5·|value|: both sides compute in float32 or better, PyTorch's figures are float32. */
function expectClose(found: ArrayLike<number>, golden: Golden, name: string): void {
  const wanted = numbersOf(golden, name);
  expect(found.length, name).toBe(wanted.length);
  const worst = wanted.reduce(
    (most, value, i) =>
      Math.max(most, Math.abs(found[i] - value) / (1e-5 + 1e-5 * Math.abs(value))),
    0,
  );
  expect(worst, `${name}: error over its tolerance`).toBeLessThanOrEqual(1);
}

/** What both models offer to be trained step by step. */
interface Trained {
  readonly compiled: CompiledPlan;
  readonly updater: Updater;
  /** Forward and backward; the mean loss. */
  pass(): number;
  prepare(): void;
  weight(name: string): ArrayLike<number>;
}

/** Twenty steps: each loss within 1e-4 relative of PyTorch's (float32 errors grow along the path), weights after them alike. */
function expectPath(golden: Golden, name: string, trained: Trained): void {
  const losses = Array.from({ length: 20 }, () => {
    const loss = trained.pass();
    trained.updater.apply(trained.updater.optimizer.learningRate, trained.updater.gradientNorm());
    trained.prepare();
    return loss;
  });
  numbersOf(golden, `path.${name}`).forEach((wanted, step) => {
    expect(Math.abs(losses[step] / wanted - 1), `loss of step ${step}`).toBeLessThan(1e-4);
  });
  for (const weight of ["linear.weight", "rnn.weight_hh_l0"]) {
    const wanted = numbersOf(golden, `after.${name}.${weight}`);
    const found = trained.weight(weight);
    wanted.forEach((value, i) => {
      expect(Math.abs(found[i] - value), `${weight}[${i}]`).toBeLessThan(
        1e-4 * (1 + Math.abs(value)),
      );
    });
  }
}

describe.each(Object.entries(ENGINES))("a character model on the %s engine", (_, createEngine) => {
  const golden = readGolden("model_char_lm_lstm");
  const tokens = timeMajor(numbersOf(golden, "tokens"));
  // PyTorch marks targets that do not count with -100.
  const targets = timeMajor(numbersOf(golden, "targets")).map((t) => (t === -100 ? -1 : t));
  const counted = targets.filter((target) => target >= 0).length;

  function create(slots = 0) {
    const items = Array.from({ length: VOCABULARY }, (_, i) => String.fromCharCode(97 + i));
    const model = new LanguageModel({
      cell: lstmTorch,
      vocabulary: new Vocabulary("characters", items),
      hiddenSize: UNITS,
      layers: 1,
      embeddingSize: EMBEDDING,
      projectionSize: null,
      dropout: 0,
      tieWeights: false,
    });
    placeTensors(model, {
      take: (name) => Float64Array.from(numbersOf(golden, name)),
      label: (name) => name,
    });
    const capacity = { steps: STEPS, batch: BATCH };
    return {
      model,
      plan: new LanguagePlan(model, createEngine(), capacity, "training", { slots }),
    };
  }

  function pass(plan: LanguagePlan): number {
    plan.write(STEPS * BATCH, tokens, targets);
    plan.forward(SPAN);
    const loss = plan.totalLoss(SPAN) / counted;
    plan.backward(SPAN, 1 / counted);
    return loss;
  }

  it("has PyTorch's logits, loss and gradients", () => {
    const { model, plan } = create();
    plan.write(STEPS * BATCH, tokens, targets);
    plan.forward(SPAN);
    const logits = readMatrix(plan.compiled.numbers, plan.logits);
    const batchFirst = Array.from({ length: logits.length }, (_, i) => {
      const [b, t] = [Math.floor(i / (STEPS * VOCABULARY)), Math.floor(i / VOCABULARY) % STEPS];
      return logits[(t * BATCH + b) * VOCABULARY + (i % VOCABULARY)];
    });
    expectClose(batchFirst, golden, "logits");
    expectClose([pass(plan)], golden, "loss");
    const { gradientsAt, compiled } = plan;
    const gradients = compiled.numbers.slice(gradientsAt, gradientsAt + model.parameters.size);
    for (const [name, { data }] of namedTensors(model, gradients)) {
      expectClose(Array.from(data, Number), golden, `grad.${name}`);
    }
  });

  it.each(Object.keys(SETTINGS))("walks PyTorch's path under %s", (name) => {
    const { model, plan } = create(2);
    const updater = new Updater(plan.compiled, model.parameters.parameters, plan, SETTINGS[name]);
    expectPath(golden, name, {
      compiled: plan.compiled,
      updater,
      pass: () => pass(plan),
      prepare: () => plan.prepare(),
      weight: (tensor) =>
        Array.from(namedTensors(model, plan.weights.slice()).get(tensor)?.data ?? [], Number),
    });
  });
});

describe.each(Object.entries(ENGINES))("a classifier on the %s engine", (_, createEngine) => {
  const golden = readGolden("model_classifier_gru");
  const tokens = timeMajor(numbersOf(golden, "tokens"));
  const targets = Int32Array.from(numbersOf(golden, "targets"));
  const CLASSES = 3;

  /** Embedding → GRU → linear on the last step's h. */
  function create(settings: (typeof SETTINGS)[string]) {
    const parameters = new ParameterLayout();
    const embedding = embeddingLayer(parameters, "embedding", {
      vocabularySize: VOCABULARY,
      embeddingSize: EMBEDDING,
    });
    const sizes = { inputSize: EMBEDDING, hiddenSize: UNITS };
    const rnn = recurrentLayer(parameters, "rnn", gruTorch, sizes);
    const linear = linearLayer(parameters, "linear", { inputSize: UNITS, outputSize: CLASSES });

    const builder = new PlanBuilder(parameters, { steps: STEPS, batch: BATCH }, "training");
    const slotsAt = [0, 1].map(() => builder.reserve(parameters.size));
    const read = builder.layout.integers(STEPS * BATCH);
    const recurrent = planRecurrent(builder, rnn, planEmbedding(builder, embedding, read));
    const { output, stateGradients } = recurrent;
    const h = tensorOf(output, "rnn");
    const lastRows = { rows: BATCH, offset: h.offset + (STEPS - 1) * BATCH * h.stride };
    const gradient = output.gradient && {
      ...output.gradient,
      rows: BATCH,
      offset: output.gradient.offset + (STEPS - 1) * BATCH * output.gradient.stride,
    };
    const logits = planLinear(builder, linear, { value: { ...h, ...lastRows }, gradient });
    const loss = planCrossEntropy(builder, logits);
    const { size } = builder.layout;
    const { operations } = builder;
    const compiled = createEngine().compile({ steps: STEPS, batch: BATCH, size, operations });

    const { numbers, integers } = compiled;
    const { weightsAt, gradientsAt } = builder;
    const weights = numbers.subarray(weightsAt, weightsAt + parameters.size);
    const place = (index: number, name: string, transposed: boolean) => {
      const values = Float64Array.from(numbersOf(golden, name));
      writeMatrix(weights, parameters.tensor(index), values, transposed);
    };
    place(embedding.table, "embedding.weight", false);
    place(linear.weight, "linear.weight", true);
    place(linear.bias, "linear.bias", false);
    const named = fromTorch(gruTorch, rnn.sizes, {
      take: (name) => Float64Array.from(numbersOf(golden, `rnn.${name}_l0`)),
      label: (name) => name,
    });
    writeCellWeights(rnn, parameters, named, weights);
    const prepare = () => {
      compiled.run("prepare", SPAN);
    };
    prepare();

    const last = { ...SPAN, steps: 1 };
    const spans = [SPAN, SPAN, last, last];
    const pass = (): number => {
      tokens.forEach((token, row) => {
        integers[read.offset + row] = token;
      });
      targets.forEach((target, row) => {
        integers[loss.targets.offset + row] = target;
      });
      compiled.operations.forEach((operation, i) => {
        operation.forward(spans[i]);
      });
      if (loss.scale) numbers[loss.scale.offset] = 1 / BATCH;
      for (const { offset, rows, stride } of stateGradients) {
        numbers.fill(0, offset, offset + rows * stride);
      }
      for (let i = 3; i >= 0; i--) compiled.operations[i].backward(spans[i]);
      compiled.operations.forEach((operation, i) => {
        operation.gradients(spans[i], WHOLE);
      });
      let total = 0;
      for (let b = 0; b < BATCH; b++) total += numbers[loss.losses.offset + b * loss.losses.stride];
      return total / BATCH;
    };
    const tensors = (stretch: Float32Array | Float64Array): Map<string, ArrayLike<number>> => {
      const cell = toTorch(
        gruTorch,
        rnn.sizes,
        readCellWeights(rnn, parameters, stretch),
        "float64",
      );
      return new Map<string, ArrayLike<number>>([
        ["embedding.weight", readMatrix(stretch, parameters.tensor(embedding.table))],
        ["linear.weight", readMatrix(stretch, parameters.tensor(linear.weight), true)],
        ["linear.bias", readMatrix(stretch, parameters.tensor(linear.bias))],
        ...cell.map(({ name, data }) => [`rnn.${name}_l0`, data] as const),
      ]);
    };
    const bases = { weightsAt, gradientsAt, slotsAt };
    const updater = new Updater(compiled, parameters.parameters, bases, settings);
    const gradients = () => tensors(numbers.slice(gradientsAt, gradientsAt + parameters.size));
    const weight = (name: string) => tensors(weights.slice()).get(name) ?? [];
    const readLogits = () => readMatrix(numbers, tensorOf(logits, "linear"));
    return { compiled, updater, pass, prepare, weight, gradients, readLogits };
  }

  it("has PyTorch's logits, loss and gradients", () => {
    const model = create(SETTINGS["sgd_lr0.1"]);
    expectClose([model.pass()], golden, "loss");
    // Logits of rows past the last step's are not used.
    expectClose(model.readLogits().slice(0, BATCH * CLASSES), golden, "logits");
    for (const [name, values] of model.gradients()) expectClose(values, golden, `grad.${name}`);
  });

  it.each(Object.keys(SETTINGS))("walks PyTorch's path under %s", (name) => {
    expectPath(golden, name, create(SETTINGS[name]));
  });
});
