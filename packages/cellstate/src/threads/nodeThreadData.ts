/** What a thread of Node and the one that started it tell each other beside core's messages. */

/** What `state[0]` is when the thread has ended. */
export const EXITED = 1;

export interface NodeThreadData {
  /** Shared: one word, 0 while the thread runs. */
  readonly state: Int32Array<SharedArrayBuffer>;
}

/** The thread's first and only message. */
export interface Listening {
  /** Its number in the system, where the system tells. */
  readonly systemThread: number | null;
}
