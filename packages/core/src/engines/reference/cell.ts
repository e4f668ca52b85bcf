/**
 * A cell over time: its program walked node by node, for every step and every sequence.
 *
 * Forward, a stage adds its matrix products to the pre-activations and then computes its pointwise nodes. Backward walks
 * the steps in reverse; a stage computes its nodes and then sends finished gradients back through the matrices. Steps behind
 * a sequence's end are not walked: what is seen of them is set to zero.
 */
import type { NodeId } from "../../cells/program.ts";
import { backwardSignals } from "../cellTensors.ts";
import {
  type CellSpec,
  type Operation,
  type PlanSpec,
  stepsAlong,
  type Tensor,
} from "../engine.ts";
import { padded } from "../layout.ts";
import { layOutValues, locate, planRows, type Rows, sharedRows } from "./cellValues.ts";
import { holdWeights } from "./heldWeights.ts";
import { applyPointwise } from "./pointwise.ts";
import { clear, noTraining } from "./rows.ts";

/** The part of a source's stacked weights that feeds one sum. */
interface Block {
  readonly sum: number;
  /** Where it begins in a row of the stack. */
  readonly column: number;
  readonly width: number;
}

/** The plan's gradients that the walk back reads and writes. */
interface TrainingRows {
  readonly output: Rows;
  readonly input: Rows | null;
  /** One a state: what the later step sends back, then what this step does. */
  readonly states: readonly Rows[];
}

