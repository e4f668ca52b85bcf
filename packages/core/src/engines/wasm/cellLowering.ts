/**
 * From the graph of a cell to the straight-line code of its kernels. What a stage stores, and where, is settled by
 * `cellTimeline.ts` (what the products, the layer and later steps want) and `cellColumns.ts` (what later stages
 * want); here each stage's instructions are put in order.
 */
import type { CellProgram, NodeId } from "../../cells/program.ts";
import { padded } from "../layout.ts";
import { type Kept, keepValues } from "./cellColumns.ts";
import type { Instruction, Kernel, Loop, LoweredCell, Place } from "./cellStages.ts";
import { type LoweringOptions, samePlace, type Timeline, timelineOf } from "./cellTimeline.ts";

export type { LoweringOptions };

/** A store, in its stage. */
interface Store {
  readonly node: NodeId;
  readonly to: Place;
  readonly accumulate: boolean;
}

/** Lowers a cell for one choice of sizes. */
export function lowerCell(program: CellProgram, options: LoweringOptions): LoweredCell {
  const { sizes } = options;
  const sumColumns: number[] = [];
  let column = 0;
  for (const sum of program.sums) {
    sumColumns.push(column);
    column += padded(sizes[sum.width]);
  }
  const timeline = timelineOf(program, sumColumns, options);
  const kept = keepValues(program, timeline, options);
  const kernels = Array.from({ length: timeline.end }, (_, time): Kernel => {
    const backward = time - timeline.forwardStages;
    const name = backward < 0 ? `forward ${time}` : `backward ${backward}`;
    return { name, loops: loopsOf(program, timeline, kept, options, time) };
  });
  return {
    forward: kernels.slice(0, timeline.forwardStages),
    backward: kernels.slice(timeline.forwardStages),
    sumColumns,
    recordWidth: kept.recordWidth,
    scratchWidth: kept.scratchWidth,
    sourcePlaces: timeline.sourcePlaces,
    vectorGradients: timeline.vectorGradients,
    vectorSums: timeline.vectorSums,
    writesInputGradient: timeline.outputs.some(({ to }) => to.array === "inputGradient"),
    writesCarried: timeline.writesCarried,
  };
}

/** Widths that are equal in numbers share a loop, whatever they are called. */
function loopsOf(
  program: CellProgram,
  timeline: Timeline,
  kept: Kept,
  options: LoweringOptions,
  time: number,
): Loop[] {
  const byWidth = new Map<number, Store[]>();
  const add = (width: number, store: Store): void => {
    const group = byWidth.get(width);
    if (group === undefined) byWidth.set(width, [store]);
    else group.push(store);
  };
  for (const output of timeline.outputs) {
    if (output.time === time) add(output.width, output);
  }
  for (const { node, to, time: at } of kept.stores) {
    const value = program.nodes[node];
    if (at !== time || value.kind === "number") continue;
    add(options.sizes[value.width], { node, to, accumulate: false });
  }
  const backward = time - timeline.forwardStages;
  const stage = backward < 0 ? program.forward[time] : program.backward[backward];
  return [...byWidth].map(([width, stores]) => ({
    width,
    code: codeOf(program, kept, time, stores, stage?.nodes ?? []),
  }));
}

/** The instructions of one loop, in the order in which the stage lists its nodes, each value stored as soon as it is there. */
function codeOf(
  program: CellProgram,
  kept: Kept,
  time: number,
  stores: readonly Store[],
  order: readonly NodeId[],
): Instruction[] {
  const { nodes } = program;
  const needed = new Set<NodeId>();
  const need = (id: NodeId): void => {
    if (needed.has(id)) return;
    needed.add(id);
    const node = nodes[id];
    if (node?.kind === "apply" && kept.access(id, time) === "compute") node.args.forEach(need);
  };
  for (const store of stores) need(store.node);

  const code: Instruction[] = [];
  const done = new Set<NodeId>();
  const emit = (id: NodeId): void => {
    if (done.has(id)) return;
    const access = kept.access(id, time);
    const node = nodes[id];
    if (access !== "compute") code.push({ kind: "load", into: id, from: access });
    else if (node?.kind === "apply") {
      node.args.forEach(emit);
      code.push({ kind: "apply", into: id, op: node.op, args: node.args });
    } else {
      code.push({ kind: "number", into: id, value: node?.kind === "number" ? node.value : 0 });
    }
    done.add(id);
    for (const store of stores) if (store.node === id) put(store);
  };
  const put = ({ node, to, accumulate }: Store): void => {
    const access = kept.access(node, time);
    if (accumulate) {
      code.push({ kind: "accumulate", from: node, to });
      return;
    }
    // What lies there already: nothing to do.
    if (access !== "compute" && access.length === 1 && samePlace(access[0], to)) return;
    for (const id of needed) {
      if (done.has(id)) continue;
      const pending = kept.access(id, time);
      if (pending !== "compute" && pending.some((from) => samePlace(from, to))) emit(id);
    }
    code.push({ kind: "store", from: node, to });
  };
  for (const id of order) if (needed.has(id)) emit(id);
  for (const store of stores) emit(store.node);
  return code;
}
