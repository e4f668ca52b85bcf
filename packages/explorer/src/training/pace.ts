/** When the next update may be done: a training plays, as fast as it goes or so many updates a second, or waits, or does one update and waits. */

/** Shorter waits are not worth a timer. */
const SHORTEST_WAIT_MS = 4;

export class Pace {
  #left = 0;
  #everyMs = 0;
  #dueAt = 0;
  #waiting: (() => void) | null = null;

  /** @param perSecond Updates; null for as many as there can be. */
  play(perSecond: number | null): void {
    this.#everyMs = perSecond === null ? 0 : 1000 / perSecond;
    this.#let(Number.POSITIVE_INFINITY);
  }

  pause(): void {
    this.#left = 0;
  }

  step(): void {
    this.#everyMs = 0;
    this.#let(1);
  }

  /**
   * Resolves when an update may be done, and counts it.
   *
   * @param onPause Called where it has to wait until somebody says so.
   * @returns whether it had to.
   */
  async turn(onPause: () => void): Promise<boolean> {
    let paused = false;
    for (;;) {
      if (this.#left === 0) {
        if (!paused) onPause();
        paused = true;
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
        continue;
      }
      const now = performance.now();
      // What was missed is not made up for.
      this.#dueAt = Math.max(this.#dueAt, now - 2 * this.#everyMs);
      const wait = this.#dueAt - now;
      if (this.#everyMs === 0 || wait < SHORTEST_WAIT_MS) break;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    this.#dueAt += this.#everyMs;
    this.#left--;
    return paused;
  }

  #let(count: number): void {
    this.#left = count;
    this.#waiting?.();
    this.#waiting = null;
  }
}
