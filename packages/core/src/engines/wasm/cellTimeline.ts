/**
 * When each node of a cell is computed, and what each stage has to leave behind. Stages are numbered on through the step:
 * forward 0, 1, … F − 1, then backward F, F + 1, …, end − 1.
 */
import type { CellProgram, NodeId, Width } from "../../cells/program.ts";
import type { Place } from "./cellStages.ts";

export interface LoweringOptions {
  readonly sizes: Readonly<Record<Width, number>>;
  readonly training: boolean;
  /** Whether anybody wants ∂L/∂x[t]. */
  readonly inputGradient: boolean;
  /** Indices into `program.signals` of what is to be written. */
  readonly signals: readonly number[];
}

/** Stands for the constant 0 where a store wants it and the graph has no node for it. */
export const ZERO: NodeId = -1;

/** A store that a stage has to make. */
export interface Output {
  readonly node: NodeId;
  readonly time: number;
  readonly to: Place;
  readonly width: number;
  readonly accumulate: boolean;
}

export interface Timeline {
  /** F */
  readonly forwardStages: number;
  readonly end: number;
  /** Of each node, the stage that computes it, or from which on it can be loaded. */
  readonly births: readonly number[];
  readonly outputs: readonly Output[];
  /** Where values that are stored anyway can be loaded from, in stages after that of their birth. */
  readonly homes: ReadonlyMap<NodeId, Place>;
  readonly sourcePlaces: readonly Place[];
  readonly sumColumns: readonly number[];
  readonly vectorGradients: readonly (Place | null)[];
  readonly vectorSums: readonly number[];
  readonly writesCarried: readonly boolean[];
}

export function place(array: Place["array"], index = 0, column = 0): Place {
  return { array, index, column };
}

export function samePlace(a: Place, b: Place): boolean {
  return a.array === b.array && a.index === b.index && a.column === b.column;
}

export function timelineOf(
  program: CellProgram,
  sumColumns: readonly number[],
  options: LoweringOptions,
): Timeline {
  const { nodes, states, sums, sources, vectors, signals } = program;
  const { sizes, training } = options;

  // Forward: what the program lists, and as many stages as its sums speak of.
  let forwardStages = Math.max(1, program.forward.length);
  for (const sum of sums) forwardStages = Math.max(forwardStages, sum.stage + 1);
  const births = birthsOf(program, forwardStages);
  postpone(program, forwardStages, births);
  const birth = (node: NodeId): number => (node === ZERO ? 0 : births[node]);

  const outputs: Output[] = [];
  const homes = new Map<NodeId, Place>();
  const put = (node: NodeId, earliest: number, to: Place, width: number, accumulate = false) => {
    outputs.push({ node, time: Math.max(birth(node), earliest), to, width, accumulate });
  };
  const keep = (node: NodeId, to: Place, width: number): void => {
    put(node, 0, to, width);
    const kind = nodes[node].kind;
    if ((kind === "apply" || kind === "sum") && !homes.has(node)) homes.set(node, to);
  };

  states.forEach((state, s) => {
    keep(state.value, place("state", s), sizes[state.width]);
  });
  const sourcePlaces = sources.map((source, k): Place => {
    const node = nodes[source.node];
    if (node.kind === "input") return place("input");
    if (node.kind === "previous") return place("previous", node.state);
    const home = homes.get(source.node);
    if (home !== undefined) return home;
    keep(source.node, place("source", k), sizes[source.width]);
    return place("source", k);
  });
  options.signals.forEach((signal, i) => {
    const { node, width } = signals[signal];
    put(node, 0, place("signal", i), sizes[width]);
  });

  const vectorSums: number[] = [];
  const vectorGradients: (Place | null)[] = [];
  const writesCarried: boolean[] = [];
  if (!training) {
    const end = forwardStages;
    return {
      ...{ forwardStages, end, births, outputs, homes, sourcePlaces, sumColumns },
      ...{ vectorGradients, vectorSums, writesCarried },
    };
  }

  const gradientPlaces = new Map<NodeId, Place>();
  sums.forEach((sum, k) => {
    const to = place("record", 0, sumColumns[k]);
    put(sum.gradient, forwardStages, to, sizes[sum.width]);
    if (nodes[sum.gradient].kind === "apply" && births[sum.gradient] >= forwardStages) {
      if (!homes.has(sum.gradient)) homes.set(sum.gradient, to);
    }
    if (!gradientPlaces.has(sum.gradient)) gradientPlaces.set(sum.gradient, to);
  });
  for (const { gradient, width } of vectors) {
    let sumOver = gradient === null ? null : (gradientPlaces.get(gradient) ?? null);
    if (gradient !== null && sumOver === null) {
      sumOver = place("vectorSum", vectorSums.length);
      vectorSums.push(sizes[width]);
      gradientPlaces.set(gradient, sumOver);
      put(gradient, forwardStages, sumOver, sizes[width], true);
    }
    vectorGradients.push(sumOver);
  }
  const hasInputProduct = sources.some((source) => nodes[source.node].kind === "input");
  if (options.inputGradient && (program.inputGradient !== null || !hasInputProduct)) {
    put(program.inputGradient ?? ZERO, forwardStages, place("inputGradient"), sizes.in);
  }
  // ∂L/∂s[t-1] takes the place of ∂L/∂s[t], so it waits for the last stage, after which nothing reads that any more.
  let end = Math.max(forwardStages + 1, forwardStages + program.backward.length);
  for (const output of outputs) end = Math.max(end, output.time + 1);
  for (const sum of sums) end = Math.max(end, forwardStages + sum.gradientStage + 1);
  for (const { previousGradient } of states) {
    if (previousGradient !== null) end = Math.max(end, birth(previousGradient) + 1);
  }
  states.forEach((state, s) => {
    const hasProduct = sourcePlaces.some((at) => samePlace(at, place("previous", s)));
    writesCarried.push(state.previousGradient !== null || !hasProduct);
    if (!writesCarried[s]) return;
    put(state.previousGradient ?? ZERO, end - 1, place("carried", s), sizes[state.width]);
  });
  return {
    ...{ forwardStages, end, births, outputs, homes, sourcePlaces, sumColumns },
    ...{ vectorGradients, vectorSums, writesCarried },
  };
}

