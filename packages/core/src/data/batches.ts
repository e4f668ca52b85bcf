/**
 * Batches of examples of about the same length, so that little is padded. In a shuffled epoch examples are drawn in a random order
 * and sorted by length only within pools of so many batches; then the batches come in a random order.
 */
import { type Key, RandomStream, streamKey } from "../numbers/random.ts";
import type { Examples } from "./examples.ts";

/** Which examples are read side by side, and how far they reach. */
export interface ExampleBatch {
  /** The first `count` are examples' numbers. */
  readonly examples: Int32Array;
  readonly count: number;
  /** Of the longest input, 1 at least. */
  readonly steps: number;
  /** Of the longest output with a length of its own, 1 at least; 0 where outputs have none. */
  readonly outputSteps: number;
  /** Σ of the weights of all target rows. */
  readonly counted: number;
}

/** Batches that are sorted by length together. */
const POOL = 32;

type MutableBatch = { -readonly [K in keyof ExampleBatch]: ExampleBatch[K] };

export class ExampleReader {
  readonly #steps: Int32Array;
  readonly #outputSteps: Int32Array | null;
  readonly #counts: Float64Array;
  readonly #batchSize: number;
  readonly #batch: MutableBatch;
  /** Of the present epoch, all examples; batch k has those from k · batchSize on. */
  readonly #order: Int32Array;
  readonly #batches: Int32Array;
  #next = 0;

  /** @param hasOwnSteps Whether outputs have a length of their own: a decoder's. */
  constructor(examples: Examples, batchSize: number, hasOwnSteps: boolean) {
    const { count, input, known, target } = examples;
    this.#batchSize = Math.max(1, Math.min(batchSize, count));
    this.#steps = new Int32Array(count);
    this.#outputSteps = hasOwnSteps ? new Int32Array(count) : null;
    this.#counts = new Float64Array(count);
    for (let example = 0; example < count; example++) {
      this.#steps[example] = input.steps(example);
      const rows = (target ?? known)?.steps(example) ?? 0;
      if (this.#outputSteps) this.#outputSteps[example] = rows;
      this.#counts[example] = rows * (examples.weight?.(example) ?? 1);
    }
    this.#order = new Int32Array(count);
    this.#batches = new Int32Array(Math.ceil(count / this.#batchSize));
    this.#batch = {
      examples: new Int32Array(this.#batchSize),
      ...{ count: 0, steps: 1, outputSteps: 0, counted: 0 },
    };
    this.begin(null);
  }

  /** What a plan must have room for. */
  get capacity(): { batch: number; steps: number; outputSteps: number } {
    const outputSteps = this.#outputSteps?.reduce((a, b) => Math.max(a, b), 1) ?? 0;
    const steps = this.#steps.reduce((a, b) => Math.max(a, b), 1);
    return { batch: this.#batchSize, steps, outputSteps };
  }

  /** @param shuffle The key of the order; null sorts by length, the shortest first. */
  begin(shuffle: Key | null): void {
    const order = this.#order;
    for (let i = 0; i < order.length; i++) order[i] = i;
    for (let i = 0; i < this.#batches.length; i++) this.#batches[i] = i;
    this.#next = 0;
    if (!shuffle) {
      this.#sort(0, order.length);
      return;
    }
    new RandomStream(shuffle).shuffle(order);
    const pool = POOL * this.#batchSize;
    for (let from = 0; from < order.length; from += pool) {
      this.#sort(from, Math.min(from + pool, order.length));
    }
    new RandomStream(streamKey(shuffle[0], "batches", shuffle[1])).shuffle(this.#batches);
  }

  /** By length; what is equally long keeps its order. */
  #sort(from: number, to: number): void {
    const part = this.#order.subarray(from, to);
    if (this.#outputSteps) sortByLength(part, this.#outputSteps);
    sortByLength(part, this.#steps);
  }

  next(): ExampleBatch | null {
    if (this.atEnd) return null;
    const batch = this.#batch;
    const from = this.#batches[this.#next++] * this.#batchSize;
    batch.count = Math.min(this.#batchSize, this.#order.length - from);
    batch.steps = 1;
    batch.outputSteps = this.#outputSteps ? 1 : 0;
    batch.counted = 0;
    for (let b = 0; b < batch.count; b++) {
      const example = this.#order[from + b];
      batch.examples[b] = example;
      batch.steps = Math.max(batch.steps, this.#steps[example]);
      if (this.#outputSteps) {
        batch.outputSteps = Math.max(batch.outputSteps, this.#outputSteps[example]);
      }
      batch.counted += this.#counts[example];
    }
    return batch;
  }

  skip(most: number): number {
    const done = Math.min(most, this.#batches.length - this.#next);
    this.#next += done;
    return done;
  }

  get atEnd(): boolean {
    return this.#next >= this.#batches.length;
  }

  /** Every epoch has as many batches. */
  readonly isEven = true;
}

/** Counts how often each length comes, so that millions of examples need no more than their numbers twice. */
function sortByLength(examples: Int32Array, lengths: Int32Array): void {
  let longest = 0;
  for (const example of examples) longest = Math.max(longest, lengths[example]);
  const places = new Int32Array(longest + 2);
  for (const example of examples) places[lengths[example] + 1]++;
  for (let length = 1; length < places.length; length++) places[length] += places[length - 1];
  for (const example of examples.slice()) examples[places[lengths[example]]++] = example;
}
