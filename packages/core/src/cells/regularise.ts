/**
 * A cell with random masks in its equations: dropout on the recurrent path, and zoneout. What is masked follows from the graph,
 * whatever the cell:
 *
 * - *recurrent dropout*: every vector but x[t] that matrices multiply (a state a step ago, or what is computed within the step) is
 *   first multiplied by a mask, the same at every step of a sequence (Gal & Ghahramani 2016, arXiv:1512.05287);
 * - *zoneout*: a state is carried on as v + mask · (s[t-1] − v), where v is the value that the equations give it and each step has
 *   a mask of its own: where that is 1, the unit stays as it was (Krueger et al. 2017, arXiv:1606.01305). The step's other
 *   equations read v; what is handed up as h[t] is what is carried.
 *
 * For a run without chance, zoneout's masks hold its probability, and recurrent dropout is left out.
 */
import { type Alterations, alterCell } from "./alter.ts";
import type { Cell } from "./cell.ts";

export type Regularisation = Pick<Alterations, "recurrentDropout" | "zoneout">;

/**
 * @returns The cell with a program that has masks, `program.masks`; the cell itself where nothing is chosen. Everything but the
 *   program is the given cell's.
 */
export function regulariseCell(cell: Cell, { recurrentDropout, zoneout }: Regularisation): Cell {
  return alterCell(cell, { recurrentDropout, zoneout }).cell;
}
