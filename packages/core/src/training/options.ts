/** What a training run is asked to do, and which askings no run could follow. */
import type { TokenDocument } from "../data/documents.ts";
import type { Engine } from "../engines/engine.ts";
import type { OptimizerOptions, ParameterGroup } from "./optimizers.ts";
import type { TrainingEvent, TrainingSnapshot } from "./progress.ts";
import type { Clipping } from "./updater.ts";

/** When to stop: whichever is given; exactly one. */
export type TrainingLength =
  | { readonly epochs: number }
  | { readonly steps: number }
  /** By the clock. The schedule is laid out over as many steps as a short trial says will fit. */
  | { readonly minutes: number };

/** What every run can be told, whatever it learns. */
export interface CourseOptions {
  readonly engine: Engine;
  readonly length: TrainingLength;
  /** Sequences side by side. @default 50; of a network's examples 32 */
  readonly batchSize?: number;
  /** @default adam */
  readonly optimizer?: OptimizerOptions;
  /** See `parseSchedule`. @default constant */
  readonly schedule?: string;
  /** @default none */
  readonly clip?: Clipping;
  readonly groups?: readonly ParameterGroup[];
  /** Of the order of documents or examples, of dropout and of scheduled sampling. @default 1 */
  readonly seed?: number;
  /** Updates between validations. @default once an epoch */
  readonly validateEvery?: number;
  /** Stop after so many validations without a better one. @default never */
  readonly patience?: number;
  readonly signal?: AbortSignal;
  /** Where to go on: a `snapshot()` of a run with the same options, data and engine. */
  readonly resume?: TrainingSnapshot;
  /** Called with each event before it is yielded. */
  readonly onEvent?: (event: TrainingEvent) => void;
}

export interface TrainOptions extends CourseOptions {
  /** What to learn from, in the model's tokens. */
  readonly documents: readonly TokenDocument[];
  /** What to choose the best weights by. @default none: the last weights are kept */
  readonly validation?: readonly TokenDocument[];
  /** Time steps through which gradients flow back. @default 50 */
  readonly window?: number;
}

/** @throws RangeError that names the option, what is wanted and what came. */
export function checkOptions(options: CourseOptions & { readonly window?: number }): void {
  const { batchSize, window, validateEvery, patience, length, clip, optimizer } = options;
  for (const [name, count] of Object.entries({ batchSize, window, validateEvery, patience })) {
    if (count !== undefined) check(name, count, "a whole number of 1 or more", isCount(count));
  }
  if ("steps" in length) {
    const { steps } = length;
    check("length.steps", steps, "a whole number of 0 or more", steps === 0 || isCount(steps));
  } else if ("epochs" in length) {
    const { epochs } = length;
    check("length.epochs", epochs, "a whole number of 0 or more", epochs === 0 || isCount(epochs));
  } else {
    const { minutes } = length;
    check("length.minutes", minutes, "a number above 0", minutes > 0 && Number.isFinite(minutes));
  }
  if (clip) {
    const [name, most] = "norm" in clip ? ["clip.norm", clip.norm] : ["clip.value", clip.value];
    check(name, most, "a number above 0", most > 0);
  }
  const rate = optimizer?.learningRate;
  if (rate !== undefined) {
    check("learningRate", rate, "a number of 0 or more", rate >= 0 && Number.isFinite(rate));
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function check(name: string, value: number, wanted: string, holds: boolean): void {
  if (!holds) throw new RangeError(`${name}: expected ${wanted}, got ${value}`);
}
