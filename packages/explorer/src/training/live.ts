/** The page's side of one training: its worker, and what came of it so far, as signals. */
import { batch, type Signal, signal } from "@preact/signals";
import type { Checkpoint, TrainingOrder, TrainingReport, TrainingSettings } from "./protocol.ts";
import { Curve, keptOf } from "./thinning.ts";

export type LiveStatus = "none" | "preparing" | "paused" | "playing" | "done" | "failed";

type Ready = Extract<TrainingReport, { kind: "ready" }>;

export interface LiveProblem {
  readonly message: string;
  /** core's code: `not-finite`; or `lost` for a worker that ended. */
  readonly code: string;
}

/** Drawing takes from the training where there are as many threads as cores: of two on two cores, 100 ms left 81 % of the speed and 200 ms 83 to 88 %. */
const DRAW_EVERY_MS = 200;

export class LiveTraining {
  readonly status: Signal<LiveStatus> = signal("none");
  readonly settings: Signal<TrainingSettings | null> = signal(null);
  readonly about: Signal<Ready | null> = signal(null);
  readonly step = signal(0);
  readonly speed = signal({ steps: 0, tokens: 0 });
  readonly problem: Signal<LiveProblem | null> = signal(null);
  readonly checkpoints: Signal<readonly Checkpoint[]> = signal([]);
  /** Nats (or, of numbers, squares): of single updates, or means of several where there are many. It grows in place: see `version`. */
  loss = new Curve();
  gradientNorm = new Curve();
  /** Of the last update alone. */
  readonly last = signal({ loss: Number.NaN, gradientNorm: Number.NaN });
  /** Changes whenever the curves do, five times a second at most. */
  readonly version = signal(0);
  readonly #version: string;
  #worker: Worker | null = null;
  /** Reports that are not shown yet. */
  readonly #heard: TrainingReport[] = [];
  #heardAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** @param version Of cellstate. */
  constructor(version: string) {
    this.#version = version;
  }

  get isAlive(): boolean {
    return this.#worker !== null;
  }

  /** Prepares another training; the one that there was is given up. It waits at its first update. */
  start(settings: TrainingSettings): void {
    this.#worker?.terminate();
    this.#heard.length = 0;
    batch(() => {
      this.settings.value = settings;
      this.status.value = "preparing";
      this.about.value = null;
      this.step.value = 0;
      this.speed.value = { steps: 0, tokens: 0 };
      this.problem.value = null;
      this.checkpoints.value = [];
      this.loss = new Curve();
      this.gradientNorm = new Curve();
      this.last.value = { loss: Number.NaN, gradientNorm: Number.NaN };
      this.version.value++;
    });
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<TrainingReport>) => {
      if (this.#worker !== worker) return;
      this.#heard.push(data);
      this.#hearSoon();
    };
    worker.onerror = ({ message }) => {
      if (this.#worker === worker) this.#lost(message);
    };
    worker.onmessageerror = () => {
      if (this.#worker === worker) this.#lost("a message could not be read");
    };
    this.#order({ kind: "start", settings, version: this.#version });
  }

  /** @param perSecond Updates at most; null for as many as there can be. */
  play(perSecond: number | null): void {
    if (this.#isOver()) return;
    this.#order({ kind: "play", perSecond });
    this.status.value = "playing";
  }

  pause(): void {
    if (this.status.peek() !== "playing") return;
    this.#order({ kind: "pause" });
    this.status.value = "paused";
  }

  /** One update. */
  stepOnce(): void {
    if (this.#isOver()) return;
    this.#order({ kind: "step" });
    this.status.value = "paused";
  }

  /** Gives the training up, and its worker with it. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    if (!this.#isOver()) this.status.value = "none";
  }

  /** Ends the worker as a crash would: for tests. */
  lose(): void {
    this.#lost("it was ended");
  }

  #isOver(): boolean {
    const status = this.status.peek();
    return this.#worker === null || status === "done" || status === "failed" || status === "none";
  }

  /** Five times a second at most, however often the worker reports: each time pictures are drawn anew. */
  #hearSoon(): void {
    if (this.#timer !== null) return;
    const wait = Math.max(0, this.#heardAt + DRAW_EVERY_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#heardAt = performance.now();
      this.#timer = null;
      batch(() => {
        for (const report of this.#heard.splice(0)) this.#hear(report);
      });
    }, wait);
  }

  #order(order: TrainingOrder): void {
    this.#worker?.postMessage(order);
  }

  #hear(report: TrainingReport): void {
    switch (report.kind) {
      case "ready":
        this.about.value = report;
        if (this.status.peek() === "preparing") this.status.value = "paused";
        break;
      case "steps":
        this.#addSteps(report);
        break;
      case "checkpoint": {
        const { checkpoint } = report;
        const total = this.settings.peek()?.steps ?? checkpoint.step;
        const others = this.checkpoints.peek().filter(({ step }) => step !== checkpoint.step);
        this.checkpoints.value = keptOf([...others, checkpoint], checkpoint.step, total);
        break;
      }
      case "paused":
        this.step.value = report.step;
        break;
      case "done":
        this.step.value = report.step;
        this.status.value = "done";
        this.#release();
        break;
      case "failed":
        this.problem.value = { message: report.message, code: report.code };
        this.status.value = "failed";
        this.#release();
        break;
    }
  }

  #addSteps(report: Extract<TrainingReport, { kind: "steps" }>): void {
    const { from, losses, gradientNorms, stepsPerSecond, tokensPerSecond } = report;
    for (let index = 0; index < losses.length; index++) {
      this.loss.add(from + index, losses[index]);
      this.gradientNorm.add(from + index, gradientNorms[index]);
    }
    this.step.value = from + losses.length - 1;
    this.speed.value = { steps: stepsPerSecond, tokens: tokensPerSecond };
    this.last.value = {
      loss: losses[losses.length - 1],
      gradientNorm: gradientNorms[losses.length - 1],
    };
    this.version.value++;
  }

  /** A worker that has nothing left to do gives its memory back. */
  #release(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #lost(why: string): void {
    this.#release();
    this.#heard.length = 0;
    batch(() => {
      const message = `the training worker was lost (${why || "no reason given"}); begin anew, with fewer units if memory ran out`;
      this.problem.value = { message, code: "lost" };
      this.status.value = "failed";
    });
  }
}