export function cell(
  spec: CellSpec,
  memory: Float64Array,
  plan: Pick<PlanSpec, "steps" | "batch" | "outputSteps" | "weights">,
): Operation {
  const { program, sizes, weights, lengths, training } = spec;
  const capacity = { steps: stepsAlong(spec.over, plan), batch: plan.batch };
  const { nodes, sums, sourceGradients, stateGradients } = layOutValues(spec, memory, capacity);
  const states = spec.states.map((state) => planRows(memory, state));
  const signals = spec.signals.map(({ signal, into }) => ({
    node: program.signals[signal].node,
    width: program.signals[signal].width,
    into: planRows(memory, into),
  }));
  const writtenBackward = backwardSignals(spec);
  const forwardSignals = signals.filter((_, index) => !writtenBackward.has(index));
  const gradientSignals = signals.filter((_, index) => writtenBackward.has(index));
  const tokens = "width" in spec.input ? null : spec.input;

  const blocks: readonly (readonly Block[])[] = program.sources.map((source) => {
    let column = 0;
    return source.sums.map((sum) => {
      const width = sizes[program.sums[sum].width];
      const block = { sum, column, width };
      column += padded(width);
      return block;
    });
  });
  const inputNode = program.nodes.findIndex(({ kind }) => kind === "input");

  /** By source. One-hot tokens pick rows as they are: that is no product. */
  const held = weights.map((weight, source) => {
    const picked = tokens && program.sources[source].node === inputNode;
    return holdWeights(memory, weight, "columns", picked ? "float32" : plan.weights);
  });

  /** The step, the sequence and the batch of the call that the walk is at. */
  let t = 0;
  let b = 0;
  let batch = 0;

  const here = (rows: Rows): Rows => locate(rows, t, b, batch);

  const computeNodes = (ids: readonly NodeId[]): void => {
    for (const id of ids) {
      const node = program.nodes[id];
      if (node.kind !== "apply")
        throw new TypeError(`a stage computes apply nodes, got ${node.kind}`);
      const first = here(nodes[node.args[0]]);
      const second = node.args.length > 1 ? here(nodes[node.args[1]]) : first;
      applyPointwise(node.op, here(nodes[id]), first, second, sizes[node.width]);
    }
  };

  /** to = from, or 0 where there is nothing to copy; `width` numbers. */
  const copy = (from: Rows | null, to: Rows, width: number): void => {
    here(to);
    if (from) here(from);
    for (let u = 0; u < width; u++) to.values[to.at + u] = from ? from.values[from.at + u] : 0;
  };

  const add = (from: Rows, to: Rows, width: number): void => {
    here(to);
    here(from);
    for (let u = 0; u < width; u++) to.values[to.at + u] += from.values[from.at + u];
  };

  /** Which elements of a source multiply: all, or of one-hot tokens the one that is 1. */
  const elements = (source: number): readonly [number, number] => {
    if (!tokens || program.sources[source].node !== inputNode) {
      return [0, sizes[program.sources[source].width]];
    }
    const token = memory[tokens.offset + t * batch + b];
    return [token, token + 1];
  };

  // sum[u] += Σ_k source[k] · W[k, u]
  const multiply = (source: number): void => {
    const x = here(nodes[program.sources[source].node]);
    const [begin, end] = elements(source);
    const { values, at } = held[source];
    for (const { sum, column, width } of blocks[source]) {
      const y = here(sums[sum]);
      for (let k = begin; k < end; k++) {
        const xk = x.values[x.at + k];
        const w = at + k * weights[source].stride + column;
        for (let u = 0; u < width; u++) y.values[y.at + u] += xk * values[w + u];
      }
    }
  };

  // sourceGradient[k] = Σ_sums Σ_u W[k, u] · dsum[u]
  const multiplyBack = (source: number): void => {
    const dx = here(sourceGradients[source]);
    const weight = weights[source];
    const K = sizes[program.sources[source].width];
    dx.values.fill(0, dx.at, dx.at + K);
    for (const { sum, column, width } of blocks[source]) {
      const dy = here(nodes[program.sums[sum].gradient]);
      for (let k = 0; k < K; k++) {
        const w = weight.offset + k * weight.stride + column;
        let total = 0;
        for (let u = 0; u < width; u++) total += memory[w + u] * dy.values[dy.at + u];
        dx.values[dx.at + k] += total;
      }
    }
  };

  // dW[k, u] += source[k] · dsum[u]
  const addWeightGradient = (source: number, weightGradient: Tensor): void => {
    const x = here(nodes[program.sources[source].node]);
    const [begin, end] = elements(source);
    for (const { sum, column, width } of blocks[source]) {
      const dy = here(nodes[program.sums[sum].gradient]);
      for (let k = begin; k < end; k++) {
        const xk = x.values[x.at + k];
        const dw = weightGradient.offset + k * weightGradient.stride + column;
        for (let u = 0; u < width; u++) memory[dw + u] += xk * dy.values[dy.at + u];
      }
    }
  };

  const stepForward = (): void => {
    if (tokens && inputNode >= 0) {
      const x = here(nodes[inputNode]);
      x.values.fill(0, x.at, x.at + sizes.in);
      x.values[x.at + memory[tokens.offset + t * batch + b]] = 1;
    }
    program.sums.forEach(({ width }, sum) => {
      copy(null, sums[sum], sizes[width]);
    });
    program.forward.forEach((stage, s) => {
      program.sources.forEach((source, index) => {
        if (source.stage === s) multiply(index);
      });
      computeNodes(stage.nodes);
    });
    program.states.forEach(({ value, width }, s) => {
      copy(nodes[value], states[s], sizes[width]);
    });
    for (const { node, width, into } of forwardSignals) copy(nodes[node], into, sizes[width]);
  };

  const stepBackward = (gradients: TrainingRows): void => {
    program.states.forEach(({ width }, s) => {
      copy(gradients.states[s], stateGradients[s], sizes[width]);
      if (s === program.output) add(gradients.output, stateGradients[s], sizes[width]);
    });
    program.backward.forEach((stage, s) => {
      computeNodes(stage.nodes);
      program.sources.forEach(({ node, gradientStage }, index) => {
        if (gradientStage !== s || (node === inputNode && !gradients.input)) return;
        multiplyBack(index);
      });
    });
    for (const { node, width, into } of gradientSignals) copy(nodes[node], into, sizes[width]);
    program.states.forEach(({ previousGradient, width }, s) => {
      copy(rowsOrNull(previousGradient), gradients.states[s], sizes[width]);
    });
    if (gradients.input) copy(rowsOrNull(program.inputGradient), gradients.input, sizes.in);
    program.sources.forEach(({ node, width }, index) => {
      const multiplied = program.nodes[node];
      if (multiplied.kind === "previous") {
        add(sourceGradients[index], gradients.states[multiplied.state], sizes[width]);
      } else if (multiplied.kind === "input" && gradients.input) {
        add(sourceGradients[index], gradients.input, sizes[width]);
      }
    });
  };

  const hasEnded = (): boolean => (lengths ? t >= memory[lengths.offset + b] : false);

  const endForward = (): void => {
    program.states.forEach(({ width }, s) => {
      copy(null, states[s], sizes[width]);
    });
    for (const { width, into } of signals) copy(null, into, sizes[width]);
  };

  /** The states' gradients wait for the sequence's last step. */
  const endBackward = ({ output, input }: TrainingRows): void => {
    for (const { width, into } of gradientSignals) copy(null, into, sizes[width]);
    copy(null, output, sizes[program.states[program.output].width]);
    if (input) copy(null, input, sizes.in);
  };

  const rowsOrNull = (node: NodeId | null): Rows | null => (node === null ? null : nodes[node]);

  return {
    prepare() {
      for (const { prepare } of held) prepare();
    },

    forward(span) {
      batch = span.batch;
      for (t = span.start ?? 0; t < span.steps; t++) {
        for (b = span.from; b < span.to; b++) {
          if (hasEnded()) endForward();
          else stepForward();
        }
      }
    },

    backward(span) {
      if (!training) return noTraining("cell");
      const { outputGradient, inputGradient } = training;
      const gradients: TrainingRows = {
        output: planRows(memory, outputGradient),
        input: inputGradient && planRows(memory, inputGradient),
        states: training.stateGradients.map((tensor) => ({
          ...planRows(memory, tensor),
          timed: false,
        })),
      };
      batch = span.batch;
      const { start = 0 } = span;
      for (t = span.steps - 1; t >= start; t--) {
        for (b = span.from; b < span.to; b++) {
          if (hasEnded()) endBackward(gradients);
          else stepBackward(gradients);
        }
      }
    },

    gradients(span) {
      if (!training) return noTraining("cell");
      const { weightGradients, vectorGradients } = training;
      for (const tensor of [...weightGradients, ...vectorGradients]) clear(memory, tensor);
      batch = span.batch;
      for (t = 0; t < span.steps; t++) {
        for (b = 0; b < batch; b++) {
          if (hasEnded()) continue;
          program.sources.forEach((_, index) => {
            addWeightGradient(index, weightGradients[index]);
          });
          program.vectors.forEach(({ gradient, width }, index) => {
            if (gradient === null) return;
            add(nodes[gradient], sharedRows(memory, vectorGradients[index]), sizes[width]);
          });
        }
      }
    },
  };
}
