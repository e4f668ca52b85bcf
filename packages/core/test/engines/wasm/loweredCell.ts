/**
 * Two ways to run a cell over a window in float64, to hold against each other: walking the graph, a value at a time, with
 * no notion of stages; and interpreting the kernels of a lowered cell with the products between them, as
 * `cell.ts` runs them. Memory that nobody has written yet holds NaN. Sums are added in one order in both, so results are
 * the same bits.
 */
import type { CellProgram, NodeId, PointwiseOp } from "../../../src/cells/program.ts";
import type { Kernel, LoweredCell, Place } from "../../../src/engines/wasm/cellStages.ts";
import type { LoweringOptions } from "../../../src/engines/wasm/cellTimeline.ts";

/** What a window is run on: rows are [time][width], one row of the batch. */
export interface Window {
  readonly steps: number;
  readonly input: readonly number[][];
  readonly initial: readonly number[][];
  readonly vectors: readonly number[][];
  /** By mask: a row, or one a step. */
  readonly masks: readonly number[][][];
  /** By source, then sum: weights[source][sum][unit of the sum][element of the source]. */
  readonly weights: readonly (readonly number[][] | undefined)[][];
  readonly outputGradient: readonly number[][];
  /** ∂L/∂ of the last states. */
  readonly carried: readonly number[][];
}

export interface Result {
  readonly states: number[][][];
  readonly signals: number[][][];
  readonly sumGradients: number[][][];
  readonly sources: number[][][];
  readonly inputGradient: number[][];
  readonly vectorGradients: number[][];
  readonly carried: number[][];
}

const OPERATIONS: Readonly<Record<PointwiseOp, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  masked: (a, b) => (b === 0 ? 0 : a * b),
  div: (a, b) => a / b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  greater: (a, b) => (a > b ? 1 : 0),
  neg: (a) => -a,
  abs: Math.abs,
  relu: (a) => Math.max(a, 0),
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  tanh: Math.tanh,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
};

const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const unknown = (count: number): number[] => new Array<number>(count).fill(Number.NaN);

/** The order in which sources are multiplied: x and the states before the first stage, the others as they come. */
export function sourceOrder(program: CellProgram): number[] {
  return program.sources
    .map((_, k) => k)
    .sort((a, b) => program.sources[a].stage - program.sources[b].stage || a - b);
}

/** W·source, added to the pre-activation. */
function addProduct(to: number[], at: number, weights: readonly number[][], from: number[]): void {
  weights.forEach((row, u) => {
    let total = 0;
    for (let k = 0; k < from.length; k++) total += row[k] * from[k];
    to[at + u] += total;
  });
}

/** Wᵀ·∂L/∂sum, added to the source's gradient. */
function addTransposed(to: number[], weights: readonly number[][], gradient: number[]): void {
  weights.forEach((row, u) => {
    for (let k = 0; k < to.length; k++) to[k] += row[k] * gradient[u];
  });
}

