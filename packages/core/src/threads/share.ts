/** How work is divided among threads. */

/** Of work that `count` divide among themselves, the part of number `index`. */
export interface Share {
  readonly index: number;
  readonly count: number;
}

/** All of the work. */
export const WHOLE: Share = { index: 0, count: 1 };
