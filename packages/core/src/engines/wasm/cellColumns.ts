/**
 * Decides where the values lie that outlive the stage that computes them.
 *
 * A value that a later stage reads is stored when it is dear (a transcendental function, a product, a quotient) and
 * computed again when it is cheap (+ − max min …) and comes from what the forward pass left. Stored values are put
 * into the record's columns whose former value is read no more, first of all that of a pre-activation they were
 * computed from: the sigmoid lies where its argument was. Two values share a column if one is last read no later
 * than the other is stored; in the same stage, the kernel loads before it stores.
 */
import type { CellProgram, NodeId, PointwiseOp } from "../../cells/program.ts";
import { padded } from "../layout.ts";
import type { Place } from "./cellStages.ts";
import { type LoweringOptions, place, samePlace, type Timeline, ZERO } from "./cellTimeline.ts";

const CHEAP: ReadonlySet<PointwiseOp> = new Set([
  ...(["add", "sub", "neg", "max", "min"] as const),
  ...(["greater", "relu", "abs"] as const),
]);

/** How a stage comes by a value: computing it, or loading it (the sum of) from places. */
export type Access = "compute" | readonly Place[];

export interface Kept {
  access(node: NodeId, time: number): Access;
  /** What a stage has to store for later ones, beside the timeline's outputs. */
  readonly stores: readonly { readonly node: NodeId; readonly time: number; readonly to: Place }[];
  readonly recordWidth: number;
  readonly scratchWidth: number;
}

/** The stages in which a column's value is stored and last read. */
interface Life {
  readonly from: number;
  readonly to: number;
}

interface Column {
  readonly at: Place;
  /** Not padded: 5 and 6 units take the same room, but are walked by different loops, whose order is nobody's concern. */
  readonly width: number;
  readonly lives: Life[];
}

export function keepValues(
  program: CellProgram,
  timeline: Timeline,
  options: LoweringOptions,
): Kept {
  const { nodes, sums, output } = program;
  const { births, homes, forwardStages, sumColumns } = timeline;
  const places = new Map<NodeId, Place>(homes);

  const isCheap = (id: NodeId): boolean => {
    const node = nodes[id];
    if (node.kind !== "apply" || !CHEAP.has(node.op)) return false;
    return node.args.every((arg) => nodes[arg].kind !== "apply" || births[arg] < forwardStages);
  };
  const access = (id: NodeId, time: number): Access => {
    if (id === ZERO) return "compute";
    const node = nodes[id];
    switch (node.kind) {
      case "number":
        return "compute";
      case "input":
        return [place("input")];
      case "previous":
        return [place("previous", node.state)];
      case "vector":
        return [place("vector", node.vector)];
      case "mask":
        return [place("mask", node.mask)];
      case "stateGradient":
        return node.state === output
          ? [place("carried", node.state), place("outputGradient")]
          : [place("carried", node.state)];
      case "sourceGradient":
        return [place("sourceGradient", node.source)];
      case "sum": {
        const moved = places.get(id);
        if (moved !== undefined && births[id] < time) return [moved];
        return [place("record", 0, sumColumns[node.sum])];
      }
      case "apply": {
        if (births[id] === time) return "compute";
        const kept = places.get(id);
        return kept === undefined ? "compute" : [kept];
      }
    }
  };

  // Backward through the stages: what does each read that an earlier one computed?
  const lastRead = new Map<NodeId, number>();
  const wanted = Array.from({ length: timeline.end }, (): NodeId[] => []);
  for (const { node, time } of timeline.outputs) wanted[time].push(node);
  for (let time = timeline.end - 1; time >= 0; time--) {
    const seen = new Set<NodeId>();
    const visit = (id: NodeId): void => {
      if (id === ZERO || seen.has(id)) return;
      seen.add(id);
      const node = nodes[id];
      if (node.kind === "sum") {
        if (births[id] === time || !homes.has(id)) noteRead(id);
      } else if (node.kind === "apply") {
        if (births[id] === time || (isCheap(id) && !homes.has(id))) node.args.forEach(visit);
        else if (!homes.has(id)) noteRead(id);
      }
    };
    const noteRead = (id: NodeId): void => {
      if (lastRead.has(id)) return;
      lastRead.set(id, time);
      if (nodes[id].kind === "apply") wanted[births[id]].push(id);
    };
    // `wanted[time]` grows no more: what is added now is born earlier.
    wanted[time].forEach(visit);
  }

  // Columns of the sums: taken until the pre-activation is read, and again from where its gradient is known.
  const columns: Column[] = [];
  const kept: { node: NodeId; from: number; to: number }[] = [];
  sums.forEach((sum, k) => {
    const at = place("record", 0, sumColumns[k]);
    const node = nodes.findIndex((candidate) => candidate.kind === "sum" && candidate.sum === k);
    const gradient = timeline.outputs.find(({ to }) => samePlace(to, at));
    let to = Math.max(sum.stage, lastRead.get(node) ?? 0);
    if (gradient !== undefined && to > gradient.time) {
      // Read once more after its gradient has taken the column: that reader gets a copy.
      kept.push({ node, from: sum.stage, to });
      to = sum.stage;
    }
    const lives: Life[] = [{ from: -1, to }];
    if (gradient !== undefined) lives.push({ from: gradient.time, to: Number.POSITIVE_INFINITY });
    columns.push({ at, width: options.sizes[sum.width], lives });
  });
  for (const [node, to] of lastRead) {
    if (nodes[node].kind === "apply") kept.push({ node, from: births[node], to });
  }
  let recordWidth = columns.reduce((total, column) => total + padded(column.width), 0);
  const scratch: Column[] = [];
  let scratchWidth = 0;

  const sumsUnder = (id: NodeId, time: number, into: number[] = []): number[] => {
    const node = nodes[id];
    if (node.kind === "sum") into.push(node.sum);
    else if (node.kind === "apply" && births[id] === time) {
      for (const arg of node.args) sumsUnder(arg, time, into);
    }
    return into;
  };
  const stores: { node: NodeId; time: number; to: Place }[] = [];
  for (const life of kept.sort((a, b) => a.from - b.from || a.node - b.node)) {
    const node = nodes[life.node];
    if (node.kind === "number") continue;
    const width = options.sizes[node.width];
    const fits = (column: Column): boolean =>
      column.width === width && column.lives.every((other) => follow(other, life));
    const nearby = sumsUnder(life.node, life.from).map((k) => columns[k]);
    const passing = life.from >= forwardStages || life.to < forwardStages;
    let column = life.from < forwardStages ? [...nearby, ...columns].find(fits) : undefined;
    if (column === undefined && passing) column = scratch.find(fits);
    if (column === undefined) {
      const at = passing ? place("scratch", 0, scratchWidth) : place("record", 0, recordWidth);
      column = { at, width, lives: [] };
      (passing ? scratch : columns).push(column);
      if (passing) scratchWidth += padded(width);
      else recordWidth += padded(width);
    }
    column.lives.push(life);
    places.set(life.node, column.at);
    stores.push({ node: life.node, time: life.from, to: column.at });
  }
  return { access, stores, recordWidth, scratchWidth };
}

/** Whether two values can lie in one column. Two that are stored in the same stage cannot. */
function follow(a: Life, b: Life): boolean {
  return (a.to <= b.from && a.from < b.from) || (b.to <= a.from && b.from < a.from);
}
