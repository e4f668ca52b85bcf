/** What is kept of a run however long it gets: the checkpoints of even steps, and a curve of so many points. */

export const MOST_CHECKPOINTS = 40;
const FIRST_EVERY = 10;

/** Updates between two checkpoints once `step` of `total` have been done: doubled as often as there would be too many. */
export function checkpointEvery(step: number, total: number): number {
  let every = FIRST_EVERY;
  // Each takes some milliseconds of training: in a whole run there are not many more than are kept at its end.
  while (total > every * 2 * MOST_CHECKPOINTS) every *= 2;
  while (step > every * MOST_CHECKPOINTS) every *= 2;
  return every;
}

/** Those that a run of `total` updates still keeps after `step` of them; always the first and the last. */
export function keptOf<T extends { readonly step: number }>(
  checkpoints: readonly T[],
  step: number,
  total: number,
): T[] {
  const every = checkpointEvery(step, total);
  return checkpoints.filter(
    (each, index) => each.step % every === 0 || index === checkpoints.length - 1,
  );
}

const MOST_POINTS = 800;

/** A line over updates: means of so many updates each that there are never too many points. */
export class Curve {
  /** The update at which each point stands: the last one in its mean. */
  readonly steps: number[] = [];
  readonly values: number[] = [];
  #every = 1;
  #sum = 0;
  #count = 0;

  add(step: number, value: number): void {
    this.#sum += value;
    this.#count++;
    if (step % this.#every !== 0) return;
    this.steps.push(step);
    this.values.push(this.#sum / this.#count);
    this.#sum = 0;
    this.#count = 0;
    if (this.steps.length >= MOST_POINTS) this.#halve();
  }

  #halve(): void {
    const { steps, values } = this;
    const half = steps.length >> 1;
    for (let index = 0; index < half; index++) {
      steps[index] = steps[2 * index + 1];
      values[index] = (values[2 * index] + values[2 * index + 1]) / 2;
    }
    steps.length = half;
    values.length = half;
    this.#every *= 2;
  }
}
