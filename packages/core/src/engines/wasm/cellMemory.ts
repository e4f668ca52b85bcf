/** Where the arrays of a cell lie: those of the plan as its spec says, and the operation's own, in scratch memory. */
import { type CellSpec, stepsAlong, type Tensor } from "../engine.ts";
import { padded } from "../layout.ts";
import type { ArrayShape } from "./cellKernel.ts";
import type { ArrayName, LoweredCell, Place } from "./cellStages.ts";
import { bytes, type PlanContext } from "./compile.ts";

/** Row r begins at offset + r · stride, in numbers. */
export interface CellArray extends ArrayShape {
  readonly offset: number;
}

/** Which rows a call works on at one step. */
export interface Position {
  /** t·batch + from */
  step: number;
  /** (t − 1)·batch + from: before the first step, the rows of the initial state. */
  previous: number;
  /** from; or, where there is room for some steps ahead, (t mod ahead)·batch + from. */
  batch: number;
  /** to − from */
  rows: number;
}

export type CellMemory = Readonly<Record<ArrayName, readonly CellArray[]>>;

/** @param ahead Steps for which there is room in what a plan that only infers uses again and again. */
export function cellMemory(
  spec: CellSpec,
  lowered: LoweredCell,
  context: PlanContext,
  ahead: number,
): CellMemory {
  const { program, sizes, training } = spec;
  const { batch } = context.plan;
  const steps = stepsAlong(spec.over, context.plan);
  const array = (rows: ArrayShape["rows"], { offset, stride }: Tensor): CellArray => {
    return { rows, offset, stride };
  };
  const own = (rows: "step" | "batch", width: number): CellArray => {
    const stride = padded(width);
    const count = (rows === "step" ? steps : ahead) * batch;
    return { rows, stride, offset: context.scratch(count * stride) };
  };
  /** A plan that only infers keeps what a step computed until its room is used again: after `ahead` steps. */
  const kept = training ? "step" : "batch";
  const loads = [...lowered.forward, ...lowered.backward]
    .flatMap(({ loops }) => loops.flatMap(({ code }) => code))
    .flatMap((instruction) => (instruction.kind === "load" ? instruction.from : []));
  const inputTensor = "width" in spec.input ? spec.input : null;
  // One-hot vectors are written out only for cells that use x[t] pointwise.
  const oneHot = !inputTensor && loads.some(({ array: name }) => name === "input");
  const states = spec.states.map((state) => array("step", state));
  const isHeld = (at: Place, source: number) => at.array === "source" && at.index === source;
  return {
    record: [own(kept, lowered.recordWidth)],
    scratch: [own("batch", lowered.scratchWidth)],
    input: inputTensor ? [array("step", inputTensor)] : oneHot ? [own("step", sizes.in)] : [],
    state: states,
    previous: states.map((state) => ({ ...state, rows: "previous" })),
    vector: spec.vectors.map((vector) => array("all", vector)),
    mask: (spec.masks ?? []).map((mask, m) =>
      array(program.masks[m].perStep ? "step" : "batch", mask),
    ),
    source: program.sources.map(({ width }, k) =>
      own(kept, isHeld(lowered.sourcePlaces[k], k) ? sizes[width] : 0),
    ),
    signal: spec.signals.map(({ into }) => array("step", into)),
    outputGradient: training ? [array("step", training.outputGradient)] : [],
    carried: (training?.stateGradients ?? []).map((tensor) => array("batch", tensor)),
    sourceGradient: program.sources.map(({ node, width }) => {
      const computed = program.nodes[node].kind === "apply" || program.nodes[node].kind === "sum";
      return own("batch", training && computed ? sizes[width] : 0);
    }),
    inputGradient: training?.inputGradient ? [array("step", training.inputGradient)] : [],
    vectorSum: lowered.vectorSums.map((width) => own("batch", width)),
  };
}

/** The array of a place. */
export function arrayOf(memory: CellMemory, { array, index }: Place): CellArray {
  const found = memory[array][index];
  if (found === undefined) throw new RangeError(`cell: no array ${array} ${index} in this plan`);
  return found;
}

/** The byte address of the first row that a call works on. */
export function addressAt(array: CellArray, column: number, at: Position): number {
  const row = array.rows === "all" ? 0 : at[array.rows];
  return bytes(array.offset + row * array.stride + column);
}
