/**
 * Random graphs in the form of cells, for tests of what is done with any graph. Their "derivatives" are no derivatives
 * of anything, only graphs with the leaves and the stages that derivatives have.
 */
import type {
  CellProgram,
  Mask,
  Node,
  NodeId,
  PointwiseOp,
  Product,
  Source,
  Stage,
  State,
  Sum,
  Vector,
  Width,
} from "../../../src/cells/program.ts";
import { RandomStream, streamKey } from "../../../src/numbers/random.ts";
import type { Window } from "./loweredCell.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const OPERATIONS: readonly PointwiseOp[] = [
  ...(["add", "sub", "mul", "max", "min", "greater", "add", "mul"] as const),
  ...(["neg", "abs", "relu", "sigmoid", "tanh", "tanh", "tanh"] as const),
];
const BINARY: ReadonlySet<PointwiseOp> = new Set(["add", "sub", "mul", "max", "min", "greater"]);

export function randomProgram(seed: number): CellProgram {
  const random = new RandomStream(streamKey(seed, "program"));
  const upTo = (limit: number): number => random.integer(limit + 1);
  const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)];
  const chance = (): boolean => random.integer(2) === 0;
  const widths: readonly Width[] = ["in", "units", "units", "units", "out"];

  const nodes: Node[] = [];
  const add = (node: Node): NodeId => nodes.push(node) - 1;
  /** What can be read by now, by width. */
  const known: Record<Width, NodeId[]> = { in: [], units: [], out: [] };
  const leaf = (node: Exclude<Node, { kind: "number" }>): NodeId => {
    known[node.width].push(add(node));
    return nodes.length - 1;
  };
  const pointwise = (count: number): NodeId[] => {
    const made: NodeId[] = [];
    for (let i = 0; i < count; i++) {
      const width = pick(widths);
      if (known[width].length === 0) continue;
      const op = pick(OPERATIONS);
      // The newest are read most: long chains, and few nodes that nobody reads.
      const read = (): NodeId => {
        const from = known[width];
        return from[Math.max(from.length - 1 - upTo(upTo(from.length)), 0)];
      };
      const args = BINARY.has(op) ? [read(), chance() ? read() : read()] : [read()];
      if (BINARY.has(op) && upTo(6) === 0) args[upTo(1)] = add({ kind: "number", value: 0.5 });
      made.push(leaf({ kind: "apply", op, args, width }));
    }
    return made;
  };

  const stateWidths: Width[] = ["out", ...Array.from({ length: upTo(2) }, () => pick(widths))];
  const input = leaf({ kind: "input", width: "in" });
  const previous = stateWidths.map((width, state) => leaf({ kind: "previous", state, width }));
  const vectors: Mutable<Vector>[] = Array.from({ length: upTo(3) }, (_, v) => {
    const width = pick(widths);
    leaf({ kind: "vector", vector: v, width });
    return { name: `v_${v}`, width, gradient: null };
  });

  const masks: Mask[] = Array.from({ length: upTo(2) }, (_, mask) => {
    const width = pick(widths);
    leaf({ kind: "mask", mask, width });
    return { width, perStep: chance(), of: "state", index: 0 };
  });

  const sums: Mutable<Sum>[] = [];
  const sources: (Mutable<Source> & { sums: number[] })[] = [];
  const forward: Stage[] = [];
  const widthOf = (id: NodeId): Width => {
    const node = nodes[id];
    if (node.kind === "number") throw new Error("a number has no width");
    return node.width;
  };
  const stages = 1 + upTo(2);
  for (let stage = 0; stage < stages; stage++) {
    const multiplied = stage === 0 ? [input, ...previous] : forward[stage - 1].nodes;
    const own: number[] = [];
    for (const node of multiplied) {
      if (stage === 0 ? upTo(3) === 0 : upTo(2) > 0) continue;
      own.push(sources.length);
      sources.push({ node, width: widthOf(node), stage, sums: [], gradientStage: 0 });
    }
    if (own.length > 0) {
      for (let i = 0; i <= upTo(3); i++) {
        const width = pick(widths);
        leaf({ kind: "sum", sum: sums.length, width });
        const feeding = new Set([pick(own), random.integer(sources.length)]);
        for (const k of feeding) sources[k].sums.push(sums.length);
        sums.push({ width, stage, gradient: -1, gradientStage: 0 });
      }
    }
    forward.push({ nodes: pointwise(3 + upTo(9)) });
  }
  const used = sources.filter((source) => source.sums.length > 0);
  const values = stateWidths.map((width) => pick(known[width].slice(-4)));
  const signals = Array.from({ length: upTo(3) }, () => {
    const width = pick(widths.filter((candidate) => known[candidate].length > 0));
    const node = pick(known[width]);
    return { ...{ name: "s", node, width }, state: false, caption: "", range: null };
  });

  const backwardStages = 1 + upTo(2);
  for (const sum of sums) sum.gradientStage = upTo(backwardStages - 1);
  for (const source of used) {
    source.gradientStage = Math.max(...source.sums.map((s) => sums[s].gradientStage));
  }
  const states: Mutable<State>[] = stateWidths.map((width, s) => {
    leaf({ kind: "stateGradient", state: s, width });
    const name = `s${s}`;
    return { name, width, initial: 0, value: values[s], previousGradient: null };
  });
  const backward: Stage[] = [];
  const firstBackward = nodes.length - states.length;
  const gradientOf = (width: Width): NodeId => {
    const candidates = known[width].filter((id) => id >= firstBackward);
    return candidates.length > 0 ? pick(candidates) : add({ kind: "number", value: 0 });
  };
  for (let stage = 0; stage < backwardStages; stage++) {
    used.forEach((source, k) => {
      const { kind } = nodes[source.node];
      if (kind !== "apply" || source.gradientStage !== stage - 1) return;
      leaf({ kind: "sourceGradient", source: k, width: source.width });
    });
    backward.push({ nodes: pointwise(3 + upTo(9)) });
    for (const sum of sums) if (sum.gradientStage === stage) sum.gradient = gradientOf(sum.width);
  }
  for (const state of states) {
    if (upTo(3) > 0) state.previousGradient = gradientOf(state.width);
  }
  for (const vector of vectors) {
    const same = sums.filter((sum) => sum.width === vector.width);
    if (upTo(4) === 0) continue;
    vector.gradient = same.length > 0 && chance() ? pick(same).gradient : gradientOf(vector.width);
  }
  const products: Product[] = used.flatMap((source, k) =>
    source.sums.map((sum, i) => ({ matrix: i, columnsBefore: [], source: k, sum })),
  );
  return {
    ...{ nodes, states, output: 0, vectors, matrices: [], masks, sums, sources: used, products },
    tiedInput: null,
    inputGradient: chance() ? gradientOf("in") : null,
    ...{ forward, backward, signals },
  };
}

/** Numbers in [−1, 1] for everything that a program reads. */
export function randomWindow(
  program: CellProgram,
  sizes: Readonly<Record<Width, number>>,
  steps: number,
  seed: number,
): Window {
  const random = new RandomStream(streamKey(seed, "window"));
  const row = (width: number): number[] =>
    Array.from({ length: width }, () => 2 * random.uniform() - 1);
  const rows = (count: number, width: number): number[][] =>
    Array.from({ length: count }, () => row(width));
  const { states, vectors, masks, sources, sums, output } = program;
  return {
    steps,
    input: rows(steps, sizes.in),
    initial: states.map((state) => row(sizes[state.width])),
    vectors: vectors.map(({ width }) => row(sizes[width])),
    masks: masks.map(({ width, perStep }) => rows(perStep ? steps : 1, sizes[width])),
    weights: sources.map((source) => {
      const blocks: (number[][] | undefined)[] = sums.map(() => undefined);
      for (const s of source.sums) blocks[s] = rows(sizes[sums[s].width], sizes[source.width]);
      return blocks;
    }),
    outputGradient: rows(steps, sizes[states[output].width]),
    carried: states.map((state) => row(sizes[state.width])),
  };
}
