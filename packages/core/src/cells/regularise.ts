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
 * For a run without chance, zoneout's masks hold its probability, and recurrent dropout is left out. Matrices, vectors and the
 * way in which they are stacked are those of the cell itself: the same weights serve both programs.
 */
import { analyse, type Regularisation } from "./analyse.ts";
import { assemble } from "./assemble.ts";
import type { Cell } from "./cell.ts";
import { differentiate } from "./differentiate.ts";
import { parseEquations } from "./parse.ts";
import type { CellProgram } from "./program.ts";

export type { Regularisation };

/** The newest programs, by equations and choice: the same text gives the same program. */
const assembled = new Map<string, CellProgram>();
const MOST_KEPT = 64;

/**
 * @returns The cell with a program that has masks, `program.masks`; the cell itself where nothing is chosen. Everything but the
 *   program is the given cell's.
 */
export function regulariseCell(cell: Cell, regularisation: Regularisation): Cell {
  const { recurrentDropout, zoneout } = regularisation;
  if (!recurrentDropout && !zoneout) return cell;
  const key = `${recurrentDropout} ${zoneout} ${cell.equations}`;
  let program = assembled.get(key);
  if (!program) {
    const draft = analyse(parseEquations(cell.equations), regularisation);
    program = assemble(draft, differentiate(draft), cell.program);
    for (const oldest of assembled.keys()) {
      if (assembled.size < MOST_KEPT) break;
      assembled.delete(oldest);
    }
    assembled.set(key, program);
  }
  return { ...cell, program };
}
