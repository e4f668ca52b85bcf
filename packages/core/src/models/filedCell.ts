/** A cell out of a model's file, and under which names a file has its tensors. */
import type { Cell } from "../cells/cell.ts";
import { defineCell } from "../cells/defineCell.ts";
import type { CellProgram } from "../cells/program.ts";
import { ZOO } from "../cells/zoo/index.ts";
import type { Sizes } from "../engines/cellTensors.ts";
import { CellstateError } from "../errors.ts";
import type { CellMetadata } from "../files/networkMetadata.ts";
import { type CellSizes, cellSizes } from "../layers/recurrent.ts";

/**
 * A cell as files name its tensors: by PyTorch's names where the zoo has a cell of this name that does the same, else by
 * its own. Both follow from name and equations alone, which the file holds: so what was written can be read.
 */
export function filedCell(cell: Cell): Cell {
  const known = ZOO.find(({ name }) => name === cell.name);
  if (known?.equations === cell.equations) return known;
  return {
    ...cell,
    torch: known && isSameProgram(known.program, cell.program) ? known.torch : undefined,
  };
}

/** True where equations differ in no more than captions and how they are written. */
function isSameProgram(a: CellProgram, b: CellProgram): boolean {
  const said = ({ signals, ...program }: CellProgram): string =>
    JSON.stringify({ ...program, signals: signals.map(({ name, node }) => [name, node]) });
  return said(a) === said(b);
}

/** @throws CellstateError `file-format` where the equations are none. */
export function restoreCell({ name, equations }: CellMetadata, file: string): Cell {
  try {
    return filedCell(defineCell(equations, { name, title: name, source: file }));
  } catch (error) {
    if (!(error instanceof CellstateError)) throw error;
    throw new CellstateError("file-format", `${file}: the cell's equations: ${error.message}`);
  }
}

/** @throws CellstateError `file-format` where the cell does not allow these sizes. */
export function sizesOf(cell: Cell, sizes: CellSizes, file: string): Sizes {
  try {
    return cellSizes(cell, sizes);
  } catch (error) {
    if (!(error instanceof CellstateError)) throw error;
    throw new CellstateError("file-format", `${file}: ${error.message}`);
  }
}
