/**
 * The training loop, whatever is learnt: batches in epochs, updates, validation, the best weights kept. What a course brings is how a
 * step is done, in what order batches come, and how good the weights are.
 */
import { CellstateError } from "../errors.ts";
import type { Weights } from "../models/languageModel.ts";
import { type Key, streamKey } from "../numbers/random.ts";
import { describeValidation } from "./diagnose.ts";
import type { CourseOptions } from "./options.ts";
import {
  type EventBase,
  NO_PROGRESS,
  type TrainingEvent,
  type TrainingProgress,
  type TrainingSnapshot,
} from "./progress.ts";
import { parseSchedule } from "./schedules.ts";
import { takeTurn, turnDue } from "./turn.ts";

/** What a step found. Where `finite` is false the weights were left as they were. */
export interface StepOutcome {
  /** Mean over the batch's counted targets. */
  loss: number;
  /** Before clipping. */
  gradientNorm: number;
  finite: boolean;
}

/** Batches in an order that a key decides; read, or passed over as if they had been. */
export interface BatchSource<Batch> {
  /** @param shuffle The key of the order, or null for an order of its own. */
  begin(shuffle: Key | null): void;
  /** The next batch, or null after the last. The same object every time, refilled. */
  next(): Batch | null;
  /** @returns how many there were, `most` at most. */
  skip(most: number): number;
  /** True where `next` would answer null. */
  readonly atEnd: boolean;
  /** True where every epoch has as many batches. */
  readonly isEven: boolean;
}

/** What can be stepped and restored: a plan with an optimizer. */
export interface Stepper<Batch> {
  /** Of the plan, as they are now: a view. */
  readonly weights: Weights;
  readonly learningRate: number;
  step(batch: Batch, rate: number): StepOutcome;
  /** Views of all that a step changes. */
  memory(): Readonly<Record<string, Weights>>;
  restore(steps: number, memory: Readonly<Record<string, Weights>>): void;
  /** One line about a step that was not finite. */
  describeNotFinite(batch: Batch, loss: number): string;
}

/** The loss of weights on what is held out, a piece at a time: the generator pauses between them. */
export interface Validator {
  windows(weights: Weights): Generator<void, { readonly loss: number }>;
}

export interface Course<Batch extends { readonly counted: number }> {
  readonly stepper: Stepper<Batch>;
  readonly batches: BatchSource<Batch>;
  readonly validator: Validator | null;
  /** Takes over the weights of a run that has ended: the best, or without validation the last. */
  finish(weights: Weights): void;
}

/** Runs a course; its model has its weights when the run ends, however it ends. */
export async function* runCourse<Batch extends { readonly counted: number }>(
  course: Course<Batch>,
  options: CourseOptions,
): AsyncGenerator<TrainingEvent, void, void> {
  const run = new CourseRun(course, options);
  try {
    for await (const event of run.events()) {
      options.onEvent?.(event);
      yield event;
    }
  } finally {
    run.finish();
  }
}

export const DEFAULT_SEED = 1;

class CourseRun<Batch extends { readonly counted: number }> {
  readonly #course: Course<Batch>;
  readonly #options: CourseOptions;
  readonly #progress: TrainingProgress;
  readonly #seed: number;
  /** The best weights so far; null before the first validation. */
  #best: Weights | null = null;
  #turnAt = 0;

  constructor(course: Course<Batch>, options: CourseOptions) {
    this.#course = course;
    this.#options = options;
    this.#seed = options.seed ?? DEFAULT_SEED;
    this.#progress = { ...(options.resume?.progress ?? NO_PROGRESS) };
    if (options.resume) this.#resume(options.resume);
  }