export function walk(program: CellProgram, options: LoweringOptions, window: Window): Result {
  const { sizes } = options;
  const { nodes, states, sums, sources, vectors, signals } = program;
  const order = sourceOrder(program);
  const previous: number[][][] = [window.initial.map((row) => [...row])];
  const forward: Map<NodeId, number[]>[] = [];
  const result: Result = {
    ...{ states: [], signals: [], sumGradients: [], sources: [], inputGradient: [] },
    vectorGradients: vectors.map(({ width }) => zeros(sizes[width])),
    carried: [],
  };
  const maskRow = (mask: number, t: number): number[] => {
    const rows = window.masks[mask];
    return rows.length === 1 ? rows[0] : rows[t];
  };
  const apply = (op: PointwiseOp, args: number[][], width: number): number[] =>
    Array.from({ length: width }, (_, u) => OPERATIONS[op](args[0][u], args[1]?.[u] ?? 0));

  const evaluate = (
    known: Map<NodeId, number[]>,
    id: NodeId,
    width: number,
    leaf: (id: NodeId) => number[],
  ): number[] => {
    const found = known.get(id);
    if (found) return found;
    const node = nodes[id];
    if (node.kind === "number") return new Array<number>(width).fill(node.value);
    const value =
      node.kind === "apply"
        ? apply(
            node.op,
            node.args.map((arg) => evaluate(known, arg, width, leaf)),
            width,
          )
        : leaf(id);
    known.set(id, value);
    return value;
  };

  for (let t = 0; t < window.steps; t++) {
    const known = new Map<NodeId, number[]>();
    const leaf = (id: NodeId): number[] => {
      const node = nodes[id];
      if (node.kind === "input") return window.input[t];
      if (node.kind === "previous") return previous[t][node.state];
      if (node.kind === "vector") return window.vectors[node.vector];
      if (node.kind === "mask") return maskRow(node.mask, t);
      if (node.kind !== "sum") throw new Error(`${node.kind} in a forward pass`);
      const total = zeros(sizes[node.width]);
      for (const k of order) {
        const weights = window.weights[k][node.sum];
        if (weights) addProduct(total, 0, weights, value(sources[k].node, sizes[sources[k].width]));
      }
      return total;
    };
    const value = (id: NodeId, width: number): number[] => evaluate(known, id, width, leaf);
    previous.push(states.map((state) => value(state.value, sizes[state.width])));
    result.states.push(previous[t + 1]);
    result.sources.push(sources.map(({ node, width }) => value(node, sizes[width])));
    result.signals.push(
      options.signals.map((s) => value(signals[s].node, sizes[signals[s].width])),
    );
    // The backward pass may read a pre-activation that nothing forward did.
    for (const [id, node] of nodes.entries()) if (node.kind === "sum") value(id, sizes[node.width]);
    forward.push(known);
  }
  if (!options.training) return result;

  let carried = window.carried.map((row) => [...row]);
  for (let t = window.steps - 1; t >= 0; t--) {
    const known = new Map(forward[t]);
    const leaf = (id: NodeId): number[] => {
      const node = nodes[id];
      if (node.kind === "input") return window.input[t];
      if (node.kind === "previous") return previous[t][node.state];
      if (node.kind === "vector") return window.vectors[node.vector];
      if (node.kind === "mask") return maskRow(node.mask, t);
      if (node.kind === "stateGradient") {
        const later = carried[node.state];
        if (node.state !== program.output) return later;
        return later.map((g, u) => g + window.outputGradient[t][u]);
      }
      if (node.kind !== "sourceGradient") throw new Error(`${node.kind} was not computed forward`);
      return throughMatrices(node.source, zeros(sizes[node.width]));
    };
    const value = (id: NodeId, width: number): number[] => evaluate(known, id, width, leaf);
    const throughMatrices = (k: number, to: number[]): number[] => {
      for (const s of sources[k].sums) {
        const weights = window.weights[k][s];
        if (weights) addTransposed(to, weights, value(sums[s].gradient, sizes[sums[s].width]));
      }
      return to;
    };
    const pointwise = (id: NodeId | null, width: number): number[] =>
      id === null ? zeros(width) : [...value(id, width)];
    result.sumGradients[t] = sums.map(({ gradient, width }) => value(gradient, sizes[width]));
    vectors.forEach(({ gradient, width }, v) => {
      const sum = result.vectorGradients[v];
      for (const [u, g] of pointwise(gradient, sizes[width]).entries()) sum[u] += g;
    });
    const next = states.map((state) => pointwise(state.previousGradient, sizes[state.width]));
    result.inputGradient[t] = pointwise(program.inputGradient, sizes.in);
    sources.forEach((source, k) => {
      const node = nodes[source.node];
      if (node.kind === "previous") throughMatrices(k, next[node.state]);
      if (node.kind === "input") throughMatrices(k, result.inputGradient[t]);
    });
    carried = next;
  }
  result.carried.push(...carried);
  return result;
}

