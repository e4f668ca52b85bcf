/**
 * Correlations of many columns with one label and with the same label turned, summed up window by window.
 *
 * Turned labels say how high the best of many units scores when there is nothing to find. They are the label itself, turned
 * in a circle within each stretch (a text, a series, a part of one) by a random number of steps, and the stretches laid out in a random
 * order. A permutation of steps would be the wrong comparison: neighbouring steps are alike in a label (inside quotes, a depth)
 * and in a unit (a memory), so far fewer steps are independent than there are, and two slow series are often correlated by chance. A
 * permuted label has lost its slowness; a turned one has it still. Rows of a table are stretches of one step: of those the order is all
 * there is, and the label is permuted. So it is, sequence by sequence, where a label is the same throughout each.
 */
import { RandomStream, streamKey } from "../numbers/random.ts";
import { correlationFromSums } from "./correlation.ts";
import type { SignalWindow, WindowSignal } from "./signalReader.ts";

/** A stretch of an input, within which labels are turned. */
export class LabelledStretch {
  readonly from: number;
  readonly to: number;
  /** The labels that there are, in their order; less the mean of all stretches once `UnitScores` has them. */
  readonly known: Float64Array;
  /** Of each step of the stretch, its place in `known`; −1 where there is no label. */
  readonly places: Int32Array;

  /** @param labels Of the whole input; NaN is none. */
  constructor(labels: Float64Array, from: number, to: number) {
    this.from = from;
    this.to = to;
    this.places = new Int32Array(to - from).fill(-1);
    const known: number[] = [];
    for (let t = from; t < to; t++) {
      if (!Number.isNaN(labels[t])) this.places[t - from] = known.push(labels[t]) - 1;
    }
    this.known = Float64Array.from(known);
  }
}

/** Steps that are summed at once: each sum is then read and written once for as many products. */
const BLOCK = 8;

export class UnitScores {
  /** Steps that have a label. */
  readonly count: number;
  /** Σ (label − mean)² */
  readonly #spread: number;
  readonly #columns: number;
  /** How many labels there are: as it is, and turned. */
  readonly #labels: number;
  /** In the order of all steps. */
  readonly #stretches: readonly LabelledStretch[];
  /** Of all labels, the place of each stretch's first. */
  readonly #starts = new Map<LabelledStretch, number>();
  /** The label as it is, then the turned ones. */
  readonly #turned: readonly TurnedLabels[];
  /** [columns, labels]: Σ value·(label − mean) */
  readonly #products: Float64Array;
  /** By column: its first value, and Σ and Σ² of values less that. */
  readonly #origins: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  /** [steps of a window, labels]: the labels less their mean, 0 where there is none. */
  #rows = new Float64Array(0);

  /**
   * @param stretches All that will be added. Their labels are centred here.
   * @param columns Of all signals together.
   * @param turns How often the label is turned.
   */
  constructor(stretches: readonly LabelledStretch[], columns: number, turns: number, seed: number) {
    const known = stretches.flatMap((stretch) => stretch.known);
    this.count = known.reduce((total, { length }) => total + length, 0);
    const sum = known.reduce((total, labels) => labels.reduce((a, b) => a + b, total), 0);
    this.#spread = 0;
    for (const labels of known) {
      for (let k = 0; k < labels.length; k++) {
        labels[k] -= sum / this.count;
        this.#spread += labels[k] * labels[k];
      }
    }
    this.#columns = columns;
    this.#labels = turns + 1;
    this.#products = new Float64Array(columns * this.#labels);
    this.#origins = new Float64Array(columns).fill(Number.NaN);
    this.#sums = new Float64Array(columns);
    this.#squares = new Float64Array(columns);
    this.#stretches = stretches;
    let start = 0;
    for (const stretch of stretches) {
      this.#starts.set(stretch, start);
      start += stretch.known.length;
    }
    this.#turned = turnedLabels(stretches, turns, seed);
  }

  /** Adds a window of a stretch, of which all columns are there. */
  add(stretch: LabelledStretch, window: SignalWindow): void {
    this.#writeRows(stretch, window);
    for (const signal of window.signals) {
      this.#addMoments(stretch, window, signal);
      this.#addProducts(window, signal);
    }
  }

  #writeRows(stretch: LabelledStretch, { from, to }: SignalWindow): void {
    const labels = this.#labels;
    const first = this.#starts.get(stretch);
    if (first === undefined) throw new RangeError("a stretch that the scores were not made for");
    const size = Math.ceil((to - from) / BLOCK) * BLOCK * labels;
    if (this.#rows.length < size) this.#rows = new Float64Array(size);
    const rows = this.#rows;
    rows.fill(0, 0, size);
    const { places } = stretch;
    for (const [s, { order, starts, turns }] of this.#turned.entries()) {
      let block = -1;
      for (let t = from; t < to; t++) {
        const place = places[t - stretch.from];
        if (place < 0) continue;
        const at = first + place;
        if (block < 0) block = lastUpTo(starts, at);
        while (starts[block + 1] <= at) block++;
        const { known } = this.#stretches[order[block]];
        const turned = at - starts[block] + turns[block];
        rows[(t - from) * labels + s] =
          known[turned < known.length ? turned : turned - known.length];
      }
    }
  }

