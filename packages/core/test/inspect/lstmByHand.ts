/** A language model of two LSTM layers, some units of the lower of which are set by hand; all other weights are random. */
import { lstm } from "../../src/cells/zoo/index.ts";
import type { Vocabulary } from "../../src/data/vocabulary.ts";
import { readCellWeights, writeCellWeights } from "../../src/layers/recurrent.ts";
import { createLanguageModel, type LanguageModel } from "../../src/models/languageModel.ts";

/** What a gate's pre-activation is for a token; "" is its bias. What is not named adds 0. */
type Gate = Readonly<Record<string, number>>;

export interface UnitByHand {
  readonly unit: number;
  readonly f?: Gate;
  readonly i?: Gate;
  readonly g?: Gate;
  readonly o?: Gate;
}

/** The units named hear tokens alone, not h[t-1]. */
export function lstmByHand(
  vocabulary: Vocabulary,
  hiddenSize: number,
  units: readonly UnitByHand[],
  layers = 2,
): LanguageModel {
  const sizes = { hiddenSize, layers, embeddingSize: 0, projectionSize: null };
  const model = createLanguageModel(
    { cell: lstm, vocabulary, ...sizes, dropout: 0, tieWeights: false },
    { init: "uniform:0.6", forgetBias: 1, chronoSteps: 8, seed: 5 },
    "float64",
  );
  const [layer] = model.recurrent;
  const { matrices, vectors } = readCellWeights(layer, model.parameters, model.weights);
  const { program } = layer.cell;
  const columns = hiddenSize + vocabulary.size;
  for (const { unit, ...gates } of units) {
    for (const name of ["f", "i", "g", "o"] as const) {
      const gate = gates[name] ?? {};
      const row = unit * columns;
      const matrix = matrices[program.matrices.findIndex((one) => one.name === `W_${name}`)];
      matrix.fill(0, row, row + columns);
      for (const [token, weight] of Object.entries(gate)) {
        const number = vocabulary.numberOf(token);
        if (number !== undefined) matrix[row + hiddenSize + number] = weight;
      }
      vectors[program.vectors.findIndex((one) => one.name === `b_${name}`)][unit] = gate[""] ?? 0;
    }
  }
  writeCellWeights(layer, model.parameters, { matrices, vectors }, model.weights);
  return model;
}
