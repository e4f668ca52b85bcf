import { describe, expect, it } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import { findCell, lstm, ZOO } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { readSafetensors, writeSafetensors } from "../../src/files/safetensors.ts";
import {
  createLanguageModel,
  type LanguageModel,
  type LanguageModelConfig,
} from "../../src/models/languageModel.ts";
import { decodeLanguageModel, encodeLanguageModel } from "../../src/models/languageModelFile.ts";

const vocabulary = Vocabulary.of(["the cat sat on the mat."], "characters");

function createModel(
  config: Pick<LanguageModelConfig, "cell"> & Partial<LanguageModelConfig>,
  precision: "float32" | "float64" = "float32",
): LanguageModel {
  const sizes = { hiddenSize: 5, layers: 2, embeddingSize: 5, projectionSize: null };
  return createLanguageModel(
    { vocabulary, ...sizes, dropout: 0, tieWeights: false, ...config },
    { init: "uniform:0.5", forgetBias: null, chronoSteps: 9, seed: 1 },
    precision,
  );
}

const writeAndRead = (model: LanguageModel): LanguageModel =>
  decodeLanguageModel(encodeLanguageModel(model), "model.safetensors");

describe("a language model's file", () => {
  it.each(ZOO.map((cell) => [cell.name, cell] as const))("gives %s back bit for bit", (_, cell) => {
    for (const precision of ["float32", "float64"] as const) {
      const model = createModel({ cell }, precision);
      const read = writeAndRead(model);
      expect(read.weights).toEqual(model.weights);
      // The zoo's own: with its source and PyTorch's names.
      expect(read.config.cell).toBe(cell);
    }
  });

  it("gives tied weights and what is known of the training back", () => {
    const model = createModel({ cell: lstm, tieWeights: true, dropout: 0.25 });
    model.training = { steps: 3, note: "café" };
    const read = writeAndRead(model);
    expect(read.weights).toEqual(model.weights);
    expect(read.training).toEqual(model.training);
    expect(read.config).toMatchObject({ tieWeights: true, dropout: 0.25 });
  });

  it.each([
    ["with the name and equations of one of the zoo", lstm.equations, { name: "lstm" }],
    [
      "with the name of one of the zoo only",
      "h[t] = tanh(W·[h[t-1], x[t]] + b_h)",
      { name: "lstm" },
    ],
    [
      "that says how PyTorch calls its weights",
      lstm.equations,
      { name: "mine", torch: lstm.torch },
    ],
  ])("gives a cell of one's own %s back", (_, equations, about) => {
    const model = createModel({ cell: defineCell(equations, about) });
    expect(writeAndRead(model).weights).toEqual(model.weights);
  });

  it("keeps PyTorch's names for a cell of the zoo whose captions have changed since", () => {
    const equations = lstm.equations.replaceAll(/#.*/g, "# said otherwise");
    const model = createModel({ cell: defineCell(equations, { name: "lstm" }) });
    const { tensors } = readSafetensors(encodeLanguageModel(model), "model.safetensors");
    expect([...tensors.keys()]).toContain("rnn.weight_ih_l0");
    expect(writeAndRead(model).weights).toEqual(model.weights);
  });

  it("is refused in one line whatever its name and its equations hold", () => {
    const { tensors, metadata } = readSafetensors(
      encodeLanguageModel(createModel({ cell: lstm })),
      "model.safetensors",
    );
    const { checksum: _, ...said } = metadata;
    const cell = JSON.stringify({ name: "lstm", equations: "x\n\n" });
    const bytes = writeSafetensors(tensors, { ...said, cell });
    expect(() => decodeLanguageModel(bytes, "two\nlines")).toThrow(
      /^two\\u\{a\}lines: the cell's equations: line 1, column 2: expected = after x, .*$/,
    );
  });

  it("is refused in one line where its sizes would take memory that its tensors do not bear out", () => {
    const cell = findCell("mingru");
    const items = Array.from({ length: 100_000 }, (_, i) => `w${i}`);
    const small = { cell, hiddenSize: 1, layers: 1, embeddingSize: 1 };
    const honest = createModel({ ...small, vocabulary: new Vocabulary("words", items) });
    const { tensors, metadata } = readSafetensors(encodeLanguageModel(honest), "honest");
    const { checksum: _, ...said } = metadata;
    const units = 65_536;
    const lying = new Map(
      [...tensors].map(([name, { shape, data }]) =>
        name.startsWith("rnn.")
          ? [name, { shape: [units, ...shape.slice(1)], data: new Float32Array(units) }]
          : [name, { shape, data }],
      ),
    );
    const config = { ...JSON.parse(said.config), hiddenSize: units };
    // A linear layer of 65,536 × 100,000 would be 26 GB.
    const bytes = writeSafetensors(lying, { ...said, config: JSON.stringify(config) });
    expect(() => decodeLanguageModel(bytes, "liar.safetensors")).toThrow(
      "liar.safetensors: tensor `linear.weight` is [100000, 1], hiddenSize 65536 needs [100000, 65536]",
    );
  });
});
