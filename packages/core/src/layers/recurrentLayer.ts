/** A cell over time as a layer of a model: what it is, and where its weights stand. */
import type { Cell } from "../cells/cell.ts";
import type { Sizes } from "../engines/cellTensors.ts";

export interface RecurrentLayer {
  readonly name: string;
  readonly cell: Cell;
  readonly sizes: Sizes;
  /** Indices into the model's parameters, one a source. */
  readonly weights: readonly number[];
  /** One a learned vector. */
  readonly vectors: readonly number[];
}
