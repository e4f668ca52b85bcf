/**
 * Streams of one language model as the rows of one batch. Those that read lie side by side from row 0 on, so that a step computes
 * nothing for the others; as long as the same streams read, their states stay in the plan.
 */
import type { Engine } from "../engines/engine.ts";
import type { NetworkState } from "./carriedStates.ts";
import type { LanguageModel } from "./languageModel.ts";
import { LanguagePlan } from "./languagePlan.ts";

type Numbers = Float32Array | Float64Array;

/** A stream's place. */
export interface Seat {
  /** What it reads at the next step; null to sit that out. */
  token: number | null;
  /** What the last step gave it; null where it sat that out. */
  logits: Numbers | null;
  /** Its states, row after row, while they do not lie in the plan. */
  readonly held: Numbers;
}

export class StreamBatch {
  readonly #model: LanguageModel;
  readonly #engine: Engine;
  readonly #extent = { steps: 1, batch: 1 };
  readonly #seats: Seat[] = [];
  #plan: LanguagePlan;
  /** Whose states lie in the plan, by row: the first `#count` of them. Arrays grow and do not shrink, which would make garbage. */
  #rows: Seat[] = [];
  #count = 0;
  /** Who reads next: becomes `#rows`. */
  #readers: Seat[] = [];
  /** A view a row. */
  #logits: readonly Numbers[];

  /** @param room Streams to make room for at first. */
  constructor(model: LanguageModel, engine: Engine, room: number) {
    this.#model = model;
    this.#engine = engine;
    this.#plan = this.#planFor(room);
    this.#logits = logitsOf(this.#plan);
  }

  get size(): number {
    return this.#seats.length;
  }

  /** A place for a stream that remembers nothing. */
  add(): Seat {
    const { batch } = this.#plan.capacity;
    if (this.#seats.length === batch) {
      this.#settle();
      this.#plan = this.#planFor(2 * batch);
      this.#logits = logitsOf(this.#plan);
    }
    const { states, weights } = this.#plan;
    // As many numbers, of the plan's precision.
    const held = weights instanceof Float64Array ? Float64Array : Float32Array;
    const seat: Seat = { token: null, logits: null, held: new held(states.rowSize) };
    this.reset(seat);
    this.#seats.push(seat);
    return seat;
  }

  remove(seat: Seat): void {
    this.#settle();
    this.#seats.splice(this.#seats.indexOf(seat), 1);
  }

  /** @throws RangeError for what is no token; then no stream has read. */
  step(): void {
    this.#gather();
    for (const seat of this.#seats) seat.logits = null;
    if (this.#count === 0) return;
    for (let row = 0; row < this.#count; row++) {
      const seat = this.#rows[row];
      if (seat.token !== null) this.#plan.writeToken(seat.token, row);
      seat.token = null;
      seat.logits = this.#logits[row];
    }
    this.#extent.batch = this.#count;
    this.#plan.forwardToLogits(this.#extent);
    this.#plan.carryStates(this.#extent);
  }

  stateOf({ held }: Seat): NetworkState {
    this.#settle();
    const { states } = this.#plan;
    states.copyRowIn(0, 1, held);
    return states.read(1);
  }

  setState({ held }: Seat, state: NetworkState): void {
    this.#settle();
    const { states } = this.#plan;
    states.write(1, state);
    states.copyRowOut(0, 1, held);
  }

  reset({ held }: Seat): void {
    this.#settle();
    const { states } = this.#plan;
    states.reset(1);
    states.copyRowOut(0, 1, held);
  }

  /** Brings the states of those that have a token into the plan; where they lie there already, they stay. */
  #gather(): void {
    const { size } = this.#model.vocabulary;
    const readers = this.#readers;
    const rows = this.#rows;
    let stays = true;
    let count = 0;
    for (const seat of this.#seats) {
      const { token } = seat;
      if (token === null) continue;
      if (!Number.isInteger(token) || token < 0 || token >= size) {
        throw new RangeError(`streams: expected tokens from 0 to ${size - 1}, got ${token}`);
      }
      stays &&= rows[count] === seat;
      readers[count++] = seat;
    }
    if (stays && count === this.#count) return;
    this.#settle();
    for (let row = 0; row < count; row++) {
      this.#plan.states.copyRowIn(row, count, readers[row].held);
    }
    this.#rows = readers;
    this.#count = count;
    this.#readers = rows;
  }

  /** Gives every stream its states back; the plan's rows are then nobody's. */
  #settle(): void {
    for (let row = 0; row < this.#count; row++) {
      this.#plan.states.copyRowOut(row, this.#count, this.#rows[row].held);
    }
    this.#count = 0;
  }

  #planFor(batch: number): LanguagePlan {
    return new LanguagePlan(this.#model, this.#engine, { steps: 1, batch }, "inference");
  }
}

function logitsOf({ logits, capacity, compiled }: LanguagePlan): Numbers[] {
  const { offset, width, stride } = logits;
  return Array.from({ length: capacity.batch }, (_, row) => {
    const at = offset + row * stride;
    return compiled.numbers.subarray(at, at + width);
  });
}