  #resume({ progress, arrays }: TrainingSnapshot): void {
    const wanted = this.#course.stepper.memory();
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
    const { best } = arrays;
    const { length } = this.#course.stepper.weights;
    if (best && best.length !== length) {
      refuse(`has ${best.length} numbers of best, this run needs ${length}`);
    }
    const strange = Object.keys(arrays).find((name) => name !== "best" && !(name in wanted));
    if (strange) refuse(`has ${strange}, for which this run has no place`);
    this.#course.stepper.restore(progress.step, arrays);
    if (best) this.#best = best.slice();
  }

  async *events(): AsyncGenerator<TrainingEvent, void, void> {
    const { signal, patience = Number.POSITIVE_INFINITY } = this.#options;
    const progress = this.#progress;
    const reader = this.#course.batches;
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
      const batch = reader.next();
      if (!batch) throw new RangeError("an epoch without a batch");
      const { step, epoch, totalSteps } = progress;
      const rate = this.#course.stepper.learningRate * schedule({ step, epoch, totalSteps });
      const outcome = this.#step(batch, rate);
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
    this.#course.finish((this.#best ?? this.#course.stepper.weights).slice());
  }

  #step(batch: Batch, rate: number): { loss: number; gradientNorm: number } {
    const progress = this.#progress;
    const { loss, gradientNorm, finite } = this.#course.stepper.step(batch, rate);
    if (!finite) {
      throw new CellstateError("not-finite", this.#course.stepper.describeNotFinite(batch, loss));
    }
    progress.step++;
    progress.windowInEpoch++;
    progress.tokens += batch.counted;
    progress.lossSum += loss * batch.counted;
    progress.lossTokens += batch.counted;
    return { loss, gradientNorm };
  }

  #endEpoch(): void {
    const progress = this.#progress;
    // Of an epoch in which nothing counts there is no loss.
    progress.epochLoss = progress.lossTokens > 0 ? progress.lossSum / progress.lossTokens : null;
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
    if (!this.#course.validator || step === validatedStep) return false;
    if (this.#isOver()) return true;
    const { validateEvery } = this.#options;
    return validateEvery ? step % validateEvery === 0 : windowInEpoch === 0;
  }

  /** @returns null where the run was aborted meanwhile. */
  async #validate(): Promise<number | null> {
    const progress = this.#progress;
    const { weights } = this.#course.stepper;
    const windows = this.#course.validator?.windows(weights);
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
      weights: this.#course.stepper.weights,
      snapshot: () => this.#snapshot(),
    };
  }

  #snapshot(): TrainingSnapshot {
    const arrays: Record<string, Weights> = {};
    for (const [name, view] of Object.entries(this.#course.stepper.memory()))
      arrays[name] = view.slice();
    if (this.#best) arrays.best = this.#best.slice();
    return { progress: { ...this.#progress }, arrays };
  }

  /** How many updates the run will do. */
  async #planSteps(): Promise<number> {
    const { length } = this.#options;
    if ("steps" in length) return length.steps;
    if ("minutes" in length) return await this.#trySpeed(length.minutes * 60);
    if (this.#course.batches.isEven)
      return length.epochs * this.#course.batches.skip(Number.POSITIVE_INFINITY);
    let total = 0;
    for (let epoch = 0; epoch < length.epochs; epoch++) {
      this.#course.batches.begin(streamKey(this.#seed, "order", epoch));
      total += this.#course.batches.skip(Number.POSITIVE_INFINITY);
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
    this.#course.batches.begin(this.#order());
    while (elapsed < trial && !this.#options.signal?.aborted) {
      const batch = this.#course.batches.next();
      if (batch) {
        this.#course.stepper.step(batch, 0);
        steps++;
      } else {
        this.#course.batches.begin(this.#order());
      }
      await this.#turn();
      elapsed = (performance.now() - start) / 1000;
    }
    this.#course.stepper.restore(0, before.arrays);
    this.#progress.seconds += elapsed;
    // Broken off: whoever goes on from here tries again.
    if (this.#options.signal?.aborted) return 0;
    // A tenth stays for validation and for a machine that has other things to do.
    return Math.max(1, Math.floor((0.9 * (seconds - elapsed) * steps) / elapsed));
  }
}
