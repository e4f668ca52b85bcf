/** Two marked numbers of many, and their sum: after S. Hochreiter and J. Schmidhuber, 1997, Long Short-Term Memory, section 5.4. */
import {
  type Cell,
  createTaskModel,
  encodeTaskModel,
  fitSequenceRegressionTask,
  Predictor,
  RandomStream,
  type SeriesInput,
  streamKey,
  trace,
  trainTask,
  type Weights,
} from "@cellstate/core";
import type { TrainingSettings } from "../protocol.ts";
import type { LiveCourse } from "./course.ts";

const EXAMPLES = 4000;
const HELD_OUT = 256;
const SHORTEST = 40;
const LONGEST = 60;
const BATCH = 32;

interface Sum {
  readonly input: SeriesInput;
  readonly target: number;
}

export function addingCourse(asked: TrainingSettings, cell: Cell): LiveCourse {
  const { units: hiddenSize, layers, seed, steps, learningRate } = asked;
  const part = (purpose: string, count: number) => {
    const sums = Array.from({ length: count }, (_, index) => drawSum(purpose, index));
    return { inputs: sums.map(({ input }) => input), targets: sums.map(({ target }) => target) };
  };
  const [training, held] = [part("training", EXAMPLES), part("held out", HELD_OUT)];
  const options = { columns: ["number", "marker"] };
  const task = fitSequenceRegressionTask({ name: "sums", ...training }, options);
  const sizes = { cell, hiddenSize, layers, seed, bidirectional: false, dropout: 0 };
  const model = createTaskModel(task, sizes);
  const copy = createTaskModel(task, sizes);
  const withWeights = (weights: Weights) => {
    copy.network.weights.set(weights);
    return copy;
  };
  return {
    parameters: model.network.parameters.size,
    command: null,
    example: { kind: "text", text: textOf(held.inputs[0]) },
    get weights() {
      return model.network.weights;
    },
    train: (engine) =>
      trainTask(model, training, null, {
        ...{ engine, length: { steps }, batchSize: BATCH, seed, schedule: "warmup:50" },
        ...{ optimizer: { name: "adam", learningRate }, clip: { norm: 1 } },
      }),
    encode: (weights) => encodeTaskModel(withWeights(weights)),
    encodeFinal: () => encodeTaskModel(model),
    *measure(engine, weights) {
      const predictor = new Predictor(withWeights(weights), engine);
      yield;
      const predictions = predictor.predict(held.inputs);
      const squares = predictions.map(({ value }, index) => (value - held.targets[index]) ** 2);
      return squares.reduce((sum, each) => sum + each, 0) / squares.length;
    },
    probe(engine, weights) {
      const { network } = withWeights(weights);
      return trace(network, engine, {
        examples: task.encode(held.inputs.slice(0, 1), null, "sums"),
      });
    },
  };
}

function textOf({ steps, values }: SeriesInput): string {
  const line = (_: unknown, step: number) => `${values[2 * step]} ${values[2 * step + 1]}`;
  return Array.from({ length: steps }, line).join("\n");
}

function drawSum(purpose: string, index: number): Sum {
  const stream = new RandomStream(streamKey(1, "adding", purpose, index));
  const steps = SHORTEST + stream.integer(LONGEST - SHORTEST + 1);
  const first = stream.integer(10);
  const second = 10 + stream.integer(steps - 10);
  const values = new Float32Array(2 * steps);
  let target = 0;
  for (let step = 0; step < steps; step++) {
    const isMarked = step === first || step === second;
    const number = stream.uniform();
    values[2 * step] = number;
    values[2 * step + 1] = isMarked ? 1 : 0;
    if (isMarked) target += number;
  }
  return { input: { steps, values }, target };
}
