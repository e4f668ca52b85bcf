/**
 * The page's side of the computing worker: questions in, promises out. A worker that is lost (it ran out of memory, or was ended) is replaced, its models
 * opened again, and the questions that it left open fail with a message that says so.
 */
import { type Signal, signal } from "@preact/signals";
import type { Answer, AnswerMessage, Ask, QuestionKind } from "./questions.ts";

export class ComputeError extends Error {
  readonly code: string;

  /** @param code core's error code, or `lost` for a worker that ended. */
  constructor(message: string, code: string) {
    super(message);
    this.name = "ComputeError";
    this.code = code;
  }
}

/** Models that are kept open. */
const MOST_OPEN = 24;

interface Open {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export class Compute {
  /** Questions that are not answered yet. */
  readonly busy = signal(0);
  /** How often a worker was lost. */
  readonly losses = signal(0);
  /** When the worker began the question that it has before it; null where it has none. */
  readonly since: Signal<number | null> = signal(null);
  /** Whether a person has stopped it: until `resume`, or until something else is asked. */
  readonly isStopped = signal(false);
  readonly #start: () => Worker;
  readonly #files = new Map<string, Ask<"open">>();
  readonly #open = new Map<number, Open>();
  #worker: Worker;
  #count = 0;

  constructor(start: () => Worker) {
    this.#start = start;
    this.#worker = this.#listen(start());
  }

  /** @throws ComputeError with what core says of the question, or `lost`. */
  async ask<K extends QuestionKind>(kind: K, ask: Ask<K>): Promise<Answer<K>> {
    this.isStopped.value = false;
    for (const id of modelsIn(ask)) this.#touch(id);
    const answer = await this.#send(kind, ask);
    if (kind === "open") this.#keep(ask as Ask<"open">);
    return answer as Answer<K>;
  }

  /** A model's file is kept for a worker that takes a lost one's place; of too many the one that was not asked about for longest is closed. */
  #keep(file: Ask<"open">): void {
    const { id, bytes } = file;
    // Without bytes it was asked for again, being open already.
    const known = this.#files.get(id);
    const kept = bytes.length === 0 && known ? known : file;
    this.#files.set(id, kept);
    this.#touch(id);
    const [oldest] = this.#files.keys();
    if (this.#files.size <= MOST_OPEN || oldest === undefined) return;
    this.#files.delete(oldest);
    this.#send("close", { id: oldest }).catch(() => {});
  }

  #touch(id: string): void {
    const file = this.#files.get(id);
    if (!file) return;
    this.#files.delete(id);
    this.#files.set(id, file);
  }

  /** Ends the worker as a crash would: for tests. */
  lose(): void {
    this.#lost("it was ended");
  }

  /** Gives up what is being computed; what was asked fails, and is not asked again. */
  stop(): void {
    this.#replace("computing was stopped");
    this.isStopped.value = true;
  }

  /** Has everything asked again. */
  resume(): void {
    this.isStopped.value = false;
    this.losses.value++;
  }

  #send(kind: QuestionKind, ask: unknown): Promise<unknown> {
    const number = this.#count++;
    return new Promise((resolve, reject) => {
      this.#open.set(number, { resolve, reject });
      this.#counted();
      this.#worker.postMessage({ number, kind, ask });
    });
  }

  #listen(worker: Worker): Worker {
    worker.onmessage = ({ data }: MessageEvent<AnswerMessage>) => {
      const open = this.#open.get(data.number);
      if (!open) return;
      this.#open.delete(data.number);
      this.since.value = null;
      this.#counted();
      if ("error" in data) open.reject(new ComputeError(data.error.message, data.error.code));
      else open.resolve(data.answer);
    };
    worker.onerror = ({ message }) => this.#lost(message);
    worker.onmessageerror = () => this.#lost("a message could not be read");
    return worker;
  }

  #lost(why: string): void {
    this.#replace(`the computing worker was lost (${why || "no reason given"})`);
    this.losses.value++;
  }

  /** Ends the worker; another one opens its models, and the questions that were left fail. */
  #replace(message: string): void {
    this.#worker.terminate();
    const left = [...this.#open.values()];
    this.#open.clear();
    this.since.value = null;
    this.#counted();
    this.#worker = this.#listen(this.#start());
    for (const file of this.#files.values()) this.#send("open", file).catch(() => {});
    for (const { reject } of left) reject(new ComputeError(message, "lost"));
  }

  #counted(): void {
    this.busy.value = this.#open.size;
    if (this.#open.size === 0) this.since.value = null;
    else if (this.since.peek() === null) this.since.value = performance.now();
  }
}

/** The models that a question is about. */
function modelsIn(ask: object): string[] {
  const { model, first, second } = ask as { model?: unknown; first?: unknown; second?: unknown };
  if (typeof model === "string") return [model];
  return [first, second].flatMap((each) =>
    typeof each === "object" && each !== null ? modelsIn(each) : [],
  );
}
