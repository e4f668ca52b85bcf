/** What was typed after `cellstate train FILE…`, read and checked one by one. */
import type { PRESETS } from "../presets.ts";
import type { TrainSettings } from "./settings.ts";

/** What was typed; what was not is undefined. */
export interface TrainArguments extends Partial<TrainSettings> {
  readonly out?: string;
  readonly preset?: keyof typeof PRESETS;
  readonly from?: string;
  readonly resume?: boolean;
  /** No setting: the result is the same for any. */
  readonly threads?: number;
  readonly checkpointEvery: number;
  readonly log?: string;
  readonly json?: boolean;
}
