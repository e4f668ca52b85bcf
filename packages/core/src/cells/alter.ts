/**
 * A cell whose program does more than its equations say, or shows more than they name; for training, and for whoever looks inside.
 * What is altered follows from the graph, whatever the cell:
 *
 * - *recurrent dropout* and *zoneout*: see `regularise.ts`;
 * - *held* signals: what reads a signal then reads value · keep + hold, of two masks. With keep 1 and hold 0 it is as it was, with
 *   keep 0 it is what `hold` says: exactly, even where the value would be infinite or no number. A held state is carried on as it is held;
 * - *gradients*: ∂L/∂ of each signal is a signal too, written by the backward pass: all that L depends on it through, in its own step and in
 *   later ones;
 * - *memory*: of each state that is kept ∘ its last value and something written, these parts are signals too (`memoryPath.ts`).
 *
 * Matrices, vectors and the way in which they are stacked are those of the cell itself: the same weights serve both programs.
 */
import { type Alterations, type MemoryPath, UNALTERED } from "./alterations.ts";
import { analyse } from "./analyse.ts";
import { assemble } from "./assemble.ts";
import type { Cell } from "./cell.ts";
import { differentiate } from "./differentiate.ts";
import { parseEquations } from "./parse.ts";
import type { CellProgram } from "./program.ts";

export type { Alterations, MemoryPath };

export interface AlteredCell {
  /** The given cell's in everything but its program. */
  readonly cell: Cell;
  /** By the cell's own signals: the index of ∂L/∂ of it in the altered program's signals; null where no gradient flows. Empty unless asked for. */
  readonly gradients: readonly (number | null)[];
  /** By state; null where its line is not of that form. Empty unless asked for. */
  readonly memory: readonly (MemoryPath | null)[];
}

type Altered = Omit<AlteredCell, "cell"> & { readonly program: CellProgram };

/** The newest programs, by equations and choice: the same text gives the same program. */
const assembled = new Map<string, Altered>();
const MOST_KEPT = 64;

/**
 * @returns The cell itself where nothing is altered.
 * @throws RangeError for a signal to be held that the equations do not name. CellstateError `option` for one that is a number.
 */
export function alterCell(cell: Cell, wanted: Partial<Alterations>): AlteredCell {
  const { recurrentDropout, zoneout, held, gradients, memory } = { ...UNALTERED, ...wanted };
  if (!recurrentDropout && !zoneout && held.length === 0 && !gradients && !memory) {
    return { cell, gradients: [], memory: [] };
  }
  for (const name of held) {
    if (cell.signalNames.includes(name)) continue;
    const known = cell.signalNames.join(", ");
    throw new RangeError(`${cell.name}: no signal "${name}" to hold; its equations name ${known}`);
  }
  // In the equations' order: that of the wish changes nothing.
  const names = cell.signalNames.filter((name) => held.includes(name));
  const alterations = { recurrentDropout, zoneout, held: names, gradients, memory };
  const key = `${JSON.stringify(alterations)} ${cell.equations}`;
  let altered = assembled.get(key);
  if (!altered) {
    altered = assembleAltered(cell, alterations);
    for (const oldest of assembled.keys()) {
      if (assembled.size < MOST_KEPT) break;
      assembled.delete(oldest);
    }
    assembled.set(key, altered);
  }
  const { program, ...shown } = altered;
  return { cell: { ...cell, program }, ...shown };
}

function assembleAltered(cell: Cell, alterations: Alterations): Altered {
  const draft = analyse(parseEquations(cell.equations), alterations);
  const slopes = differentiate(draft);
  const program = assemble(draft, slopes, { like: cell.program, gradients: alterations.gradients });
  const gradients: (number | null)[] = [];
  if (alterations.gradients) {
    let next = draft.signals.length;
    for (const signal of draft.signals.keys()) {
      const index = slopes.signals[signal] === null ? null : next++;
      if (signal < cell.signalNames.length) gradients.push(index);
    }
  }
  return { program, gradients, memory: draft.memory };
}
