/**
 * The masks of a recurrent layer in a plan: random ones, drawn by operations while training, constant or absent where it infers; and those
 * by which signals are held, constant until the caller writes them.
 */
import { type AlteredCell, alterCell } from "../cells/alter.ts";
import type { Axis, Tensor } from "../engines/engine.ts";
import type { PlanBuilder } from "./layer.ts";
import type { RecurrentLayer } from "./recurrentLayer.ts";

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
  /** The cell with its masks, and with what is observed, in the program; or as it is. */
  readonly altered: AlteredCell;
  /** One a mask of that program. */
  readonly masks: readonly Tensor[];
}

export function planMasks(
  builder: PlanBuilder,
  layer: RecurrentLayer,
  { recurrentDropout, zoneout, memoryZoneout }: Regularisation,
  over?: Axis,
): PlannedMasks {
  const { random } = builder;
  const observation = builder.observationOf(layer);
  const altered = alterCell(layer.cell, {
    recurrentDropout: random && recurrentDropout > 0,
    zoneout: zoneout > 0 || memoryZoneout > 0,
    held: observation?.held ?? [],
    gradients: observation !== null && observation.gradients.length > 0,
    memory: observation?.memory ?? false,
  });
  const { program } = altered.cell;
  const masks = program.masks.map(({ width, perStep, of, index }) => {
    const axis = perStep ? over : "once";
    const output = builder.sequence(layer.sizes[width], axis);
    if (of === "source") {
      draw(builder, output, axis, recurrentDropout, 1 / (1 - recurrentDropout));
      return output;
    }
    if (of === "keep" || of === "hold") {
      builder.constants.push({ tensor: output, value: of === "keep" ? 1 : 0 });
      return output;
    }
    const stays = index === program.output ? zoneout : memoryZoneout;
    if (!random) builder.constants.push({ tensor: output, value: stays });
    else if (stays > 0) draw(builder, output, axis, 1 - stays, 1);
    return output;
  });
  return { altered, masks };
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