export function interpret(
  program: CellProgram,
  options: LoweringOptions,
  lowered: LoweredCell,
  window: Window,
): Result {
  const { sizes, training } = options;
  const { nodes, states, sums, sources, vectors, signals } = program;
  const { steps } = window;
  const records = training ? steps : 1;
  const rows = (count: number, width: number): number[][] =>
    Array.from({ length: count }, () => unknown(width));
  const memory: Readonly<Record<Place["array"], number[][][]>> = {
    record: [rows(records, lowered.recordWidth)],
    scratch: [rows(1, lowered.scratchWidth)],
    input: [window.input.map((row) => [...row])],
    state: states.map((state) => rows(steps, sizes[state.width])),
    previous: [],
    vector: window.vectors.map((row) => [[...row]]),
    mask: window.masks.map((rows) => rows.map((row) => [...row])),
    source: sources.map((source) => rows(records, sizes[source.width])),
    signal: options.signals.map((s) => rows(steps, sizes[signals[s].width])),
    outputGradient: [window.outputGradient.map((row) => [...row])],
    carried: window.carried.map((row) => [[...row]]),
    sourceGradient: sources.map((source) => rows(1, sizes[source.width])),
    inputGradient: [rows(steps, sizes.in)],
    vectorSum: lowered.vectorSums.map((width) => [zeros(width)]),
  };
  const rowOf = (place: Place, t: number): number[] => {
    if (place.array === "previous") {
      return t === 0 ? window.initial[place.index] : memory.state[place.index][t - 1];
    }
    const all = memory[place.array][place.index];
    return all.length === 1 ? all[0] : all[t];
  };
  const run = (kernel: Kernel, t: number): void => {
    for (const { width, code } of kernel.loops) {
      for (let u = 0; u < width; u++) {
        const values = new Map<NodeId, number>();
        const value = (id: NodeId): number => {
          const found = values.get(id);
          if (found === undefined) throw new Error(`${kernel.name}: node ${id} is not there yet`);
          return found;
        };
        for (const step of code) {
          if (step.kind === "load") {
            let total = 0;
            for (const [i, from] of step.from.entries()) {
              const number = rowOf(from, t)[from.column + u];
              total = i === 0 ? number : total + number;
            }
            values.set(step.into, total);
          } else if (step.kind === "number") values.set(step.into, step.value);
          else if (step.kind === "apply") {
            const [a, b = 0] = step.args.map(value);
            values.set(step.into, OPERATIONS[step.op](a, b));
          } else if (step.kind === "store")
            rowOf(step.to, t)[step.to.column + u] = value(step.from);
          else rowOf(step.to, t)[step.to.column + u] += value(step.from);
        }
      }
    }
  };
  const result: Result = {
    ...{ states: [], signals: [], sumGradients: [], sources: [], inputGradient: [] },
    ...{ vectorGradients: [], carried: [] },
  };
  const sourceRow = (k: number, t: number): number[] => {
    const from = lowered.sourcePlaces[k];
    return rowOf(from, t).slice(from.column, from.column + sizes[sources[k].width]);
  };
  const order = sourceOrder(program);
  for (let t = 0; t < steps; t++) {
    const record = memory.record[0][training ? t : 0];
    lowered.forward.forEach((kernel, stage) => {
      for (const k of order.filter((source) => sources[source].stage === stage)) {
        for (const s of sources[k].sums) {
          const weights = window.weights[k][s];
          const at = lowered.sumColumns[s];
          const first = order.find((other) => window.weights[other][s]) === k;
          if (first) record.fill(0, at, at + sizes[sums[s].width]);
          if (weights) addProduct(record, at, weights, sourceRow(k, t));
        }
      }
      run(kernel, t);
    });
    result.states.push(states.map((_, s) => [...memory.state[s][t]]));
    result.sources.push(sources.map((_, k) => sourceRow(k, t)));
    result.signals.push(options.signals.map((_, i) => [...memory.signal[i][t]]));
  }
  if (!training) return result;

  const sumGradient = (s: number, t: number): number[] => {
    const at = lowered.sumColumns[s];
    return memory.record[0][t].slice(at, at + sizes[sums[s].width]);
  };
  const throughMatrices = (k: number, t: number, to: number[]): void => {
    for (const s of sources[k].sums) {
      const weights = window.weights[k][s];
      if (weights) addTransposed(to, weights, sumGradient(s, t));
    }
  };
  for (let t = steps - 1; t >= 0; t--) {
    lowered.backward.forEach((kernel, stage) => {
      run(kernel, t);
      sources.forEach((source, k) => {
        const { kind } = nodes[source.node];
        if (source.gradientStage !== stage || kind === "input" || kind === "previous") return;
        throughMatrices(k, t, memory.sourceGradient[k][0].fill(0));
      });
    });
    sources.forEach((source, k) => {
      const node = nodes[source.node];
      if (node.kind === "previous") {
        const to = memory.carried[node.state][0];
        throughMatrices(k, t, lowered.writesCarried[node.state] ? to : to.fill(0));
      } else if (node.kind === "input" && options.inputGradient) {
        const to = memory.inputGradient[0][t];
        throughMatrices(k, t, lowered.writesInputGradient ? to : to.fill(0));
      }
    });
    result.inputGradient[t] = [...memory.inputGradient[0][t]];
  }
  for (let t = 0; t < steps; t++) result.sumGradients.push(sums.map((_, s) => sumGradient(s, t)));
  vectors.forEach(({ width }, v) => {
    const total = zeros(sizes[width]);
    const from = lowered.vectorGradients[v];
    if (from !== null) {
      const last = memory[from.array][from.index].length - 1;
      for (let t = last; t >= 0; t--) {
        const row = memory[from.array][from.index][t];
        for (let u = 0; u < total.length; u++) total[u] += row[from.column + u];
      }
    }
    result.vectorGradients.push(total);
  });
  result.carried.push(...memory.carried.map(([row]) => [...row]));
  return result;
}
