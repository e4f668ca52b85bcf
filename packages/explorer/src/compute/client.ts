/**
 * The page's side of the computing worker: questions in, promises out. A worker that is lost (it ran out of memory, or was ended) is replaced, its models
 * opened again, and the questions that it left open fail with a message that says so.
 */
import { signal } from "@preact/signals";
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

interface Open {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export class Compute {
  /** Questions that are not answered yet. */
  readonly busy = signal(0);
  /** How often a worker was lost. */
  readonly losses = signal(0);
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
    const answer = await this.#send(kind, ask);
    if (kind === "open") {
      const { id } = answer as Answer<"open">;
      this.#files.set(id, ask as Ask<"open">);
    }
    return answer as Answer<K>;
  }

  /** Ends the worker as a crash would: for tests. */
  lose(): void {
    this.#lost("it was ended");
  }

  #send(kind: QuestionKind, ask: unknown): Promise<unknown> {
    const number = this.#count++;
    return new Promise((resolve, reject) => {
      this.#open.set(number, { resolve, reject });
      this.busy.value = this.#open.size;
      this.#worker.postMessage({ number, kind, ask });
    });
  }

  #listen(worker: Worker): Worker {
    worker.onmessage = ({ data }: MessageEvent<AnswerMessage>) => {
      const open = this.#open.get(data.number);
      if (!open) return;
      this.#open.delete(data.number);
      this.busy.value = this.#open.size;
      if ("error" in data) open.reject(new ComputeError(data.error.message, data.error.code));
      else open.resolve(data.answer);
    };
    worker.onerror = ({ message }) => this.#lost(message);
    worker.onmessageerror = () => this.#lost("a message could not be read");
    return worker;
  }

  #lost(why: string): void {
    this.#worker.terminate();
    const left = [...this.#open.values()];
    this.#open.clear();
    this.busy.value = 0;
    this.#worker = this.#listen(this.#start());
    for (const file of this.#files.values()) this.#send("open", file).catch(() => {});
    for (const { reject } of left) {
      reject(
        new ComputeError(`the computing worker was lost (${why || "no reason given"})`, "lost"),
      );
    }
    this.losses.value++;
  }
}
