/** Recurrent layers alone and a sequence of vectors, to be looked at: see `subject.ts`. What answers is the top layer's h. */
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Observe } from "../layers/observation.ts";
import type { RecurrentNetwork } from "../models/recurrentNetwork.ts";
import { RecurrentPlan } from "../models/recurrentPlan.ts";
import type { RecurrentVectors } from "../models/recurrentRunner.ts";
import { room } from "./kept.ts";
import { begin } from "./languageSubject.ts";
import { labelsOf } from "./networkSubject.ts";
import { placeOf } from "./places.ts";
import type { TracedInput } from "./signals.ts";
import {
  checkPlan,
  type Subject,
  type SubjectPlan,
  type SubjectPlanOptions,
  type SubjectWindow,
} from "./subject.ts";

/** A sequence of vectors. */
export interface VectorInput {
  /** [steps, inputSize], row by row. */
  readonly vectors: RecurrentVectors;
  readonly steps: number;
  /** One a step. @default "0", "1", … */
  readonly labels?: readonly string[];
}

/** @throws RangeError for vectors of another size than the network's. CellstateError `data` where there are none. */
export function recurrentSubject(network: RecurrentNetwork, given: VectorInput): Subject {
  const { steps } = given;
  const width = network.config.inputSize;
  if (steps === 0) throw new CellstateError("data", "nothing to trace: the sequence is empty");
  if (!Number.isInteger(steps) || given.vectors.length !== steps * width) {
    throw new RangeError(
      `vectors: expected shape [T=${steps}, I=${width}] (${steps * width} numbers), got ${given.vectors.length} numbers`,
    );
  }
  const vectors =
    given.vectors instanceof Float32Array ? given.vectors : Float64Array.from(given.vectors);
  const input: TracedInput = { kind: "vectors", vectors, width };
  const subject: Subject = {
    carries: network.config.bidirectional !== true,
    ...{ steps, input, answers: "steps", lossSteps: [], writes: false },
    places: network.layers.map(placeOf),
    labels: labelsOf(given.labels, input, steps),
    toldItself: () => subject,
    plan: (engine, options) => {
      checkPlan(options, network.parameters);
      return planVectors(network, input.vectors, steps, engine, options);
    },
  };
  return subject;
}

function planVectors(
  network: RecurrentNetwork,
  vectors: Float32Array | Float64Array,
  all: number,
  engine: Engine,
  { purpose, observe, rows = 1, weights = network.weights, ...options }: SubjectPlanOptions,
): SubjectPlan {
  const { parameters, stack, config } = network;
  const isWhole = config.bidirectional === true;
  const most = isWhole ? all : Math.min(options.window ?? all, all);
  const byName = new Map(network.layers.map(({ name }, place) => [name, place]));
  const ask: Observe = ({ name }) => observe?.(byName.get(name) ?? -1) ?? null;
  const weighted = { parameters, stack, weights };
  const capacity = { steps: most, batch: rows };
  const plan = new RecurrentPlan(weighted, engine, capacity, { purpose, observe: ask });
  const { numbers, integers } = plan.compiled;
  const { input, output, outputGradient } = plan;
  let last = { start: 0, steps: 0, batch: rows };

  function* windows(): Generator<SubjectWindow> {
    begin(plan.states, rows, options.state);
    for (let start = 0; start < all; start += most) {
      const steps = Math.min(most, all - start);
      for (let r = 0; r < steps * rows; r++) {
        const from = (start + Math.floor(r / rows)) * input.width;
        const row = vectors.subarray(from, from + input.width);
        numbers.set(row, input.offset + r * input.stride);
      }
      last = { start, steps, batch: rows };
      plan.compiled.run("forward", last);
      yield last;
      plan.states.carry(last);
    }
  }
  return {
    ...{ rows, numbers, integers, windows },
    layers: plan.layers,
    outputs: [output],
    losses: [],
    outputSteps: () => 0,
    backward: () => {
      if (!outputGradient) {
        throw new RangeError("this plan was made without training: it has no backward");
      }
      const { offset, stride, width } = outputGradient;
      const counted = options.lossAt && new Set(options.lossAt);
      for (let r = 0; r < last.steps * rows; r++) {
        const counts = counted?.has(Math.floor(r / rows)) ?? true;
        numbers.fill(counts ? 1 : 0, offset + r * stride, offset + r * stride + width);
      }
      plan.backward(last);
    },
    reader: (row) => {
      const outputs = room(numbers, all * output.width);
      return {
        take: ({ start, steps }) => {
          for (let t = 0; t < steps; t++) {
            const at = output.offset + (t * rows + row) * output.stride;
            outputs.set(numbers.subarray(at, at + output.width), (start + t) * output.width);
          }
        },
        finish: () => {
          const state = plan.states.read(rows).map((layer) =>
            Object.fromEntries(
              Object.entries(layer).map(([name, values]) => {
                const width = values.length / rows;
                return [name, values.slice(row * width, (row + 1) * width)];
              }),
            ),
          );
          const losses = new Float64Array(all).fill(Number.NaN);
          const run = { outputs, state };
          return { losses, loss: null, predictions: null, output: run, outputLabels: [] };
        },
      };
    },
  };
}
