/** A worker that trains one model: it does what the page orders, and reports at most ten times a second. */
import {
  CellstateError,
  canShareMemory,
  createWasmEngine,
  type Engine,
  NO_PROGRESS,
  type TrainingEvent,
  type TrainingProgress,
  type Weights,
} from "@cellstate/core";
import { spreadsOf } from "./histograms.ts";
import { Pace } from "./pace.ts";
import { startPageThreads } from "./pageThreads.ts";
import type { TrainingOrder, TrainingReport, TrainingSettings } from "./protocol.ts";
import { Speed } from "./speed.ts";
import type { LiveCourse } from "./tasks/course.ts";
import { courseFor } from "./tasks/index.ts";
import { checkpointEvery } from "./thinning.ts";

interface Scope {
  onmessage: ((event: { readonly data: TrainingOrder }) => void) | null;
  postMessage(message: TrainingReport, transfer?: readonly Transferable[]): void;
}

const REPORT_EVERY_MS = 100;

const scope = globalThis as unknown as Scope;
const pace = new Pace();

scope.onmessage = ({ data }) => {
  switch (data.kind) {
    case "start":
      run(data.settings, data.version).catch((error: unknown) => {
        const code = error instanceof CellstateError ? error.code : "bug";
        const message = error instanceof Error ? error.message : String(error);
        scope.postMessage({ kind: "failed", message, code });
      });
      break;
    case "play":
      pace.play(data.perSecond);
      break;
    case "pause":
      pace.pause();
      break;
    case "step":
      pace.step();
      break;
  }
};

async function run(settings: TrainingSettings, version: string): Promise<void> {
  const course = await courseFor(settings, version);
  const threads = await startPageThreads(settings.threads);
  const engine = createWasmEngine({ threads });
  scope.postMessage({
    kind: "ready",
    parameters: course.parameters,
    threads: threads.count,
    sharesMemory: canShareMemory(),
    command: course.command,
    example: course.example,
  });
  const batch = new StepBatch();
  await checkpoint(course, engine, { weights: course.weights, progress: null });
  const turn = async (step: number) => {
    const paused = await pace.turn(() => {
      batch.post();
      scope.postMessage({ kind: "paused", step });
    });
    if (paused) batch.resume();
  };
  batch.resume();
  // The first update is let through here; each later one asks before it is done.
  await turn(0);
  let end: Readonly<TrainingProgress> = NO_PROGRESS;
  try {
    for await (const event of course.train(engine)) {
      end = event.progress;
      if (event.kind !== "step") continue;
      const { step, totalSteps } = event.progress;
      batch.add(event);
      if (step % checkpointEvery(step, totalSteps) === 0 && step < totalSteps) {
        batch.post();
        await checkpoint(course, engine, event);
      }
      // The last update is followed by the end, for which nobody has to ask.
      if (step < totalSteps) await turn(step);
    }
    batch.post();
    // Only now the model has the weights that its training kept.
    const { weights } = course;
    const kept = { weights, progress: end };
    await checkpoint(course, engine, kept, (progress) => course.encodeFinal(progress));
    scope.postMessage({ kind: "done", step: end.step });
  } catch (error) {
    batch.post();
    throw error;
  } finally {
    threads.end();
  }
}

/** Updates that are to be reported together. */
class StepBatch {
  readonly #losses: number[] = [];
  readonly #norms: number[] = [];
  readonly #speed = new Speed();
  #from = 1;
  #postedAt = Number.NEGATIVE_INFINITY;

  /** Time that is spent waiting is no training. */
  resume(): void {
    this.#speed.resume(performance.now());
  }

  add({ loss, gradientNorm, progress }: Extract<TrainingEvent, { kind: "step" }>): void {
    if (this.#losses.length === 0) this.#from = progress.step;
    this.#losses.push(loss);
    this.#norms.push(gradientNorm);
    const now = performance.now();
    this.#speed.add(now, progress.step, progress.tokens);
    if (now - this.#postedAt >= REPORT_EVERY_MS) this.post();
  }

  post(): void {
    if (this.#losses.length === 0) return;
    this.#postedAt = performance.now();
    scope.postMessage({
      kind: "steps",
      from: this.#from,
      losses: Float32Array.from(this.#losses),
      gradientNorms: Float32Array.from(this.#norms),
      stepsPerSecond: this.#speed.stepsPerSecond,
      tokensPerSecond: this.#speed.tokensPerSecond,
    });
    this.#losses.length = 0;
    this.#norms.length = 0;
  }
}

interface Standing {
  readonly weights: Weights;
  /** Null before the first update. */
  readonly progress: Readonly<TrainingProgress> | null;
}

/** Reports the model as it stands. A measure is taken in pieces, and orders are heard between them. */
async function checkpoint(
  course: LiveCourse,
  engine: Engine,
  { weights: current, progress }: Standing,
  encode: (progress: Readonly<TrainingProgress>) => Uint8Array<ArrayBuffer> = (at) =>
    course.encode(current, at),
): Promise<void> {
  const weights = current.slice();
  const pieces = course.measure(engine, weights);
  let piece = pieces.next();
  while (!piece.done) {
    await breath();
    piece = pieces.next();
  }
  const step = progress?.step ?? 0;
  const bytes = encode(progress ?? NO_PROGRESS);
  const histograms = spreadsOf(course.probe(engine, weights));
  const validationLoss = progress?.validationLoss ?? null;
  scope.postMessage(
    {
      kind: "checkpoint",
      checkpoint: { step, bytes, measure: piece.value, validationLoss, histograms },
    },
    [bytes.buffer],
  );
}

/** A macrotask by message: timers would wait four milliseconds. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
