/** What was typed after `cellstate train FILE…`, read and checked one by one. */
import type { Shape } from "@cellstate/core";
import type { DataTask } from "../data/looked.ts";
import type { PRESETS } from "../presets.ts";
import type { NetworkSettings } from "./networkSettings.ts";
import type { TrainSettings } from "./settings.ts";

/** What networks alone are told. */
type NetworkArguments = Partial<
  Omit<NetworkSettings, keyof TrainSettings | "task" | "test" | "testFile">
>;

/** What was typed; what was not is undefined. */
export interface TrainArguments extends Partial<TrainSettings>, NetworkArguments {
  /** What the files are for. @default what they are seen to be */
  readonly task?: DataTask | Shape;
  /** A share of the data, or a file, to test the finished model on. */
  readonly test?: number | string;
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
