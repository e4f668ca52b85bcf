/**
 * Many streams of one language model that step together: the weights are read once for all of them, where streams by themselves
 * would read them once each. Streams join and leave between steps, and sit out a step when they have nothing to read.
 */
import type { Engine } from "../engines/engine.ts";
import type { NetworkState } from "./carriedStates.ts";
import type { LanguageModel } from "./languageModel.ts";
import { type Seat, StreamBatch } from "./streamBatch.ts";

/** One of the streams. Whatever is asked of it after it has left throws a TypeError. */
export interface JoinedStream {
  /** What it reads at the next step, which sets this to null again; null to sit that step out. */
  token: number | null;
  /**
   * Of the token after the one that it read at the last step: a view that the next step changes.
   *
   * @throws TypeError where it read none at that step.
   */
  readonly logits: Float32Array | Float64Array;
  /**
   * All that it remembers, layer by layer and by the state's name: a copy.
   *
   * @throws RangeError when it is set to the state of another model.
   */
  state: NetworkState;
  /** Forgets everything. */
  reset(): void;
  /** Gives its place up. */
  leave(): void;
}

export interface LanguageStreamsOptions {
  /** Streams to make room for at first: beyond, it is made anew, twice as large. @default 4 */
  readonly room?: number;
}

/**
 * On the wasm engine a stream has the same bits alone and among others, and the same as a `LanguageStream`: which also reads
 * prompts faster, so that a stream may begin with what it left, `streams.join(reader.state)`.
 *
 * @example
 * const streams = new LanguageStreams(model, engine);
 * const [a, b] = [streams.join(), streams.join()];
 * a.token = 17;
 * b.token = 3;
 * streams.step();
 * a.token = sampler.draw(a.logits, chance.uniform());
 * b.leave();
 */
export class LanguageStreams {
  readonly #batch: StreamBatch;

  constructor(model: LanguageModel, engine: Engine, { room = 4 }: LanguageStreamsOptions = {}) {
    if (!Number.isInteger(room) || room < 1) {
      throw new RangeError(`streams: expected room for a whole number from 1, got ${room}`);
    }
    this.#batch = new StreamBatch(model, engine, room);
  }

  /** How many streams there are. */
  get size(): number {
    return this.#batch.size;
  }

  /**
   * A new stream. Takes memory, and time where room has to be made.
   *
   * @param state What it remembers. @default nothing
   * @throws RangeError for the state of another model.
   */
  join(state?: NetworkState): JoinedStream {
    const stream = new Joined(this.#batch);
    if (state === undefined) return stream;
    try {
      stream.state = state;
    } catch (error) {
      stream.leave();
      throw error;
    }
    return stream;
  }

  /**
   * Has every stream that has a token read it. Takes no memory.
   *
   * @throws RangeError for what is no token of the model's vocabulary; then no stream has read.
   */
  step(): void {
    this.#batch.step();
  }
}

class Joined implements JoinedStream {
  readonly #batch: StreamBatch;
  #seat: Seat | null;

  constructor(batch: StreamBatch) {
    this.#batch = batch;
    this.#seat = batch.add();
  }

  get token(): number | null {
    return this.#here().token;
  }

  set token(token: number | null) {
    this.#here().token = token;
  }

  get logits(): Float32Array | Float64Array {
    const { logits } = this.#here();
    if (logits) return logits;
    throw new TypeError("stream: it read no token at the last step, so there are no logits");
  }

  get state(): NetworkState {
    return this.#batch.stateOf(this.#here());
  }

  set state(state: NetworkState) {
    this.#batch.setState(this.#here(), state);
  }

  reset(): void {
    this.#batch.reset(this.#here());
  }

  leave(): void {
    this.#batch.remove(this.#here());
    this.#seat = null;
  }

  #here(): Seat {
    if (this.#seat) return this.#seat;
    throw new TypeError("stream: it has left; join again");
  }
}
