/**
 * The training loop as an async iterator: epochs over documents, truncated back-propagation through time, validation, the
 * best weights kept. Stop it by `break` or an AbortSignal; go on from a snapshot as if nothing had happened.
 */
import { checkTokens } from "../data/documents.ts";
import { trainingPieces, type Window, WindowReader } from "../data/windows.ts";
import { CellstateError } from "../errors.ts";
import type { LanguageModel, Weights } from "../models/languageModel.ts";
import { streamKey } from "../numbers/random.ts";
import { describeNotFinite, describeValidation } from "./diagnose.ts";
import { Evaluator } from "./evaluate.ts";
import { checkOptions, type TrainOptions } from "./options.ts";
import {
  type EventBase,
  NO_PROGRESS,
  type TrainingEvent,
  type TrainingProgress,
  type TrainingSnapshot,
} from "./progress.ts";
import { parseSchedule } from "./schedules.ts";
import { Trainer } from "./trainer.ts";
import { takeTurn, turnDue } from "./turn.ts";

const DEFAULTS = { batchSize: 50, window: 50, seed: 1 } as const;

/**
 * Trains a model in place. Its weights are set when the run ends, however it ends: the best on the validation documents where
 * there are some, else the last that were finite.
 *
 * @throws CellstateError `not-finite` when a loss or gradient is; the message says where it began, and the model keeps the weights
 * from before. `data` where there is too little text. `resume` for a snapshot of another run.
 * @throws RangeError for an option that no run could follow, or a token that the model's vocabulary does not have.
 */
export async function* train(
  model: LanguageModel,
  options: TrainOptions,
): AsyncGenerator<TrainingEvent, void, void> {
  const run = new TrainingRun(model, options);
  try {
    for await (const event of run.events()) {
      options.onEvent?.(event);
      yield event;
    }
  } finally {
    run.finish();
  }
}

class TrainingRun {
  readonly #model: LanguageModel;
  readonly #options: TrainOptions;
  readonly #trainer: Trainer;
  readonly #reader: WindowReader;
  readonly #evaluator: Evaluator | null;
  readonly #progress: TrainingProgress;
  readonly #seed: number;
  /** The best weights so far; null before the first validation. */
  #best: Weights | null = null;
  #turnAt = 0;

