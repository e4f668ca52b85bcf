import { describe, expect, it } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import { lstm, ZOO } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { CellstateError } from "../../src/errors.ts";
import {
  readSafetensors,
  type StoredTensor,
  writeSafetensors,
} from "../../src/files/safetensors.ts";
import {
  createLanguageModel,
  type LanguageModel,
  type LanguageModelConfig,
} from "../../src/models/languageModel.ts";
import { decodeLanguageModel, encodeLanguageModel } from "../../src/models/languageModelFile.ts";
import { LanguagePlan } from "../../src/models/languagePlan.ts";
import { LanguageStream } from "../../src/models/languageStream.ts";
import { quantise, withWeights } from "../../src/models/quantise.ts";
import { errorLine } from "../files/support.ts";

const vocabulary = Vocabulary.of(["the cat sat on the mat."], "characters");

function createModel(
  config: Partial<LanguageModelConfig> = {},
  precision: "float32" | "float64" = "float32",
): LanguageModel {
  const sizes = { hiddenSize: 6, layers: 2, embeddingSize: 6, projectionSize: null };
  return createLanguageModel(
    { cell: lstm, vocabulary, ...sizes, dropout: 0, tieWeights: false, ...config },
    { init: "uniform:0.5", forgetBias: null, chronoSteps: 9, seed: 1 },
    precision,
  );
}

/** The logits after each of a few tokens. */
function logits(model: LanguageModel, engine: Engine): number[] {
  const stream = new LanguageStream(model, engine);
  return [1, 4, 2, 2, 0, 5].flatMap((token) => [...stream.step(token)]);
}

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (value, i) => Math.abs(value - b[i])).reduce((x, y) => Math.max(x, y), 0);
}

/** The file's tensors, some of them replaced or (null) left out; the checksum goes, as another program's file has none. */
function rewritten(
  bytes: Uint8Array,
  changes: Readonly<Record<string, StoredTensor | null>>,
): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes, "m");
  const { checksum: _, ...kept } = metadata;
  const changed = new Map<string, StoredTensor>(tensors);
  for (const [name, tensor] of Object.entries(changes)) {
    if (tensor) changed.set(name, tensor);
    else changed.delete(name);
  }
  return writeSafetensors(changed, kept);
}

describe("quantise", () => {
  it("leaves a rounded model as it is, and the given one too", () => {
    for (const embeddingSize of [0, 6]) {
      const model = createModel({ embeddingSize });
      const before = model.weights.slice();
      const once = quantise(model);
      expect(once.weightFormat).toBe("int8");
      expect(once.weights).not.toEqual(model.weights);
      expect(quantise(once).weights).toEqual(once.weights);
      expect(model.weights).toEqual(before);
      expect(model.weightFormat).toBe("float32");
    }
  });

  it("moves no weight by more than half a step, and no bias at all", () => {
    const model = createModel();
    const rounded = quantise(model);
    // Weights are within 0.5; a scale rounded to 17 bits adds next to nothing.
    expect(furthest(rounded.weights, model.weights)).toBeLessThan((0.5 / 127) * 0.501);
    for (const [index, { tensor }] of model.parameters.parameters.entries()) {
      if (tensor.rows > 1) continue;
      const [a, b] = [model, rounded].map(({ weights, parameters }) => {
        const { offset, width } = parameters.tensor(index);
        return weights.slice(offset, offset + width);
      });
      expect(a).toEqual(b);
    }
  });

  it("goes back to float32 with the weights as they are rounded", () => {
    const rounded = quantise(createModel());
    const back = withWeights(rounded, "float32");
    expect(back.weightFormat).toBe("float32");
    expect(back.weights).toEqual(rounded.weights);
    expect(rounded.weightFormat).toBe("int8");
    expect(withWeights(back, "float32")).toBe(back);
  });

  it.each(ZOO.map((cell) => [cell.name, cell] as const))(
    "gives %s the same model however it is read: in integers, in float32, in float64",
    (_, cell) => {
      const rounded = quantise(createModel({ cell }));
      const exact = logits(withWeights(rounded, "float32"), createReferenceEngine());
      expect(furthest(logits(rounded, createReferenceEngine()), exact)).toBe(0);
      // Rows of 16 bits: 2⁻¹⁶ of the largest, a few dozen times.
      expect(furthest(logits(rounded, createWasmEngine()), exact)).toBeLessThan(1e-3);
    },
  );

  it("rounds the weights that engines would round: the same bits", () => {
    const model = createModel({ embeddingSize: 0 });
    const rounded = quantise(model);
    // The marked model with weights as they were: products round them; tokens pick from layer 0, so that is rounded.
    const marked = withWeights(rounded, "float32");
    marked.weightFormat = "int8";
    const picked = marked.parameters.tensor(marked.recurrent[0].weights[0]);
    const { offset, rows, stride } = picked;
    marked.weights.set(model.weights);
    marked.weights.set(rounded.weights.slice(offset, offset + rows * stride), offset);
    expect(logits(marked, createWasmEngine())).toEqual(logits(rounded, createWasmEngine()));
  });

  it("is not trained", () => {
    const rounded = quantise(createModel());
    const plan = () =>
      new LanguagePlan(rounded, createWasmEngine(), { steps: 2, batch: 2 }, "training");
    expect(errorLine(plan)).toBe(
      "a model with int8 weights cannot be trained, their steps are too coarse; convert it to float32 first",
    );
    expect(plan).toThrow(CellstateError);
  });
});

