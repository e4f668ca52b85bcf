/** Recurrent layers alone and a sequence of vectors, to be looked at: see `subject.ts`. What answers is the top layer's h. */
import type { Engine, Extent } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Observe } from "../layers/observation.ts";
import type { NetworkState } from "../models/carriedStates.ts";
import type { RecurrentNetwork } from "../models/recurrentNetwork.ts";
import { RecurrentPlan } from "../models/recurrentPlan.ts";
import type { RecurrentVectors } from "../models/recurrentRunner.ts";
import { room as roomLike } from "./kept.ts";
import { begin } from "./languageSubject.ts";
import { labelsOf } from "./networkSubject.ts";
import { placeOf } from "./places.ts";
import type { TracedInput } from "./signals.ts";
import {
  checkPlan,
  checkRoom,
  lossSet,
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
  const labels = labelsOf(given.labels, input, steps);
  const subject: Subject = {
    carries: network.config.bidirectional !== true,
    ...{ steps, input, answers: "steps", lossSteps: [], writes: false },
    places: network.layers.map(placeOf),
    labels,
    labelsIn: (window) => labels.slice(window.start, window.start + window.steps),
    toldItself: () => subject,
    plan: (engine, options) => {
      checkPlan(options, network.parameters);
      return planVectors(network, subject, engine, options);
    },
  };
  return subject;
}

function vectorsOf({ input }: Subject): Extract<TracedInput, { kind: "vectors" }> {
  if (input.kind === "vectors") return input;
  throw new RangeError("recurrent layers read vectors, got tokens");
}

function planVectors(
  network: RecurrentNetwork,
  subject: Subject,
  engine: Engine,
  { purpose, observe, rows = 1, weights = network.weights, ...options }: SubjectPlanOptions,
): SubjectPlan {
  const { parameters, stack, config } = network;
  const { steps: all } = subject;
  const room = options.room ?? all;
  const isWhole = config.bidirectional === true;
  const most = isWhole ? room : Math.min(options.window ?? room, room);
  const byName = new Map(network.layers.map(({ name }, place) => [name, place]));
  const ask: Observe = ({ name }) => observe?.(byName.get(name) ?? -1) ?? null;
  const weighted = { parameters, stack, weights };
  const capacity = { steps: most, batch: rows };
  const plan = new RecurrentPlan(weighted, engine, capacity, { purpose, observe: ask });
  const { numbers, integers } = plan.compiled;
  const { input, output, outputGradient } = plan;
  let last = { start: 0, steps: 0, batch: rows };

  function* windows(other: Subject = subject): Generator<SubjectWindow> {
    if (isWhole) checkRoom(other, room);
    const { vectors } = vectorsOf(other);
    begin(plan.states, rows, options.state);
    for (let start = 0; start < other.steps; start += most) {
      const steps = Math.min(most, other.steps - start);
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
      const counted = options.lossAt && lossSet(options.lossAt);
      for (let r = 0; r < last.steps * rows; r++) {
        const counts = counted?.has(Math.floor(r / rows)) ?? true;
        numbers.fill(counts ? 1 : 0, offset + r * stride, offset + r * stride + width);
      }
      plan.backward(last);
    },
    reader: (row, { windowed = false } = {}) => {
      const kept = roomLike(numbers, (windowed ? most : all) * output.width);
      let base = 0;
      return {
        take: ({ start, steps }) => {
          base = windowed ? start : 0;
          for (let t = 0; t < steps; t++) {
            const at = output.offset + (t * rows + row) * output.stride;
            const values = numbers.subarray(at, at + output.width);
            kept.set(values, (start - base + t) * output.width);
          }
        },
        finish: () => {
          const steps = windowed ? last.steps : all;
          const losses = new Float64Array(steps).fill(Number.NaN);
          const outputs = kept.subarray(0, steps * output.width);
          const run = { outputs, state: lastStates(plan, last, row) };
          return { losses, loss: null, predictions: null, output: run, outputLabels: [] };
        },
      };
    },
  };
}

/** What one row's states are after a window, before they are carried on or after. */
function lastStates(
  { layers, compiled }: RecurrentPlan,
  { steps, batch }: Extent,
  row: number,
): NetworkState {
  return layers.map(({ layer, states }) =>
    Object.fromEntries(
      states.map(({ offset, stride, width }, s) => {
        const at = offset + ((steps - 1) * batch + row) * stride;
        return [layer.cell.program.states[s].name, compiled.numbers.slice(at, at + width)];
      }),
    ),
  );
}