  #addMoments({ from: start, places }: LabelledStretch, window: SignalWindow, of: WindowSignal) {
    const { numbers, offset, stride, units, first } = of;
    for (let t = window.from; t < window.to; t++) {
      if (places[t - start] < 0) continue;
      const row = offset + (t - window.from) * stride;
      for (let u = 0; u < units; u++) {
        const c = first + u;
        if (Number.isNaN(this.#origins[c])) this.#origins[c] = numbers[row + u];
        const apart = numbers[row + u] - this.#origins[c];
        this.#sums[c] += apart;
        this.#squares[c] += apart * apart;
      }
    }
  }

  #addProducts({ from, to }: SignalWindow, of: WindowSignal): void {
    const { numbers, offset, stride, units, first } = of;
    const labels = this.#labels;
    const rows = this.#rows;
    const products = this.#products;
    const last = to - from - 1;
    for (let t = 0; t <= last; t += BLOCK) {
      // Behind the window's end labels are 0, so any value will do.
      const row = (k: number): number => offset + Math.min(t + k, last) * stride;
      const [r0, r1, r2, r3] = [row(0), row(1), row(2), row(3)];
      const [r4, r5, r6, r7] = [row(4), row(5), row(6), row(7)];
      const l0 = t * labels;
      const [l1, l2, l3, l4] = [l0 + labels, l0 + 2 * labels, l0 + 3 * labels, l0 + 4 * labels];
      const [l5, l6, l7] = [l0 + 5 * labels, l0 + 6 * labels, l0 + 7 * labels];
      for (let u = 0; u < units; u++) {
        const v0 = numbers[r0 + u];
        const v1 = numbers[r1 + u];
        const v2 = numbers[r2 + u];
        const v3 = numbers[r3 + u];
        const v4 = numbers[r4 + u];
        const v5 = numbers[r5 + u];
        const v6 = numbers[r6 + u];
        const v7 = numbers[r7 + u];
        const into = (first + u) * labels;
        for (let s = 0; s < labels; s++) {
          const early =
            v0 * rows[l0 + s] + v1 * rows[l1 + s] + v2 * rows[l2 + s] + v3 * rows[l3 + s];
          const late =
            v4 * rows[l4 + s] + v5 * rows[l5 + s] + v6 * rows[l6 + s] + v7 * rows[l7 + s];
          products[into + s] += early + late;
        }
      }
    }
  }

  /** r of every column with the label, or with the n-th turned one; NaN for a column that never changed. */
  correlations(turn = 0): Float64Array {
    return Float64Array.from({ length: this.#columns }, (_, c) =>
      correlationFromSums(
        this.count,
        this.#products[c * this.#labels + turn],
        this.#sums[c],
        this.#squares[c],
        this.#spread,
      ),
    );
  }
}

/** One way to lay the labels out: stretch `order[k]` from place `starts[k]` on, turned by `turns[k]`. */
interface TurnedLabels {
  readonly order: Int32Array;
  /** One more than there are stretches: the last is the end. */
  readonly starts: Int32Array;
  readonly turns: Int32Array;
}

/** The labels as they are, and as often turned as is wanted. */
function turnedLabels(
  stretches: readonly LabelledStretch[],
  count: number,
  seed: number,
): TurnedLabels[] {
  const random = stretches.map(
    (_, index) => new RandomStream(streamKey(seed, "find-units", index)),
  );
  return Array.from({ length: count + 1 }, (_, s) => {
    const order = Int32Array.from(stretches.keys());
    const turns = new Int32Array(stretches.length);
    if (s > 0) {
      const shuffling = new RandomStream(streamKey(seed, "find-units-order", s));
      for (let k = order.length - 1; k > 0; k--) {
        const other = shuffling.integer(k + 1);
        [order[k], order[other]] = [order[other], order[k]];
      }
      order.forEach((index, k) => {
        const { length } = stretches[index].known;
        turns[k] = length < 2 ? 0 : 1 + random[index].integer(length - 1);
      });
    }
    const starts = new Int32Array(stretches.length + 1);
    order.forEach((index, k) => {
      starts[k + 1] = starts[k] + stretches[index].known.length;
    });
    return { order, starts, turns };
  });
}

/** The last place of an ascending list whose value is `most` at most. */
function lastUpTo(ascending: Int32Array, most: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ascending[middle] <= most) low = middle;
    else high = middle - 1;
  }
  return low;
}
