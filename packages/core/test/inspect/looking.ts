/** What tests of looking inside share: cells as networks of one layer, and their signals read from a plan. */
import type { Cell } from "../../src/cells/cell.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { copySignal, type Subject, stepsOf } from "../../src/inspect/subject.ts";
import type { LanguageModel } from "../../src/models/languageModel.ts";
import { createLanguageModel } from "../../src/models/languageModel.ts";
import {
  createRecurrentNetwork,
  type RecurrentNetwork,
} from "../../src/models/recurrentNetwork.ts";
import { streamKey, uniform } from "../../src/numbers/random.ts";

/** Weights far from zero, so that every path matters. */
const INITIAL = { init: "uniform:0.6", forgetBias: null, chronoSteps: 8, seed: 7 } as const;

/** Layers of a cell alone, in float64; units that fill no whole vector. */
export function layersOf(cell: Cell, layers = 1, bidirectional = false): RecurrentNetwork {
  const inputSize = cell.program.tiedInput === "units" ? 5 : 3;
  const config = { cell, inputSize, hiddenSize: 5, layers, bidirectional };
  return createRecurrentNetwork(config, INITIAL, "float64");
}

/** Numbers in [−1, 1] for layers. */
export function vectorsFor({ config }: RecurrentNetwork, steps: number) {
  const count = steps * config.inputSize;
  const vectors = Array.from({ length: count }, (_, n) => 2 * uniform(streamKey(5), n) - 1);
  return { vectors, steps };
}

export const TEXT = "my name is Krish. it is.";

export function languageModelOf(cell: Cell, embeddingSize = 3): LanguageModel {
  const vocabulary = Vocabulary.of([TEXT], "characters");
  const sizes = { hiddenSize: 5, layers: 2, embeddingSize, projectionSize: null };
  return createLanguageModel(
    { cell, vocabulary, ...sizes, dropout: 0.5, tieWeights: false },
    INITIAL,
    "float64",
  );
}

/** Every signal of the equations of every place, [steps][units], by an observed run. */
export function signalsOf(subject: Subject, engine: Engine): Record<string, number[][]>[] {
  const plan = subject.plan(engine, {
    observe: (place) => {
      const signals = subject.places[place].cell.signalNames;
      return { signals, gradients: [], memory: false, held: [] };
    },
  });
  const [window] = plan.windows();
  return subject.places.map((place, index) => {
    const steps = stepsOf(plan, place, window, 0);
    const seen = plan.layers[index].signals.map(({ signal, into: tensor }) => {
      const into = new Float64Array(steps * tensor.width);
      copySignal(plan, place, window, tensor, { row: 0, into });
      const rows = Array.from({ length: steps }, (_, t) => {
        return [...into.subarray(t * tensor.width, (t + 1) * tensor.width)];
      });
      return [place.cell.program.signals[signal].name, rows];
    });
    return Object.fromEntries(seen);
  });
}