describe("a file with int8 weights", () => {
  it.each(ZOO.map((cell) => [cell.name, cell] as const))("gives %s back bit for bit", (_, cell) => {
    const model = quantise(createModel({ cell }));
    const bytes = encodeLanguageModel(model);
    const read = decodeLanguageModel(bytes, "m.safetensors");
    expect(read.weightFormat).toBe("int8");
    expect(read.weights).toEqual(model.weights);
    expect(encodeLanguageModel(read)).toEqual(bytes);
  });

  it("keeps a scale a row for each vector that a matrix multiplies", () => {
    const equations = "h[t] = tanh(W·[h[t-1], x[t]] + b_h)";
    const model = quantise(createModel({ cell: defineCell(equations), embeddingSize: 3 }));
    const bytes = encodeLanguageModel(model);
    const { tensors } = readSafetensors(bytes, "m");
    expect(tensors.get("rnn.W_l0")).toMatchObject({ dtype: "I8", shape: [6, 9] });
    expect(tensors.get("rnn.W_l0.scale")).toMatchObject({ dtype: "F32", shape: [6, 2] });
    expect(decodeLanguageModel(bytes, "m").weights).toEqual(model.weights);
  });

  it("is about a quarter of the size, under PyTorch's names, weight = integer · scale", () => {
    const model = createModel({ hiddenSize: 64, embeddingSize: 0 });
    const rounded = quantise(model);
    const [large, small] = [model, rounded].map(encodeLanguageModel);
    expect(small.length / large.length).toBeLessThan(0.31);
    const { tensors } = readSafetensors(small, "m");
    const plain = readSafetensors(
      encodeLanguageModel(withWeights(rounded, "float32")),
      "m",
    ).tensors;
    for (const name of ["rnn.weight_ih_l0", "rnn.weight_hh_l1", "linear.weight"]) {
      const [integers, scales] = [tensors.get(name), tensors.get(`${name}.scale`)];
      expect(integers?.dtype).toBe("I8");
      expect(scales?.shape).toEqual([integers?.shape[0], 1]);
      const columns = integers?.shape[1] ?? 0;
      const weights = Array.from({ length: integers?.data.length ?? 0 }, (_, i) => {
        return Number(integers?.data[i]) * Number(scales?.data[Math.floor(i / columns)]);
      });
      const wanted = plain.get(name)?.data;
      expect(weights).toEqual(Array.from({ length: weights.length }, (_, i) => wanted?.[i]));
    }
    expect(tensors.get("rnn.bias_ih_l0")?.dtype).toBe("F32");
  });

  it("or any other is rounded, or kept in float32, as it is loaded", () => {
    const model = createModel({ tieWeights: true });
    const rounded = quantise(model);
    const load = (bytes: Uint8Array, weights?: "int8" | "float32") =>
      decodeLanguageModel(bytes, "m", { weights });
    const [plain, small] = [model, rounded].map(encodeLanguageModel);
    expect(load(plain).weightFormat).toBe("float32");
    expect(load(plain, "int8").weightFormat).toBe("int8");
    expect(load(plain, "int8").weights).toEqual(rounded.weights);
    expect(load(small, "float32").weightFormat).toBe("float32");
    expect(load(small, "float32").weights).toEqual(rounded.weights);
  });

  it("comes from a model in float64 too", () => {
    const model = createModel({}, "float64");
    const read = decodeLanguageModel(encodeLanguageModel(quantise(model)), "m");
    expect(read.weights).toEqual(quantise(model).weights);
    expect(read.weights).toBeInstanceOf(Float32Array);
  });

  const bytes = encodeLanguageModel(quantise(createModel()));
  const { tensors } = readSafetensors(bytes, "m");
  const integers = tensors.get("rnn.weight_hh_l0") ?? expect.fail("no weights");
  const scales = tensors.get("rnn.weight_hh_l0.scale") ?? expect.fail("no scales");
  const withFirst = (tensor: StoredTensor, value: number): StoredTensor => {
    const data = tensor.data.slice();
    data[0] = value;
    return { shape: tensor.shape, data };
  };
  it.each<[string, Readonly<Record<string, StoredTensor | null>>]>([
    [
      "tensor `rnn.weight_hh_l0.scale` of shape [24, 1] is missing",
      { "rnn.weight_hh_l0.scale": null },
    ],
    [
      "tensor `rnn.weight_hh_l0.scale` is [12, 2], tensor `rnn.weight_hh_l0` needs [24, 1]",
      { "rnn.weight_hh_l0.scale": { shape: [12, 2], data: scales.data } },
    ],
    [
      "tensor `rnn.weight_hh_l0.scale` is I32, a model of precision int8 needs F32",
      { "rnn.weight_hh_l0.scale": { shape: [24, 1], data: new Int32Array(24) } },
    ],
    [
      "tensor `rnn.weight_hh_l0.scale` holds NaN at element 0; weights must be finite, train the model anew",
      { "rnn.weight_hh_l0.scale": withFirst(scales, Number.NaN) },
    ],
    ...[0, -0.01, 0.1, 2 ** -130].map((scale): [string, Record<string, StoredTensor>] => [
      `tensor \`rnn.weight_hh_l0\` has a scale of ${Math.fround(scale)} for integers up to 127 in row 0; ` +
        "the file is damaged",
      { "rnn.weight_hh_l0.scale": withFirst(scales, scale) },
    ]),
    [
      "tensor `rnn.weight_hh_l0` holds -128 in row 0; the file is damaged",
      { "rnn.weight_hh_l0": withFirst(integers, -128) },
    ],
    [
      "tensor `rnn.weight_hh_l0` is F32, a model of precision int8 needs I8",
      { "rnn.weight_hh_l0": { shape: [24, 6], data: new Float32Array(24 * 6) } },
    ],
    [
      "tensor `more.scale` belongs to no part of this model",
      { "more.scale": { shape: [1, 1], data: Float32Array.of(1) } },
    ],
  ])("is refused in one line: %s", (line, changes) => {
    const read = () => decodeLanguageModel(rewritten(bytes, changes), "m.safetensors");
    expect(errorLine(read)).toBe(`m.safetensors: ${line}`);
  });

  it("is refused where the metadata say another precision", () => {
    const { tensors: kept, metadata } = readSafetensors(bytes, "m");
    const { checksum: _, ...said } = metadata;
    const lying = writeSafetensors(kept, { ...said, precision: '"float32"' });
    expect(errorLine(() => decodeLanguageModel(lying, "m.safetensors"))).toMatch(
      /^m\.safetensors: tensor `\S+` is I8, a model of precision float32 needs F32$/,
    );
  });
});
