/** What a cell's equations can be given beside what is written, and what follows from it: see `alter.ts`. */

export interface Alterations {
  /** Each vector but x[t] that matrices multiply is first multiplied by a mask. */
  readonly recurrentDropout: boolean;
  /** Each state's new value is v + mask · (s[t-1] − v): where the mask is 1, the state stays as it was. */
  readonly zoneout: boolean;
  /** Names of signals. */
  readonly held: readonly string[];
  readonly gradients: boolean;
  readonly memory: boolean;
}

export const UNALTERED: Alterations = {
  recurrentDropout: false,
  zoneout: false,
  held: [],
  gradients: false,
  memory: false,
};

/** s[t] = keep ∘ s[t-1] + written, and kept = keep ∘ s[t-1]: indices into the altered program's signals. */
export interface MemoryPath {
  readonly keep: number;
  readonly kept: number;
  readonly written: number;
}
