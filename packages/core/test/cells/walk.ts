/**
 * A second reading of `CellProgram`, for the tests of this folder alone: one sequence, float64, by the letter of program.ts. A value
 * that a stage reads before it can be there is an error, so walking a program also checks its stages.
 */
import type { CellProgram, Node, NodeId, PointwiseOp, Width } from "../../src/cells/program.ts";

export type Sizes = Readonly<Record<Width, number>>;
type Vector = number[];

/** Everything a loss can depend on. */
export interface Point {
  /** [rows][columns] */
  readonly matrices: Vector[][];
  readonly vectors: Vector[];
  readonly initialStates: Vector[];
  readonly inputs: Vector[];
}

const OPS: Record<PointwiseOp, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  masked: (a, b) => (b === 0 ? 0 : a * b),
  div: (a, b) => a / b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  greater: (a, b) => (a > b ? 1 : 0),
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  relu: (a) => Math.max(a, 0),
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  tanh: (a) => Math.tanh(a),
  exp: (a) => Math.exp(a),
  log: (a) => Math.log(a),
  sqrt: (a) => Math.sqrt(a),
};

const total = (widths: readonly Width[], sizes: Sizes): number =>
  widths.reduce((sum, width) => sum + sizes[width], 0);

/** A point of the right shapes, every number drawn by `random`. */
export function drawPoint(
  program: CellProgram,
  sizes: Sizes,
  steps: number,
  random: () => number,
): Point {
  const vector = (size: number): Vector => Array.from({ length: size }, random);
  return {
    matrices: program.matrices.map(({ rows, columns }) =>
      Array.from({ length: sizes[rows] }, () => vector(total(columns, sizes))),
    ),
    vectors: program.vectors.map(({ width }) => vector(sizes[width])),
    initialStates: program.states.map(({ width }) => vector(sizes[width])),
    inputs: Array.from({ length: steps }, () => vector(sizes[program.tiedInput ?? "in"])),
  };
}

/** The values of one step: of every node, once it is computed. */
class Values {
  readonly #nodes: readonly Node[];
  readonly #sizes: Sizes;
  readonly #known = new Map<NodeId, Vector>();

  constructor(nodes: readonly Node[], sizes: Sizes) {
    this.#nodes = nodes;
    this.#sizes = sizes;
  }