/** Leaves that are always there are born at −1. An `apply` that no stage lists is born with the last of its arguments. */
function birthsOf(program: CellProgram, forwardStages: number): number[] {
  const listed = new Map<NodeId, number>();
  const list = (nodes: readonly NodeId[], time: number): void => {
    for (const node of nodes) if (!listed.has(node)) listed.set(node, time);
  };
  program.forward.forEach((stage, i) => {
    list(stage.nodes, i);
  });
  program.backward.forEach((stage, i) => {
    list(stage.nodes, forwardStages + i);
  });
  const births: number[] = [];
  program.nodes.forEach((node, id) => {
    switch (node.kind) {
      case "number":
      case "input":
      case "previous":
      case "vector":
      case "mask":
        births.push(-1);
        break;
      case "sum":
        births.push(program.sums[node.sum].stage);
        break;
      case "stateGradient":
        births.push(forwardStages);
        break;
      case "sourceGradient":
        births.push(forwardStages + program.sources[node.source].gradientStage + 1);
        break;
      case "apply":
        births.push(listed.get(id) ?? Math.max(0, ...node.args.map((arg) => births[arg])));
        break;
    }
  });
  return births;
}

/**
 * What a backward stage computes from forward values alone, f · (1 − f), waits for the first stage that uses it: its
 * arguments are kept anyway, and so it need not be.
 */
function postpone(program: CellProgram, forwardStages: number, births: number[]): void {
  const { nodes } = program;
  const known = nodes.map(({ kind }) => kind !== "stateGradient" && kind !== "sourceGradient");
  nodes.forEach((node, id) => {
    if (node.kind === "apply") known[id] = node.args.every((arg) => known[arg]);
  });
  const wanted = new Set([
    ...program.sums.map(({ gradient }) => gradient),
    ...program.vectors.map(({ gradient }) => gradient),
    ...program.states.map(({ previousGradient }) => previousGradient),
    program.inputGradient,
  ]);
  const firstUse = nodes.map(() => Number.POSITIVE_INFINITY);
  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id];
    if (node.kind !== "apply") continue;
    const moves = known[id] && births[id] >= forwardStages && !wanted.has(id);
    if (moves && firstUse[id] < Number.POSITIVE_INFINITY) births[id] = firstUse[id];
    for (const arg of node.args) firstUse[arg] = Math.min(firstUse[arg], births[id]);
  }
}