  constructor(model: LanguageModel, options: TrainOptions) {
    const { batchSize = DEFAULTS.batchSize, window = DEFAULTS.window } = options;
    checkOptions(options);
    checkTokens(options.documents, model.vocabulary.size);
    this.#model = model;
    this.#options = options;
    this.#seed = options.seed ?? DEFAULTS.seed;
    const pieces = trainingPieces(options.documents, { batchSize, window });
    // Rows that would never have a piece, and steps that no piece has, are not laid out.
    const longest = pieces.reduce((most, { start, end }) => Math.max(most, end - start), 1);
    const shape = {
      batchSize: Math.min(batchSize, pieces.length),
      window: Math.min(window, longest),
    };
    this.#reader = new WindowReader(options.documents, pieces, shape);
    this.#trainer = new Trainer(model, options.engine, {
      ...shape,
      optimizer: options.optimizer ?? { name: "adam" },
      clip: options.clip,
      groups: options.groups,
      seed: this.#seed,
    });
    const validation = options.validation ?? [];
    this.#evaluator =
      validation.length > 0 ? new Evaluator(model, options.engine, validation) : null;
    this.#progress = { ...(options.resume?.progress ?? NO_PROGRESS) };
    if (options.resume) this.#resume(options.resume);
  }

  #resume({ progress, arrays }: TrainingSnapshot): void {
    const wanted = this.#trainer.memory();
    const refuse = (what: string): never => {
      const advice = "resume with the options, the data and the engine of the run that wrote it";
      throw new CellstateError("resume", `the checkpoint ${what}; ${advice}`);
    };
    for (const [name, { length, BYTES_PER_ELEMENT }] of Object.entries(wanted)) {
      const given = arrays[name];
      if (given?.length !== length) {
        refuse(`has ${given?.length ?? 0} numbers of ${name}, this run needs ${length}`);
      } else if (given.BYTES_PER_ELEMENT !== BYTES_PER_ELEMENT) {
        const bits = 8 * given.BYTES_PER_ELEMENT;
        refuse(`has ${name} in float${bits}, this run needs float${8 * BYTES_PER_ELEMENT}`);
      }
    }
    const strange = Object.keys(arrays).find((name) => name !== "best" && !(name in wanted));
    if (strange) refuse(`has ${strange}, for which this run has no place`);
    this.#trainer.restore(progress.step, arrays);
    if (arrays.best) this.#best = arrays.best.slice();
  }

  async *events(): AsyncGenerator<TrainingEvent, void, void> {
    const { signal, patience = Number.POSITIVE_INFINITY } = this.#options;
    const progress = this.#progress;
    const reader = this.#reader;
    this.#turnAt = performance.now();
    if (progress.totalSteps === 0) progress.totalSteps = await this.#planSteps();
    reader.begin(this.#order());
    reader.skip(progress.windowInEpoch);
    const schedule = parseSchedule(this.#options.schedule ?? "constant");
    let clock = performance.now();
    const tick = (): void => {
      const now = performance.now();
      progress.seconds += (now - clock) / 1000;
      clock = now;
    };
    for (;;) {
      if (signal?.aborted) return yield this.#event({ kind: "done", reason: "aborted" });
      // Before the next step and not after the last: a run resumed at this point validates, or ends, here as well.
      if (this.#validationDue()) {
        const loss = await this.#validate();
        tick();
        if (loss === null) continue;
        yield this.#event({ kind: "validation", loss, best: progress.stale === 0 });
      }
      if (progress.stale >= patience) {
        return yield this.#event({ kind: "done", reason: "patience" });
      }
      if (this.#isOver()) return yield this.#event({ kind: "done", reason: "finished" });
      const window = reader.next();
      if (!window) throw new RangeError("an epoch without a window");
      const { step, epoch, totalSteps } = progress;
      const rate = this.#trainer.learningRate * schedule({ step, epoch, totalSteps });
      const outcome = this.#step(window, rate);
      if (reader.atEnd) {
        this.#endEpoch();
        reader.begin(this.#order());
      }
      tick();
      yield this.#event({ kind: "step", ...outcome, learningRate: rate });
      await this.#turn();
      tick();
    }
  }

  /** Sets the model's weights: the best, or without validation the last. */
  finish(): void {
    this.#model.weights = (this.#best ?? this.#trainer.plan.weights).slice();
  }

  #step(window: Window, rate: number): { loss: number; gradientNorm: number } {
    const progress = this.#progress;
    const { loss, gradientNorm, finite } = this.#trainer.step(window, rate);
    if (!finite) {
      throw new CellstateError("not-finite", describeNotFinite(this.#trainer, window, loss));
    }
    progress.step++;
    progress.windowInEpoch++;
    progress.tokens += window.counted;
    progress.lossSum += loss * window.counted;
    progress.lossTokens += window.counted;
    return { loss, gradientNorm };
  }

  #endEpoch(): void {
    const progress = this.#progress;
    progress.epochLoss = progress.lossSum / progress.lossTokens;
    progress.lossSum = 0;
    progress.lossTokens = 0;
    progress.epoch++;
    progress.windowInEpoch = 0;
  }

  /** Documents come in a new order each epoch. */
  #order(): readonly [number, number] {
    return streamKey(this.#seed, "order", this.#progress.epoch);
  }

  #isOver(): boolean {
    const { length } = this.#options;
    const { step, seconds, totalSteps } = this.#progress;
    if ("minutes" in length && seconds >= length.minutes * 60) return true;
    return step >= totalSteps;
  }

  /** At the end of an epoch or every `validateEvery` steps; always at the end of the run. Once a step. */
  #validationDue(): boolean {
    const { step, windowInEpoch, validatedStep } = this.#progress;
    if (!this.#evaluator || step === validatedStep) return false;
    if (this.#isOver()) return true;
    const { validateEvery } = this.#options;
    return validateEvery ? step % validateEvery === 0 : windowInEpoch === 0;
  }

  /** @returns null where the run was aborted meanwhile. */
  async #validate(): Promise<number | null> {
    const progress = this.#progress;
    const { weights } = this.#trainer.plan;
    const windows = this.#evaluator?.windows(weights);
    if (!windows) return null;
    let next = windows.next();
    while (!next.done) {
      await this.#turn();
      if (this.#options.signal?.aborted) return null;
      next = windows.next();
    }
    const { loss } = next.value;
    if (!Number.isFinite(loss)) {
      throw new CellstateError("not-finite", describeValidation(progress, loss));
    }
    progress.validationLoss = loss;
    progress.validatedStep = progress.step;
    if (progress.bestLoss === null || loss < progress.bestLoss) {
      progress.bestLoss = loss;
      progress.bestStep = progress.step;
      progress.stale = 0;
      this.#best ??= weights.slice();
      this.#best.set(weights);
    } else {
      progress.stale++;
    }
    return loss;
  }

  /** The event loop gets its turn every 16 ms, or every step where that is longer. */
  async #turn(): Promise<void> {
    if (!turnDue(this.#turnAt)) return;
    await takeTurn();
    this.#turnAt = performance.now();
  }

  #event<Rest extends object>(rest: Rest): Rest & EventBase {
    return {
      ...rest,
      progress: this.#progress,
      weights: this.#trainer.plan.weights,
      snapshot: () => this.#snapshot(),
    };
  }

  #snapshot(): TrainingSnapshot {
    const arrays: Record<string, Weights> = {};
    for (const [name, view] of Object.entries(this.#trainer.memory())) arrays[name] = view.slice();
    if (this.#best) arrays.best = this.#best.slice();
    return { progress: { ...this.#progress }, arrays };
  }

  /** How many updates the run will do. */
  async #planSteps(): Promise<number> {
    const { length } = this.#options;
    if ("steps" in length) return length.steps;
    if ("minutes" in length) return await this.#trySpeed(length.minutes * 60);
    if (!this.#reader.shuffles) return length.epochs * this.#reader.skip(Number.POSITIVE_INFINITY);
    let total = 0;
    for (let epoch = 0; epoch < length.epochs; epoch++) {
      this.#reader.begin(streamKey(this.#seed, "order", epoch));
      total += this.#reader.skip(Number.POSITIVE_INFINITY);
      await this.#turn();
    }
    return total;
  }

  /** Steps that fit into so many seconds, from a trial whose effects are undone. */
  async #trySpeed(seconds: number): Promise<number> {
    const trial = Math.min(1.5, seconds * 0.05);
    const before = this.#snapshot();
    const start = performance.now();
    let steps = 0;
    let elapsed = 0;
    this.#reader.begin(this.#order());
    while (elapsed < trial && !this.#options.signal?.aborted) {
      const window = this.#reader.next();
      if (window) {
        this.#trainer.step(window, 0);
        steps++;
      } else {
        this.#reader.begin(this.#order());
      }
      await this.#turn();
      elapsed = (performance.now() - start) / 1000;
    }
    this.#trainer.restore(0, before.arrays);
    this.#progress.seconds += elapsed;
    // Broken off: whoever goes on from here tries again.
    if (this.#options.signal?.aborted) return 0;
    // A tenth stays for validation and for a machine that has other things to do.
    return Math.max(1, Math.floor((0.9 * (seconds - elapsed) * steps) / elapsed));
  }
}
