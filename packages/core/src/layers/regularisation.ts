/** The random masks of a recurrent layer in a plan: drawn by operations while training, constant or absent where it infers. */
import type { Cell } from "../cells/cell.ts";
import { regulariseCell } from "../cells/regularise.ts";
import type { Sizes } from "../engines/cellTensors.ts";
import type { Axis, Tensor } from "../engines/engine.ts";
import type { PlanBuilder } from "./layer.ts";

/** Probabilities, 0 to below 1. */
export interface Regularisation {
  /** That an element of what a recurrent matrix multiplies is dropped, for all steps of a sequence. */
  readonly recurrentDropout: number;
  /** That a unit's output h stays what it was a step before … */
  readonly zoneout: number;
  /** … and so each of its other states, the memory. */
  readonly memoryZoneout: number;
}

export const NO_REGULARISATION: Regularisation = {
  recurrentDropout: 0,
  zoneout: 0,
  memoryZoneout: 0,
};

export interface PlannedMasks {
  /** The cell with its masks in the program, or as it is. */
  readonly cell: Cell;
  /** One a mask of that program. */
  readonly masks: readonly Tensor[];
}

export function planMasks(
  builder: PlanBuilder,
  { cell: plain, sizes }: { readonly cell: Cell; readonly sizes: Sizes },
  { recurrentDropout, zoneout, memoryZoneout }: Regularisation,
  over?: Axis,
): PlannedMasks {
  const { training } = builder;
  const cell = regulariseCell(plain, {
    recurrentDropout: training && recurrentDropout > 0,
    zoneout: zoneout > 0 || memoryZoneout > 0,
  });
  const { program } = cell;
  const masks = program.masks.map(({ width, perStep, of, index }) => {
    const axis = perStep ? over : "once";
    const output = builder.sequence(sizes[width], axis);
    if (of === "source") {
      draw(builder, output, axis, recurrentDropout, 1 / (1 - recurrentDropout));
      return output;
    }
    const stays = index === program.output ? zoneout : memoryZoneout;
    if (!training) builder.constants.push({ tensor: output, value: stays });
    else if (stays > 0) draw(builder, output, axis, 1 - stays, 1);
    return output;
  });
  return { cell, masks };
}

function draw(
  builder: PlanBuilder,
  output: Tensor,
  over: Axis | undefined,
  rate: number,
  kept: number,
): void {
  builder.operations.push({
    kind: "mask",
    over,
    output,
    rate,
    kept,
    key: builder.key(),
    training: null,
  });
}