  set(id: NodeId, value: Vector): void {
    if (this.#known.has(id)) throw new Error(`node ${id} is computed twice`);
    this.#known.set(id, value);
  }

  get(id: NodeId): Vector {
    const known = this.#known.get(id);
    if (!known) throw new Error(`node ${id} is read before it is computed`);
    return known;
  }

  compute(id: NodeId): void {
    const node = this.#nodes[id];
    if (node.kind !== "apply") throw new Error(`node ${id} is a ${node.kind}, not to be computed`);
    const [a, b = a] = node.args.map((arg) => {
      if (arg >= id) throw new Error(`node ${id} stands before its argument ${arg}`);
      const of = this.#nodes[arg];
      if (of.kind === "number") return Array<number>(this.#sizes[node.width]).fill(of.value);
      if (of.width !== node.width) throw new Error(`node ${id} mixes ${of.width}, ${node.width}`);
      return this.get(arg);
    });
    this.set(
      id,
      a.map((x, k) => OPS[node.op](x, b[k])),
    );
  }

  /** Of a result, which may also be a number. */
  result(id: NodeId, width: Width): Vector {
    const node = this.#nodes[id];
    return node.kind === "number"
      ? Array<number>(this.#sizes[width]).fill(node.value)
      : this.get(id);
  }
}

function leaves(
  program: CellProgram,
  sizes: Sizes,
  point: Point,
  x: Vector,
  before: Vector[],
): Values {
  const values = new Values(program.nodes, sizes);
  program.nodes.forEach((node, id) => {
    if (node.kind === "input") values.set(id, x);
    if (node.kind === "previous") values.set(id, before[node.state]);
    if (node.kind === "vector") values.set(id, point.vectors[node.vector]);
  });
  return values;
}

/** @returns The values of every step, and the states after each. */
export function walkForward(program: CellProgram, sizes: Sizes, point: Point) {
  const steps: { values: Values; states: Vector[] }[] = [];
  let states = point.initialStates;
  for (const x of point.inputs) {
    const values = leaves(program, sizes, point, x, states);
    const sums = program.sums.map(({ width }) => Array<number>(sizes[width]).fill(0));
    program.forward.forEach((stage, s) => {
      for (const { matrix, columnsBefore, source, sum } of program.products) {
        if (program.sources[source].stage !== s) continue;
        const first = total(columnsBefore, sizes);
        const multiplied = values.get(program.sources[source].node);
        point.matrices[matrix].forEach((row, r) => {
          sums[sum][r] += multiplied.reduce((dot, v, k) => dot + row[first + k] * v, 0);
        });
      }
      program.nodes.forEach((node, id) => {
        if (node.kind === "sum" && program.sums[node.sum].stage === s)
          values.set(id, sums[node.sum]);
      });
      for (const id of stage.nodes) values.compute(id);
    });
    states = program.states.map(({ value, width }) => values.result(value, width));
    steps.push({ values, states });
  }
  return steps;
}

/**
 * @param weights What the loss multiplies: of h at every step, of every state at the last.
 * @returns The loss and its gradient by everything.
 */
export function walkBackward(
  program: CellProgram,
  sizes: Sizes,
  point: Point,
  weights: { readonly outputs: Vector[]; readonly last: Vector[] },
): Point {
  const steps = walkForward(program, sizes, point);
  const zeros = (like: Vector): Vector => like.map(() => 0);
  const gradient: Point = {
    matrices: point.matrices.map((matrix) => matrix.map(zeros)),
    vectors: point.vectors.map(zeros),
    initialStates: weights.last.map((last) => [...last]),
    inputs: point.inputs.map(zeros),
  };
  const add = (into: Vector, what: Vector): void => {
    what.forEach((v, k) => {
      into[k] += v;
    });
  };
  for (let t = steps.length - 1; t >= 0; t--) {
    const { values } = steps[t];
    add(gradient.initialStates[program.output], weights.outputs[t]);
    const before = gradient.initialStates.map(zeros);
    const sourceGradients = program.sources.map(({ width }) => Array<number>(sizes[width]).fill(0));
    program.nodes.forEach((node, id) => {
      if (node.kind === "stateGradient") values.set(id, gradient.initialStates[node.state]);
    });
    program.backward.forEach((stage, s) => {
      for (const id of stage.nodes) values.compute(id);
      program.sources.forEach((source, index) => {
        if (source.gradientStage !== s) return;
        for (const product of program.products) {
          if (product.source !== index) continue;
          const sum = program.sums[product.sum];
          if (sum.gradientStage > s) throw new Error("a source runs back before its gradients");
          const first = total(product.columnsBefore, sizes);
          const multiplied = values.get(source.node);
          values.result(sum.gradient, sum.width).forEach((d, r) => {
            for (let k = 0; k < multiplied.length; k++) {
              sourceGradients[index][k] += point.matrices[product.matrix][r][first + k] * d;
              gradient.matrices[product.matrix][r][first + k] += multiplied[k] * d;
            }
          });
        }
        const node = program.nodes[source.node];
        if (node.kind === "input") add(gradient.inputs[t], sourceGradients[index]);
        if (node.kind === "previous") add(before[node.state], sourceGradients[index]);
        program.nodes.forEach((leaf, id) => {
          if (leaf.kind === "sourceGradient" && leaf.source === index) {
            values.set(id, sourceGradients[index]);
          }
        });
      });
    });
    program.states.forEach(({ previousGradient, width }, state) => {
      if (previousGradient !== null) add(before[state], values.result(previousGradient, width));
    });
    program.vectors.forEach((vector, v) => {
      if (vector.gradient === null) return;
      add(gradient.vectors[v], values.result(vector.gradient, vector.width));
    });
    if (program.inputGradient !== null) {
      add(gradient.inputs[t], values.result(program.inputGradient, program.tiedInput ?? "in"));
    }
    gradient.initialStates.splice(0, before.length, ...before);
  }
  return gradient;
}

/**
 * The largest difference between the gradient by the graph and the one by central differences, each relative to
 * 1 + its size, over a random loss at a random point.
 */
export function gradientError(
  program: CellProgram,
  sizes: Sizes,
  steps: number,
  random: () => number,
): number {
  const point = drawPoint(program, sizes, steps, random);
  const weights = {
    outputs: point.inputs.map(() =>
      Array.from({ length: sizes[program.states[program.output].width] }, random),
    ),
    last: point.initialStates.map((state) => state.map(random)),
  };
  const loss = (): number => {
    const walked = walkForward(program, sizes, point);
    const dot = (a: Vector, b: Vector): number => a.reduce((sum, v, k) => sum + v * b[k], 0);
    const outputs = walked.map(({ states }, t) => dot(states[program.output], weights.outputs[t]));
    const last = (walked.at(-1)?.states ?? []).map((state, s) => dot(state, weights.last[s]));
    return [...outputs, ...last].reduce((a, b) => a + b, 0);
  };
  const analytic = walkBackward(program, sizes, point, weights);
  let worst = 0;
  const compare = (values: Vector, gradients: Vector): void => {
    values.forEach((value, k) => {
      const numeric = [1, -1].map((sign) => {
        values[k] = value + sign * STEP;
        return loss();
      });
      values[k] = value;
      const difference = (numeric[0] - numeric[1]) / (2 * STEP);
      const error = Math.abs(difference - gradients[k]) / (1 + Math.abs(difference));
      // NaN is an error too, and must not get lost in a comparison.
      worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
    });
  };
  point.matrices.forEach((matrix, m) => {
    matrix.forEach((row, r) => {
      compare(row, analytic.matrices[m][r]);
    });
  });
  for (const kind of ["vectors", "initialStates", "inputs"] as const) {
    point[kind].forEach((vector, v) => {
      compare(vector, analytic[kind][v]);
    });
  }
  return worst;
}

/** Balances the cut-off (∝ step²) against rounding (∝ 1/step): both are near 1e-10 of values near 1. */
const STEP = 1e-5;
